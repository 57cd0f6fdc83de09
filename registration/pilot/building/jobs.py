"""Bundles that wait to be built, and those whose worker has died."""

from registration.common.queue import ending, job
from registration.common.transaction import transaction
from registration.pilot.building import actions
from registration.pilot.building.working import work_on


@job(actions.WORK, takes_long=True)
def work() -> None:
    """Build the bundles that wait, until none is left."""
    while not ending():
        with transaction():
            task = actions.take_next()
        if task is None:
            return
        work_on(task, ending)


@job("pilot.look_after", every="* * * * *")
def look_after(_due: int) -> None:
    """Give up bundles whose worker has died, and start what waits, once a minute."""
    with transaction():
        actions.look_after()
