"""The demonstration shows timetables with kinds, services that were told, and a centre worker at the office."""

import pytest
from sqlalchemy import text

from registration.common.clock import now
from registration.demo.load import load
from registration.families.tell_once import actions

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture
def loaded(database, at):
    at("2026-11-22T09:00")
    load(now())
    return lambda sql: [tuple(row) for row in database.execute(text(sql))]


def test_what_was_told_and_what_is_on_can_be_seen_and_nothing_is_sent(loaded, database):
    assert loaded("SELECT name, way, active FROM told_service ORDER BY id") == [
        ("Invented Health Visiting", "webhook", False),
        ("Invented Libraries", "file", False),
    ]
    log = "SELECT event, state, count(*) FROM telling GROUP BY event, state ORDER BY event, state"
    assert loaded(log) == [("forget", "delivered", 2), ("told", "dead", 1), ("told", "delivered", 15)]
    actions.settle(now())
    actions.resume(now())
    assert loaded(log) == [("forget", "delivered", 2), ("told", "dead", 1), ("told", "delivered", 15)]
    kinds = {kind for (kind,) in loaded("SELECT DISTINCT kind FROM centre_service")}
    assert kinds == {"stay_and_play", "weighing_clinic", "advice", "health_visitor", "other"}
    assert loaded("SELECT day::text, half FROM office_turn ORDER BY day") == [
        ("2026-11-23", "morning"),
        ("2026-11-24", "morning"),
    ]
    [(there, elsewhere)] = loaded(
        "SELECT count(*) FILTER (WHERE health_visitor_on_site), count(*) FILTER (WHERE NOT health_visitor_on_site) FROM visit_fact"
    )
    assert there > 10
    assert elsewhere > there
    assert loaded("SELECT count(*) FROM service_cancelled WHERE day > '2026-11-22'") == [(1,)]
