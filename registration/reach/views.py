"""The frame of the pages of reach: their addresses, and whose centres somebody may open."""

from collections.abc import Collection
from http import HTTPStatus

from flask import Blueprint, abort

from registration.centres.queries import centre_card, participating_centres
from registration.centres.rules import OFFICES, CentreCard
from registration.common.access import has_role, keep_private
from registration.common.clock import today
from registration.staff.scope import may_see_centre, own_centres

#: The greatest numbers of centres, and of families.
LARGEST, MOST_FAMILIES = 2147483647, 2**63 - 1
#: Who is shown every number as it is: they may open each family’s booking anyway.
EVERY_NUMBER = ("rota_manager", "administrator", "auditor")

bp = Blueprint("reach", __name__, url_prefix="/reach")
bp.after_request(keep_private)


def centre_or_404(centre_id: int, *, numbers: bool = False) -> CentreCard:
    """Give the centre of an address; 404 where there is none, 403 where it is not theirs to see.

    Pages of `numbers` are open for each centre to those who meet no family.
    """
    card = centre_card(centre_id)
    if card is None:
        abort(HTTPStatus.NOT_FOUND)
    if not may_see_centre(centre_id) and not (numbers and has_role("data_officer", "evaluator")):
        abort(HTTPStatus.FORBIDDEN)
    return card


def centres_seen() -> list[CentreCard]:
    """List the children’s centres that take part, whose numbers the person signed in may see."""
    own: Collection[int] | None = None if has_role("data_officer", "evaluator") else own_centres()
    cards = (card for card in participating_centres(today()) if card.kind not in OFFICES)
    return [card for card in cards if own is None or card.id in own]
