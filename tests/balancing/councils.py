"""Councils written by hand, small enough to know every rota of."""

from __future__ import annotations

from dataclasses import replace

from registration.balancing.rules.rota import (
    OFFICE,
    WEEK,
    Assignment,
    Centre,
    Cluster,
    Instance,
    OfficeNeed,
    Registrar,
    Rota,
)

CURVE = (0.0, 0.5, 1.0)


def cluster(number=0, language=None, births=10.0, weeks=1):
    """Make a cluster that expects as many births in every week of the rota and of the five after it."""
    return Cluster(number, language, (births,) * (weeks + 5))


def centre(name="library", of=0, rooms=1, booked=(), weeks=1):
    """A centre with the same rooms all the time; `booked` names half-days with one booked session each."""
    halves = range(weeks * WEEK)
    return Centre(name, of, (rooms,) * len(halves), tuple(int(half in booked) for half in halves))


def registrar(number=0, *, away=(), weeks=1, **changes):
    """A full registrar with a full week and cluster 0 ten minutes away; `away` names half-days."""
    available = tuple(half not in away for half in range(weeks * WEEK))
    one = Registrar(number, "registrar", 6, 10, 0, frozenset(), available, {0: 10})
    return replace(one, **changes)


def council(*, clusters=None, centres=None, registrars=None, office=(0, 0), weeks=1, **changes):
    """One cluster with one centre of one room, and one registrar, where nothing else is said."""
    instance = Instance(
        name="by hand",
        weeks=weeks,
        presence_weeks=1,
        language_weeks=1,
        curve=CURVE,
        deadline_weeks=2,
        office=(OfficeNeed(*office),) * (weeks * WEEK),
        clusters=tuple(clusters if clusters is not None else [cluster(weeks=weeks)]),
        centres=tuple(centres if centres is not None else [centre(weeks=weeks)]),
        registrars=tuple(registrars if registrars is not None else [registrar(weeks=weeks)]),
    )
    return replace(instance, **changes)


def rota(*sessions):
    """A rota of (registrar, half-day, centre)."""
    return Rota(tuple(Assignment(*one) for one in sessions))


__all__ = ["OFFICE", "centre", "cluster", "council", "registrar", "rota"]
