"""Runs that compare records, asked for and settled; and what persons decide of two records, and take back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from registration.births.same_families.apart import Files, Result
from registration.births.same_families.queries import (
    Compared,
    candidates,
    former,
    records_compared,
    set_apart,
    standing,
)
from registration.births.same_families.rules.links import (
    PASSES,
    Change,
    Method,
    Pair,
    Proposed,
    State,
    change,
    family_pairs,
    propose,
)
from registration.births.same_families.rules.rates import rates
from registration.common import audit
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.long_work import Works, ended
from registration.families import actions as families
from registration.families.models import Family, FamilyLink, LinkRun
from registration.families.queries import same_family
from registration.families.rules import Source
from registration.families.tell_once import actions as tell_once

WORK = "same_families.work"
#: Who asks for the run of every night.
SERVICE = "service"
GIVEN_UP = "The program that compared the records ended before it was done."
WORKS = Works(LinkRun, WORK, lock=20261122, silent=120)


class LinkSettled(Refused):
    """This pair has been decided, or compared again, in the meantime. Look at it as it stands now."""


# ---- runs


def ask_run(actor: str) -> None:
    """Ask for all records to be compared. Where a run waits already it will see what is known by then, and is enough."""
    row = upsert(LinkRun).values(state="waiting", asked_by=actor).on_conflict_do_nothing().returning(LinkRun.id)
    made = db.session.scalar(row)
    if made is not None:
        audit.record("same.run_asked", about=f"link_run:{made}", actor=actor)
        WORKS.wake()


@dataclass(frozen=True, slots=True)
class Task:
    """What the worker works on: the run, all records, the pairs that persons set apart, and the two files of each pass."""

    run_id: int
    compared: Compared
    apart: Sequence[Pair]

    @property
    def files(self) -> Sequence[Files]:
        """Give the files to hold against each other, pass by pass."""
        return [
            Files(self.compared.of(left), self.compared.of(right), self.compared.babies_apart(number, self.apart))
            for number, (left, right) in enumerate(PASSES)
        ]


def take_next() -> Task | None:
    """Take up the run that waits; None where none does, or one is worked on."""
    run = WORKS.take_next()
    if run is None:
        return None
    run.total = len(PASSES)
    db.session.flush()
    return Task(run.id, records_compared(), set_apart())


def note(run_id: int, done: int) -> None:
    """Note how many passes of a run are done, and that it is alive."""
    now = {"done": done, "beat_at": func.clock_timestamp()}
    db.session.execute(update(LinkRun).where(LinkRun.id == run_id, LinkRun.state == "running").values(now))


def give_up(run_id: int, reason: str) -> None:
    """Say why nothing came of a run; what held before it holds on."""
    run = WORKS.running(run_id)
    if run is not None:
        _end(run, "failed", {"reason": reason})


def look_after() -> None:
    """Give up the run whose worker has died, and have the one that waits worked on."""
    WORKS.look_after(lambda run: _end(run, "failed", {"reason": GIVEN_UP}))


def ask_for_newcomers() -> None:
    """Ask for a run where records came since the last was asked for: a file of births or members, a family that moved in."""
    newest = select(Family.created_at).where(Family.source != Source.BOOKING).order_by(Family.id.desc()).limit(1)
    came, asked = db.session.scalar(newest), db.session.scalar(select(func.max(LinkRun.asked_at)))
    if came is not None and (asked is None or came > asked):
        ask_run(SERVICE)


def settle(task: Task, result: Result, now: datetime) -> None:
    """Keep what came of a run: links that hold no longer end, others begin, what persons decided stays.

    What was to be told of families whose answer is another by that is called back or told at once. With it goes how many records of
    each group are linked, as of today.

    A run that was given up meanwhile changes nothing.
    """
    WORKS.alone()
    run = WORKS.running(task.run_id)
    if run is None:
        return
    holds = standing()
    proposed: dict[Pair, Proposed] = {}
    for number, found in enumerate(result.found):
        of_pass = {pair: link for pair, link in holds.items() if task.compared.in_pass(number, pair)}
        proposed |= propose(family_pairs(found), of_pass)
    changed = change(holds, proposed, task.compared.source, exact_only=result.exact_only)
    run.method = Method.EXACT if result.exact_only else Method.SPLINK
    _keep(run, changed)
    run.done = run.total
    _end(run, "done", _figures(task, proposed, changed))
    run.result = {**(run.result or {}), "rates": [asdict(rate) for rate in rates(candidates(civil_date(now)))]}
    db.session.flush()
    _heed(now)


def _heed(now: datetime, link: FamilyLink | None = None) -> None:
    """Do at once what links that were made or undone ask for, all of them or one: call back, and tell or have forgotten."""
    families.heed_links(civil_date(now))
    tell_once.settle(now, None if link is None else {*same_family(link.a_id), *same_family(link.b_id)})


def _figures(task: Task, proposed: Mapping[Pair, Proposed], changed: Change) -> dict[str, object]:
    states = [each.state for each in proposed.values()]
    return {
        "records": len(task.compared.source),
        "linked": states.count(State.LINKED),
        "to_review": states.count(State.TO_REVIEW),
        "begun": len(changed.begun),
        "ended": len(changed.ended),
    }


def _keep(run: LinkRun, changed: Change) -> None:
    ended = update(FamilyLink).where(FamilyLink.id.in_(changed.ended), FamilyLink.superseded_at.is_(None))
    db.session.execute(ended.values(superseded_at=func.clock_timestamp()))
    rows = [
        {
            "a_id": a,
            "b_id": b,
            "state": new.state,
            "probability": new.probability,
            "method": run.method,
            "run_id": run.id,
            "made_by": run.asked_by,
        }
        for (a, b), new in sorted(changed.begun.items())
    ]
    if rows:  # a no that came in meanwhile holds its pairs back itself, and the next run decides them
        db.session.execute(upsert(FamilyLink).on_conflict_do_nothing(), rows)


def _end(run: LinkRun, state: str, result: dict[str, object]) -> None:
    run.result = result
    ended(run, state)
    audit.record(f"same.run_{state}", about=f"link_run:{run.id}", actor=SERVICE, after=result)


# ---- what persons decide


def decide(link_id: int, *, same: bool, reason: str, actor: str, now: datetime) -> FamilyLink:
    """Keep that two records are one family, or are not; LinkSettled where a person has decided that already."""
    link = _current(link_id)
    if link.method == Method.PERSON:
        raise LinkSettled
    made = _instead(link, State.LINKED if same else State.APART, Method.PERSON, reason, actor)
    _record("same.decided", made, link, actor)
    _heed(now, made)
    return made


def take_back(link_id: int, actor: str, now: datetime) -> FamilyLink:
    """Take a person’s decision back: what held of the two records before it holds again, until a run or a person says otherwise.

    LinkSettled where it holds no longer, or no run had proposed the pair.
    """
    link = _current(link_id)
    before = former(link)
    if link.method != Method.PERSON or before is None:
        raise LinkSettled
    made = _instead(link, State(before.state), Method(before.method), "", actor, before.probability)
    _record("same.taken_back", made, link, actor)
    _heed(now, made)
    return made


def looked(link: FamilyLink, actor: str) -> None:
    """Note that somebody looks at two records."""
    audit.record("same.looked", about=_about(link), actor=actor)


def _current(link_id: int) -> FamilyLink:
    link = db.session.get(FamilyLink, link_id, with_for_update=True, populate_existing=True)
    if link is None or link.superseded_at is not None:
        raise LinkSettled
    return link


def _instead(
    link: FamilyLink, state: State, method: Method, reason: str, actor: str, probability: float | None = None
) -> FamilyLink:
    """Put a link in place of another that holds now, which is kept as it was."""
    link.superseded_at = func.clock_timestamp()
    db.session.flush()
    made = FamilyLink(
        a_id=link.a_id,
        b_id=link.b_id,
        state=state,
        probability=link.probability if probability is None else probability,
        method=method,
        run_id=link.run_id,
        reason=reason,
        made_by=actor,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _record(event: str, made: FamilyLink, before: FamilyLink, actor: str) -> None:
    reason = {"reason": made.reason} if made.reason else {}
    audit.record(
        event,
        about=_about(made),
        actor=actor,
        before={"state": before.state},
        after={"state": made.state, **reason},
    )


def _about(link: FamilyLink) -> str:
    """Name a pair by its first link: all that was ever decided of it stands in one history."""
    first = select(func.min(FamilyLink.id)).where(FamilyLink.a_id == link.a_id, FamilyLink.b_id == link.b_id)
    return f"same:{db.session.scalar(first)}"
