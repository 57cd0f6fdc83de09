"""Questions about places: where a postcode is, which centres take part, where babies are born."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from registration.centres import gazetteer
from registration.centres.models import (
    Centre,
    CentreService,
    Cluster,
    Deprivation,
    PlaceOfBirth,
    Postcode,
    ReachArea,
)
from registration.centres.models import RegistrationDistrict as District
from registration.centres.rules import (
    BRITISH_GRID,
    OFFICES,
    BirthPlaceCard,
    BirthPlaces,
    CentreCard,
    DistrictCard,
    Located,
    Place,
    ServiceCard,
    canonical_postcode,
    distance_km,
    imd_decile,
    latitude_longitude,
    miles,
)
from registration.common.db import db

_CARD = select(
    Centre.id,
    Centre.name,
    Centre.kind,
    Cluster.name,
    Centre.address,
    Centre.postcode,
    Centre.easting,
    Centre.northing,
    Centre.latitude,
    Centre.longitude,
    Centre.telephone,
    Centre.email,
    Centre.website,
    Centre.step_free,
    Centre.parking,
    Centre.bus,
    Centre.feeding_room,
    Centre.directions,
    Centre.entrance,
    Centre.languages,
).join(Cluster, Centre.cluster_id == Cluster.id)
_ON = bindparam("on_day", type_=Centre.participating_from.type)
_PARTICIPATING = _CARD.where(
    Centre.participating_from <= _ON, or_(Centre.participating_to.is_(None), Centre.participating_to >= _ON)
).order_by(Centre.name, Centre.id)

_IMD_2019, _IMD_2025 = aliased(Deprivation), aliased(Deprivation)
_PLACE = (
    select(Postcode, _IMD_2019.decile, _IMD_2025.decile)
    .outerjoin(
        _IMD_2019,
        # An LSOA that the census of 2021 left alone kept its code; a new one has a code unknown to the 2019 edition.
        and_(_IMD_2019.edition == 2019, _IMD_2019.lsoa == func.coalesce(Postcode.lsoa11, Postcode.lsoa21)),  # noqa: PLR2004
    )
    .outerjoin(_IMD_2025, and_(_IMD_2025.edition == 2025, _IMD_2025.lsoa == Postcode.lsoa21))  # noqa: PLR2004
    .where(Postcode.postcode == bindparam("wanted"))
)


def locate(postcode: str) -> Place | None:
    """Say where a postcode is: from the imported directory, else from the one that comes with the service.

    Spacing and case do not matter. None where there is no such postcode; a place without position where ONS gives none.
    """
    try:
        wanted = canonical_postcode(postcode)
    except ValueError:
        return None
    return imported_place(wanted) or gazetteer.find(wanted)


def imported_place(postcode: str) -> Place | None:
    """Say where a postcode, canonical, is by the imported directory alone; None where it is not in there."""
    row = db.session.execute(_PLACE, {"wanted": postcode}).one_or_none()
    if row is None:
        return None
    known, decile_2019, decile_2025 = row
    latitude, longitude = known.latitude, known.longitude
    if latitude is None and known.easting is not None and known.northing is not None:
        latitude, longitude = latitude_longitude(known.easting, known.northing, BRITISH_GRID)
    return Place(
        postcode,
        known.easting,
        known.northing,
        latitude,
        longitude,
        known.lsoa21 or known.lsoa11,
        decile_2025 or _decile_of_rank(known, 2025) or decile_2019 or _decile_of_rank(known, 2019),
        known.lad,
        known.terminated,
    )


def _decile_of_rank(known: Postcode, edition: int) -> int | None:
    """Give the decile by the directory's own rank; those of Wales, Scotland and Northern Ireland are other scales."""
    english = (known.lsoa11 or known.lsoa21 or "").startswith("E")
    if known.imd_rank is None or known.imd_edition != edition or not english:
        return None
    return imd_decile(known.imd_rank, edition)


def participating_centres(on: date) -> list[CentreCard]:
    """List the centres, and offices, where births may be registered on a day, by name."""
    return [_card(row) for row in db.session.execute(_PARTICIPATING, {"on_day": on})]


def centres_nearest(place: Place, on: date) -> list[CentreCard]:
    """List the same from the nearest on, each with its distance in kilometres; those of unknown distance come last."""
    cards = [replace(card, distance_km=distance_km(place, card)) for card in participating_centres(on)]
    return sorted(cards, key=lambda card: (card.distance_km is None, card.distance_km or 0, card.name))


