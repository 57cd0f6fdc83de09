"""Booking references: eight characters read aloud without mistakes, the last of them a check.

The alphabet leaves out 0 O 1 I L 5 S 2 Z and the vowels, so no reference spells a word or is misheard.
"""

import re
from collections.abc import Callable

ALPHABET = "BCDFGHJKMNPQRTVWXY346789"
BODY = 8
GROUPS = (3, 3, 3)
_MISREAD = str.maketrans({" ": None, "-": None, "–": None, "—": None})


def check_character(body: str) -> str:
    """Give the character that shows a mistyped or swapped one (Luhn's scheme in base 24, any even alphabet)."""
    total = 0
    for place, letter in enumerate(reversed(body)):
        value = ALPHABET.index(letter) * (2 if place % 2 == 0 else 1)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def make_reference(pick: Callable[[str], str]) -> str:
    """Make a reference from a source of chance: pick(ALPHABET) gives one of its characters."""
    body = "".join(pick(ALPHABET) for _ in range(BODY))
    return shown(body + check_character(body))


def shown(reference: str) -> str:
    """Group a reference as it is printed and read: BRB-7K4-XWM."""
    parts, start = [], 0
    for size in GROUPS:
        parts.append(reference[start : start + size])
        start += size
    return "-".join(parts)


def canonical(typed: str) -> str | None:
    """Give the printed form of what a person typed, or None if it cannot be a reference of ours."""
    letters = typed.upper().translate(_MISREAD)
    if not re.fullmatch(f"[{ALPHABET}]{{{BODY + 1}}}", letters):
        return None
    return shown(letters) if check_character(letters[:-1]) == letters[-1] else None
