"""Which colleagues take sessions of an absent registrar over whole: whoever is free, the shortest way first."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from registration.booking.rules.slots import Minute
from registration.cover.rules.moments import TRAVEL_MINUTES, day_of
from registration.rota.rules.patterns import half_days_of


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session of the absent registrar that lies whole within the absence, and who could take it over, the best first."""

    session_id: int
    centre_id: int
    begin: Minute
    end: Minute
    takers: tuple["Taker", ...]

    @property
    def half_days(self) -> int:
        """Give how many half-days of a contract it fills."""
        return half_days_of(timedelta(minutes=self.end - self.begin))


@dataclass(frozen=True, slots=True)
class Taker:
    """A registrar who is free for a whole session; `spare` half-days of the week's contract are left, None: any number."""

    registrar_id: int
    languages: frozenset[str] = frozenset()
    spare: int | None = None
    half_days: int = 0  # that week, without this session
    there: bool = False  # sits at that centre the same day anyway
    away_km: float | None = None  # from home to the centre; None where either is unknown

    @property
    def rank(self) -> tuple[float, int, int]:
        """Give what orders those who are free for a session: the shortest way first, to the kilometre, then the least loaded.

        Whoever sits there that day anyway has no way at all. Nobody here would work more than the contract says.
        """
        way = math.inf if self.away_km is None else round(self.away_km)
        return 0.0 if self.there else way, self.half_days, self.registrar_id


def take_overs(needed: Mapping[int, Collection[str]], sittings: Iterable[Sitting]) -> Iterator[tuple[int, int]]:
    """Give whole sessions to registrars who are free for them, in the order in which `needed` names the sessions.

    `needed` says what the families of each speak, and who takes over speaks it; nobody is given two that overlap, or that cannot
    be reached one after the other.
    """
    order = {session: place for place, session in enumerate(needed)}
    given: list[tuple[int, Sitting]] = []
    for sitting in sorted((s for s in sittings if s.session_id in needed), key=lambda s: order[s.session_id]):
        for taker in sitting.takers:
            if taker.languages.issuperset(needed[sitting.session_id]) and _can_sit(taker, sitting, given):
                given.append((taker.registrar_id, sitting))
                yield sitting.session_id, taker.registrar_id
                break


def _can_sit(taker: Taker, sitting: Sitting, given: Iterable[tuple[int, Sitting]]) -> bool:
    """Say whether a registrar who was given some sessions already can take one more: by the contract, and on the way."""
    theirs = [other for who, other in given if who == taker.registrar_id]
    this_week = sum(each.half_days for each in (sitting, *theirs) if _week(each) == _week(sitting))
    if taker.spare is not None and this_week > taker.spare:
        return False
    return not any(_too_near(sitting, other) for other in theirs)


def _week(sitting: Sitting) -> tuple[int, int]:
    return day_of(sitting.begin).isocalendar()[:2]


def _too_near(sitting: Sitting, other: Sitting) -> bool:
    way = 0 if other.centre_id == sitting.centre_id else TRAVEL_MINUTES
    return sitting.begin < other.end + way and other.begin < sitting.end + way
