"""What falls due by itself with plans of cover: drafts that were left are put away, plans that are settled closed."""

from registration.common.clock import now
from registration.common.queue import job
from registration.common.transaction import transaction
from registration.cover.actions import clean_up, look_again, settle_plans, withdraw_left
from registration.rota.actions.noting import LOOK_AGAIN


@job("cover.tidy", every="* * * * *")
def tidy(_due: int) -> None:
    """Put away drafts that nobody sent within the half-hour, close plans that are settled, and sessions left at closed centres."""
    with transaction():
        clean_up(now())
    with transaction():
        settle_plans(now())
    with transaction():
        withdraw_left(now())


@job(LOOK_AGAIN)
def look_again_at_families() -> None:
    """Work out again the plans of which families’ sessions have another registrar now."""
    with transaction():
        look_again(now())
