"""What programs send and receive: the one place that knows pydantic. The OpenAPI description is made from these."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from flask_babel import force_locale
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    model_validator,
)
from werkzeug.datastructures import MultiDict

from registration.booking.faults import in_plain_words
from registration.booking.rules.attendance import Attending
from registration.booking.rules.deadline import LegalStatus
from registration.booking.rules.requests import MOST_BABIES
from registration.common import contacts
from registration.common.i18n import known_language
from registration.common.text import storable
from registration.families.rules import MOST_NAME

M = TypeVar("M", bound=BaseModel)
MOST_NUMBER = 2**31 - 1
MOST_DAYS = 42
MOST_EMAIL, MOST_PHONE = 320, 40
#: Days and moments outside these cannot be counted with: 42 days and twelve months are added to them, and offsets taken off.
FIRST_YEAR, LAST_YEAR = "0002", "9990"


class Fault(Exception):
    """Something in a request cannot be used: each with the field and the reason. `kind` is the problem's name."""

    def __init__(self, errors: list[dict[str, str]], kind: str = "invalid-request") -> None:
        self.kind = kind
        super().__init__("; ".join(f"{error['field']}: {error['detail']}" for error in errors))
        self.errors = errors


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


class _Received(BaseModel):
    """Something sent to us."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class DeadlineQuery(_Received):
    """Which birth, and as of which day."""

    born: Births
    on: CivilDay | None = Field(None, description="The day to count on; today unless it is given.")


class CentresQuery(_Received):
    """From where distance is measured."""

    postcode: Text | None = Field(
        None, description="Any postcode of the United Kingdom: the nearest centres come first."
    )


class AvailabilityQuery(_Received):
    """For whom, from where, and which days."""

    born: Births
    postcode: Text | None = Field(
        None, description="Any postcode of the United Kingdom: the nearest centres come first."
    )
    interpreter: Truth = Field(
        default=False, description="Whether an interpreter is needed: the appointment is longer."
    )
    centre: Annotated[int, Field(ge=1, le=MOST_NUMBER)] | None = Field(
        None, description="One centre only, by its `id`."
    )
    first: CivilDay | None = Field(None, alias="from", description="The first day; today unless it is given.")
    last: CivilDay | None = Field(
        None, alias="to", description=f"The last day; at most {MOST_DAYS} days a call, which is the default."
    )
    places: Truth = Field(default=False, description="Whether to count how many families each start still takes.")


class HoldBody(_Received):
    """A time to keep."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"centre": 3, "start": "2026-11-24T09:30:00+00:00", "born": ["2026-11-19"], "interpreter": False}
            ]
        }
    )

    centre: CentreId
    start: Moment = Field(description="One of the starts listed as free.")
    born: Births
    interpreter: StrictBool = Field(default=False, description="Whether an interpreter is needed.")


class BookingBody(_Received):
    """What turns a hold into a booking. At least one of email and phone is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "hold": "the text that a hold answered with",
                    "married_or_civil_partners": False,
                    "both_parents_named": True,
                    "attending": "both",
                    "name": "Aoife O’Brien",
                    "email": "aoife@example.org",
                    "phone": "07700 900982",
                    "language": "en",
                    "access_needs": "",
                    "share_with_centre": True,
                    "born_in_district": True,
                }
            ]
        }
    )

    hold: Annotated[Text, StringConstraints(min_length=1, max_length=400)] = Field(
        description="What a hold answered with."
    )
    married_or_civil_partners: StrictBool = Field(
        description="Whether the parents were married to, or in a civil partnership with, each other at the birth."
    )
    both_parents_named: StrictBool = Field(description="Whether both are to be named on the birth certificate.")
    attending: Attending = Field(description="Who is coming.")
    name: Annotated[Words, StringConstraints(min_length=1, max_length=MOST_NAME)] = Field(
        description="The name of the parent who books. No baby’s name is asked for."
    )
    email: Annotated[Email | None, Optional] = Field(None, description="Needed where there is no phone.")
    phone: Annotated[Phone | None, Optional] = Field(
        None, description="A mobile number; needed where there is no email."
    )
    second_contact: Annotated[Contact | None, Optional] = Field(
        None, description="The e-mail address or mobile number of someone else to tell."
    )
    language: Language = "en"
    access_needs: Annotated[Words, StringConstraints(max_length=1000)] = Field("", description="In the family’s words.")
    share_with_centre: StrictBool = Field(description="The family’s answer to whether the centre may have its details.")
    born_in_district: StrictBool = Field(
        description="Whether the baby was born in this registration district; a declaration is booked otherwise."
    )

    @model_validator(mode="after")
    def _reachable(self) -> "BookingBody":
        if not (self.email or self.phone):
            raise ValueError("email or phone: at least one is needed")
        return self


class MoveBody(_Received):
    """The new time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "2026-11-26T15:30:00+00:00", "centre": 3}]})

    start: Moment = Field(description="One of the starts listed as free.")
    centre: CentreId


