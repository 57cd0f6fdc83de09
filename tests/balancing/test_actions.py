"""A manager's word on the births to come: it counts, is remembered, and can be taken back once; and places protected by them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registration.balancing.actions import (
    AlreadyTakenBack,
    NoSuchCluster,
    adjust_demand,
    keep_forecast,
    open_desk_places,
    withdraw_adjustment,
)
from registration.balancing.models import DemandAdjustment
from registration.balancing.queries import adjustments
from registration.balancing.rules.demand import Adjustment
from registration.centres.models import Cluster
from registration.common import audit
from registration.common.authority import current_authority
from registration.common.clock import now
from registration.common.db import db
from registration.rota.models import Registrar, Session
from tests.balancing import dry

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


# ---- places protected where times get short


@pytest.fixture
def service(database, at):
    at(dry.NOW)
    return dry.make_service()


@pytest.fixture
def council(app, monkeypatch, database):
    """Set what the council may set: council(protected_percent=0)."""

    def change(**settings):
        monkeypatch.setitem(app.config, "AUTHORITY", replace(current_authority(), **settings))

    return change


def protected(world, place):
    rows = db.session.query(Session.protected_minutes).filter_by(centre_id=world.centres[place])
    return {minutes for (minutes,) in rows}


def full(world):
    """Have as many births in the hills as there are places."""
    dry.say(world, hills=6)
    found = keep_forecast(now())
    db.session.commit()
    return next(each for each in found.clusters if each.cluster == "Hills")


def test_places_are_protected_in_clusters_that_get_full_and_in_no_others(service):
    assert full(service).utilisation == 1

    assert protected(service, "todmorden") == {30}
    assert protected(service, "elland") == {0}
    (line,) = audit.history_of(f"cluster:{service.clusters['hills']}")
    assert line.what == "protected places for families near their last day, as times get short"
    assert ("utilisation percent", "", "100") in line.changes


def test_they_open_again_where_times_do_and_that_is_noted_once(service):
    full(service)
    stamps = {row.stamp for row in db.session.query(Session)}
    full(service)
    assert {row.stamp for row in db.session.query(Session)} == stamps, "nothing changed, and nothing was written"
    dry.say(service, hills=1)
    keep_forecast(now())
    keep_forecast(now())
    db.session.commit()

    assert protected(service, "todmorden") == {0}
    last, first = audit.history_of(f"cluster:{service.clusters['hills']}")
    assert last.what == "opened the protected places to everybody again"
    assert first.event == "supply.protected"


def test_the_council_says_from_when_on_and_how_many(service, council):
    council(protect_from_utilisation=0.1, protected_percent=50)
    keep_forecast(now())
    assert protected(service, "todmorden") == protected(service, "elland") == {90}
    council(protected_percent=0)
    keep_forecast(now())
    assert protected(service, "todmorden") == protected(service, "elland") == {0}


def test_the_desks_minutes_and_the_registrars_own_length_are_minded(service, council):
    sessions = db.session.query(Session).filter_by(centre_id=service.centres["todmorden"]).order_by(Session.begins_at)
    sessions[0].kept_minutes = 150
    sessions[1].ends_at, sessions[1].kept_minutes = sessions[1].begins_at + timedelta(hours=2), 60
    db.session.get_one(Registrar, service.registrars["bo"]).minutes_per_baby = 20
    council(protect_from_utilisation=0.0, protected_percent=40)
    db.session.commit()
    keep_forecast(now())

    assert [each.protected_minutes for each in sessions][:3] == [30, 60, 60], (
        "of a short session the desk keeps nothing"
    )
    assert protected(service, "elland") == {80}


def test_past_withdrawn_and_extra_sessions_are_left_as_they_are(service, council):
    first, second, third = (
        db.session.query(Session).filter_by(centre_id=service.centres["todmorden"]).order_by(Session.begins_at)[:3]
    )
    first.state = "withdrawn"
    second.kind, second.reason = "extra", "One family"
    third.begins_at, third.ends_at = (each - timedelta(weeks=8) for each in (third.begins_at, third.ends_at))
    council(protect_from_utilisation=0.0)
    db.session.commit()
    keep_forecast(now())

    assert (first.protected_minutes, second.protected_minutes, third.protected_minutes) == (0, 0, 0)
    assert protected(service, "todmorden") == {0, 30}


def test_the_desks_places_are_opened_and_who_did_it_is_kept(service):
    near, far = (
        db.session.query(Session).filter_by(centre_id=service.centres["todmorden"]).order_by(Session.begins_at)[number]
        for number in (0, 8)
    )
    elsewhere = db.session.query(Session).filter_by(centre_id=service.centres["elland"]).first()
    near.kept_minutes = far.kept_minutes = elsewhere.kept_minutes = 30
    db.session.commit()

    waits = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'balance.look_out'")
    before = db.session.scalar(waits)
    assert open_desk_places(service.clusters["hills"], now(), "staff:7") == 1
    db.session.expire_all()
    assert (near.kept_minutes, far.kept_minutes, elsewhere.kept_minutes) == (0, 30, 30)
    (line,) = audit.history_of(f"cluster:{service.clusters['hills']}")
    assert line.what == "opened the telephone desk’s places to everybody"
    assert db.session.scalar(waits) == before + 1, "the forecast is made anew"
    with pytest.raises(NoSuchCluster):
        open_desk_places(0, now(), "staff:7")
