"""The ledger of what left the evaluation: one chain, in which every change is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from registration.pilot.disclosure import queries
from registration.pilot.disclosure.actions import enter
from registration.pilot.disclosure.chain import BEGINNING, TABLES, Head
from registration.pilot.disclosure.commands import ledger

NOW = datetime(2027, 7, 1, 9, 30, tzinfo=UTC)


def entered(number, **changes):
    """Enter a release."""
    said = {
        "who": "staff:1",
        "why": "The board’s half-year",
        "specification": "catalogue 1, protocol 3fd1",
        "counts": {"tables": 111, "told": 4000 + number},
        "files": {"tables.csv": b"metric,value\n", "report.html": b"<!doctype html>"},
        "at": NOW + timedelta(days=number),
    }
    return enter(TABLES, **(said | changes))


def in_spite_of_the_trigger(database, statement):
    """Change the ledger as only somebody with the whole database in hand could."""
    database.execute(text("ALTER TABLE pilot_release DISABLE TRIGGER only_added"))
    database.execute(text(statement))
    database.execute(text("ALTER TABLE pilot_release ENABLE TRIGGER only_added"))
    database.expire_all()


def test_entries_follow_each_other_and_the_ledger_is_whole(database):
    assert queries.head() == Head(0, BEGINNING)
    heads = [entered(number) for number in range(3)]

    links = list(queries.links())
    assert [link.previous for link in links] == [BEGINNING, heads[0].digest, heads[1].digest]
    assert queries.head() == heads[2]
    assert queries.verify() == []
    assert queries.verify(heads[1]) == []
    assert [link.entry.number for link in queries.releases(2)] == [3, 2]
    assert links[0].entry.files["tables.csv"] == "90d54eb9870d76c7e992e1ca94341cc7a58c931a079162ef1774b7f2b571ac73"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE pilot_release SET why = 'another' WHERE number = 2", [(2, "has been changed since it was written")]),
        (
            "UPDATE pilot_release SET counts = '{\"told\": 1}' WHERE number = 2",
            [(2, "has been changed since it was written")],
        ),
        (
            "UPDATE pilot_release SET at = at + interval '1 second' WHERE number = 1",
            [(1, "has been changed since it was written")],
        ),
        (
            "DELETE FROM pilot_release WHERE number = 2",
            [
                (3, "stands at place 2: an entry is missing before it, or is there twice"),
                (3, "does not follow the entry before it"),
            ],
        ),
    ],
)
def test_whatever_is_changed_or_taken_out_is_named(database, statement, named):
    for number in range(3):
        entered(number)

    in_spite_of_the_trigger(database, statement)

    assert queries.verify() == named


def test_that_the_last_entry_is_gone_is_seen_beside_the_end_that_was_printed(database):
    first, second = entered(0), entered(1)

    in_spite_of_the_trigger(database, "DELETE FROM pilot_release WHERE number = 2")

    assert queries.verify() == []
    assert queries.verify(first) == []
    assert queries.verify(second) == [(2, "is gone")]
    entered(1, why="another")
    assert queries.verify(second) == [(2, f"is not what was noted then: {second.digest}")]


def test_the_database_itself_refuses_to_change_an_entry(database):
    from sqlalchemy.exc import DBAPIError

    entered(0)
    with pytest.raises(DBAPIError, match="only ever added"):
        database.execute(text("UPDATE pilot_release SET why = 'another'"))


def test_the_record_says_who_released_what(database):
    from registration.common.audit import history_of

    entered(0)

    (line,) = history_of("pilot_release:1")
    assert line.what == "released the pilot’s figures"
    assert ("reason", "", "The board’s half-year") in line.changes


def test_verify_says_that_the_ledger_is_whole_and_prints_its_end(runner):
    end = entered(0)

    told = runner.invoke(ledger, ["verify", "--head", str(end)])

    assert (told.exit_code, told.output) == (0, f"The ledger is whole. Its end: {end}\n")


def test_verify_names_each_broken_entry_and_ends_with_status_1(runner, database):
    entered(0)
    in_spite_of_the_trigger(database, "UPDATE pilot_release SET who = 'staff:2'")

    told = runner.invoke(ledger, ["verify"])

    assert (told.exit_code, told.output) == (1, "entry 1 has been changed since it was written\n")


@pytest.mark.parametrize("kept", ["12", "x:" + "0" * 64, "1:abc"])
def test_an_end_that_is_none_is_wrong_use(runner, kept):
    assert runner.invoke(ledger, ["verify", "--head", kept]).exit_code == 2


def test_show_lists_the_newest_first(runner):
    entered(0)
    end = entered(1)

    told = runner.invoke(ledger, ["show", "--most", "1"]).output

    assert told.startswith("2  2027-07-02 10:30  tables  staff:1: The board’s half-year\n")
    assert "catalogue 1, protocol 3fd1; tables 111, told 4001" in told
    assert told.endswith(f"Its end: {end}\n")
    assert "  tables.csv\n" in told
