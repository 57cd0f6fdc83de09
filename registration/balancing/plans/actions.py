"""Plans of the rota: asked for, changed by wishes, worked on by the worker, and made a draft of the rota."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func

from registration.balancing.building import Built, build
from registration.balancing.plans.keeping import (
    Kept,
    keep_figures,
    keep_instance,
    keep_rota,
    kept_instance,
    kept_rota,
)
from registration.balancing.plans.models import BalancePlan, BalanceWish
from registration.balancing.plans.queries import next_name, wishes_of
from registration.balancing.rules.figures import Figures
from registration.balancing.rules.half_days import Calendar, sessions_of
from registration.balancing.rules.rota import OFFICE, Assignment, Instance, Rota, pinned
from registration.centres.models import Centre, Cluster
from registration.common import audit
from registration.common.authority import current_authority
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.long_work import Works, ended
from registration.rota.actions.drafts import keep_draft
from registration.rota.models import Registrar, RotaDraft
from registration.rota.rules.conflicts import in_words
from registration.rota.rules.patterns import DAY
from registration.rota.rules.patterns import HALVES as HALF_NAMES

MOST_WEEKS = 13
#: Somebody waits for ways to staff an absence, perhaps with families on the telephone: what is found by then is offered.
COVER_SECONDS = 20
WORK = "balance.work"
WORKS = Works(BalancePlan, WORK, lock=20260718)
NOT_REAL = "This is a what-if, and not the council as it is. Make the change itself first, then ask for a plan."
GIVEN_UP = "The program that worked on this plan ended before it was done."


class NotThatPlan(Refused):
    """This plan cannot be asked for."""


class PlanSettled(Refused):
    """This plan is not at that point any more. Look at it again."""


class NotThatWish(Refused):
    """This wish cannot be kept."""


# ---- asked for


def ask_plan(first: date, weeks: int, name: str, today: date, actor: str) -> BalancePlan:
    """Ask for a plan of so many weeks from a Monday, as little different from the rota as it stands as may be.

    Raises NotThatPlan where the weeks are none, are past or have begun, or where nobody works in them.
    """
    return _ask(first, weeks, name, today, actor)


def _ask(first: date, weeks: int, name: str, today: date, actor: str, former: BalancePlan | None = None) -> BalancePlan:
    _check_weeks(first, weeks, today)
    built = build(first, weeks, today)
    if not built.instance.registrars or not built.instance.centres:
        raise NotThatPlan("Nobody has a weekly pattern or a session in these weeks, so there is nobody to plan for.")
    wishes = wishes_of(former.id) if former else []
    instance, notes = _with_wishes(built, wishes)
    plan = BalancePlan(
        name=name or f"Rota from {in_words(first)}",
        first_day=first,
        weeks=weeks,
        asked_by=actor,
        instance=keep_instance(instance) | _beside(built),
        today=keep_rota(built.today),
        notes=[*built.notes, *notes],
        former_id=former.id if former else None,
    )
    db.session.add(plan)
    db.session.flush()
    for wish in wishes:
        _add(plan.id, wish.registrar_id, wish.day, wish.half, wish.centre_id, wish.cluster_id, wish.made_by)
    audit.record("balance.asked", about=_about(plan), actor=actor, after=_facts(plan))
    WORKS.wake()
    return plan


def _beside(built: Built) -> Kept:
    """Give what pages say of the families expected: how sure it is, and the reserve that the instance has in it."""
    return {
        "spread": {str(cluster): list(both) for cluster, both in built.spread.items()},
        "reserve_percent": current_authority().balance.reserve_percent,
    }


def _check_weeks(first: date, weeks: int, today: date) -> None:
    if first.weekday():
        raise NotThatPlan("The first day must be a Monday")
    if first <= today:
        raise NotThatPlan("The first day must be after today")
    if not 1 <= weeks <= MOST_WEEKS:
        raise NotThatPlan(f"A plan covers 1 to {MOST_WEEKS} weeks")


def _with_wishes(built: Built, wishes: Iterable[BalanceWish]) -> tuple[Instance, list[str]]:
    """Add what a manager wishes; where families have booked in the meantime they keep their time."""
    booked = {(pin.registrar, pin.half_day) for pin in built.instance.pins}
    pins, forbidden, notes = [], [], []
    for wish in wishes:
        half_day = built.calendar.half_day(wish.day, HALF_NAMES.index(wish.half))
        if half_day is None or wish.registrar_id not in built.instance.registrar:
            notes.append(f"The wish for {in_words(wish.day)} is left out: nobody can be planned then.")
        elif (wish.registrar_id, half_day) in booked:
            notes.append(f"The wish for {in_words(wish.day)} is left out: families have booked that half-day.")
        elif wish.centre_id is not None:
            pins.append(Assignment(wish.registrar_id, half_day, wish.centre_id))
        else:
            forbidden.append((wish.registrar_id, half_day, wish.cluster_id or OFFICE))
    return replace(pinned(built.instance, pins, forbidden), wished=frozenset(pins)), notes


def solve_again(plan_id: int, today: date, actor: str) -> BalancePlan:
    """Ask for another plan of the same weeks with the wishes of this one, changed as little as may be from it."""
    former = _settled(plan_id)
    if former.is_what_if:
        raise NotThatPlan("This is a what-if: begin another with the same changes instead")
    return _ask(former.first_day, former.weeks, next_name(former), today, actor, former)


def _settled(plan_id: int) -> BalancePlan:
    plan = db.session.get(BalancePlan, plan_id, with_for_update=True)
    if plan is None or plan.state in ("open", "waiting", "running"):
        raise PlanSettled
    return plan


def _about(plan: BalancePlan) -> str:
    return f"balance:{plan.id}"


def _facts(plan: BalancePlan) -> dict[str, object]:
    return {"name": plan.name, "first": plan.first_day.isoformat(), "weeks": plan.weeks}


def ask_to_stop(plan_id: int, actor: str) -> None:
    """Ask for a plan to be ended with the best found so far. PlanSettled where it has ended."""
    plan = WORKS.locked(plan_id, "waiting", "running")
    if plan is None:
        raise PlanSettled
    plan.stop_asked = True
    if plan.state == "waiting":
        _end(plan, "stopped")
    db.session.flush()
    audit.record("balance.stop_asked", about=_about(plan), actor=actor)


def run_again(plan_id: int, actor: str) -> None:
    """Have a plan that failed, or was stopped before anything was found, worked on once more."""
    plan = _settled(plan_id)
    if plan.state != "failed" and not (plan.state == "stopped" and plan.rota is None):
        raise PlanSettled
    plan.state, plan.stop_asked, plan.conflicts, plan.stage, plan.share = "waiting", False, [], "", 0.0
    plan.began_at = plan.beat_at = plan.ended_at = plan.best = None
    db.session.flush()
    audit.record("balance.asked", about=_about(plan), actor=actor, after=_facts(plan))
    WORKS.wake()


# ---- wishes


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a registrar is to be, or in which cluster not to be, in one half-day."""

    registrar: int
    day: date
    half: str
    centre: int | None = None
    cluster: int | None = None


