"""What is due is deleted every night."""

import logging

from registration.births.retention.running import delete_everything_due
from registration.common.clock import now
from registration.common.queue import job

log = logging.getLogger(__name__)


@job("births.retention", every="41 2 * * *")
def delete_due_records(_due: int) -> None:
    """Delete what is due of every kind of record, and say in the log how much."""
    for done in delete_everything_due("service", now()):
        log.info("%s: %d gone", done.kind, done.rows)
