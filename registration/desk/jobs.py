"""What falls due by itself at the desk: asking for outcomes that nobody has entered."""

from registration.common.clock import now
from registration.common.queue import job
from registration.common.transaction import transaction
from registration.desk.chasing import chase


@job("desk.chase_outcomes", every="*/15 17-19 * * *")
def chase_outcomes(_due: int) -> None:
    """Write to whoever has outcomes missing. It looks several times an evening: a worker that was down then has missed nothing."""
    with transaction():
        chase(now())
