"""Plans asked for, solved and read again, without the worker and its solver."""

import pytest
from sqlalchemy import select, text

from registration.balancing.plans import actions
from registration.balancing.plans.keeping import kept_instance, kept_rota
from registration.balancing.rules.figures import figures_of
from registration.balancing.rules.rota import Assignment, Rota
from registration.common.audit import AuditEvent
from registration.common.db import db
from tests.balancing.council import FIRST, TODAY, WEEKS

ACTOR = "staff:1"


def asked(weeks=WEEKS, first=FIRST, name="", **values):
    """Ask for a plan; what else it knows of itself may be given by name."""
    plan = actions.ask_plan(first, weeks, name, TODAY, ACTOR)
    for field, value in values.items():
        setattr(plan, field, value)
    db.session.commit()
    return plan


def solved(plan, *moved):
    """Take a plan up and settle it with the rota as it stood, but for (registrar, half-day, centre)."""
    task = actions.take_next()
    assert task.plan_id == plan.id
    places = kept_rota(plan.today).places() | {(one, half): centre for one, half, centre in moved}
    rota = Rota(tuple(Assignment(*key, centre) for key, centre in places.items() if centre is not None))
    actions.settle(plan.id, rota, figures_of(kept_instance(plan.instance), rota), {"proven": True})
    db.session.commit()
    return plan


def latest(model):
    """Give the row made last, as it stands in the database."""
    db.session.expire_all()
    return db.session.scalars(select(model).order_by(model.id.desc())).first()


def events(plan):
    """List what the record says happened to a plan, in order."""
    lines = select(AuditEvent.event).where(AuditEvent.about == f"balance:{plan.id}").order_by(AuditEvent.id)
    return list(db.session.scalars(lines))


def jobs():
    """Count the jobs that wait to solve a plan."""
    return db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'balance.work'"))


def refused(kind, sentence):
    """Expect a refusal that begins with this sentence."""
    return pytest.raises(kind, match=f"^{sentence}")
