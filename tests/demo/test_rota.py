"""The demonstration's weekly patterns, decided days and draft."""

from datetime import date, timedelta

from sqlalchemy import select

from registration.common.clock import civil_date
from registration.common.db import db
from registration.rota.models import Absence, CentreDay, Registrar, RotaDraft, Session
from registration.rota.queries.days import open_days
from registration.rota.queries.drafts import examine
from registration.rota.queries.planning import basis, bounds, patterns_between, published_rota
from registration.rota.rules.planning import expand
from tests.demo.conftest import NOW

TODAY = civil_date(NOW)


def test_everybody_who_sits_somewhere_has_a_pattern_within_the_contract(loaded):
    with_sessions = set(db.session.scalars(select(Session.registrar_id).distinct()))
    assert {each.registrar for each in patterns_between(TODAY, TODAY + timedelta(days=60)).values()} == with_sessions
    people = db.session.scalars(select(Registrar).where(Registrar.id.in_(with_sessions)))
    assert all(person.contracted_sessions > 0 for person in people)


def test_the_patterns_give_the_rota_that_is_published(loaded):
    first, last = TODAY + timedelta(days=1), TODAY + timedelta(days=84)
    sessions, left_out = expand(first, last, basis(first, last))
    away = db.session.scalars(select(Absence).where(Absence.state == "planned")).all()
    published = [
        session
        for session in published_rota(first, last)
        if not any(
            each.registrar_id == session.registrar and each.begins_at < session.ends and each.ends_at > session.begins
            for each in away
        )
    ]
    assert [(s.registrar, s.room, s.begins, s.ends) for s in sessions] == [
        (s.registrar, s.room, s.begins, s.ends)
        for s in sorted(published, key=lambda s: (s.begins, s.centre, s.registrar))
    ]
    assert {each.why for each in left_out} >= {"Repairs to the roof", "Christmas Day"}


def test_nobody_sits_where_a_centre_is_closed(loaded):
    row = db.session.scalars(select(CentreDay)).one()
    begins, ends = bounds(row.day, row.day)
    held = select(Session).where(Session.centre_id == row.centre_id, Session.begins_at.between(begins, ends))
    assert db.session.scalars(held).all() == []
    assert open_days(row.day, row.day).closed(row.centre_id, row.day) == "Repairs to the roof"
    assert row.day.weekday() < 5


def test_there_is_a_draft_without_conflict(loaded):
    made = db.session.scalars(select(RotaDraft)).one()
    found = examine(made, TODAY)
    assert len(found.sessions) > 80
    assert found.conflicts == []
    assert found.published == []
    assert made.first_day > date(2027, 2, 1)