class DeadlineAnswer(BaseModel):
    """The dates that govern a birth."""

    born: date
    on: date
    day_number: int = Field(description="Days since the birth, which is day 0.")
    last_lawful_day: date
    first_late_day: date
    registrar_general_authority_from: date
    days_left: int = Field(description="Days to the last lawful day; below nought once late.")
    legal_status: LegalStatus


class CentreAnswer(BaseModel):
    """A centre that takes part."""

    id: int
    name: str
    kind: str
    cluster: str
    address: str
    postcode: str
    latitude: float | None
    longitude: float | None
    distance_km: float | None


class StartWithPlaces(BaseModel):
    """A start, and how many families may still book it."""

    start: AwareDatetime
    places: int


class DayAnswer(BaseModel):
    """The free starts of a day; in_time says whether the day is within the 42 days."""

    date: date
    in_time: bool
    starts: list[AwareDatetime] | list[StartWithPlaces] = Field(
        description="With places=true, how many families each takes."
    )


class CentreDays(BaseModel):
    """The free days of a centre."""

    id: int
    name: str
    cluster: str
    distance_km: float | None
    days: list[DayAnswer]


class AvailabilityAnswer(BaseModel):
    """Every free start asked for, the nearest centre first."""

    last_lawful_day: date
    centres: list[CentreDays]


class HoldAnswer(BaseModel):
    """A kept time, and until when."""

    hold: str = Field(description="To book with, and known to nobody else.")
    expires_at: AwareDatetime
    centre: int
    start: AwareDatetime
    end: AwareDatetime


class AlternativeAnswer(BaseModel):
    """Another time instead of the one that cannot be had."""

    kind: Literal["same_day", "same_centre", "other_centre"]
    centre: int
    name: str
    start: AwareDatetime


class BookingAnswer(BaseModel):
    """A booking as its family sees it."""

    reference: str
    link: str = Field(description="Where the family sees, moves and cancels it. Its last segment is the token.")
    state: Literal["booked", "cancelled"]
    start: AwareDatetime
    end: AwareDatetime
    centre: int
    centre_name: str
    address: str
    kind: Literal["registration", "declaration"]
    born: list[date]
    last_lawful_day: date
    in_time: bool
    who_must_come: str = Field(description="A sentence.")
    bring: list[str]
    version: int = Field(description="Grows by one with each change.")
    needs_new_time: bool = Field(
        description="True while the time does not stand: the registrar is away, or the centre closed. Move it, or answer the offer."
    )
    offer: str | None = Field(
        description="Where the family accepts or declines another time that is kept for it; null where none is."
    )


class FieldFault(BaseModel):
    """One thing that cannot be used."""

    field: str
    detail: str


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldFault] | None = None
    alternatives: list[AlternativeAnswer] | None = None


def from_query(model: type[M], args: MultiDict[str, str]) -> M:
    """Read a query string; Fault names everything that cannot be used, also what is given twice but may be once only."""
    given: dict[str, Any] = {}
    twice: list[dict[str, str]] = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        several = "list" in str(field.annotation)
        if key in args:
            given[key] = args.getlist(key) if several else args[key]
        if len(args.getlist(key)) > 1 and not several:
            twice.append({"field": key, "detail": "must be given once only"})
    if twice:
        raise Fault(twice)
    return from_values(model, given)


def from_values(model: type[M], given: object) -> M:
    """Read a JSON value; Fault names everything that cannot be used."""
    try:
        with force_locale("en"):  # programs are answered in one language
            return model.model_validate(given)
    except ValidationError as error:
        raise Fault([_fault(one) for one in error.errors(include_url=False, include_input=False)]) from None


def _fault(error: Any) -> dict[str, str]:  # noqa: ANN401 -- pydantic's own details
    detail = in_plain_words(error["type"], str(error["msg"]), error.get("ctx", {}))
    field = ".".join(str(part) for part in error["loc"])
    return {"field": field or "body", "detail": detail}
