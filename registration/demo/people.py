"""Invented families: names from several communities, contacts that reach nobody.

E-mail addresses are at example.com (RFC 2606); mobile numbers are from the range Ofcom keeps for drama, 07700 900000 to
900999.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from random import Random

from registration.demo.invented import Community, communities

DRAMA, DRAMA_NUMBERS = "+447700900", 1000
NEEDS = (
    "I use a wheelchair.",
    "We will bring our two older children.",
    "I had a caesarean and cannot stand for long.",
    "My hearing is poor. Please face me when you speak.",
)


@dataclass(frozen=True, slots=True)
class InventedFamily:
    """A family as it booked: who it is, how it is reached, what it answered."""

    name: str
    language: str
    locale: str
    email: str | None
    mobile: str | None
    second_contact: str | None
    letter_address: str | None
    access_needs: str
    married: bool
    both_named: bool
    attending: str
    declaration: bool
    channel: str
    share: bool
    joins: bool
    home: str


class People:
    """Families, one after another, all different from the ones before."""

    def __init__(self, chance: Random, postcodes: Sequence[str]) -> None:
        self._chance = chance
        self._postcodes = postcodes
        self._numbers = count(1)
        self._mobiles = count()
        self._given: set[tuple[tuple[date, ...], str]] = set()
        self._shares = [community.share for community in communities()]

    def family(self, births: tuple[date, ...], *, interpreter: bool, kept: bool) -> InventedFamily:
        """Invent the next family; `kept` where its time is one of those for the telephone desk."""
        chance, number = self._chance, next(self._numbers)
        community = self._community(interpreter=interpreter)
        given, last = chance.choice(community.given), chance.choice(community.family)
        telephone = kept or number % 6 == 0
        letter = telephone and number % 3 == 0
        email = f"{given}.{last}{number}@example.com".casefold()
        has_mobile, has_email = _reached_by(number, letter=letter)
        married = chance.random() < 0.5  # noqa: PLR2004 -- about half of births in England
        both = married or chance.random() < 0.9  # noqa: PLR2004
        share = chance.random() < 0.8  # noqa: PLR2004
        home = f"{chance.randint(1, 99)} Invented Street\n{chance.choice(self._postcodes)}"
        return InventedFamily(
            name=f"{given} {last}",
            language=community.language if interpreter or community.locale != "en" else "en",
            locale=community.locale,
            email=email if has_email else None,
            mobile=self.mobile(births) if has_mobile else None,
            second_contact=f"partner{number}@example.com" if number % 7 == 0 and not letter else None,
            letter_address=home if letter else None,
            access_needs=chance.choice(NEEDS) if number % 12 == 0 else "",
            married=married,
            both_named=both,
            attending=_attending(chance, married=married, both_named=both),
            declaration=number % 25 == 0,
            channel="telephone" if telephone else "online",
            share=share,
            joins=share and number % 3 == 0,
            home=home,
        )

    def mobile(self, births: tuple[date, ...]) -> str:
        """Give a number of the drama range that no family with the same dates of birth has."""
        while True:
            number = f"{DRAMA}{next(self._mobiles) % DRAMA_NUMBERS:03}"
            if (births, number) not in self._given:
                self._given.add((births, number))
                return number

    def _community(self, *, interpreter: bool) -> Community:
        while True:
            found = self._chance.choices(communities(), self._shares)[0]
            if not interpreter or found.language != "en":
                return found


def _reached_by(number: int, *, letter: bool) -> tuple[bool, bool]:
    """Say whether a family gives a mobile number and an e-mail address: at least one, unless it wants letters."""
    if letter:
        return False, False
    return number % 10 != 1, number % 5 != 2  # noqa: PLR2004 -- no number has both remainders at once


def _attending(chance: Random, *, married: bool, both_named: bool) -> str:
    if married:
        return chance.choice(("mother", "other_parent", "both"))
    return chance.choices(("both", "mother"), (9, 1))[0] if both_named else "mother"
