"""In whose reach area a home lies: the children's centre of its neighbourhood, else the nearest."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import BinaryIO

from sqlalchemy import func, select

from registration.centres.bulk import Incoming
from registration.centres.models import Centre, Postcode, ReachArea
from registration.centres.queries import participating_centres, places_of, successors
from registration.centres.rules import CentreCard, Located, Place, distance_km
from registration.common.db import db
from registration.common.files import Row, Table

#: Where families are known and asked to come; no family is a register office's or a hospital's own.
CENTRES = frozenset({"children_centre", "family_hub", "best_start_family_hub", "library"})
#: Of these, where a family may be asked to let the centre welcome it without having been there.
FOR_CHILDREN = CENTRES - {"library"}
#: Kilometres from the nearest centre beyond which a home in another authority is nobody's here. No home in the authority of the
#: demonstration is farther than 9 from one (HX6 4RH: 8.3).
FAR_KM = 25
_LAYOUT = {
    "lsoa": (r"lsoa21cd", r"lsoa[ _]code( \(2021\))?", r"lsoa(21|_2021)?"),
    "centre": (r"centre", r"children.?s[ _]centre", r"family[ _]hub", "name"),
}


class Homes:
    """The centres of a day with their reach areas, to say which is a home's own."""

    def __init__(self, today: date) -> None:
        self._cards = {card.id: card for card in participating_centres(today) if card.kind in CENTRES}
        into = successors(today)
        areas = db.session.execute(select(ReachArea.lsoa, ReachArea.centre_id))
        self._areas = {lsoa: into.get(centre, centre) for lsoa, centre in areas}
        self._nearest: dict[tuple[object, ...], int | None] = {}
        self._authorities: frozenset[str] | None = None

    def of(self, place: Place) -> int | None:
        """Give the centre in whose reach area a place lies, else the nearest; None where none is near, or no position known."""
        said = self._areas.get(place.lsoa or "")
        return said if said in self._cards else self._near(place)

    def for_children(self, place: Place) -> int | None:
        """Give the children's centre or family hub of a place as `of` does, so never a library; None outside of the area."""
        said, cards = self.of(place), {id_: card for id_, card in self._cards.items() if card.kind in FOR_CHILDREN}
        return said if said is None or said in cards else _nearest(place, cards)

    def _near(self, place: Place) -> int | None:
        """Give the nearest centre, but to a home in another authority none that is far."""
        found = self.nearest(place)
        km = distance_km(place, self._cards[found]) if found is not None else None
        if km is None or (km > FAR_KM and place.lad not in self.authorities()):
            return None
        return found

    def of_area(self, lsoa: str, middle: Place) -> int | None:
        """Give the centre of a neighbourhood, which lies nearest to its middle where no reach area says whose it is."""
        said = self._areas.get(lsoa)
        return said if said in self._cards else self.nearest(middle)

    def card(self, centre_id: int | None) -> CentreCard | None:
        """Give what is told of one of these centres; None where it is none of them."""
        return self._cards.get(centre_id) if centre_id is not None else None

    def nearest(self, place: Located) -> int | None:
        """Give the centre nearest to a place; None where there is none, or nobody knows where the place is."""
        key = (place.easting, place.northing, place.latitude, place.longitude)
        if key not in self._nearest:
            self._nearest[key] = _nearest(place, self._cards)
        return self._nearest[key]

    def authorities(self) -> frozenset[str]:
        """Give the local authorities (GSS codes) in which these centres lie."""
        if self._authorities is None:
            found = places_of({card.postcode for card in self._cards.values()})
            self._authorities = frozenset(place.lad for place in found.values() if place.lad)
        return self._authorities

    def named(self, name: str) -> int | None:
        """Give the centre of a name, capital letters and the shape of apostrophes aside."""
        wanted = _folded(name)
        return next((number for number, card in self._cards.items() if _folded(card.name) == wanted), None)


def _nearest(place: Located, cards: Mapping[int, CentreCard]) -> int | None:
    far = ((distance_km(place, card), number) for number, card in cards.items())
    return min(((km, number) for km, number in far if km is not None), default=(0.0, None))[1]


def _folded(name: str) -> str:
    return " ".join(name.replace("\u2019", "'").casefold().split())


def middles(codes: Collection[str]) -> dict[str, Place]:
    """Give the middle of the live postcodes of each neighbourhood (LSOA of 2021) or ward, by its code."""
    found: dict[str, Place] = {}
    for column in (Postcode.lsoa21, Postcode.ward):
        rows = db.session.execute(
            select(column, func.avg(Postcode.easting), func.avg(Postcode.northing))
            .where(column.in_(codes), Postcode.terminated.is_(None), Postcode.easting.is_not(None))
            .group_by(column)
        )
        found |= {code: Place(code, easting=round(east), northing=round(north)) for code, east, north in rows}
    return found


def import_reach_areas(stream: BinaryIO) -> tuple[int, int, int]:
    """Load which neighbourhoods (LSOAs of 2021) are whose: columns lsoa and centre, by name or number.

    Gives how many were added, changed and as before; a neighbourhood that the file does not name stays as it is. Raises
    FileRefused naming every fault; then nothing is loaded.
    """
    table = Table(stream)
    table.name_columns(_LAYOUT, needed=("lsoa", "centre"))
    names = {_folded(name): number for number, name in db.session.execute(select(Centre.id, Centre.name))}
    rows = [found for row in table if (found := _area(row, names))]
    with Incoming(ReachArea, ("lsoa", "centre_id")) as incoming:
        count = incoming.copy(rows)
        for line, lsoa, earlier in incoming.repeated():
            table.add_repeated(line, "lsoa", lsoa, earlier)
        table.refuse_if_faulty()
        added, changed = incoming.put()
    return added, changed, count - added - changed


def _area(row: Row, names: Mapping[str, int]) -> tuple[int, str, int] | None:
    lsoa = row.read("lsoa", _lsoa, needed=True)
    centre = row.read("centre", lambda text: _centre(text, names), needed=True)
    return None if lsoa is None or centre is None else (row.line, lsoa, centre)


def _lsoa(text: str) -> str:
    if len(text) != 9 or text[1:3] != "01" or not (text[0] in "EW" and text.isascii() and text[1:].isdecimal()):  # noqa: PLR2004 -- GSS codes
        raise ValueError("is not the code of a neighbourhood like E01010975")
    return text


def _centre(text: str, names: Mapping[str, int]) -> int:
    number = names.get(_folded(text)) or (int(text) if text.isdecimal() and int(text) in names.values() else None)
    if number is None:
        raise ValueError("is no centre known here")
    return number


def reach_areas() -> Mapping[str, int]:
    """Count, by the centre's name, the neighbourhoods that are said to be its own."""
    rows = db.session.execute(
        select(Centre.name, func.count()).join(ReachArea, ReachArea.centre_id == Centre.id).group_by(Centre.name)
    )
    return {name: int(count) for name, count in rows}
