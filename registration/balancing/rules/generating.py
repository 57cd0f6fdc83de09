"""Invented councils to plan for: seeded, so that a number names one for ever. For tests and for measuring."""

from dataclasses import dataclass, replace
from itertools import count
from math import dist
from random import Random

from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.rota import (
    DAYS,
    HALVES,
    OFFICE,
    REGISTRAR,
    WEEK,
    WEEKS_BEFORE,
    Centre,
    Cluster,
    Id,
    Instance,
    OfficeNeed,
    Registrar,
)

CURVE = (0.0, 0.15, 0.45, 0.75, 0.92, 1.0)
LANGUAGES = ("ur", "bn", "pl", "ro", "so")
MINUTES_A_UNIT = 1.4
SIDE = 60.0
#: How often a registrar works a half-day of the week at all, is away in a week from some half-day on; how often a centre shuts.
WORKED, AWAY, SHUT = 0.93, 0.1, 0.05
#: The share of sessions of the first two weeks that families have booked into.
BOOKED = 1 / 8


@dataclass(frozen=True, slots=True)
class Size:
    """How large a council is; `load` is its families beside the slots its contracts leave after the office."""

    weeks: int
    clusters: int
    centres: int
    registrars: int
    reach: int
    office: int
    languages: float = 0.3
    load: float = 0.93


SIZES = {
    "tiny": Size(weeks=2, clusters=2, centres=3, registrars=4, reach=2, office=1, languages=0.5),
    "small": Size(weeks=4, clusters=3, centres=8, registrars=6, reach=3, office=1),
    "council": Size(weeks=6, clusters=7, centres=25, registrars=30, reach=5, office=6),
    "county": Size(weeks=8, clusters=16, centres=80, registrars=80, reach=5, office=16),
}


def generate(size: str, seed: int) -> Instance:
    """Invent a council of a size; the same number gives the same. A rota that breaks no rule exists, and is not told."""
    invented = (
        _invent(SIZES[size], Random(f"{size} {seed} {attempt}"), f"{size}-{seed}")  # noqa: S311 -- no secret
        for attempt in count()
    )
    instance, rota = next((one, rota) for one in invented if (rota := greedy_rota(one)) is not None)
    random = Random(f"booked {size} {seed}")  # noqa: S311 -- no secret
    booked = {
        (one.centre, one.half_day)
        for one in rota.assignments
        if one.centre != OFFICE and one.half_day < 2 * WEEK and random.random() < BOOKED
    }
    centres = tuple(
        replace(centre, booked=tuple(int((centre.id, half) in booked) for half in instance.half_days))
        for centre in instance.centres
    )
    return replace(instance, centres=centres)


def _invent(size: Size, random: Random, name: str) -> Instance:
    spots = [(round(random.uniform(0, SIDE), 1), round(random.uniform(0, SIDE), 1)) for _ in range(size.clusters)]
    registrars = tuple(_registrar(size, random, number, spots) for number in range(size.registrars))
    slots = sum(one.contract * one.slots for one in registrars) - DAYS * WEEK * size.office
    shares = [random.uniform(0.3, 1.5) for _ in spots]
    weekly = [max(3.0, size.load * slots * share / sum(shares)) for share in shares]
    spoken = sorted({language for one in registrars for language in one.languages})
    clusters = tuple(
        _cluster(size, random, number, (spots[number], weekly[number], spoken)) for number in range(len(spots))
    )
    homes = [*range(size.clusters), *random.choices(range(size.clusters), shares, k=size.centres - size.clusters)]
    return Instance(
        name=name,
        weeks=size.weeks,
        presence_weeks=2,
        language_weeks=2,
        curve=CURVE,
        deadline_weeks=5,
        office=(OfficeNeed(size.office, min(1, size.office)),) * (size.weeks * WEEK),
        clusters=clusters,
        centres=tuple(_centre(size, random, number, homes[number]) for number in range(size.centres)),
        registrars=registrars,
    )


def _registrar(size: Size, random: Random, number: int, spots: list[tuple[float, float]]) -> Registrar:
    """Invent a person: in three weeks of ten away for half of it or more, otherwise now and then for a half-day."""
    home = number % len(spots)
    near = sorted(range(len(spots)), key=lambda spot: dist(spots[home], spots[spot]))[: size.reach]
    deputy = number >= len(spots) and random.random() < 1 / 3
    pattern = [random.random() < WORKED for _ in range(WEEK)]
    available: list[bool] = []
    for _ in range(size.weeks):
        away = random.randrange(WEEK) if random.random() < AWAY else WEEK
        available += [usual and half < away for half, usual in enumerate(pattern)]
    reach: dict[Id, int] = {spot: round(MINUTES_A_UNIT * dist(spots[home], spots[spot])) for spot in near}
    languages = random.sample(LANGUAGES, random.choice((0, 0, 1, 1, 1, 2)))
    return Registrar(
        id=number,
        grade="deputy" if deputy else REGISTRAR,
        slots=5 if deputy else 6,
        contract=random.choice((4, 5, 6, 8, 8, 10, 10)),
        home=home,
        languages=frozenset(languages),
        available=tuple(available),
        reach=reach,
    )


def _cluster(size: Size, random: Random, number: int, given: tuple[tuple[float, float], float, list[str]]) -> Cluster:
    (x, y), weekly, spoken = given
    births = tuple(float(max(0, round(random.gauss(weekly, weekly**0.5)))) for _ in range(size.weeks + WEEKS_BEFORE))
    language = random.choice(spoken) if spoken and random.random() < size.languages else None
    return Cluster(number, language, births, x, y)


def _centre(size: Size, random: Random, number: int, cluster: int) -> Centre:
    """Invent a centre with rooms in about half of the half-days, the same every week but for some closed days."""
    likely = random.uniform(0.3, 0.7)
    pattern = [random.choice((1, 1, 2)) if random.random() < likely else 0 for _ in range(WEEK)]
    rooms: list[int] = []
    for _ in range(size.weeks * DAYS):
        closed = random.random() < SHUT
        day = len(rooms) % WEEK
        rooms += [0 if closed else count_ for count_ in pattern[day : day + HALVES]]
    return Centre(number, cluster, tuple(rooms), (0,) * len(rooms))
