"""Questions about plans of the rota."""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import count

from sqlalchemy import func, or_, select
from sqlalchemy.orm import defer

from registration.balancing.plans.models import BalancePlan, BalanceWish
from registration.common.audit import Named
from registration.common.db import db

#: So many plans are listed; older ones are reached from those that came of them, or by their address.
MOST_LISTED = 50
#: How the name of a plan that was solved again ends.
_NUMBERED = re.compile(r", \d+(?:st|nd|rd|th)$")
WHAT_IF = or_(BalancePlan.state == "open", func.jsonb_array_length(BalancePlan.changes) > 0)


def plans_asked() -> Sequence[BalancePlan]:
    """Give the latest plans, the last one first, no what-ifs and none for cover, without what they are made of, which is large."""
    large = (BalancePlan.instance, BalancePlan.today, BalancePlan.rota, BalancePlan.ways)
    wanted = select(BalancePlan).where(~WHAT_IF, BalancePlan.missed.is_(None)).options(*(defer(part) for part in large))
    return db.session.scalars(wanted.order_by(BalancePlan.id.desc()).limit(MOST_LISTED)).all()


def plan_by_id(plan_id: int) -> BalancePlan | None:
    """Give a plan, None where there is none."""
    return db.session.get(BalancePlan, plan_id)


def wishes_of(plan_id: int) -> Sequence[BalanceWish]:
    """Give the wishes kept with a plan, in the order of their half-days."""
    wanted = select(BalanceWish).filter_by(plan_id=plan_id)
    return db.session.scalars(wanted.order_by(BalanceWish.day, BalanceWish.half.desc(), BalanceWish.id)).all()


def wish_of(plan_id: int, wish_id: int) -> BalanceWish | None:
    """Give a wish of a plan, None where that plan has none of the number."""
    return db.session.scalars(select(BalanceWish).filter_by(id=wish_id, plan_id=plan_id)).one_or_none()


def plan_names(keys: Collection[str]) -> Mapping[str, Named]:
    """Give the names of plans as the record shows them, by number, with the page of each."""
    columns = (BalancePlan.id, BalancePlan.name, BalancePlan.missed.is_(None).label("has_page"))
    rows = db.session.execute(select(*columns).where(BalancePlan.id.in_([int(key) for key in keys])))
    return {
        str(row.id): Named(row.name, "balance.plan", {"plan_id": row.id}) if row.has_page else Named(row.name)
        for row in rows
    }


def next_name(former: BalancePlan) -> str:
    """Number a plan that is solved again after those before it: "Winter", "Winter, 2nd", "Winter, 3rd"."""
    first = _NUMBERED.sub("", former.name)
    again = select(BalancePlan.name).where(
        BalancePlan.first_day == former.first_day, BalancePlan.name.startswith(f"{first}, ", autoescape=True)
    )
    taken = set(db.session.scalars(again))
    return next(name for number in count(2) if (name := f"{first}, {_ordinal(number)}") not in taken)


def _ordinal(number: int) -> str:
    ends = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ends}"
