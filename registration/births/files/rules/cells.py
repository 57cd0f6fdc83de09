"""Cells of a file of live births as values; ValueError with the reason otherwise."""

import re
import unicodedata
from datetime import date

from registration.centres.rules import canonical_postcode
from registration.common.characters import never_in_a_name

#: Nobody has a reason to send a birth from so long ago: children's centres are for children under five.
MOST_YEARS = 6
#: A mother is this old, in years; what is outside is a slip of the pen.
YOUNGEST, OLDEST = 10, 70
_LONGEST_NAME, _LONGEST_ADDRESS = 100, 300
_TIME = r"(?:[t ,]+\d{1,2}:\d\d.*)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.ASCII | re.DOTALL)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII)
_ENGLISH = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}){_TIME}", re.ASCII | re.DOTALL)
_WORDED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[-/. ]([a-z]{{3,9}})\.?[-/., ]+(\d{{4}}){_TIME}", re.ASCII | re.DOTALL
)
_TWO_DIGITS = re.compile(rf"\d{{1,2}}[-/. ](?:\d{{1,2}}|[a-z]{{3,9}})[-/. ]\d\d{_TIME}", re.ASCII | re.DOTALL)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_SEXES = dict.fromkeys(("f", "female", "girl", "2"), "F") | dict.fromkeys(("m", "male", "boy", "1"), "M")
_NO_SEX = frozenset({"u", "unknown", "i", "indeterminate", "x", "0", "3", "9", "not known", "not specified"})
_NO_NAME = re.compile(
    r"(?:baby|infant|child|twin|triplet|boy|girl|male|female|of|one|two|\d|un-?named|un-?known|not|known|yet|given|named|tbc|n/?[ka]|none|-|\.|\s)+",
    re.IGNORECASE,
)
_LIVE = frozenset({"l", "live", "live birth", "livebirth", "live born", "liveborn", "alive", "living", "1"})
_LOST = re.compile(r"s|sb|stil.*|2|3|4|d|dead|died.*|death.*|deceased.*|nnd|neonatal.*|lost|loss|fetal.*|iud|tfmr")
_YES, _NO = frozenset({"y", "yes", "true"}), frozenset({"n", "no", "false"})
_NOTHING = frozenset({"-", "n/a", "na", "none", "null", "00/00/0000", *_NO, "0"})
_LETTERS = re.compile(r"[^\W\d_]")


def day(text: str) -> date:
    """Read a date: 2026-11-22, 20261122, 22/11/2026 or 22 November 2026, with a time of day after it or not.

    The month first, two digits for the year, and a table program's own number for a day are refused, each in words.
    """
    plain = " ".join(text.split()).casefold()
    parts = _parts(plain)
    if parts is None:
        raise ValueError(_no_date(plain))
    year, month, number = parts
    try:
        return date(year, month, number)
    except ValueError:
        if month > 12 >= number > 0:  # noqa: PLR2004 -- months of a year
            raise ValueError("has the month first: give the day first, like 22/11/2026, in the whole file") from None
        raise ValueError("is no day of the calendar") from None


def _parts(text: str) -> tuple[int, int, int] | None:
    """Give year, month and day as they are written, None where it is written in no way we read."""
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _ENGLISH.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := _WORDED.fullmatch(text):
        month = next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(found[2])), 0)
        return int(found[3]), month, int(found[1])
    return None


def _no_date(text: str) -> str:
    if _TWO_DIGITS.fullmatch(text):
        return "has two digits for the year: write all four, like 22/11/2026"
    if _SERIAL.fullmatch(text):
        return "is a table program’s number for a day: format the column as a date, like 22/11/2026, and save it again"
    return "is not a date like 22/11/2026 or 2026-11-22"


def birth_day(text: str, today: date) -> date:
    """Read the day a baby was born: not to come, and not longer ago than MOST_YEARS."""
    born = day(text)
    if born > today:
        raise ValueError("is still to come")
    if born.year < today.year - MOST_YEARS:
        raise ValueError(f"is more than {MOST_YEARS} years ago")
    return born


