"""What falls due by itself: each morning it is kept which families every centre can see, and on which basis."""

from datetime import date

from registration.centres.queries import participating_centres
from registration.centres.rules import OFFICES
from registration.common.clock import today
from registration.common.queue import job
from registration.common.transaction import transaction
from registration.families.actions import disclosed
from registration.reach.outreach.queries import known_to

ACTOR = "service"


@job("reach.keep_who_is_seen", every="15 5 * * *")
def keep_who_is_seen(_due: int) -> None:
    """Keep that the families of each centre's lists may be seen there from today."""
    with transaction():
        who_is_seen(today())


def who_is_seen(on: date) -> None:
    """Write down the lists of every centre as they stand on a day: opening a page changes nothing, so it is kept before."""
    for card in participating_centres(on):
        if card.kind not in OFFICES:
            seen = {entry.card.family_id: entry.card.basis for entry in known_to(card.id, on)}
            disclosed(seen, "list", ACTOR, on, centre_id=card.id)
