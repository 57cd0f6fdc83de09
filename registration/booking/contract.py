"""What programs send and receive: the one place that knows pydantic. The OpenAPI description is made from these."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)
from werkzeug.datastructures import MultiDict

from registration.booking.rules.attendance import Attending
from registration.booking.rules.deadline import LegalStatus
from registration.booking.rules.requests import MOST_BABIES
from registration.common import contacts
from registration.common.text import storable
from registration.families.rules import MOST_NAME

M = TypeVar("M", bound=BaseModel)
MOST_NUMBER = 2**31 - 1


class Fault(Exception):
    """Something in a request cannot be used: each with the field and the reason. `kind` is the problem's name."""

    def __init__(self, errors: list[dict[str, str]], kind: str = "invalid-request") -> None:
        self.kind = kind
        super().__init__("; ".join(f"{error['field']}: {error['detail']}" for error in errors))
        self.errors = errors


def _civil_day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return value
    raise ValueError("must be a date like 2026-10-11")


def _moment(value: object) -> object:
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}", value, re.ASCII):
        return value
    raise ValueError("must be a time with its offset like 2026-11-24T09:30:00+00:00")


def _whole_minute(value: datetime) -> datetime:
    if value.second or value.microsecond:
        raise ValueError("must be a whole minute")
    return value


def _truth(value: object) -> object:
    if value in {"true", "false", True, False}:
        return value in {"true", True}
    raise ValueError("must be true or false")


CivilDay = Annotated[date, BeforeValidator(_civil_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_whole_minute)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Births = Annotated[list[CivilDay], Field(min_length=1, max_length=MOST_BABIES, description="One date of birth per baby.")]
Text = Annotated[str, AfterValidator(storable)]
Words = Annotated[Text, StringConstraints(strip_whitespace=True)]
CentreId = Annotated[StrictInt, Field(ge=1, le=MOST_NUMBER)]


class _Received(BaseModel):
    """Something sent to us."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class DeadlineQuery(_Received):
    """Which birth, and as of which day."""

    born: Births
    on: CivilDay | None = None


class CentresQuery(_Received):
    """From where distance is measured."""

    postcode: Text | None = None


class AvailabilityQuery(_Received):
    """For whom, from where, and which days: at most 42, from today unless `from` is given."""

    born: Births
    postcode: Text | None = None
    interpreter: Truth = False
    centre: Annotated[int, Field(ge=1, le=MOST_NUMBER)] | None = None
    first: CivilDay | None = Field(None, alias="from")
    last: CivilDay | None = Field(None, alias="to")
    places: Truth = False


class HoldBody(_Received):
    """A time to keep."""

    centre: CentreId
    start: Moment
    born: Births
    interpreter: StrictBool = False


class BookingBody(_Received):
    """What turns a hold into a booking. At least one of email and phone is needed."""

    hold: Annotated[Text, StringConstraints(min_length=1, max_length=400)]
    married_or_civil_partners: StrictBool
    both_parents_named: StrictBool
    attending: Attending
    name: Annotated[Words, StringConstraints(min_length=1, max_length=MOST_NAME)]
    email: Annotated[Text, StringConstraints(max_length=320), AfterValidator(contacts.email)] | None = None
    phone: Annotated[Text, StringConstraints(max_length=40), AfterValidator(contacts.mobile)] | None = None
    second_contact: Annotated[Text, StringConstraints(max_length=320), AfterValidator(contacts.contact)] | None = None
    language: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35), Field(description="BCP 47")
    ] = "en"
    access_needs: Annotated[Words, StringConstraints(max_length=1000)] = ""
    share_with_centre: StrictBool
    born_in_district: StrictBool

    @model_validator(mode="after")
    def _reachable(self) -> "BookingBody":
        if not (self.email or self.phone):
            raise ValueError("email or phone: at least one is needed")
        return self


class MoveBody(_Received):
    """The new time."""

    start: Moment
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
    starts: list[AwareDatetime] | list[StartWithPlaces]


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

    hold: str
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
    """A booking as its family sees it. The last segment of `link` is the secret that shows, moves and cancels it."""

    reference: str
    link: str
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
    who_must_come: str
    bring: list[str]
    version: int


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
    """Read a query string; Fault names everything that cannot be used."""
    given: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in args:
            given[key] = args.getlist(key) if "list" in str(field.annotation) else args[key]
    return from_values(model, given)


def from_values(model: type[M], given: object) -> M:
    """Read a JSON value; Fault names everything that cannot be used."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Fault([_fault(one) for one in error.errors(include_url=False, include_input=False)]) from None


def _fault(error: Any) -> dict[str, str]:  # noqa: ANN401 -- pydantic's own details
    detail = str(error["msg"]).removeprefix("Value error, ")
    field = ".".join(str(part) for part in error["loc"])
    return {"field": field or "body", "detail": detail}
