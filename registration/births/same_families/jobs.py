"""All records compared by the worker: when it was asked for, after every import, and every night."""

import logging

from registration.births.same_families import actions
from registration.births.same_families.apart import LinkingDied, link_apart
from registration.common.clock import now
from registration.common.long_work import until_none_waits
from registration.common.queue import ending, job
from registration.common.transaction import transaction

log = logging.getLogger(__name__)
STOPPED = "The service was stopped while it compared the records."
DIED = "The program that compares records ended without a result. The service’s log says more."


class Stopped(Exception):
    """The worker was asked to end."""


@job(actions.WORK, takes_long=True)
def work() -> None:
    """Work on the runs that wait, until none is left."""
    until_none_waits(actions.take_next, _work_on)


def _work_on(task: actions.Task) -> None:
    def look(done: int) -> None:
        """Keep how far it is; Stopped where the worker ends."""
        if ending():
            raise Stopped
        with transaction():
            actions.note(task.run_id, done)

    try:
        result = link_apart(task.files, look)
    except (LinkingDied, Stopped) as fault:
        log.warning("link run %s: %s", task.run_id, type(fault).__name__)
        with transaction():
            actions.give_up(task.run_id, STOPPED if isinstance(fault, Stopped) else DIED)
        return
    with transaction():
        actions.settle(task, result, now())


@job("same_families.look_after", every="*/2 * * * *")
def look_after(_due: int) -> None:
    """Give up a run whose worker has died, start what waits, and ask for a run after a file of births or members."""
    with transaction():
        actions.look_after()
    with transaction():
        actions.ask_for_newcomers()


@job("same_families.nightly", every="20 1 * * *")
def nightly(_due: int) -> None:
    """Ask for all records to be compared, once a night."""
    with transaction():
        actions.ask_run(actions.SERVICE)
