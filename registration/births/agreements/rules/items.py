"""What may be agreed to come of a birth, each with what it is needed for; and what is never taken.

Only what a centre needs to welcome a family, or what tells one family from another, is on the list (UK GDPR Art 5(1)(c),
Caldicott principles 2 and 3). The report of 2014 names a parent's name, date of birth and address.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a birth: what people call it, and what it is needed for."""

    words: str
    why: str


_TELL_APART = "To tell families apart, and to see that a family that booked is the same"
_SAME_FAMILY = "To see that a family that booked is the same. No centre is given it"
_FIND_AREA = "To find whose area the family lives in"
_WRITE = "To write to the family"

#: By the names under which files bring them in, in the order of the agreement.
ITEMS: Mapping[str, Item] = {
    "born": Item("Baby’s date of birth", "To welcome the family in its first weeks, and to count births by month"),
    "birth_order": Item("Birth order of twins or more", "To see that twins are one family"),
    "sex": Item("Baby’s sex", _TELL_APART),
    "baby_given": Item("Baby’s given names", _TELL_APART),
    "baby_surname": Item("Baby’s last name", _TELL_APART),
    "mother_given": Item("Mother’s given names", "To address the family by its name"),
    "mother_surname": Item("Mother’s last name", "To address the family by its name"),
    "mother_born": Item("Mother’s date of birth", _TELL_APART),
    "house": Item("House number or name", _WRITE),
    "address": Item("Address", _WRITE),
    "postcode": Item("Postcode", _FIND_AREA),
    "phone": Item("Telephone number", _SAME_FAMILY),
    "email": Item("Email address", _SAME_FAMILY),
}

#: What a centre sees of a family by an agreement, as far as it is among the items agreed.
CENTRE_SEES = frozenset({"born", "mother_given", "mother_surname", "house", "address", "postcode"})

#: Without it nothing of a birth can be used.
NEEDED = "born"
#: What a new draft begins with.
USUAL = tuple(name for name in ITEMS if name not in {"phone", "email"})
#: Left out at the door whatever a file brings: a welcome needs none of it.
NEVER = ("birth weight", "length of pregnancy (gestation)", "ethnicity", "general practitioner (GP)", "NHS number")


def in_order(names: Collection[str]) -> tuple[str, ...]:
    """Give items in the order of the agreement; KeyError for a name that is none of them."""
    for name in names:
        ITEMS[name]
    return tuple(name for name in ITEMS if name in names)
