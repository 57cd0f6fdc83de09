"""One plan worked on from beginning to end: every step in a transaction of its own, so that the page sees how far it is."""

import logging
from collections.abc import Callable
from dataclasses import asdict

from registration.balancing.plans import actions
from registration.balancing.plans.apart import Progress, SolverDied, solve_apart
from registration.balancing.plans.keeping import kept_figures, kept_rota
from registration.common.transaction import transaction

log = logging.getLogger(__name__)
DIED = "The program that solves ended without a result. The service’s log says more."


class Ended(Exception):
    """Whoever works on the plan has to leave off; the message is the sentence for its page."""


def work_on(task: actions.Task, told: Callable[[Progress | None], None]) -> None:
    """Solve a plan and keep what came of it. `told` hears of progress, and raises Ended to leave off."""

    def look(progress: Progress | None) -> bool:
        """Keep how far it is; give whether to stop."""
        told(progress)
        with transaction():
            return actions.note(task.plan_id, **(asdict(progress) if progress else {}))

    try:
        found = solve_apart(task.instance, task.previous, task.seconds, look, task.missed)
    except (SolverDied, Ended) as fault:
        log.warning("plan %s: %s", task.plan_id, type(fault).__name__)
        with transaction():
            actions.give_up(task.plan_id, str(fault) if isinstance(fault, Ended) else DIED)
        return
    with transaction():
        if task.missed is not None:
            actions.settle_ways(task.plan_id, found.ways)
        elif found.rota is None or found.figures is None:
            actions.settle_impossible(task.plan_id, found.conflicts)
        else:
            actions.settle(task.plan_id, kept_rota(found.rota), kept_figures(found.figures), found.bound)
