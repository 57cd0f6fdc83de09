"""Who must come to register, and what they bring.

Births and Deaths Registration Act 1953 ss.1, 2 and 10; Human Fertilisation and Embryology Act 2008 ss.42 and 43. Parents married to
or in a civil partnership with each other at the birth: either alone. Otherwise both are named only if both come, or one comes
with the other's statutory declaration, a parental responsibility agreement or a court order. The mother alone always may.
"""

from dataclasses import dataclass
from enum import StrEnum


class Attending(StrEnum):
    """Who a family says is coming."""

    MOTHER = "mother"
    OTHER_PARENT = "other_parent"
    BOTH = "both"


class WhoMustCome(StrEnum):
    """Who has to be there for the birth to be registered as the family wants."""

    EITHER_PARENT = "either_parent"
    BOTH_PARENTS = "both_parents"
    MOTHER = "mother"
    MOTHER_WITH_PAPERS = "mother_with_papers"
    OTHER_PARENT_WITH_PAPERS = "other_parent_with_papers"


class Bring(StrEnum):
    """Things to bring; none is a condition in law but the papers (s.10)."""

    IDENTITY = "identity"
    ADDRESS = "address"
    RED_BOOK = "red_book"
    MARRIAGE_CERTIFICATE = "marriage_certificate"
    PAPERS = "papers"
    CARD = "card"


class MotherMustCome(ValueError):
    """The mother has to come when only she is to be named."""


@dataclass(frozen=True, slots=True)
class Parents:
    """What the law needs to know of the parents' tie. Nothing else about them is asked."""

    married_or_civil_partners: bool
    both_parents_named: bool
    attending: Attending


def who_must_come(parents: Parents) -> WhoMustCome:
    """Decide who has to be there; MotherMustCome where the one who is coming cannot register this birth."""
    if parents.married_or_civil_partners:
        return WhoMustCome.EITHER_PARENT
    if not parents.both_parents_named:
        if parents.attending is Attending.OTHER_PARENT:
            raise MotherMustCome
        return WhoMustCome.MOTHER
    if parents.attending is Attending.BOTH:
        return WhoMustCome.BOTH_PARENTS
    if parents.attending is Attending.MOTHER:
        return WhoMustCome.MOTHER_WITH_PAPERS
    return WhoMustCome.OTHER_PARENT_WITH_PAPERS


def needs_papers(who: WhoMustCome) -> bool:
    """Say whether one parent comes for two, so that only papers put both on the certificate."""
    return who in {WhoMustCome.MOTHER_WITH_PAPERS, WhoMustCome.OTHER_PARENT_WITH_PAPERS}


def what_to_bring(parents: Parents, *, declaration: bool = False) -> tuple[Bring, ...]:
    """List what to bring, what matters most first. With a declaration (s.9) no certificate is sold that day."""
    who = who_must_come(parents)
    first = (Bring.PAPERS,) if needs_papers(who) else ()
    married = (Bring.MARRIAGE_CERTIFICATE,) if parents.married_or_civil_partners else ()
    card = () if declaration else (Bring.CARD,)
    return (*first, Bring.IDENTITY, Bring.ADDRESS, *married, Bring.RED_BOOK, *card)
