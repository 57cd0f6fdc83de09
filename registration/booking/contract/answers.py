"""What programs are answered with."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from registration.booking.rules.deadline import LegalStatus


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


class ServiceAnswer(BaseModel):
    """A service besides the centre that is told of a family, where the family agrees."""

    id: int
    name: str = Field(description="As families know it: name it when you ask.")


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
