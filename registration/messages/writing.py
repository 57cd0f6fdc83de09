"""The words of messages: templates filled in the family's language, at the moment of sending and never kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from babel.dates import format_date, format_time
from flask import current_app
from flask_babel import force_locale

from registration.common.clock import civil_date, london
from registration.common.i18n import RIGHT_TO_LEFT
from registration.common.ics import CalendarEvent, Method, calendar
from registration.common.links import external, secret
from registration.messages import rules
from registration.messages.models import Message

#: A centre's name is not cut shorter than this to fit a text into one part.
LEAST_ROOM = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is needed to write and send a message, free of the database."""

    id: UUID
    template: str
    channel: rules.Channel
    address: str
    locale: str
    details: Mapping[str, Any]
    calendar: CalendarEvent | None
    calendar_method: Method
    created: datetime
    use_until: datetime | None


def draft(message: Message) -> Draft:
    """Give the draft of a message as it is kept."""
    return Draft(
        id=message.id,
        template=message.template,
        channel=message.of_channel,
        address=message.address,
        locale=message.locale,
        details=message.details,
        calendar=CalendarEvent.from_json(message.calendar) if message.calendar else None,
        calendar_method=cast(Method, message.calendar_method or "REQUEST"),
        created=message.created,
        use_until=message.use_until,
    )


@dataclass(frozen=True, slots=True)
class Written:
    """A message ready to go: an e-mail has a subject, a letter's body is HTML, a text is one line."""

    subject: str
    body: str
    calendar: bytes | None = None


def write(sheet: Draft) -> Written:
    """Fill the template of a message; KeyError or ValueError where a detail it needs is missing or no time."""
    with force_locale(sheet.locale):
        facts = _facts(sheet)
        if sheet.channel == "sms":
            return Written("", _text(sheet, facts))
        if sheet.channel == "letter":
            return Written("", _filled(f"messages/{sheet.template}.letter.html", **facts))
        words = _filled(f"messages/{sheet.template}.email.txt", **facts).strip()
        subject, _, body = words.partition("\n")
        return Written(subject.strip(), _paragraphs(body), _calendar(sheet, facts["link"]))


def _filled(name: str, **facts: object) -> str:
    """Fill a template with these values only: what pages know (sessions, sections) has no place in a message."""
    return current_app.jinja_env.get_template(name).render(**facts)


def _paragraphs(body: str) -> str:
    """Leave one empty line between paragraphs, however many a template's conditions left."""
    lines: list[str] = []
    for line in body.strip().split("\n"):
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines) + "\n"


def _calendar(sheet: Draft, link: str) -> bytes | None:
    if sheet.calendar is None:
        return None
    event = replace(sheet.calendar, url=link, attendee=sheet.address if sheet.channel == "email" else "")
    return calendar(event, sheet.calendar_method, stamped=sheet.created)


# ---- the values templates know


def _facts(sheet: Draft) -> dict[str, Any]:
    details = dict(sheet.details)
    facts: dict[str, Any] = details | {
        "link": _link(details),
        "own_link": _own_link(details),
        "start_page": external("/"),
        "last_day": details.get("last_lawful_day", ""),
        "written_on": long_day(civil_date(sheet.created), sheet.locale),
        "address_lines": sheet.address.splitlines(),
        "was_short": _short(details.get("was"), sheet.locale),
        "when_short": _short(details.get("when"), sheet.locale, _year_known(sheet)),
        "until_short": _short(details.get("until_at"), sheet.locale),
        "brief": False,
    }
    for name, moment in (("clock", details.get("when")), ("ends", details.get("end"))):
        facts[name] = clock_time(_moment(moment), sheet.locale) if moment else ""
    facts["day"] = long_day(_moment(details["when"]).date(), sheet.locale) if details.get("when") else ""
    return facts


def _link(details: Mapping[str, Any]) -> str:
    about = details.get("link_for")
    return external(f"/booking/{secret('booking', str(about))}{details.get('link_then', '')}") if about else ""


def _own_link(details: Mapping[str, Any]) -> str:
    """Give the address at which a family sees what is held about it, and says no."""
    family = details.get("family")
    return external(f"/your-details/{secret('family', str(family))}") if family else ""


def _moment(stamp: str) -> datetime:
    moment = datetime.fromisoformat(stamp)
    if moment.tzinfo is None:
        raise ValueError("A message’s time needs a zone.")
    return london(moment)


def _year_known(sheet: Draft) -> int | None:
    """Give the year that a time needs not to name; None where none does: an appointment is never far away, a party may be."""
    return civil_date(sheet.created).year if sheet.template in rules.FROM_CENTRES else None


def _short(stamp: str | None, locale: str, year: int | None = None) -> str:
    """Give a time in few letters: Tue 14 Apr 9:30am; with its year where that is not the one that is known."""
    if not stamp:
        return ""
    moment = _moment(stamp)
    pattern = "EEE d MMM" if year in {None, moment.year} else "EEE d MMM y"
    return f"{format_date(moment, pattern, locale=locale)} {clock_time(moment, locale)}"


def long_day(day: date, locale: str) -> str:
    """Give a day in words: Tuesday 14 April 2026."""
    return format_date(day, "EEEE d MMMM y", locale=locale)


def clock_time(moment: datetime, locale: str) -> str:
    """Give a time of day as it is written in the language; in English 10:30am, 2pm."""
    return rules.english_time(moment) if locale.startswith("en") else format_time(moment, "short", locale=locale)


# ---- texts


def _text(sheet: Draft, facts: dict[str, Any]) -> str:
    """Write a text in as few parts as can be: where that is needed with a shorter name of the centre, then shorter words."""
    name = f"messages/{sheet.template}.sms.txt"
    centre = rules.folded(str(facts.get("centre", "")))

    def filled(**changes: object) -> str:
        """Write the text with some of its facts put otherwise."""
        return rules.plain(" ".join(_filled(name, **facts | {"centre": centre} | changes).split()))

    return _fitting(filled, centre)


def _fitting(filled: Callable[..., str], centre: str) -> str:
    shortest = filled(brief=True, centre=rules.shortened(centre, LEAST_ROOM))
    parts = rules.text_parts(shortest)
    for brief in (False, True):
        text = filled(brief=brief)
        over = rules.excess(text, parts)
        if over <= 0:
            return text
        if len(centre) - over >= LEAST_ROOM:
            return filled(brief=brief, centre=rules.shortened(centre, len(centre) - over))
    return shortest


# ---- for pages


def direction(locale: str) -> str:
    """Give 'rtl' for a language written from right to left, else 'ltr'."""
    return "rtl" if locale.partition("_")[0] in RIGHT_TO_LEFT else "ltr"
