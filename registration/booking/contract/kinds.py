"""What may stand in a request: each sort of value, how it is read and what it must keep to."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from registration.booking.rules.requests import MOST_BABIES
from registration.common import contacts
from registration.common.i18n import known_language
from registration.common.text import storable

MOST_NUMBER = 2**31 - 1
MOST_DAYS = 42
MOST_EMAIL, MOST_PHONE, MOST_POSTCODE = 320, 40, 40
#: So many services a question on telling others may name.
MOST_SERVICES = 100
#: Days and moments outside these cannot be counted with: 42 days and twelve months are added to them, and offsets taken off.
FIRST_YEAR, LAST_YEAR = "0002", "9990"


def _civil_day(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("must be a date like 2026-10-11")
    return _within_reach(value)


def _moment(value: object) -> object:
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}", value, re.ASCII):
        raise ValueError("must be a time with its offset like 2026-11-24T09:30:00+00:00")
    return _within_reach(value)


def _within_reach(value: str) -> str:
    if not FIRST_YEAR <= value[:4] <= LAST_YEAR:
        raise ValueError(f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return value


def _whole_minute(value: datetime) -> datetime:
    if value.second or value.microsecond:
        raise ValueError("must be a whole minute")
    return value


def _truth(value: object) -> object:
    if value not in {"true", "false"}:
        raise ValueError("must be true or false")
    return value == "true"


def _number(value: object) -> object:
    """Keep texts and truths from passing for numbers; 7.0 is a whole number to JSON."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a whole number")  # noqa: TRY004 -- pydantic tells a caller of ValueErrors only
    return value


def _not_given(value: object) -> object:
    """Take an empty text for nothing: it is how many forms say that a family gave none."""
    return None if value == "" else value


CivilDay = Annotated[date, BeforeValidator(_civil_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_whole_minute)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Births = Annotated[
    list[CivilDay],
    Field(min_length=1, max_length=MOST_BABIES, description="One date of birth for each baby, even if they are equal."),
]
Text = Annotated[str, AfterValidator(storable)]
Words = Annotated[Text, StringConstraints(strip_whitespace=True)]
CentreId = Annotated[int, BeforeValidator(_number), Field(ge=1, le=MOST_NUMBER, description="The centre’s `id`.")]
ServiceId = Annotated[int, BeforeValidator(_number), Field(ge=1, le=MOST_NUMBER)]
Email = Annotated[Text, StringConstraints(max_length=MOST_EMAIL), AfterValidator(contacts.email)]
Phone = Annotated[Text, StringConstraints(max_length=MOST_PHONE), AfterValidator(contacts.mobile)]
Contact = Annotated[Text, StringConstraints(max_length=MOST_EMAIL), AfterValidator(contacts.contact)]
#: RFC 5646, section 2.1: language, script, region, variants, extensions, private use.
_TAG = (
    r"^[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
    r"(-[A-WYZa-wyz0-9](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?$"
)
Language = Annotated[
    str,
    StringConstraints(pattern=_TAG, max_length=35),
    AfterValidator(known_language),
    Field(description="The language the family speaks, as BCP 47 writes it: en, pl, ur."),
]
Optional = BeforeValidator(_not_given)
Postcode = Annotated[Text, StringConstraints(max_length=MOST_POSTCODE)]
