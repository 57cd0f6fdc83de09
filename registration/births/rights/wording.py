"""What is held about a family in words: what each thing is called, and each value as a person says it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registration.births.rights.queries import Held, Row
from registration.booking.forms.needs import language_name
from registration.booking.wording import day_and_time, long_day, with_commas
from registration.common.clock import civil_date
from registration.common.pages import reached

#: Where a record came from.
SOURCES = {
    "booking": _l("your booking"),
    "live_births": _l("the NHS, which tells the council of births in its area"),
    "moved_in": _l("you, or a children’s centre you spoke to"),
    "member": _l("a children’s centre you are a member of"),
}
#: Headings of the parts, in the order of the page; a part that another capability adds is shown after them.
PARTS = {
    "births": _l("What the NHS told the council"),
    "appointments": _l("Your appointments"),
    "wishes_to_join": _l("Joining a centre"),
    "memberships": _l("Memberships"),
    "answers": _l("Your answers"),
    "disclosures": _l("Who received your details"),
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
}
#: What went to somebody, by the names of rules.DETAILS.
_WHAT = {
    "name": _l("your name"),
    "email": _l("your email address"),
    "mobile": _l("your mobile number"),
    "born": _l("your baby’s date of birth"),
    "language": _l("your language"),
    "address": _l("your address"),
    "preference": _l("how to contact you"),
    "visit_needs": _l("what makes visiting easier"),
}
#: What may be a telephone number, kept in E.164.
_NUMBERS = frozenset({"mobile", "phone", "second_contact", "to"})
#: Rows that say the same in fewer words are shown in one line: the rest stands in the file.
_SHORT = {
    "answers": ("at", "centre", "yes"),
    "disclosures": ("at", "to", "what"),
    "messages": ("written_at", "to"),
    "appointments": ("starts", "centre", "reference"),
}


def source_in_words(source: str) -> str:
    """Say where a record came from."""
    return str(SOURCES[source])


def value_in_words(name: str, value: object) -> str:
    """Say a value of what is held; '' where there is none, or it means nothing to a person."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "what" and isinstance(value, list):
        return with_commas(str(_WHAT.get(each, each)) for each in value)
    if name == "language":
        return language_name(str(value))
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
        "also_held_by_source": list(found.also),
        **{name: [_plain(row) for row in rows] for name, rows in found.parts.items()},
    }


def _plain(row: Row) -> Mapping[str, Any]:
    return {name: _as_json(value) for name, value in row.items()}


def _as_json(value: Any) -> Any:  # noqa: ANN401 -- whatever a column holds
    if isinstance(value, date):
        return value.isoformat()
    return [_as_json(each) for each in value] if isinstance(value, list) else value
