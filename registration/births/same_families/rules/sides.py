"""What a person sees of two records to decide whether they are one family's: no more than both tell."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from registration.families.rules import name_words, same_email


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a pair, with no more than what two records can be compared by; empty is not known."""

    source: str
    name: str
    born: tuple[date, ...]
    babies: tuple[str, ...] = ()
    postcode: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text, and whether the other side has another."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that both records tell: what it is, both sides in pieces, and whether they say the same.

    `partly`: all that one of them says, the other says too.
    """

    label: str
    left: tuple[Part, ...]
    right: tuple[Part, ...]
    same: bool
    partly: bool = False


def side_by_side(left: Side, right: Side) -> list[Line]:
    """Give what both records tell, line by line. What only one tells decides nothing, and is shown to nobody."""
    homes = _street(left), _street(right)
    told = [
        ("Parent’s name", left.name, right.name, name_words(left.name) == name_words(right.name)),
        ("Born", _days(left.born), _days(right.born), left.born == right.born),
        ("Baby’s name", *_names(left.babies, right.babies)),
        ("Postcode", left.postcode, right.postcode, _plain(left.postcode) == _plain(right.postcode)),
        ("Address", *homes, _plain(homes[0]) == _plain(homes[1])),
        ("Mobile number", _end(left.phone), _end(right.phone), left.phone == right.phone),
        ("Email address", _masked(left.email), _masked(right.email), same_email(left.email) == same_email(right.email)),
    ]
    return [
        Line(label, *_parts(one, other, same=same), same, label == "Address" and not same and _within(one, other))
        for label, one, other, same in told
        if one and other
    ]


def only_one(left: Side, right: Side) -> list[str]:
    """Name what only one of the two records tells."""
    labels = {
        "a baby’s name": (left.babies, right.babies),
        "a postcode": (left.postcode, right.postcode),
        "an address": (left.address, right.address),
        "a mobile number": (left.phone, right.phone),
        "an email address": (left.email, right.email),
    }
    return [label for label, (one, other) in labels.items() if bool(one) is not bool(other)]


def _street(side: Side) -> str:
    """Give an address without the postcode, which is compared by itself."""
    postcode = r"\s*".join(map(re.escape, side.postcode.replace(" ", "")))
    found = re.sub(rf"[\s,]*\b{postcode}\b", "", side.address, flags=re.IGNORECASE) if postcode else side.address
    return found.strip(" ,\n")


def _within(one: str, other: str) -> bool:
    """Say whether every word of the shorter text stands in the longer one."""
    fewer, more = sorted((set(name_words(one)), set(name_words(other))), key=len)
    return fewer <= more


def _days(days: tuple[date, ...]) -> str:
    return ", ".join(f"{day:%-d %B %Y}" for day in days)


def _names(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, str, bool]:
    same = sorted(map(name_words, left)) == sorted(map(name_words, right))
    return ", ".join(left), ", ".join(right), same


def _plain(text: str) -> str:
    return "".join(name_words(text))


def _end(phone: str) -> str:
    """Show the last three digits of a number: enough to see that two are the same."""
    return f"ends in {phone[-3:]}" if phone else ""


def _masked(email: str) -> str:
    """Show how an address begins and where it is: enough to see that two are the same."""
    name, _, place = email.partition("@")
    return f"{name[:1]}…@{place}" if place else ""


def _parts(left: str, right: str, *, same: bool) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Cut two texts where they differ, word by word."""
    if same:
        return (Part(left, differs=False),), (Part(right, differs=False),)
    one, other = left.split(), right.split()
    plain = [[word.strip(",").casefold() for word in words] for words in (one, other)]
    lefts, rights = [], []
    for kind, a, b, c, d in SequenceMatcher(a=plain[0], b=plain[1], autojunk=False).get_opcodes():
        lefts += [Part(" ".join(one[a:b]), kind != "equal")] if a < b else []
        rights += [Part(" ".join(other[c:d]), kind != "equal")] if c < d else []
    return tuple(lefts), tuple(rights)
