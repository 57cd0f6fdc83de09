"""The agreement in plain English: clause by clause, filled from its terms, as it is printed and signed.

Its elements are those the report of 2014 and the code of practice on data sharing (Information Commissioner, 2021) ask for:
parties, purpose, items, lawful basis and gateway, frequency, method, access, retention and proof of deletion, accuracy,
objections and who passes them on, breaches, freedom of information, training, review, exit, signatures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from registration.births.agreements.rules.delivery import GRACE
from registration.births.agreements.rules.items import CENTRE_SEES, ITEMS, NEVER
from registration.births.agreements.rules.standing import EVERY
from registration.births.agreements.rules.terms import Notice, Terms


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its heading, what it says, and a table of (item, what it is needed for) where it has one."""

    heading: str
    says: tuple[str, ...]
    items: tuple[tuple[str, str], ...] = ()

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> "Clause":
        """Give a clause as it was kept when the agreement was signed."""
        return cls(row["heading"], tuple(row["says"]), tuple((words, why) for words, why in row["items"]))


def clauses(terms: Terms) -> tuple[Clause, ...]:
    """Write an agreement out, clause by clause."""
    return tuple(clause for part in _PARTS for clause in part(terms))


def fingerprint(terms: Terms, *seen: object) -> str:
    """Give a short digest of terms, and of whatever else was seen with them: another one means that something changed."""
    return sha256(repr((sorted(asdict(terms).items()), seen)).encode()).hexdigest()[:16]


def _who_and_why(terms: Terms) -> Iterator[Clause]:
    yield Clause(
        "Who this agreement is between",
        (
            f"{terms.provider} (“the sender”) gives details of new births. {terms.recipient} (“the council”) receives them.",
            f"Whom to ask at the sender: {terms.provider_contact}",
            f"Whom to ask at the council: {terms.recipient_contact}",
            "Each side answers for what it does with the details, as a controller of its own.",
        ),
    )
    yield Clause("What it is for", (terms.purpose,))


def _what(terms: Terms) -> Iterator[Clause]:
    never = (
        f"Nothing else is shared. Never sent, and left out at the door if they come all the same: {', '.join(NEVER)}."
    )
    if not terms.items:
        only = "Only the number of births in each area and period, and nothing of any family."
        yield Clause("What is shared", (only, never))
        return
    yield Clause(
        "What is shared",
        ("Of each live birth to a family that lives in the council’s area, and of nobody else:", never),
        tuple((ITEMS[name].words, ITEMS[name].why) for name in terms.items),
    )


def _law(terms: Terms) -> Iterator[Clause]:
    yield Clause("The law", (terms.lawful_basis, terms.gateway))


def _sending(terms: Terms) -> Iterator[Clause]:
    late = f"The births of a period come within {GRACE.days} days after it ends."
    yield Clause("How often", (f"The sender sends {EVERY[terms.frequency]}. {late}",))
    yield Clause("How it is sent", (terms.method,))
    seen = ", ".join(ITEMS[name].words for name in terms.items if name in CENTRE_SEES)
    no_more = (f"Of a family’s details a centre sees no more than these: {seen}.",) if seen else ()
    yield Clause("Who may see it", (terms.access_roles, *no_more))


def _keeping(terms: Terms) -> Iterator[Clause]:
    yield Clause(
        "How long it is kept, and proof that it is deleted",
        (
            (
                f"Who a family is, is deleted {_days(terms.retention_days)} after its file came. The file itself is not kept. "
                "What stays are the day of birth and the centre’s area, to be counted."
            ),
            (
                "Each deletion is recorded: how many records, when, by which rule, and a digest by which the sender can check that "
                "its own records are among them. The council shows that record when asked."
            ),
            "What came under an earlier agreement between the same two sides for the same details is kept under this one.",
        ),
    )


def _families(terms: Terms) -> Iterator[Clause]:
    told = (
        "The sender tells each family, in words that are no small print, before it sends the family’s details."
        if terms.notice is Notice.BY_SOURCE
        else f"The council writes to each family and waits {_days(terms.notice_days)} before it tells the family’s centre."
    )
    yield Clause(
        "What families are told, and objections",
        (
            f"{told} The family hears what is shared, with whom, why, and how to object.",
            (
                "A family may object at any time and to either side: by telephone, online, by letter or in person. It need give no "
                "reason. Whoever hears it tells the other side within 2 working days. From that moment nothing of the family goes "
                "to a centre, whichever source it came from, and the sender leaves it out of later files."
            ),
            (
                "Where a baby was stillborn or has died, the sender says so within 1 working day, and the council takes the "
                "family out of every list and message at once."
            ),
            "A family that asks what is held of it, or asks for a correction, is answered by the side it asked, within one month.",
        ),
    )


def _care(_terms: Terms) -> Iterator[Clause]:
    yield Clause(
        "Keeping it right",
        (
            (
                "The sender sends what it holds, checked for mistakes. A side that finds one tells the other, and corrections come "
                "with the next file. The council refuses a file it cannot read whole, and says what is wrong with it."
            ),
        ),
    )
    yield Clause(
        "If something goes wrong",
        (
            (
                "A side that loses details, or shows them to the wrong person, tells the other side within 24 hours "
                "of knowing. Whoever answers for it tells the Information Commissioner (now the Information Commission) within 72 "
                "hours where the law asks for it (UK GDPR article 33), and families at risk (article 34)."
            ),
        ),
    )
    yield Clause(
        "Freedom of information",
        (
            (
                "This agreement may be published. A side that is asked for what it holds under it hears the other side first, and "
                "gives out nothing by which a family could be known."
            ),
        ),
    )
    yield Clause(
        "Training",
        (
            (
                "Everybody who sees the details has been trained in data protection within the last 12 months, and has read the "
                "council’s page of sharing rules."
            ),
        ),
    )


def _time(terms: Terms) -> Iterator[Clause]:
    last = f" It ends with {_day(terms.ends_on)}." if terms.ends_on else " It goes on until a side ends it."
    yield Clause(
        "From when, and review",
        (
            f"This agreement is in force from {_day(terms.starts_on)}.{last}",
            (
                f"Both sides review it by {_day(terms.review_on)}: whether it is still needed, whether fewer items would do, and "
                "whether what was promised came."
            ),
        ),
    )
    yield Clause(
        "Ending it",
        (
            (
                "Either side may end it with 30 days’ notice in writing, and at once where the other breaks it. From the day it "
                "ends nothing more is sent or taken in, and no centre sees a family by it. What was sent is deleted as above."
            ),
        ),
    )
    if terms.other_terms:
        yield Clause("What else is agreed", tuple(filter(None, terms.other_terms.split("\n"))))


_PARTS = (_who_and_why, _what, _law, _sending, _keeping, _families, _care, _time)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
