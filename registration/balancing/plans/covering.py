"""Ways to staff what an absent registrar leaves: asked for, and one of them made a draft of the rota."""

from datetime import date

from registration.balancing.building.absence import Absence, Missed, missed
from registration.balancing.plans.actions import WORK, PlanSettled
from registration.balancing.plans.keeping import keep_instance, keep_missed, keep_rota, kept_missed, kept_rota, kept_way
from registration.balancing.plans.models import BalancePlan
from registration.balancing.rules.absence import Way
from registration.balancing.rules.taking_over import TakingOver
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.queue import defer
from registration.rota.actions.drafts import keep_draft
from registration.rota.models import RotaDraft
from registration.rota.queries.planning import published_rota


class NotAnyMore(Refused):
    """The rota of these days changed since these ways were found. Find ways again."""


class ChangesNothing(Refused):
    """This way changes nothing in the rota, so there is nothing to publish."""


def ask_ways(absence: Absence, name: str, today: date, actor: str) -> BalancePlan:
    """Ask for ways to staff what an absence leaves; the worker finds them. Raises NothingLeft where it leaves nothing."""
    found = missed(absence, today)
    plan = BalancePlan(
        name=name,
        first_day=found.built.calendar.first,
        weeks=found.built.calendar.weeks,
        asked_by=actor,
        instance=keep_instance(found.built.instance),
        today=keep_rota(found.built.today),
        missed=keep_missed(found.away, found.left),
    )
    db.session.add(plan)
    db.session.flush()
    audit.record("balance.ways_asked", about=f"balance:{plan.id}", actor=actor, after={"name": name})
    defer(WORK)
    return plan


def ways_of(plan: BalancePlan) -> list[Way]:
    """Give the ways that were found, fewest changes first."""
    return [kept_way(each) for each in plan.ways or ()]


def taking_over(plan: BalancePlan, way: Way) -> TakingOver:
    """Give what a way of a plan changes."""
    away, left = kept_missed(plan.missed or {})
    return TakingOver(kept_rota(plan.today), away, left, way)


def draft_way(plan: BalancePlan, number: int, absence: Absence, today: date, actor: str) -> RotaDraft:
    """Make a draft of the rota from a way, numbered from 1, of the days on which it changes anything.

    Raises PlanSettled where there is no such way, NotAnyMore where what it starts from has changed, ChangesNothing, and the
    rota's NotThatDraft.
    """
    ways = ways_of(plan)
    if not 1 <= number <= len(ways):
        raise PlanSettled
    found = missed(absence, today)
    taken = taking_over(plan, ways[number - 1])
    if not _is_as_it_was(found, taken):
        raise NotAnyMore
    days = taken.days(found.built.calendar)
    if days is None:
        raise ChangesNothing
    sessions = taken.sessions(published_rota(*days), found.built.calendar, found.built.times)
    within = [each for each in sessions if days[0] <= each.day <= days[1]]
    draft = keep_draft(*days, f"{plan.name}, way {number}", within, today, actor)
    plan.draft_id = draft.id
    db.session.flush()
    audit.record("balance.drafted", about=f"balance:{plan.id}", actor=actor, after={"draft": draft.name, "way": number})
    return draft


def _is_as_it_was(found: Missed, taken: TakingOver) -> bool:
    """Say whether everybody is where they were, and the absent leave the same sessions; who has booked meanwhile is no matter."""
    places = found.built.today.places() == taken.previous.places()
    return places and [one.key for one in found.left] == [one.key for one in taken.left]
