"""How long registrars are on their way: in a straight line, at one speed, for no more is known."""

from collections.abc import Iterable

from registration.centres.models import Centre
from registration.centres.queries import locate
from registration.centres.rules import Place, Position, distance_km
from registration.common.authority import Balance


def setting_out(home_postcode: str | None, centres: Iterable[Centre]) -> Place | Position:
    """Say where somebody's journeys begin: at home, else at the register office, else nobody knows where."""
    place = locate(home_postcode) if home_postcode else None
    if place is not None:
        return place
    office = next((each for each in centres if each.kind == "register_office"), None)
    return _position(office) if office else Position()


def journey_minutes(home: Place | Position, centre: Centre, balance: Balance) -> int:
    """Give the minutes to a centre, one way; the longest there may be where a place is not known."""
    km = distance_km(home, _position(centre))
    return balance.longest_journey_minutes if km is None else round(km / balance.speed_kmh * 60)


def _position(centre: Centre) -> Position:
    return Position(centre.easting, centre.northing, centre.latitude, centre.longitude)
