"""Questions about what-ifs: those of a plan, and the plan that one came from."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from registration.balancing.plans.models import BalancePlan
from registration.balancing.plans.queries import WHAT_IF
from registration.common.db import db

#: So many what-ifs of a plan are listed, the newest.
MOST_LISTED = 50


def origin_of(plan: BalancePlan) -> BalancePlan:
    """Give the plan that a what-if came from; any other plan is its own."""
    return db.session.get_one(BalancePlan, plan.former_id) if plan.is_what_if else plan


def what_ifs_of(plan_id: int) -> Sequence[BalancePlan]:
    """Give the what-ifs of a plan, the newest first, without what they are made of, which is large."""
    large = (BalancePlan.instance, BalancePlan.today, BalancePlan.rota)
    wanted = select(BalancePlan).where(BalancePlan.former_id == plan_id, WHAT_IF)
    return db.session.scalars(
        wanted.options(*(defer(part) for part in large)).order_by(BalancePlan.id.desc()).limit(MOST_LISTED)
    ).all()


def what_ifs_counted(plan_ids: Collection[int]) -> Mapping[int, int]:
    """Count the what-ifs of each of some plans."""
    wanted = select(BalancePlan.former_id, func.count()).where(BalancePlan.former_id.in_(plan_ids), WHAT_IF)
    return {plan: count for plan, count in db.session.execute(wanted.group_by(BalancePlan.former_id)) if plan}
