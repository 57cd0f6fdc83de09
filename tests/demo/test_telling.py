"""The demonstration shows timetables with kinds, services that were told, and a centre worker at the office."""

from sqlalchemy import text

from registration.common.db import db
from registration.families.tell_once import actions
from tests.demo.conftest import NOW


def found(sql):
    return [tuple(row) for row in db.session.execute(text(sql))]


def test_what_was_told_and_what_is_on_can_be_seen_and_nothing_is_sent(loaded):
    assert found("SELECT name, way, active FROM told_service ORDER BY id") == [
        ("Invented Health Visiting", "webhook", False),
        ("Invented Libraries", "file", False),
    ]
    log = "SELECT event, state, count(*) FROM telling GROUP BY event, state ORDER BY event, state"
    assert found(log) == [("forget", "delivered", 2), ("told", "dead", 1), ("told", "delivered", 15)]
    actions.settle(NOW)
    actions.resume(NOW)
    assert found(log) == [("forget", "delivered", 2), ("told", "dead", 1), ("told", "delivered", 15)]
    kinds = {kind for (kind,) in found("SELECT DISTINCT kind FROM centre_service")}
    assert kinds == {"stay_and_play", "weighing_clinic", "advice", "health_visitor", "other"}
    assert found("SELECT day::text, half FROM office_turn ORDER BY day") == [
        ("2026-11-23", "morning"),
        ("2026-11-24", "morning"),
    ]
    [(there, elsewhere)] = found(
        "SELECT count(*) FILTER (WHERE health_visitor_on_site), count(*) FILTER (WHERE NOT health_visitor_on_site) FROM visit_fact"
    )
    assert there > 10
    assert elsewhere > there
    assert found("SELECT count(*) FROM service_cancelled WHERE day > '2026-11-22'") == [(1,)]
