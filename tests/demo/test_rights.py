"""The demonstration's families can see to whom their details went, and no centre has more than it may."""

from sqlalchemy import select

from registration.booking.invariants import broken_rows
from registration.centres.models import Centre
from registration.centres.rules import OFFICES
from registration.common.db import db
from registration.families.models import CentreSignUp, Disclosure, SharingAnswer


def test_some_families_were_told_of_and_none_against_its_answer(loaded):
    told = db.session.scalars(select(Disclosure)).all()

    assert len({each.centre_id for each in told}) > 1
    assert broken_rows()["shared_against_answer"] == 0


def test_nobody_was_asked_about_an_office(loaded):
    offices = set(db.session.scalars(select(Centre.id).where(Centre.kind.in_(OFFICES))))

    assert offices
    for row in (SharingAnswer, CentreSignUp):
        assert not offices & set(db.session.scalars(select(row.centre_id)))
