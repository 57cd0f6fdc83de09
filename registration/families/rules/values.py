"""What is known of a family, as plain values, and how its contacts are written."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

#: The wording of the sharing question in force; tests/families/test_rules.py holds it against the sentences shown.
SHARING_WORDING = "2026-11-23"
#: How its words begin, in English, for those who compare what families answered to one wording and to another.
SHARING_BEGINS = "The centre has free groups, advice and help"
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class FamilyDetails:
    """A family as it gave itself: contact, babies' dates of birth, language and needs."""

    name: str
    births: tuple[date, ...]
    email: str | None
    mobile: str | None
    second_contact: str | None
    language: str
    locale: str
    interpreter: bool
    access_needs: str
    letter_address: str | None = None
    postcode: str | None = None
    home_centre_id: int | None = None  # of the reach area it lives in
    imd_decile: int | None = None
    source: str = "booking"


@dataclass(frozen=True, slots=True)
class Contact:
    """What a family is called and where it is reached, in the forms that are kept; None is not given."""

    name: str
    email: str | None
    mobile: str | None
    second_contact: str | None
    letter_address: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to "may the centre have your details": what, to which words, by which route, written down by whom.

    `centre_id` is the centre that the question named. A yes is to that one; a no is to every centre.
    """

    share: bool
    wording_version: str
    route: str
    recorded_by: str
    centre_id: int | None = None


#: Telephones write curly apostrophes and long hyphens where a keyboard writes straight and short ones.
_SAME_MARKS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'") | dict.fromkeys("\u2010\u2011\u2013\u2014", "-")
)


#: Letters that stand for themselves in Unicode but are typed as others in a hurry, or on another keyboard.
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
_WORD = re.compile(r"[^\W_]+")


def name_words(name: str) -> tuple[str, ...]:
    """Give the words of a name as they are looked for: no case, no accents, "O'Brien" one word, "Anne-Marie" two."""
    parts = unicodedata.normalize("NFKD", name.translate(_SAME_MARKS).replace("'", ""))
    letters = "".join(part for part in parts if not unicodedata.combining(part))
    return tuple(_WORD.findall(letters.casefold().translate(_PLAIN_LETTERS)))


def words_kept(name: str) -> tuple[str, ...]:
    """Give every word a name may be asked for by: "O'Eyes" by oeyes and eyes, "Anne-Marie" by anne, marie and annemarie."""
    same = name.translate(_SAME_MARKS)
    parted = (word for word in name_words(same.replace("'", " ")) if len(word) > 1)
    return tuple(dict.fromkeys([*name_words(same), *parted, *name_words(same.replace("-", ""))]))


def lexemes(name: str) -> str:
    """Write the words of a name as the database keeps them for finding. No word has a character that needs quoting."""
    return " ".join(f"'{word}'" for word in words_kept(name))


def surname(name: str) -> str:
    """Give the words that the last part of a name is found by among `words_kept`: "Ann O'Eyes" by "oeyes eyes"."""
    parts = name.split()
    return " ".join(words_kept(parts[-1])) if parts else ""


def last_name(name: str) -> str:
    """Give the part of a full name that a family would give to find its booking: the last word.

    Case, accents, and the shape of apostrophes and hyphens do not matter.
    """
    parts = unicodedata.normalize("NFKD", name.translate(_SAME_MARKS))
    words = "".join(part for part in parts if not unicodedata.combining(part)).casefold().split()
    return words[-1] if words else ""


def same_email(email: str) -> str:
    """Give the form in which two ways of writing one e-mail address are equal."""
    return email.strip().casefold()


def birth_key(births: tuple[date, ...], contact: str) -> str:
    """Give the text that is the same for the same babies and the same e-mail or mobile."""
    return "|".join([*(born.isoformat() for born in sorted(births)), contact])
