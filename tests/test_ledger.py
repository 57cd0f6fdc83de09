"""The ledger of security says what is so: every requirement once, every test and file it names there."""

import ast
import logging
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEDGER = ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
HOLDS = {"yes", "host", "partly", "no", "–"}
#: How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has: {section: (level 1, level 2)}.
SECTIONS = {
    "1.1": (0, 2),
    "1.2": (5, 4),
    "1.3": (2, 9),
    "1.4": (0, 3),
    "1.5": (1, 1),
    "2.1": (1, 2),
    "2.2": (2, 1),
    "2.3": (1, 3),
    "2.4": (0, 1),
    "3.2": (2, 0),
    "3.3": (1, 3),
    "3.4": (2, 4),
    "3.5": (3, 2),
    "3.7": (0, 2),
    "4.1": (1, 2),
    "4.2": (0, 1),
    "4.3": (0, 2),
    "4.4": (1, 3),
    "5.1": (0, 1),
    "5.2": (2, 1),
    "5.3": (2, 0),
    "5.4": (0, 3),
    "6.1": (1, 2),
    "6.2": (8, 4),
    "6.3": (2, 2),
    "6.4": (2, 2),
    "6.5": (0, 5),
    "6.6": (0, 3),
    "6.8": (0, 4),
    "7.1": (0, 3),
    "7.2": (4, 0),
    "7.3": (0, 2),
    "7.4": (2, 3),
    "7.5": (0, 2),
    "7.6": (0, 2),
    "8.1": (1, 1),
    "8.2": (2, 1),
    "8.3": (1, 0),
    "8.4": (0, 1),
    "9.1": (3, 0),
    "9.2": (1, 3),
    "10.1": (0, 2),
    "10.2": (0, 2),
    "10.3": (0, 4),
    "10.4": (5, 6),
    "10.5": (0, 5),
    "10.6": (0, 2),
    "10.7": (0, 3),
    "11.1": (0, 2),
    "11.2": (0, 3),
    "11.3": (2, 1),
    "11.4": (1, 3),
    "11.5": (0, 1),
    "11.6": (0, 1),
    "12.1": (1, 2),
    "12.2": (2, 0),
    "12.3": (0, 4),
    "13.1": (0, 1),
    "13.2": (0, 5),
    "13.3": (0, 2),
    "13.4": (1, 4),
    "14.1": (0, 2),
    "14.2": (1, 3),
    "14.3": (1, 2),
    "15.1": (1, 2),
    "15.2": (1, 2),
    "15.3": (1, 6),
    "16.1": (0, 1),
    "16.2": (0, 5),
    "16.3": (0, 4),
    "16.4": (0, 3),
    "16.5": (0, 3),
    "17.1": (0, 1),
    "17.2": (0, 4),
    "17.3": (0, 2),
}


@cache
def rows():
    return ROW.findall(LEDGER.read_text(encoding="utf-8"))


@cache
def names_in(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_requirement_of_the_two_levels_stands_there_once():
    assert [number for number, count in Counter(row[0] for row in rows()).items() if count > 1] == []
    found = Counter((number.rpartition(".")[0], level) for number, level, *_ in rows())
    wanted = {
        (section, level): count
        for section, counts in SECTIONS.items()
        for level, count in zip("12", counts, strict=True)
        if count
    }

    assert dict(found) == wanted
    assert Counter(level for _, level, *_ in rows()) == {"1": 70, "2": 183}


def test_every_line_of_the_tables_is_a_requirement_that_was_read():
    lines = [line for line in LEDGER.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]

    assert len(lines) == len(rows())


def test_each_says_whether_it_holds_and_what_shows_it():
    unsaid = [row[0] for row in rows() if row[3] not in HOLDS or (row[3] != "–" and not row[5].strip())]

    assert unsaid == []


def test_every_test_that_is_named_is_one():
    named = [(row[0], *shown.split("::")) for row in rows() for shown in re.findall(r"`(tests/[^`]+::\w+)`", row[5])]

    assert len(named) > 150
    assert [(number, path, name) for number, path, name in named if not (ROOT / path).is_file()] == []
    assert [(number, name) for number, path, name in named if name not in names_in(path)] == []


def test_every_file_that_is_named_has_the_words_that_decide():
    named = [(row[0], *shown) for row in rows() for shown in re.findall(r"`([^`:]+)`: (.+)", row[5])]
    wrong = [
        (number, path, words)
        for number, path, words in named
        if not (ROOT / path).is_file() or words.strip("` ") not in (ROOT / path).read_text(encoding="utf-8")
    ]

    assert len(named) > 30
    assert wrong == []


def test_what_does_not_hold_whole_is_told_first():
    before = LEDGER.read_text(encoding="utf-8").partition("\n## 1 ")[0]
    short = [row[0] for row in rows() if row[3] in {"partly", "no"}]

    assert [number for number in short if number not in before] == []


def test_no_script_of_ours_keeps_anything_in_the_browser():
    kept = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.|postMessage|innerHTML|\beval\(")

    assert [
        path.name for path in (ROOT / "assets" / "js").glob("*.js") if kept.search(path.read_text(encoding="utf-8"))
    ] == []


def test_a_refusal_stands_in_the_log_without_address_or_what_was_sent(app, client, database, monkeypatch, caplog):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setattr(app.logger, "propagate", True)
    with caplog.at_level(logging.WARNING, logger=app.logger.name):
        client.post(
            "/staff/reset/a-secret-of-a-link?next=secret",
            data={"password": "a secret typed"},
            headers={"Origin": "https://elsewhere.example"},
        )

    [line] = [record.getMessage() for record in caplog.records if "Refused" in record.getMessage()]
    assert re.fullmatch(r"Refused with 400: POST of security\.reset_password, by family, client [0-9a-f]{24}", line)


@pytest.mark.parametrize(("moment", "until"), [("2026-11-22T09:00", "2027-06-01"), ("2026-12-31T12:00", "2027-07-01")])
def test_whoever_finds_a_weakness_is_told_where_to_say_so(client, at, moment, until):
    at(moment)
    answer = client.get("/.well-known/security.txt")

    assert answer.mimetype == "text/plain"
    assert re.search(r"^Contact: mailto:\S+@\S+$", answer.text, re.MULTILINE)
    assert f"\nExpires: {until}T00:00:00Z\n" in answer.text
    assert "\nCanonical: http" in answer.text
