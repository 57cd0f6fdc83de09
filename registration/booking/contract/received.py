"""What programs send."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from registration.booking.contract.kinds import (
    MOST_DAYS,
    MOST_NUMBER,
    MOST_SERVICES,
    Births,
    CentreId,
    CivilDay,
    Contact,
    Email,
    Language,
    Moment,
    Optional,
    Phone,
    Postcode,
    ServiceId,
    Text,
    Truth,
    Words,
)
from registration.booking.rules.attendance import Attending
from registration.families.rules import MOST_NAME


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
    share_with_centre: StrictBool = Field(
        description="The family’s answer to whether the centre may have its details: name, email, phone, baby’s date of birth and "
        "language."
    )
    born_in_district: StrictBool = Field(
        description="Whether the baby was born in this registration district; a declaration is booked otherwise."
    )
    postcode: Annotated[Postcode | None, Optional] = Field(
        None, description="Where the family lives: it tells which centre is its own."
    )
    tell_other_services: StrictBool | None = Field(
        None,
        description="The family’s answer to whether other services are told too. Ask it only after a yes to the centre, and leave "
        "it out where you did not ask.",
    )
    other_services: Annotated[list[ServiceId], Field(max_length=MOST_SERVICES)] = Field(
        default=[], description="The `id`s of the services that question named, as `/api/v1/other-services` lists them."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "BookingBody":
        if not (self.email or self.phone):
            raise ValueError("email or phone: at least one is needed")
        if self.tell_other_services is not None and not self.other_services:
            raise ValueError("other_services: needed with tell_other_services")
        if self.tell_other_services and not self.share_with_centre:
            raise ValueError("tell_other_services: a yes needs a yes to the centre first")
        return self


class MoveBody(_Received):
    """The new time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "2026-11-26T15:30:00+00:00", "centre": 3}]})

    start: Moment = Field(description="One of the starts listed as free.")
    centre: CentreId
