"""Data officers are written to before an agreement is to be reviewed."""

from registration.births.agreements.reminding import remind
from registration.common.clock import today
from registration.common.queue import job
from registration.common.transaction import transaction


@job("agreements.remind", every="40 6 * * *")
def remind_of_reviews(_due: int) -> None:
    """Write to the data officers where a review is near, each morning: a worker that was down has missed nothing."""
    with transaction():
        remind(today())
