"""A manager's word on the births to come: it counts, is remembered with who and why, and can be taken back once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registration.balancing.actions import AlreadyTakenBack, NoSuchCluster, adjust_demand, withdraw_adjustment
from registration.balancing.models import DemandAdjustment
from registration.balancing.queries import adjustments
from registration.balancing.rules.demand import Adjustment
from registration.centres.models import Cluster
from registration.common import audit

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def cluster(database):
    made = Cluster(name="Calder Valley")
    database.add(made)
    database.flush()
    return made.id


def word(cluster, **changes):
    values = {
        "first": MONDAY,
        "last": MONDAY + timedelta(weeks=3),
        "factor": 1.25,
        "births": None,
        "reason": " New estate ",
    }
    return Adjustment(cluster, **(values | changes))


def test_a_word_counts_and_the_record_says_who_said_it_and_why(cluster):
    number = adjust_demand(word(cluster), NOW, "staff:7")

    (standing,) = adjustments(MONDAY)
    assert (standing.number, standing.made_by, standing.made_at) == (number, "staff:7", NOW)
    assert standing.said == word(cluster, reason="New estate")
    (line,) = audit.history_of(f"demand:{number}")
    assert line.what == "said how many births to expect"
    assert ("reason", "", "New estate") in line.changes
    assert ("first week", "", "23 November 2026") in line.changes
    assert ("cluster", "", "Calder Valley") in line.changes


def test_the_latest_word_comes_first_and_words_of_weeks_long_gone_are_left_out(cluster):
    old = word(cluster, first=MONDAY - timedelta(weeks=9), last=MONDAY - timedelta(weeks=8))
    for said in (old, word(cluster), word(cluster, factor=None, births=4)):
        adjust_demand(said, NOW, "staff:7")

    assert [each.said.births for each in adjustments(MONDAY)] == [4, None]
    assert len(adjustments(MONDAY - timedelta(weeks=8))) == 3


def test_a_word_taken_back_no_longer_counts_and_is_not_forgotten(cluster, database):
    number = adjust_demand(word(cluster), NOW, "staff:7")

    withdraw_adjustment(number, NOW + timedelta(hours=1), "staff:8")

    assert adjustments(MONDAY) == []
    kept = database.get(DemandAdjustment, number)
    assert (kept.withdrawn_by, kept.withdrawn_at) == ("staff:8", NOW + timedelta(hours=1))
    newest = audit.history_of(f"demand:{number}")[0]
    assert newest.what == "took back what was said of the births to expect"
    assert ("times expected", "1.25", "") in newest.changes


def test_a_word_is_taken_back_once(cluster):
    number = adjust_demand(word(cluster), NOW, "staff:7")
    withdraw_adjustment(number, NOW, "staff:8")

    with pytest.raises(AlreadyTakenBack, match="in the meantime"):
        withdraw_adjustment(number, NOW, "staff:9")
    with pytest.raises(AlreadyTakenBack):
        withdraw_adjustment(number + 1, NOW, "staff:9")


def test_of_a_cluster_that_is_not_there_nothing_can_be_said(cluster):
    with pytest.raises(NoSuchCluster, match="There is no such cluster"):
        adjust_demand(word(cluster + 1), NOW, "staff:7")


@pytest.mark.parametrize(
    "values",
    [
        {"first_week": "2026-11-24"},
        {"last_week": "2026-11-16"},
        {"births": 3},
        {"factor": 5.5},
        {"factor": None, "births": -1},
        {"reason": " "},
        {"withdrawn_by": "staff:1"},
    ],
)
def test_the_database_itself_refuses_what_cannot_be_meant(cluster, database, values):
    row = {
        "cluster_id": cluster,
        "first_week": MONDAY,
        "last_week": MONDAY,
        "factor": 1.0,
        "reason": "x",
        "made_by": "y",
    }
    row |= values
    columns = ", ".join(row)
    query = text(f"INSERT INTO demand_adjustment ({columns}) VALUES ({', '.join(':' + name for name in row)})")  # noqa: S608
    with pytest.raises(IntegrityError), database.begin_nested():
        database.execute(query, row)
