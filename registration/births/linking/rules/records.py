"""A row of a file of births, bookings or members, as it was written and as it is compared; and what linking finds."""

import hashlib
import re
from dataclasses import dataclass

from registration.births.linking.rules.names import Name, baby_name, compared
from registration.families.rules import name_words, same_email

#: A pair at least this probable is taken for one baby; one at least that probable is for a person to look at.
ACCEPT, REVIEW = 0.95, 0.05
_OUTWARD = re.compile(r"(?P<outward>[A-Z]{1,2}[0-9][A-Z0-9]?)[0-9][A-Z]{2}")
_SHORTEST_NUMBER = 7
_NATIONAL_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Record:
    """One baby as one system has it. Text as it was written, empty where there is none.

    Dates of birth are written 2026-11-22; the mother's may be a slip of the hand that is no day, 1995-02-31. Sex is "F" or "M".
    """

    unique_id: str
    m_given: str = ""
    m_surname: str = ""
    m_dob: str = ""
    c_given: str = ""
    c_surname: str = ""
    c_dob: str = ""
    c_sex: str = ""
    postcode: str = ""
    house: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A record in the forms that are compared; None is not known. Telephone and e-mail are digests."""

    mother_given: Name | None
    mother_surname: Name | None
    mother_born: str | None
    given: Name | None
    surname: Name | None
    born: str | None
    sex: str | None
    postcode: str | None
    outward: str | None
    house: str | None
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of each file that may be one baby, and how probably (0 to 1) they are."""

    left: str
    right: str
    probability: float


@dataclass(frozen=True, slots=True)
class Linked:
    """Every row in at most one pair, in the order of the left file's ids; `exact_only`: found by equality, not weighed."""

    pairs: tuple[Pair, ...]
    exact_only: bool = False

    def accepted(self) -> tuple[Pair, ...]:
        """Give the pairs that count as one baby without anybody looking."""
        return tuple(pair for pair in self.pairs if pair.probability >= ACCEPT)

    def to_review(self) -> tuple[Pair, ...]:
        """Give the pairs that a person must look at."""
        return tuple(pair for pair in self.pairs if REVIEW <= pair.probability < ACCEPT)


def as_compared(record: Record) -> Compared:
    """Give a record in the forms that are compared."""
    postcode = re.sub(r"[^A-Z0-9]", "", record.postcode.upper()) or None
    return Compared(
        mother_given=compared(record.m_given),
        mother_surname=compared(record.m_surname),
        mother_born=_day(record.m_dob) if record.m_dob != record.c_dob else None,  # the baby's, written down twice
        given=baby_name(record.c_given),
        surname=compared(record.c_surname),
        born=_day(record.c_dob),
        sex=record.c_sex or None,
        postcode=postcode,
        outward=outward(postcode) if postcode else None,
        house=house(record.house),
        phone=_digest(telephone(record.phone)),
        email=_digest(same_email(record.email)),
    )


def _day(text: str) -> str | None:
    """Give a day's ten characters, which are compared one by one; None for what is none."""
    return text if len(text) == len("2026-11-22") else None


def outward(postcode: str) -> str:
    """Give the part of a postcode that names the district, HX1 of HX11AA; the whole of what is none of ours."""
    found = _OUTWARD.fullmatch(postcode)
    return found["outward"] if found else postcode


def house(text: str) -> str | None:
    """Give the numbers of an address's first line, "3 12a" of "Flat 3, No. 012 A"; its words where it has none."""
    words = name_words(re.sub(r"(\d)\s+([a-zA-Z])\b", r"\1\2", text))
    numbers = [word.lstrip("0") or "0" for word in words if word[0].isdigit()]
    return " ".join(numbers or words) or None


def telephone(text: str) -> str:
    """Give a telephone number without its country and leading zeros, +44 7700 900123 as 7700900123; empty where there is none."""
    digits = re.sub(r"\D", "", text)
    return digits[-_NATIONAL_DIGITS:].lstrip("0") if len(digits) >= _SHORTEST_NUMBER else ""


def _digest(text: str) -> str | None:
    """Give what is the same for the same contact and shows nothing of it (SHA-256, shortened); None where there is none."""
    return hashlib.sha256(text.encode()).hexdigest()[:24] if text else None
