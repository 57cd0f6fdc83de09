"""What is held about a family in words: what each thing is called, and each value as a person says it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registration.births.rights.queries import Held, Row
from registration.booking.forms.needs import language_name
from registration.booking.wording import day_and_time, details_in_words, long_day
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.pages import reached

#: Where a record came from.
SOURCES = {
    "booking": _l("your booking"),
    "moved_in": _l("you, or a children’s centre you spoke to"),
    "member": _l("a children’s centre you are a member of"),
}
#: Headings of the parts, in the order of the page; a part that another capability adds is shown after them.
PARTS = {
    "births": _l("What the council was told of the birth"),
    "appointments": _l("Your appointments"),
    "wishes_to_join": _l("Joining a centre"),
    "memberships": _l("Memberships"),
    "answers": _l("Your answers"),
    "disclosures": _l("Who received your details"),
    "answers_on_telling": _l("Your answers on telling other services"),
    "tellings": _l("Services we told"),
    "messages": _l("Messages we wrote to you"),
}
_LABELS = {
    "name": _l("Name"),
    "babies_born_on": _l("Date of birth"),
    "born": _l("Date of birth"),
    "email": _l("Email"),
    "mobile": _l("Mobile"),
    "phone": _l("Mobile"),
    "second_contact": _l("Also tell"),
    "address": _l("Address"),
    "house": _l("House"),
    "postcode": _l("Postcode"),
    "centre_of_your_area": _l("Centre of your area"),
    "imd_decile": _l("Tenth of England’s neighbourhoods by deprivation (1 is the most deprived)"),
    "language": _l("Language"),
    "access_needs": _l("To make coming easier"),
    "told_by_letter_on": _l("Told by letter"),
    "held_since": _l("Held since"),
    "centre": _l("Centre"),
    "starts": _l("When"),
    "reference": _l("Reference"),
    "visit_needs": _l("To make visiting easier"),
    "joined_on": _l("Joined"),
    "left_on": _l("Left"),
    "baby_given": _l("Baby’s first name"),
    "baby_surname": _l("Baby’s last name"),
    "mother_given": _l("Mother’s first name"),
    "mother_surname": _l("Mother’s last name"),
    "mother_born": _l("Mother’s date of birth"),
    "received_from": _l("Received from"),
    "received_on": _l("Received"),
    "yes": _l("Your answer"),
    "at": _l("When"),
    "written_at": _l("When"),
    "to": _l("To"),
    "what": _l("What"),
    "service": _l("Service"),
    "event": _l("We told it"),
    "state": _l("What became of it"),
    "taken_back": _l("Taken back"),
    "about": _l("About"),
    "channel": _l("How"),
    "contact_preference": _l("How to contact you"),
}
#: What a message is about, by its template.
_ABOUT = {
    "booking_confirmed": _l("Your appointment is booked"),
    "booking_moved": _l("Your appointment has moved"),
    "booking_cancelled": _l("Your appointment is cancelled"),
    "reminder_week": _l("A reminder of your appointment"),
    "reminder_two_days": _l("A reminder of your appointment"),
    "reminder_morning": _l("A reminder of your appointment"),
    "your_link": _l("The link of your appointment"),
    "offer_cover": _l("Another appointment in place of yours"),
    "offer_earlier": _l("An appointment that came free"),
    "centre_welcome": _l("A welcome from a centre"),
    "centre_party": _l("An invitation from a centre"),
}
_CHANNELS = {"sms": _l("Text message"), "email": _l("Email"), "letter": _l("Letter")}
_PREFERENCES = _CHANNELS | {"text": _l("Text message"), "phone": _l("Phone")}
#: What a service was told, and what became of it.
_EVENTS = {"told": _l("your details"), "forget": _l("that it forget you")}
_STATES = {
    "waiting": _l("Not sent yet"),
    "delivered": _l("Received"),
    "dead": _l("It could not be sent"),
    "withdrawn": _l("Called back before it was received"),
}
#: Values that mean something else to a person than what is kept.
_SPOKEN: Mapping[str, Callable[[Any], str]] = {
    "event": lambda value: str(_EVENTS[value]),
    "state": lambda value: str(_STATES[value]),
    "language": language_name,
    "what": details_in_words,
    "about": lambda value: str(_ABOUT[value]),
    "channel": lambda value: str(_CHANNELS[value]),
    "contact_preference": lambda value: str(_PREFERENCES[value]),
    "taken_back": lambda value: _("By your no to children’s centres") if value else "",
}
#: What may be a telephone number, kept in E.164.
_NUMBERS = frozenset({"mobile", "phone", "second_contact", "to"})
#: Rows that say the same in fewer words are shown in one line: the rest stands in the file.
_SHORT = {
    "answers": ("at", "centre", "yes"),
    "disclosures": ("at", "to", "what"),
    "answers_on_telling": ("at", "service", "yes", "taken_back"),
    "tellings": ("at", "service", "event", "what", "state"),
    "messages": ("written_at", "about", "channel", "to"),
    "appointments": ("starts", "centre", "reference"),
}


def source_in_words(source: str, sender: str | None) -> str:
    """Say where a record came from; of live birth data name the sender as its agreement does."""
    if source == "live_births":
        return _("%(sender)s, which tells the council of births in its area", sender=sender)
    return str(SOURCES[source])


def value_in_words(name: str, value: object) -> str:
    """Say a value of what is held; '' where there is none, or it means nothing to a person."""
    if value is None or value in ("", []):
        return ""
    if name in _SPOKEN:
        return _SPOKEN[name](value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name in _NUMBERS and str(value).startswith("+"):
        return reached(str(value))
    return _day_in_words(value)


def _day_in_words(value: object) -> str:
    if isinstance(value, datetime):
        return day_and_time(value)
    if isinstance(value, date):
        return long_day(value)
    if isinstance(value, list):
        return ", ".join(_day_in_words(each) for each in value)
    return str(value)


def in_words(part: str, row: Row) -> list[tuple[str, str]]:
    """Give what a row says as (what, value), leaving out what is empty and what only a machine reads."""
    names = _SHORT.get(part, tuple(row))
    told = ((str(_LABELS[name]), value_in_words(name, row[name])) for name in names if name in row and name in _LABELS)
    return [(label, value) for label, value in told if value]


def parts_in_words(found: Held) -> Iterator[tuple[str, str, Sequence[Sequence[tuple[str, str]]]]]:
    """Give each part that is not empty as (name, heading, rows)."""
    for name, heading in PARTS.items():
        if rows := [in_words(name, row) for row in found.parts[name]]:
            yield name, str(heading), rows


def as_file(found: Held, family_id: int, council: str, made_at: datetime) -> dict[str, Any]:
    """Give what is held as the file a family takes away (docs/reference/your-details.md): dates and times in ISO 8601."""
    return {
        "format": "right-start/your-details/1",
        "council": council,
        "made_at": made_at.isoformat(),
        "made_on": civil_date(made_at).isoformat(),
        "number": family_id,
        "records": [_plain(row) for row in found.records],
        "also_held_by_source": sorted({source for source, _ in found.also}),
        **{name: [_plain(row) for row in rows] for name, rows in found.parts.items()},
    }


def _plain(row: Row) -> Mapping[str, Any]:
    return {name: _as_json(value) for name, value in row.items()}


def _as_json(value: Any) -> Any:  # noqa: ANN401 -- whatever a column holds
    if isinstance(value, date):
        return value.isoformat()
    return [_as_json(each) for each in value] if isinstance(value, list) else value


def until_when(found: Held) -> list[str]:
    """Say of each source of what is held how long it is kept (docs/reference/retention.md)."""
    kept, sources = current_authority().retention, {row["source"] for row in found.records}
    said = []
    if "booking" in sources:
        said.append(_("Your details are deleted %(months)d months after your appointment.", months=kept.booking_months))
    if sources & {"moved_in", "member"}:
        words = _(
            "What you or a centre told us is deleted %(months)d months after we last heard from you. While you are a member "
            "of a centre, it is kept.",
            months=kept.family_months,
        )
        said.append(words)
    for sender, days in sorted({(row["received_from"], row["kept_days"]) for row in found.parts["births"]}):
        words = _("What %(sender)s told us is deleted %(days)d days after we received it.", sender=sender, days=days)
        said.append(words)
    return said
