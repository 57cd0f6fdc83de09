"""Instances, rotas and figures as a plan's row keeps them: the product's own file forms, and what they cannot say beside."""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from typing import Any, Protocol

from registration.balancing.instances import FORMAT, read_instance, read_rota
from registration.balancing.rules.absence import Left, Way
from registration.balancing.rules.figures import Figures
from registration.balancing.rules.rota import Assignment, Id, Instance, Rota, in_one_order

Kept = dict[str, Any]


def keep_instance(instance: Instance) -> Kept:
    """Give an instance as rota-instance/1 with `pins` and `forbidden` added."""
    return {
        "format": FORMAT,
        "name": instance.name,
        "weeks": instance.weeks,
        "presence_weeks": instance.presence_weeks,
        "language_weeks": instance.language_weeks,
        "curve": list(instance.curve),
        "deadline_weeks": instance.deadline_weeks,
        "office": [{"min": need.least, "min_registrars": need.least_registrars} for need in instance.office],
        "clusters": [
            {"id": one.id, "x": one.x, "y": one.y, "language": one.language, "births": list(one.births)}
            for one in instance.clusters
        ],
        "centres": [
            {"id": one.id, "cluster": one.cluster, "rooms": list(one.rooms), "booked": list(one.booked)}
            for one in instance.centres
        ],
        "registrars": [
            {
                "id": one.id,
                "grade": one.grade,
                "slots": one.slots,
                "contract": one.contract,
                "home": one.home,
                "languages": sorted(one.languages),
                "avail": [int(there) for there in one.available],
                "reach": {str(cluster): minutes for cluster, minutes in one.reach.items()},
            }
            for one in instance.registrars
        ],
        "change_minutes": instance.change_minutes,
        "pins": [_kept(pin) for pin in in_one_order(instance.pins)],
        "wished": [_kept(pin) for pin in in_one_order(instance.wished)],
        "forbidden": sorted([list(each) for each in instance.forbidden], key=str),
    }


def kept_instance(kept: Kept) -> Instance:
    """Read an instance again."""
    read = read_instance(json.dumps(kept).encode())
    pins, wished = (
        frozenset(Assignment(pin["registrar"], pin["t"], pin["centre"]) for pin in kept.get(name, ()))
        for name in ("pins", "wished")
    )
    forbidden = frozenset((one, half, place) for one, half, place in kept.get("forbidden", ()))
    change_minutes = kept.get("change_minutes", read.change_minutes)
    return replace(read, pins=pins, forbidden=forbidden, change_minutes=change_minutes, wished=wished)


def _kept(one: Assignment) -> Kept:
    return {"registrar": one.registrar, "t": one.half_day, "centre": one.centre}


def keep_rota(rota: Rota) -> Kept:
    """Give a rota as files have it."""
    return {"assignments": [_kept(one) for one in rota.assignments]}


def kept_rota(kept: Kept) -> Rota:
    """Read a rota again."""
    return read_rota(json.dumps(kept).encode())


class Bound(Protocol):
    """What no rota could do better than, as the solver gives it."""

    @property
    def lateness(self) -> float:
        """Give the least family-weeks past the deadline."""

    @property
    def mean(self) -> float:
        """Give the highest share of all families."""

    @property
    def worst(self) -> float:
        """Give the coverage that the worst served cluster cannot exceed."""


def keep_bound(bound: Bound | None, *, proven: bool) -> Kept:
    """Give the bound by its names, and whether the rota is proven to be the best there is."""
    if bound is None:
        return {"proven": proven}
    return {"proven": proven, "lateness": bound.lateness, "worst": bound.worst, "mean": bound.mean}


def keep_missed(away: Collection[tuple[Id, int]], left: Iterable[Left]) -> Kept:
    """Give when the absent are not there, and what sessions they leave."""
    return {
        "away": sorted([list(each) for each in away], key=str),
        "left": [asdict(one) | {"takers": sorted(one.takers, key=str)} for one in left],
    }


def kept_missed(kept: Kept) -> tuple[frozenset[tuple[Id, int]], list[Left]]:
    """Read what the absent leave again."""
    left = [
        Left(**{**one, "half_days": tuple(one["half_days"]), "takers": frozenset(one["takers"])})
        for one in kept["left"]
    ]
    return frozenset((one, half) for one, half in kept["away"]), left


def keep_way(way: Way) -> Kept:
    """Give a way to staff what the absent leave."""
    return asdict(way) | {"rota": keep_rota(way.rota), "takers": [list(each) for each in way.takers]}


def kept_way(kept: Kept) -> Way:
    """Read such a way again."""
    takers = tuple((key, one) for key, one in kept["takers"])
    return Way(**{**kept, "rota": kept_rota(kept["rota"]), "takers": takers})


def keep_figures(figures: Figures) -> Kept:
    """Give figures by their names."""
    return asdict(figures)


def kept_figures(kept: Kept) -> Figures:
    """Read figures again."""
    return Figures(**{**kept, "coverage": tuple(kept["coverage"])})
