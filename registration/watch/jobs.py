"""The nightly look at every promise of the service."""

import logging

from registration.booking.invariants import broken_rows
from registration.common import audit
from registration.common.queue import job
from registration.common.transaction import transaction
from registration.watch.queries import PROMISES_CHECKED

log = logging.getLogger(__name__)


@job("watch.check_promises", every="20 3 * * *")
def check_promises(_due: int) -> None:
    """Count the rows that break a promise, as `flask invariants` does, and write the counts into the record."""
    with transaction():
        broken = broken_rows()
        audit.record(PROMISES_CHECKED, about="promises:nightly", actor="service", after=broken)
    for name, count in broken.items():
        if count:
            log.error("a promise is broken", extra={"facts": {"promise": name, "rows": count}})
