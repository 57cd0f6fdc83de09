"""Plans of the rota that wait to be solved, one after another, and those whose worker has died."""

import logging
from dataclasses import asdict

from registration.balancing.plans import actions
from registration.balancing.plans.apart import Progress, SolverDied, solve_apart
from registration.balancing.plans.keeping import kept_figures, kept_rota
from registration.common.queue import ending, job
from registration.common.transaction import transaction

log = logging.getLogger(__name__)
STOPPED = "The service was stopped while it worked on this plan."
DIED = "The program that solves ended without a result. The service’s log says more."


@job(actions.WORK, takes_long=True)
def work() -> None:
    """Work on the plans that wait, until none is left."""
    while not ending():
        with transaction():
            task = actions.take_next()
        if task is None:
            return
        _work_on(task)


def _work_on(task: actions.Task) -> None:
    try:
        found = solve_apart(task.instance, task.previous, task.seconds, lambda progress: _look(task.plan_id, progress))
    except (SolverDied, _Ending) as fault:
        log.warning("plan %s: %s", task.plan_id, type(fault).__name__)
        with transaction():
            actions.give_up(task.plan_id, STOPPED if isinstance(fault, _Ending) else DIED)
        return
    with transaction():
        if found.rota is None or found.figures is None:
            actions.settle_impossible(task.plan_id, found.conflicts)
        else:
            actions.settle(task.plan_id, kept_rota(found.rota), kept_figures(found.figures), found.bound)


class _Ending(Exception):
    """The worker was asked to end."""


def _look(plan_id: int, progress: Progress | None) -> bool:
    """Keep how far it is, in a transaction of its own; give whether to stop."""
    if ending():
        raise _Ending
    with transaction():
        return actions.note(plan_id, **(asdict(progress) if progress else {}))


@job("balance.look_after", every="* * * * *")
def look_after(_due: int) -> None:
    """Give up plans whose worker has died, and start what waits, once a minute."""
    with transaction():
        actions.look_after()
