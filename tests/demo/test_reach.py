"""The demonstration shows what centres do with families."""

from sqlalchemy import func, select

from registration.common.db import db
from registration.families.models import Membership
from registration.reach.models import CentreVisit, FamilyContact, ReachTarget
from registration.reach.outreach.queries import known_to
from registration.reach.outreach.rules import Why
from registration.staff.models import StaffUser
from registration.staff.rules import demonstration_email
from tests.demo.conftest import NOW


def test_centres_took_in_called_on_and_saw_families_and_some_wait(loaded):
    numbers = [
        db.session.scalar(select(func.count()).select_from(each)) for each in (Membership, CentreVisit, FamilyContact)
    ]
    worker = db.session.scalars(select(StaffUser).where(StaffUser.email == demonstration_email("centre_worker"))).one()
    [own] = worker.centre_ids
    entries = known_to(own, NOW.date())

    assert min(numbers) > 20
    assert db.session.scalar(select(func.count()).select_from(ReachTarget)) == 2
    assert {entry.row.why for entry in entries if entry.row} >= {Why.NOT_CONTACTED, Why.TO_TAKE_IN, Why.NEXT_STEP}
