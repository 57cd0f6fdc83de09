"""What the pages of a centre's day have in common: their addresses, and who may open them."""

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from registration.booking.wording import long_day
from registration.centres.queries import centre_card
from registration.centres.rules import CentreCard
from registration.common.access import keep_private
from registration.staff.scope import may_see_centre, own_turns
from registration.staff.turns import Turn

bp = Blueprint("day", __name__, url_prefix="/day")
bp.after_request(keep_private)


@dataclass(frozen=True, slots=True)
class Place:
    """A centre on a civil day: what every address here names.

    Who is there only to sign families up sees those of their `turns`; everybody else, None, sees the whole day.
    """

    centre: CentreCard
    day: date
    turns: tuple[Turn, ...] | None = None

    @property
    def title(self) -> str:
        """Name it: 'Sunshine Children's Centre, Tuesday 24 November 2026'."""
        return f"{self.centre.name}, {long_day(self.day)}"

    def shows(self, moment: datetime) -> bool:
        """Say whether an appointment at a moment is theirs to see who opened the page."""
        return self.turns is None or any(turn.holds(moment) for turn in self.turns)

    def opens(self, day: date) -> bool:
        """Say whether who opened this page may open that of another day here."""
        return self.turns is None or bool(own_turns(day, self.centre.id))

    def path(self, endpoint: str = "day.day_list", **more: object) -> str:
        """Give the address of one of its pages."""
        return url_for(endpoint, centre_id=self.centre.id, day=self.day.isoformat(), **more)  # type: ignore[arg-type]

    def back(self, anchor: str = "") -> ResponseReturnValue:
        """Lead back to the list, to the row named."""
        return redirect(self.path(_anchor=anchor or None), HTTPStatus.SEE_OTHER)


#: No list lies outside these years, and no centre has a number above what its column holds.
FIRST_YEAR, LAST_YEAR, MOST_CENTRES = 2000, 2200, 2**31 - 1


def civil_day(text: str) -> date:
    """Read the day of an address, 2026-11-24; what is none is not found."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(HTTPStatus.NOT_FOUND)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        abort(HTTPStatus.NOT_FOUND)
    return day


def place_of(centre_id: int, day: str) -> Place:
    """Give the centre and day of an address, or answer that there is none such (404), or that it is not theirs to see (403)."""
    card = centre_card(centre_id) if centre_id <= MOST_CENTRES else None
    if card is None:
        abort(HTTPStatus.NOT_FOUND)
    on = civil_day(day)
    if may_see_centre(centre_id):
        return Place(card, on)
    turns = own_turns(on, centre_id)
    if not turns:
        abort(HTTPStatus.FORBIDDEN)
    return Place(card, on, turns)