def mothers_birth_day(text: str, born: date | None) -> date:
    """Read the day a mother was born; she is YOUNGEST to OLDEST years old when the baby comes, where that day is known."""
    found = day(text)
    if born is not None and not YOUNGEST <= born.year - found.year <= OLDEST:
        raise ValueError("is no day that a mother of this baby was born")
    return found


def postcode(text: str) -> str | None:
    """Read a postcode; None for the codes that the NHS writes where there is no fixed abode, or none is known (ZZ99)."""
    return None if text.strip().upper().startswith("ZZ99") else canonical_postcode(text)


def birth_order(text: str) -> int | None:
    """Read which baby of one birth it is, 1 to 7; the NHS writes 8 where that does not apply, 9 where it is not known."""
    if text not in set("123456789"):
        raise ValueError("is not a birth order from 1 to 7")
    return None if text in "89" else int(text)


def sex(text: str) -> str | None:
    """Read F or M, also as words or as the NHS numbers them (2, 1); None where it is not known or not specified."""
    word = " ".join(text.casefold().split())
    if word not in _SEXES and word not in _NO_SEX:
        raise ValueError("is neither female nor male nor unknown")
    return _SEXES.get(word)


def name(text: str) -> str:
    """Read a person's name: it has a letter, and at most 100, and no character that stands in no name."""
    found = " ".join(text.split())
    if never := never_in_a_name(found):
        raise ValueError(f"has {', '.join(map(_sign, never))}, which stands in no name")
    if len(found) > _LONGEST_NAME:
        raise ValueError(f"is too long: a name has {_LONGEST_NAME} letters at most")
    if not _LETTERS.search(found):
        raise ValueError("is no name")
    return found


def _sign(sign: str) -> str:
    """Say which sign it is: one of a keyboard as it looks, any other in the words of Unicode."""
    return repr(sign) if sign.isascii() and sign.isprintable() else unicodedata.name(sign, ascii(sign)).lower()


def baby_name(text: str) -> str | None:
    """Read a baby's name; None for what stands where there is none yet: "Baby girl", "Unnamed", "Not known"."""
    return None if _NO_NAME.fullmatch(text) else name(text)


def whole_name(text: str) -> tuple[str | None, str]:
    """Read a mother's whole name as first name and surname: "Ann Mary Lee" or "LEE, Ann Mary"."""
    found = name(text)
    if "," in found:
        surname, _, given = found.partition(",")
        return given.strip() or None, name(surname)
    given, _, surname = found.rpartition(" ")
    return given or None, surname


def address(text: str) -> str:
    """Read an address, or a part of one, on one line."""
    found = ", ".join(part for line in text.splitlines() if (part := " ".join(line.split()).strip(", ")))
    if len(found) > _LONGEST_ADDRESS:
        raise ValueError(f"is longer than {_LONGEST_ADDRESS} letters")
    return found


def lost(text: str, heading: str) -> bool:
    """Say whether a baby was stillborn or died: a cell says it, as the NHS numbers it too, or answers its heading."""
    word = " ".join(text.casefold().replace("-", " ").split())
    asks = heading.casefold()
    of_life, of_loss = "live" in asks, re.search("still|dead|death|died|loss", asks) is not None
    if of_life is not of_loss and word in {*_YES, *_NO, "1", "0"}:
        return (word in _YES or word == "1") is of_loss
    if word in _LIVE:
        return False
    if _LOST.fullmatch(word):
        return True
    raise ValueError("says neither live nor stillborn")


def death(text: str) -> bool:
    """Say whether a cell for a day of death tells of one. What stands there is not read further: nothing of it is kept."""
    return text.casefold().strip() not in _NOTHING


def month(text: str) -> date:
    """Read a month as its first day: 2026-10, 10/2026, October 2026, or any day of it."""
    plain = " ".join(text.split()).casefold()
    for form in ("01/{}", "01 {}"):
        try:
            return day(form.format(plain))
        except ValueError:
            continue
    try:
        return day(f"{plain}-01" if re.fullmatch(r"\d{4}-\d{1,2}", plain, re.ASCII) else plain).replace(day=1)
    except ValueError:
        raise ValueError("is not a month like October 2026 or 2026-10") from None


def births(text: str) -> int:
    """Read a number of births, 0 to 99,999."""
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII):
        raise ValueError("is not a number of births")
    return int(text)
