"""How a family's contacts are compared, and that the words it answered to are the words of their version."""

import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.families.rules import (
    SHARING_BEGINS,
    SHARING_WORDING,
    birth_key,
    last_name,
    lexemes,
    name_words,
    same_email,
    words_kept,
)

TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "booking" / "journey"
#: Each wording families were ever asked with, and the digest of its sentences. An answer is kept with its wording.
WORDINGS = {"2026-11-22": "4754986e4f81f928", "2026-11-23": "cf8a64e55a919e3a"}
NAMES = st.text(st.characters(codec="utf-8"), max_size=30)


def test_an_answer_is_kept_under_the_version_of_the_words_that_were_shown():
    shown = [sentence for name in ("_sharing.html", "share.html") for sentence in sentences(name)]
    digest = sha256("\n".join(shown).encode()).hexdigest()[:16]

    assert WORDINGS[SHARING_WORDING] == digest, "the words changed: give them a new version and note its digest here"
    assert list(WORDINGS)[-1] == SHARING_WORDING
    assert sentences("_sharing.html")[0].startswith(SHARING_BEGINS)


def sentences(template):
    found = re.findall(r"""_\((["'])(.*?)\1""", (TEMPLATES / template).read_text(encoding="utf-8"))
    assert found
    return [sentence for _, sentence in found]


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("Aoife O’Brien", "o'brien"),
        ("Aoife O'Brien", "o'brien"),
        ("AOIFE O`BRIEN", "o'brien"),
        ("Zofia Wiśniewska", "wisniewska"),
        ("Zoë Brontë", "bronte"),
        ("Zoe\u0308 Bronte\u0308", "bronte"),
        ("Anna Smith\u2010Jones", "smith-jones"),
        ("Anna Smith–Jones", "smith-jones"),
        ("Lena Groß", "gross"),
        ("  Mary   Anne  Lee ", "lee"),
        ("Cher", "cher"),
        ("李小龍", "李小龍"),
        ("محمد خان", "خان"),
        ("", ""),
        (" \t\n", ""),
        ("\u0301", ""),
    ],
)
def test_a_last_name_is_found_however_it_is_written(name, last):
    assert last_name(name) == last


@given(NAMES)
def test_a_last_name_does_not_depend_on_capitals_or_spaces(name):
    assert last_name(name.upper().lower()) == last_name(name.lower())
    assert last_name(f" {name}\u00a0") == last_name(name)
    assert not re.search(r"\s", last_name(name))


@pytest.mark.parametrize("written", ["aoife@example.org", " Aoife@Example.ORG ", "AOIFE@EXAMPLE.ORG\n"])
def test_one_address_is_the_same_however_it_is_written(written):
    assert same_email(written) == "aoife@example.org"


def test_different_addresses_stay_different():
    assert same_email("a.b@example.org") != same_email("ab@example.org")


def test_the_same_babies_and_the_same_contact_make_the_same_key_in_any_order():
    twins = date(2026, 11, 19), date(2026, 11, 20)

    assert birth_key(twins, "a@example.org") == birth_key(twins[::-1], "a@example.org")


@given(
    st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), min_size=1, max_size=6),
    st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), min_size=1, max_size=6),
)
def test_other_babies_make_another_key(some, others):
    same = sorted(some) == sorted(others)

    assert (birth_key(tuple(some), "a@example.org") == birth_key(tuple(others), "a@example.org")) is same


def test_another_contact_or_one_baby_more_makes_another_key():
    born = date(2026, 11, 19)
    keys = {
        birth_key((born,) * babies, contact) for babies in (1, 2, 3) for contact in ("a@example.org", "+447700900982")
    }

    assert len(keys) == 6
    assert birth_key((born,), "a@example.org") != birth_key((born + timedelta(days=1),), "a@example.org")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Aoife O’Brien", ("aoife", "obrien")),
        ("  ANNE-MARIE  Weiß ", ("anne", "marie", "weiss")),
        ("Łukasz Żółć", ("lukasz", "zolc")),
        ("Bjørn Æsir", ("bjorn", "aesir")),
        ("محمد", ("محمد",)),
        ("’", ()),
    ],
)
def test_a_name_is_looked_for_by_its_words_without_case_accents_or_marks(name, words):
    assert name_words(name) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Blue O’Eyes", ("blue", "oeyes", "eyes")),
        ("Anne-Marie Lee", ("anne", "marie", "lee", "annemarie")),
        ("Seán Ó h-Éanaigh", ("sean", "o", "h", "eanaigh", "heanaigh")),
        ("D'Arcy-O'Neill", ("darcy", "oneill", "arcy", "neill", "darcyoneill")),
    ],
)
def test_a_name_is_kept_with_each_of_its_parts_to_be_asked_for_by(name, words):
    assert words_kept(name) == words


def test_the_words_of_a_name_are_quoted_for_the_database():
    assert lexemes("Aoife O’Brien") == "'aoife' 'obrien' 'brien'"
