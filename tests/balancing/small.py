"""A small council for rules of plans: two clusters, three centres, and registrars written down shortly."""

from dataclasses import replace

from registration.balancing.rules.rota import (
    WEEK,
    WEEKS_BEFORE,
    Assignment,
    Centre,
    Cluster,
    Instance,
    OfficeNeed,
    Registrar,
    Rota,
)

CURVE = (0.0, 0.15, 0.45, 0.75, 0.92, 1.0)


def registrar(one, *, available=range(WEEK), reach=None, weeks=1, **other):
    """Give somebody who is available in some half-days of each week."""
    given = {
        "grade": "registrar",
        "slots": 6,
        "contract": 10,
        "home": 1,
        "languages": frozenset(),
        "available": tuple(half % WEEK in available for half in range(weeks * WEEK)),
        "reach": reach or {1: 10, 2: 20},
    }
    return Registrar(one, **(given | other))


def council(*people, weeks=1, births=10.0, **other):
    """Give a council of clusters 1 and 2: centres 11 and 12 in the first, 21 in the second, one room each."""
    half_days = weeks * WEEK
    made = Instance(
        name="small",
        weeks=weeks,
        presence_weeks=weeks,
        language_weeks=weeks,
        curve=CURVE,
        deadline_weeks=5,
        office=(OfficeNeed(0, 0),) * half_days,
        clusters=tuple(
            Cluster(number, None, (births,) * (weeks + WEEKS_BEFORE), 400.0 + number, 420.0) for number in (1, 2)
        ),
        centres=tuple(Centre(number, number // 10, (1,) * half_days, (0,) * half_days) for number in (11, 12, 21)),
        registrars=people or (registrar(101, weeks=weeks), registrar(102, weeks=weeks)),
    )
    return replace(made, **other)


def rota(*rows):
    """Give a rota of (registrar, half-day, centre)."""
    return Rota(tuple(Assignment(*row) for row in rows))
