"""The terms of one data sharing agreement, as they are drafted and signed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registration.births.agreements.rules.delivery import Frequency


class Origin(StrEnum):
    """Where the details of births come from; law and signatures differ by it."""

    NHS = "nhs"
    REGISTRATION = "registration"
    OTHER = "other"


class Notice(StrEnum):
    """Who tells families before a centre is told: the source before it sends, or the council by letter."""

    BY_SOURCE = "by_source"
    BY_LETTER = "by_letter"


@dataclass(frozen=True, slots=True)
class Terms:
    """What two sides agree. `items` are names of ITEMS; none at all means that only numbers of births by area come.

    `retention_days` counts from the day a file came, `notice_days` from the council's letter. `ends_on` is the last day, None
    where the agreement goes on until somebody ends it.
    """

    source: str
    origin: Origin
    provider: str
    recipient: str
    provider_contact: str
    recipient_contact: str
    purpose: str
    items: tuple[str, ...]
    lawful_basis: str
    gateway: str
    frequency: Frequency
    method: str
    access_roles: str
    retention_days: int
    notice: Notice
    notice_days: int
    starts_on: date
    review_on: date
    ends_on: date | None = None
    other_terms: str = ""
