"""Names as they are compared: without case and accents, and without the ways one name is written in two alphabets."""

import re
from dataclasses import dataclass
from functools import lru_cache

from registration.families.rules import name_words

#: What stands in a column of names where there is no name.
_NO_NAME = frozenset(
    {
        *(
            "",
            "unknown",
            "not known",
            "nk",
            "n k",
            "n a",
            "not given",
            "not named",
            "not yet named",
            "not yet known",
            "no name",
        ),
        *("unnamed", "none", "none given", "null", "tbc", "tba", "name unknown", "not applicable", "not yet given"),
    }
)
#: A file of births names babies after what they are: it may begin with one of these, or have nothing but the others.
_NEWBORN = frozenset({"baby", "babe", "bb", "infant", "newborn", "twin", "triplet"})
_KIND = frozenset(
    {"girl", "boy", "male", "female", "first", "second", "third", "one", "two", "three", "a", "b", "c", "1", "2", "3"}
)
#: Sounds that other alphabets share and ours writes in several ways; in this order, the longest first.
_SOUNDS = (
    (r"^mc", "mac"),
    (r"sch|sh|sz|z", "s"),
    (r"ck|ch|cz|kh", "k"),
    (r"c(?=[eiy])", "s"),
    (r"[cq]", "k"),
    (r"x", "ks"),
    (r"ph", "f"),
    (r"([bdgt])h", r"\1"),
    (r"^[jy](?=[aeiou])", "J"),
    (r"[jy]", "i"),
    (r"(?<=[aeiou])w(?![aeious]|s(?!k))(?!sk)", "u"),
    (r"[wv]", "f"),
    (r"(?<!^)h", ""),
    (r"([^aeiou])\1+", r"\1"),
)
_PATTERNS = tuple((re.compile(pattern), sound) for pattern, sound in _SOUNDS)
_VOWEL_RUN = re.compile(r"[aeiou]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name to compare: its letters run together, what it sounds like in any alphabet, and that of each of its words."""

    text: str
    key: str
    words: tuple[str, ...]


def compared(name: str) -> Name | None:
    """Give a name as it is compared; None where the column says that there is none."""
    words = name_words(name)
    return None if " ".join(words) in _NO_NAME else _as_name(words)


def baby_name(name: str) -> Name | None:
    """Give a baby's first names as they are compared; None for "Baby", "Baby Girl Khan", "Twin 2", "Infant", "Not named"."""
    words = name_words(name)
    unnamed = " ".join(words) in _NO_NAME or words[0] in _NEWBORN or _KIND.issuperset(words)
    return None if unnamed else _as_name(words)


@lru_cache(maxsize=1 << 16)
def _as_name(words: tuple[str, ...]) -> Name:
    text = "".join(words)
    return Name(text, sound(text), tuple(sorted({sound(word) for word in words if len(word) > 1})))


def sound(word: str) -> str:
    """Give what is the same for one name's ways into our alphabet: Muhammad and Mohamed, Petrov and Petrova, Yulia and Julia.

    Consonants that alphabets share, and the kind of the first vowel: later vowels, endings and doubled letters differ most.
    It is coarse on purpose (Sara and Sarah, Marie and Mary are one too): how much it says is learned from the files linked.
    """
    for pattern, same in _PATTERNS:
        word = pattern.sub(same, word)
    first = _VOWEL_RUN.search(word)
    if first is None:
        return word
    return word[: first.start()] + _kind(first.group()) + _VOWEL_RUN.sub("", word[first.end() :])


def _kind(vowels: str) -> str:
    """Tell vowels apart as far as all alphabets do: with an i in them (ai, ey, ee), with an o or u (ou, oo), others."""
    if "i" in vowels or vowels == "ee":
        return "i"
    return "u" if set(vowels) & {"o", "u"} else "a"
