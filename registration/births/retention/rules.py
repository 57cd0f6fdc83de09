"""What kinds of record there are, how long each is kept, and how a deletion is proven."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

#: Bands of days from birth to appointment: what is left of a birth date once nobody may be told from it.
BANDS = (0, 15, 29, 36, 43)


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one kind is kept: the number of the council's own file, its unit, and from when it counts, in words."""

    kind: str
    title: str
    setting: str
    unit: str
    since: str
    becomes: str

    def said(self, number: int) -> str:
        """Say the rule: '12 months after the appointment: emptied of who it is; ...'."""
        unit = self.unit if number != 1 else self.unit.removesuffix("s")
        return f"{number} {unit} after {self.since}: {self.becomes}"


RULES: Sequence[Rule] = (
    Rule(
        "bookings",
        "Bookings and their families",
        "booking_months",
        "months",
        "the appointment",
        "emptied of who it is; the band of days, the centre, the outcome and the month stay to be counted",
    ),
    Rule(
        "families",
        "Families that told of themselves without booking",
        "family_months",
        "months",
        "they were last heard of",
        "emptied of who it is",
    ),
    Rule("wishes", "Wishes to join a centre", "wish_days", "days", "the wish or the appointment", "deleted"),
    Rule(
        "messages",
        "Messages",
        "message_days",
        "days",
        "they were written",
        "emptied of the address and of what they said; that one was sent stays",
    ),
    Rule("journeys", "Answers on the way to a booking", "journey_hours", "hours", "the last answer", "deleted"),
    Rule(
        "disclosures",
        "To whom details went",
        "disclosure_months",
        "months",
        "they went",
        "deleted",
    ),
    Rule(
        "contacts", "What centres noted of contacts with families", "contact_months", "months", "the contact", "deleted"
    ),
)

#: What each kind of record that was deleted is called; live births have their rule in their agreement.
TITLES: Mapping[str, str] = {rule.kind: rule.title for rule in RULES} | {"live_births": "Live births"}


def proof(keys: Iterable[str]) -> str:
    """Give the SHA-256 of the keys of records deleted, sorted, one a line: who holds the keys can check that theirs went."""
    return sha256("\n".join(sorted(keys)).encode()).hexdigest()


def days_of_band(days: int) -> int:
    """Give the first day of the band in which so many days from birth to appointment lie; 0 for those before the birth."""
    return max((first for first in BANDS if first <= days), default=0)