def wish(plan_id: int, wanted: Wish, actor: str) -> BalanceWish:
    """Keep a wish for the next solution of a plan, in place of an earlier one for the same half-day.

    Raises NotThatWish for what is no half-day, registrar or place of the plan, and where families have booked.
    """
    plan = _settled(plan_id)
    if plan.is_what_if:
        raise NotThatWish("This is a what-if: wishes belong to the plan it came from")
    _check_wish(plan, wanted)
    for earlier in wishes_of(plan_id):
        if (earlier.registrar_id, earlier.day, earlier.half) == (wanted.registrar, wanted.day, wanted.half):
            db.session.delete(earlier)
    db.session.flush()
    made = _add(plan_id, wanted.registrar, wanted.day, wanted.half, wanted.centre, wanted.cluster, actor)
    audit.record("balance.wished", about=_about(plan), actor=actor, after=_wish_facts(made))
    return made


def _check_wish(plan: BalancePlan, wanted: Wish) -> None:
    instance = kept_instance(plan.instance)
    calendar = Calendar(plan.first_day, plan.weeks)
    half_day = calendar.half_day(wanted.day, HALF_NAMES.index(wanted.half))
    if half_day is None or wanted.registrar not in instance.registrar:
        raise NotThatWish("There is no such half-day, or no such registrar, in this plan")
    clusters = {cluster.id for cluster in instance.clusters}
    if wanted.centre not in instance.centre and wanted.cluster not in clusters:
        raise NotThatWish("There is no such centre in this plan")
    stays = [pin for pin in instance.pins if (pin.registrar, pin.half_day) == (wanted.registrar, half_day)]
    kept = {(each.registrar_id, each.day, each.half) for each in wishes_of(plan.former_id or 0)}
    if stays and (wanted.registrar, wanted.day, wanted.half) not in kept and stays[0].centre != wanted.centre:
        raise NotThatWish("Families have booked with this registrar then, and keep their time")


