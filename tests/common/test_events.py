"""What stands in the record is told in words."""

import ast
import re
from pathlib import Path

import pytest

from registration.common.events import SENTENCES, changes_in_words, in_words, value_in_words

SOURCE = Path(__file__).parent.parent.parent / "registration"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        ("any text", "any text"),
        ("booking_desk", "booking desk"),
        ("jo_smith@council.gov.uk", "jo_smith@council.gov.uk"),
        ("2027-01-04", "4 January 2027"),
        ("2027-02-30", "2027-02-30"),
        ("2026-07-01T08:30:00+00:00", "1 July 2026, 9:30am"),
        ("2026-07-01T08:30:00", "1 July 2026, 8:30am"),
        ("2026-07-01T99:30:00", "2026-07-01T99:30:00"),
        (["registrar", "2027-01-04"], "registrar, 4 January 2027"),
        ({"half_day": 3, "open": True}, "half day 3, open yes"),
    ],
)
def test_a_kept_value_is_said_as_a_person_would(value, words):
    assert value_in_words(value) == words


def test_only_what_differs_is_told():
    before = {"name": "Jo", "roles": ["registrar"], "centre_id": 3, "empty": []}
    after = {"name": "Jo", "roles": ["registrar", "auditor"], "active": True}

    assert changes_in_words(before, after) == (
        ("active", "", "yes"),
        ("centre id", "3", ""),
        ("roles", "registrar", "registrar, auditor"),
    )
    assert changes_in_words(None, None) == ()


def test_an_event_without_a_sentence_is_told_by_its_name():
    assert in_words("looked up") == "looked up"
    assert in_words("rota.draft_published") == "rota draft published"


def test_every_event_named_by_a_code_has_its_sentence():
    """An event is words already ("looked up") or stands in SENTENCES (common/events.py)."""
    codes = {
        node.value
        for path in SOURCE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in {"record", "note"}
        for node in call.args[:1]
        if isinstance(node, ast.Constant) and re.search(r"[._]", str(node.value))
    }

    assert codes - set(SENTENCES) == set()


def test_an_event_of_before_is_told_with_the_printers_apostrophe():
    assert in_words("registrar's account changed") == "registrar’s account changed"
