"""Bundles that wait to be built, those whose worker has died, and approvals of rows that are over."""

from registration.common.clock import now
from registration.common.long_work import until_none_waits
from registration.common.queue import ending, job
from registration.common.transaction import transaction
from registration.pilot.building import actions
from registration.pilot.building.working import work_on
from registration.pilot.disclosure.actions import expire_due


@job(actions.WORK, takes_long=True)
def work() -> None:
    """Build the bundles that wait, until none is left."""
    until_none_waits(actions.take_next, lambda task: work_on(task, ending))


@job("pilot.look_after", every="* * * * *")
def look_after(_due: int) -> None:
    """Give up bundles whose worker has died, and start what waits, once a minute."""
    with transaction():
        actions.look_after()


@job("pilot.expire_rows", every="7 * * * *")
def expire_rows(_due: int) -> None:
    """Throw the keys of approvals away that are over, once an hour."""
    with transaction():
        expire_due(now())
