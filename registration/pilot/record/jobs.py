"""What falls due by itself: each hour what happened becomes events, so that nothing is missed when names are deleted at night."""

import logging

from registration.common.clock import now
from registration.common.queue import job
from registration.common.transaction import transaction
from registration.pilot.record.actions import collect

log = logging.getLogger(__name__)


@job("pilot.collect", every="17 * * * *")
def collect_events(_due: int) -> None:
    """Collect what happened since the last time, and say in the log how much."""
    with transaction():
        done = collect(now())
    log.info("events of the pilot: %d added, %d gone", done.added, done.gone)
