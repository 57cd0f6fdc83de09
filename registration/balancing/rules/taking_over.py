"""From a way to staff what somebody absent leaves to the sessions of a draft: who takes over which, and what others do instead."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from registration.balancing.rules.absence import HalfDays, Left, Places, Way
from registration.balancing.rules.half_days import Calendar, Times, sessions_of
from registration.balancing.rules.rota import Id, Rota, rota_of
from registration.balancing.rules.shown import Change
from registration.rota.rules.planning import Planned


@dataclass(frozen=True)
class TakingOver:
    """What a way changes in the rota as it stands: `previous` has the absent in it, who are not there in the half-days `away`."""

    previous: Rota
    away: HalfDays
    left: Sequence[Left]
    way: Way

    @cached_property
    def before(self) -> Places:
        """Where everybody else is now."""
        return {key: centre for key, centre in self.previous.places().items() if key not in self.away}

    @cached_property
    def after(self) -> Places:
        """Where everybody is then."""
        return self.way.rota.places()

    @cached_property
    def takers(self) -> Mapping[int, Id]:
        """Who takes over which session: of those without families whoever comes to that centre anew for all of it."""
        found = dict(self.way.takers)
        for one in self.left:
            if not one.families:
                new = [
                    who for who in self._new(one) if all(self._comes(who, one.centre, half) for half in one.half_days)
                ]
                found |= dict.fromkeys([one.key], new[0]) if new else {}
        return found

    def _new(self, one: Left) -> list[Id]:
        """Name those who come anew to the centre of a session in some half-day of it, and take over no other."""
        promised = {
            (who, half) for each in self.left if (who := dict(self.way.takers).get(each.key)) for half in each.half_days
        }
        found = {who for who, half in self.after if half in one.half_days and self._comes(who, one.centre, half)}
        return sorted((who for who in found if not any((who, half) in promised for half in one.half_days)), key=str)

    def _comes(self, who: Id, centre: Id, half: int) -> bool:
        return self.after.get((who, half)) == centre and self.before.get((who, half)) != centre

    @cached_property
    def changes(self) -> list[Change]:
        """What is otherwise for others, in the order of half-days."""
        keys = sorted(self.before.keys() | self.after.keys(), key=lambda key: (key[1], str(key[0])))
        return [
            Change(who, half, self.before.get((who, half)), self.after.get((who, half)))
            for who, half in keys
            if self.before.get((who, half)) != self.after.get((who, half))
        ]

    # ---- as sessions of a draft

    def days(self, calendar: Calendar) -> tuple[date, date] | None:
        """Give the first and the last day on which anything is otherwise; None where nothing is."""
        halves = [each.half_day for each in self.changes]
        halves += [half for one in self.left if one.key in self.takers for half in one.half_days]
        return (calendar.day(min(halves)), calendar.day(max(halves))) if halves else None

    def sessions(self, published: Iterable[Planned], calendar: Calendar, times: Times) -> list[Planned]:
        """Give what a draft has instead of these published sessions.

        A session taken over goes on with its room and hours. One that is left without families makes room for who comes to its
        centre then. Those who change have the times of their own half-days; all else stays.
        """
        anew = {(each.registrar, calendar.day(each.half_day)) for each in self.changes}
        anew |= {
            (who, calendar.day(one.half_days[0])) for one in self.left if (who := self.takers.get(one.key)) is not None
        }
        stays = [self._drafted(each) for each in published if not self._goes(each, anew, calendar)]
        return [*stays, *self._rebuilt(anew, calendar, times)]

    def _drafted(self, stands: Planned) -> Planned:
        taker = self.takers.get(stands.key)
        if taker is None:
            return replace(stands, key=0)
        return replace(stands, registrar=int(taker), key=0, goes_on=stands.key)

    def _goes(self, stands: Planned, anew: set[tuple[Id, date]], calendar: Calendar) -> bool:
        left = next((one for one in self.left if one.key == stands.key), None)
        if left is not None:
            return left.key not in self.takers and not left.families and bool(self._new(left))
        return (stands.registrar, stands.day) in anew and any(calendar.of_session(stands))

    def _rebuilt(self, anew: set[tuple[Id, date]], calendar: Calendar, times: Times) -> Iterator[Planned]:
        """Give the sessions of those who change, without the half-days in which they sit in another’s session."""
        seats = {(self.takers[one.key], half) for one in self.left if one.key in self.takers for half in one.half_days}
        places = {
            (who, half): centre
            for (who, half), centre in self.after.items()
            if (who, calendar.day(half)) in anew and (who, half) not in seats
        }
        yield from sessions_of(rota_of(places), calendar, times)
