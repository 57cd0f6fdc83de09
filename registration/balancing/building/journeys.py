"""How long registrars are on their way: in a straight line, at one speed, for no more is known."""

from collections.abc import Iterable, Sequence
from statistics import fmean

from registration.balancing.rules.rota import Id
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


def reach_from(cluster: int, centres: Sequence[Centre], balance: Balance) -> dict[Id, int]:
    """Give the minutes to the farthest centre of each cluster near enough, for who sets out from the middle of one.

    That cluster is always within reach.
    """
    home = _middle([each for each in centres if each.cluster_id == cluster])
    found: dict[Id, int] = {}
    for there in sorted({each.cluster_id for each in centres}):
        minutes = max(journey_minutes(home, each, balance) for each in centres if each.cluster_id == there)
        if minutes <= balance.longest_journey_minutes or there == cluster:
            found[there] = minutes
    return found


def _middle(centres: Sequence[Centre]) -> Position:
    known = [
        (each.easting, each.northing) for each in centres if each.easting is not None and each.northing is not None
    ]
    if not known:
        return Position()
    return Position(round(fmean(east for east, _ in known)), round(fmean(north for _, north in known)))