def _add(
    plan_id: int, registrar: int, day: date, half: str, centre: int | None, cluster: int | None, actor: str
) -> BalanceWish:
    made = BalanceWish(
        plan_id=plan_id,
        registrar_id=registrar,
        day=day,
        half=half,
        centre_id=centre,
        cluster_id=None if centre is not None else cluster,
        made_by=actor,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _wish_facts(made: BalanceWish) -> dict[str, object]:
    facts: dict[str, object] = {
        "registrar": db.session.get_one(Registrar, made.registrar_id).name,
        "day": made.day.isoformat(),
        "half": made.half,
    }
    if made.centre_id is not None:
        return facts | {"to be at": db.session.get_one(Centre, made.centre_id).name}
    return facts | {"not to be in": db.session.get_one(Cluster, made.cluster_id).name}


def drop_wish(plan_id: int, wish_id: int, actor: str) -> None:
    """Take a wish back; NotThatWish where it is gone."""
    plan = _settled(plan_id)
    found = db.session.get(BalanceWish, wish_id)
    if found is None or found.plan_id != plan_id:
        raise NotThatWish("This wish is not there any more")
    before = _wish_facts(found)
    db.session.delete(found)
    db.session.flush()
    audit.record("balance.wish_dropped", about=_about(plan), actor=actor, before=before)


# ---- worked on


@dataclass(frozen=True, slots=True)
class Task:
    """What the worker works on."""

    plan_id: int
    instance: Kept
    previous: Kept
    seconds: int
    missed: Kept | None = None


def take_next() -> Task | None:
    """Take up the plan that has waited longest, those for cover first; None where none waits, or another is worked on."""
    plan = WORKS.take_next(BalancePlan.missed.is_(None))
    return None if plan is None else _begun(plan)


def take(plan: BalancePlan) -> Task:
    """Take up a plan that waits."""
    WORKS.take(plan)
    return _begun(plan)


def _begun(plan: BalancePlan) -> Task:
    plan.stage, plan.share, plan.began_at = "starting", 0.0, func.clock_timestamp()
    db.session.flush()
    former = db.session.get(BalancePlan, plan.former_id) if plan.former_id else None
    previous = former.rota if former and former.rota else plan.today
    seconds = current_authority().balance.solve_seconds
    if plan.missed is not None:
        seconds = min(seconds, COVER_SECONDS)
    return Task(plan.id, plan.instance, previous, seconds, plan.missed)


def note(plan_id: int, stage: str = "", share: float = 0.0, best: Kept | None = None) -> bool:
    """Keep how far a plan is, and that somebody is at it; give whether it shall stop."""
    plan = db.session.get_one(BalancePlan, plan_id, populate_existing=True)
    if stage:
        plan.stage, plan.share = stage, min(max(share, 0.0), 1.0)
        plan.best = best or plan.best
    plan.beat_at = func.clock_timestamp()
    db.session.flush()
    return plan.stop_asked or plan.state != "running"


def settle(plan_id: int, rota: Rota, figures: Figures, bound: Kept) -> None:
    """Keep what was found."""
    plan = _running(plan_id)
    plan.rota, plan.figures, plan.bound = keep_rota(rota), keep_figures(figures), bound
    _end(plan, "stopped" if plan.stop_asked else "done")


def settle_ways(plan_id: int, ways: Sequence[Kept]) -> None:
    """Keep the ways that were found to staff what somebody absent leaves."""
    plan = _running(plan_id)
    plan.ways = list(ways)
    _end(plan, "stopped" if plan.stop_asked else "done")


def settle_impossible(plan_id: int, conflicts: Sequence[str]) -> None:
    """Keep which rules cannot hold together."""
    plan = _running(plan_id)
    plan.conflicts = list(conflicts)
    _end(plan, "impossible")


def give_up(plan_id: int, reason: str) -> None:
    """Say why nothing came of a plan."""
    _fail(_running(plan_id), reason)


def _fail(plan: BalancePlan, reason: str) -> None:
    plan.conflicts = [reason]
    _end(plan, "failed")


def _running(plan_id: int) -> BalancePlan:
    plan = WORKS.running(plan_id)
    if plan is None:
        raise PlanSettled
    return plan


def _end(plan: BalancePlan, state: str) -> None:
    plan.stage, plan.share = "", 1.0
    ended(plan, state)
    audit.record(f"balance.{state}", about=_about(plan), actor="service")


def look_after() -> None:
    """Give up plans whose worker has died, and have those that wait worked on."""
    WORKS.look_after(lambda plan: _fail(plan, GIVEN_UP))


# ---- made a draft


def make_draft(plan_id: int, today: date, actor: str) -> RotaDraft:
    """Make a draft of the rota from a plan; the rota's own rules judge and publish it.

    Evenings and Saturdays are taken over as they stand now, and everybody has the times of their own half-days.
    Raises NotThatPlan for a what-if, PlanSettled where there is no rota to make it from, and the rota's NotThatDraft.
    """
    plan = _settled(plan_id)
    if plan.is_what_if:
        raise NotThatPlan(NOT_REAL)
    if plan.rota is None:
        raise PlanSettled
    built = build(plan.first_day, plan.weeks, today)
    sessions = [*sessions_of(kept_rota(plan.rota), built.calendar, built.times), *built.kept]
    last = plan.first_day + timedelta(weeks=plan.weeks) - DAY
    draft = keep_draft(plan.first_day, last, plan.name, sessions, today, actor)
    plan.draft_id = draft.id
    db.session.flush()
    audit.record("balance.drafted", about=_about(plan), actor=actor, after={"draft": draft.name})
    return draft