def centre_card(centre_id: int) -> CentreCard | None:
    """Give what a family is told of one centre, whether or not it takes part now; None where there is none such."""
    row = db.session.execute(_CARD.where(Centre.id == centre_id)).one_or_none()
    return None if row is None else _card(row)


def _card(row: Sequence[Any]) -> CentreCard:
    values: list[Any] = [*row[:-1], tuple(row[-1])]
    return CentreCard(*values)


def successors(today: date) -> dict[int, int]:
    """Give, by each centre that is closed on a day and was merged into another, the centre that stands for it now."""
    into = select(Centre.id, Centre.successor_id).where(
        Centre.successor_id.is_not(None), Centre.participating_to < today
    )
    merged = {number: int(successor or 0) for number, successor in db.session.execute(into)}
    return {number: _followed(number, merged) for number in merged}


def _followed(number: int, merged: Mapping[int, int]) -> int:
    """Follow the successors from centre to centre; two that name one another end where they met."""
    seen = {number}
    while number in merged and merged[number] not in seen:
        number = merged[number]
        seen.add(number)
    return number


@dataclass(frozen=True, slots=True)
class ReachAreas:
    """Which children's centre each neighbourhood belongs to on a day, and the centres that take part, for many places."""

    by_lsoa: Mapping[str, int]
    centres: Sequence[CentreCard]

    def centre_of(self, place: Located) -> CentreCard | None:
        """Give the centre in whose reach area a place lies: as is said for its LSOA, else the nearest.

        None where there is no centre, or the place lies in no area and nobody knows where it is.
        """
        said = self.by_lsoa.get(getattr(place, "lsoa", None) or "")
        near = {card.id: distance_km(place, card) for card in self.centres}
        known = [card for card in self.centres if card.id == said] or [
            card for card in self.centres if near[card.id] is not None
        ]
        return min(known, key=lambda card: (near[card.id] or 0, card.name), default=None)


def reach_areas(on: date) -> ReachAreas:
    """Read the reach areas as they are on a day: those of a centre that was merged are its successor's."""
    into = successors(on)
    rows = db.session.execute(select(ReachArea.lsoa, ReachArea.centre_id))
    centres = [card for card in participating_centres(on) if card.kind not in OFFICES]
    return ReachAreas({lsoa: into.get(centre, centre) for lsoa, centre in rows}, centres)


def services_on(on: date, centre_ids: Collection[int]) -> Mapping[int, Sequence[ServiceCard]]:
    """Give, by centre, what else happens there on a day of the week, in the order of the day: "while you are there"."""
    rows = db.session.execute(
        select(CentreService.centre_id, CentreService.title, CentreService.starts, CentreService.ends)
        .where(CentreService.weekday == on.isoweekday(), CentreService.centre_id.in_(centre_ids))
        .order_by(CentreService.starts, CentreService.title)
    )
    services: dict[int, list[ServiceCard]] = {}
    for centre_id, title, starts, ends in rows:
        services.setdefault(centre_id, []).append(ServiceCard(title, starts, ends))
    return services


def district_choices() -> BirthPlaces:
    """Give what a parent may answer to "where was your baby born": our districts, known places in and outside them."""
    ours = select(District).where(District.ours).order_by(District.name)
    rows = db.session.execute(select(PlaceOfBirth, District).join(PlaceOfBirth.district).order_by(PlaceOfBirth.name))
    places = [BirthPlaceCard(place.id, place.name, place.kind, _district_card(district)) for place, district in rows]
    return BirthPlaces(
        districts=tuple(_district_card(district) for district in db.session.scalars(ours)),
        inside=tuple(place for place in places if place.district.ours),
        outside=tuple(place for place in places if not place.district.ours),
    )


def districts() -> list[DistrictCard]:
    """List the registration districts that exist today, by name."""
    rows = db.session.scalars(select(District).where(District.ended_on.is_(None)).order_by(District.name))
    return [_district_card(district) for district in rows]


def _district_card(district: District) -> DistrictCard:
    return DistrictCard(district.code, district.name, district.ours)


def miles_text(km: float) -> str:
    """Say a distance as people do: '0.4 miles', '1 mile', 'less than 0.1 miles'."""
    distance = miles(km)
    if distance == "0":
        return str(_("less than 0.1 miles"))
    return str(_("1 mile") if distance == "1" else _("%(distance)s miles", distance=distance))
