"""Plans of the rota that wait to be solved, those whose worker has died, and the forecast of families without a time."""

from registration.balancing.actions import keep_forecast
from registration.balancing.plans import actions
from registration.balancing.plans.apart import Progress
from registration.balancing.plans.working import Ended, work_on
from registration.common.clock import now
from registration.common.long_work import until_none_waits
from registration.common.queue import ending, job
from registration.common.transaction import transaction
from registration.rota.actions.noting import LOOK_OUT

STOPPED = "The service was stopped while it worked on this plan."


@job(actions.WORK, takes_long=True)
def work() -> None:
    """Work on the plans that wait, until none is left."""
    until_none_waits(actions.take_next, lambda task: work_on(task, _leave_off))


def _leave_off(_progress: Progress | None) -> None:
    if ending():
        raise Ended(STOPPED)


@job("balance.look_after", every="* * * * *")
def look_after(_due: int) -> None:
    """Give up plans whose worker has died, and start what waits, once a minute."""
    with transaction():
        actions.look_after()


@job("balance.look_out_again", every="*/15 * * * *")
def look_out_again(_due: int) -> None:
    """Make the forecast of families without a time anew, every quarter of an hour."""
    look_out()


@job(LOOK_OUT)
def look_out() -> None:
    """Make the forecast anew because the rota changed."""
    with transaction():
        keep_forecast(now())
