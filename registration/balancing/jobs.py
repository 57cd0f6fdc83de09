"""Plans of the rota that wait to be solved, one after another, and those whose worker has died."""

from registration.balancing.plans import actions
from registration.balancing.plans.apart import Progress
from registration.balancing.plans.working import Ended, work_on
from registration.common.queue import ending, job
from registration.common.transaction import transaction

STOPPED = "The service was stopped while it worked on this plan."


@job(actions.WORK, takes_long=True)
def work() -> None:
    """Work on the plans that wait, until none is left."""
    while not ending():
        with transaction():
            task = actions.take_next()
        if task is None:
            return
        work_on(task, _leave_off)


def _leave_off(_progress: Progress | None) -> None:
    if ending():
        raise Ended(STOPPED)


@job("balance.look_after", every="* * * * *")
def look_after(_due: int) -> None:
    """Give up plans whose worker has died, and start what waits, once a minute."""
    with transaction():
        actions.look_after()
