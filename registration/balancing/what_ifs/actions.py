"""What-ifs put together: begun beside a plan, changed while they are open, and handed to the worker."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from registration.balancing.building.journeys import reach_from
from registration.balancing.plans import actions as plans
from registration.balancing.plans.keeping import keep_instance, kept_instance
from registration.balancing.plans.models import BalancePlan
from registration.balancing.rules.half_days import Calendar
from registration.balancing.rules.rota import DAYS
from registration.balancing.rules.scenarios import CentreClosed, Change, RegistrarAdded, changed_by, fault_of
from registration.balancing.what_ifs.keeping import (
    FIRST_NEW,
    Kept,
    keep_change,
    kept_change,
    kept_changes,
    new_people,
    next_number,
)
from registration.balancing.what_ifs.queries import origin_of
from registration.balancing.what_ifs.wording import change_in_words
from registration.balancing.wording import called
from registration.centres.models import Centre
from registration.common import audit
from registration.common.authority import current_authority
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.queue import defer

MOST_CHANGES = 20

#: Makes a change once its number is known.
Making = Callable[[int], Change]


class NotThatChange(Refused):
    """This change cannot be made."""


class NotThatDay(NotThatChange):
    """Nothing can change from this day on."""


class NothingChanged(Refused):
    """Add at least one change first: without one it is the plan itself."""


class NotOpen(Refused):
    """This what-if has been solved already. Make another with the same changes."""


def begin(plan_id: int, name: str, actor: str) -> BalancePlan:
    """Begin a what-if beside a plan that has a rota; of another what-if it takes over the changes, and the plan.

    Raises PlanSettled where there is no rota to hold it against.
    """
    given = db.session.get(BalancePlan, plan_id)
    origin = origin_of(given) if given else None
    if given is None or origin is None or origin.rota is None:
        raise plans.PlanSettled
    made = BalancePlan(
        name=name,
        first_day=origin.first_day,
        weeks=origin.weeks,
        state="open",
        asked_by=actor,
        instance=origin.instance,
        today=origin.today,
        notes=origin.notes,
        former_id=origin.id,
        changes=given.changes,
    )
    db.session.add(made)
    db.session.flush()
    audit.record("balance.what_if_begun", about=_about(made), actor=actor, after={"name": name, "plan": origin.name})
    return made


def _about(plan: BalancePlan) -> str:
    return f"balance:{plan.id}"


def add_change(plan_id: int, making: Making, actor: str) -> None:
    """Add a change to an open what-if.

    Raises NotOpen, and NotThatChange where it cannot stand beside the others, changes nothing, or there are too many.
    """
    plan = _open(plan_id)
    number = next_number(plan.changes)
    new = making(number)
    if len(plan.changes) >= MOST_CHANGES:
        raise NotThatChange(f"A what-if has at most {MOST_CHANGES} changes")
    fault = fault_of(kept_instance(plan.instance), kept_changes(plan.changes), new)
    if fault:
        raise NotThatChange(called().in_names(fault, Calendar(plan.first_day, plan.weeks)))
    plan.changes = [*plan.changes, keep_change(number, new)]
    db.session.flush()
    audit.record("balance.change_added", about=_about(plan), actor=actor, after={"what": _words(plan, new)})


def _open(plan_id: int) -> BalancePlan:
    plan = db.session.get(BalancePlan, plan_id, with_for_update=True)
    if plan is None or plan.state != "open":
        raise NotOpen
    return plan


def _words(plan: BalancePlan, change: Change) -> str:
    names = called().knowing(new_people(plan.changes))
    return change_in_words(change, names, Calendar(plan.first_day, plan.weeks))


def drop_change(plan_id: int, number: int, actor: str) -> None:
    """Take a change out of an open what-if. Raises NotOpen, and NotThatChange where it is gone."""
    plan = _open(plan_id)
    found: Kept | None = next((each for each in plan.changes if each["number"] == number), None)
    if found is None:
        raise NotThatChange("This change is not there any more")
    words = _words(plan, kept_change(found))
    plan.changes = [each for each in plan.changes if each["number"] != number]
    db.session.flush()
    audit.record("balance.change_dropped", about=_about(plan), actor=actor, before={"what": words})


def rename(plan_id: int, name: str, actor: str) -> None:
    """Call an open what-if otherwise. Raises NotOpen."""
    plan = _open(plan_id)
    before, plan.name = plan.name, name
    db.session.flush()
    if name != before:
        audit.record(
            "balance.what_if_renamed", about=_about(plan), actor=actor, before={"name": before}, after={"name": name}
        )


def throw_away(plan_id: int, actor: str) -> int:
    """Throw an open what-if away, with its changes; the record keeps what they were. Give the plan it stood beside.

    Raises NotOpen.
    """
    plan = _open(plan_id)
    origin = origin_of(plan)
    words = [_words(plan, each) for each in kept_changes(plan.changes)]
    facts = {"name": plan.name, "plan": origin.name, "what": words}
    audit.record("balance.what_if_thrown_away", about=_about(plan), actor=actor, before=facts)
    db.session.delete(plan)
    db.session.flush()
    return origin.id


def start(plan_id: int, actor: str) -> None:
    """Have an open what-if solved: from now on its changes stand. Raises NotOpen, and NothingChanged without any."""
    plan = _open(plan_id)
    if not plan.changes:
        raise NothingChanged
    made = changed_by(kept_instance(plan.instance), kept_changes(plan.changes))
    plan.instance = plan.instance | keep_instance(made)
    plan.state = "waiting"
    db.session.flush()
    audit.record("balance.asked", about=_about(plan), actor=actor, after={"name": plan.name})
    defer(plans.WORK)


# ---- changes made of what a manager says


def closing(plan: BalancePlan, centre: int, day: date) -> CentreClosed:
    """Close a centre from a day of the plan on; of a Saturday or a Sunday, from the Monday. NotThatDay outside it."""
    if day.weekday() >= DAYS:
        day += timedelta(days=7 - day.weekday())
    begins = Calendar(plan.first_day, plan.weeks).half_day(day, 0)
    if begins is None:
        raise NotThatDay("The day must be in the weeks of the plan")
    return CentreClosed(centre, begins)


def another_registrar(plan: BalancePlan, number: int, said: Kept) -> RegistrarAdded:
    """Make one more registrar, who sets out from the middle of the cluster of home, as far as journeys may be."""
    taking_part = [each["id"] for each in plan.instance["centres"]]
    centres = db.session.scalars(select(Centre).where(Centre.id.in_(taking_part)))
    reach = reach_from(int(said["home"]), list(centres), current_authority().balance)
    return RegistrarAdded(id=FIRST_NEW + number, reach=reach, **said)
