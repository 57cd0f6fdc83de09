"""What is put right of families without anybody asking."""

from registration.common.clock import today
from registration.common.queue import job
from registration.common.transaction import transaction
from registration.families.actions import place_again


@job("families.place_again", every="25 4 * * *")
def place_families_again(_due: int) -> None:
    """Give the families of centres that closed to the centres in whose reach areas they live now."""
    with transaction():
        place_again(today())
