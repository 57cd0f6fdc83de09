"""What the page of other ways to staff an absence shows: each way in figures and words, a drawing, and what stays unstaffed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from registration.balancing.charts import OnFrontier, frontier
from registration.balancing.plans.covering import taking_over, ways_of
from registration.balancing.plans.keeping import kept_instance, kept_missed, kept_rota
from registration.balancing.plans.models import BalancePlan
from registration.balancing.rules.absence import Hindrance, Left, Way, hindrances
from registration.balancing.rules.figures import slots_per_week
from registration.balancing.rules.half_days import Calendar
from registration.balancing.rules.rota import WEEK, Id
from registration.balancing.rules.taking_over import TakingOver
from registration.balancing.wording import called, day_in_words, listed

_BECAUSE = {
    Hindrance.NOT_THERE: "not at work then: {}",
    Hindrance.TOO_FAR: "too far away: {}",
    Hindrance.BOOKED: "seeing families of their own then: {}",
    Hindrance.ELSEWHERE: "held elsewhere that day by families: {}",
    Hindrance.CONTRACT: "at the end of the week’s contract: {}",
    Hindrance.NOT_SUITED: "without the language its families need, or with other hours that day: {}",
}
_FREE = "free, but needed more elsewhere: {}"


@dataclass(frozen=True, slots=True)
class WayShown:
    """A way in words: what changes for whom, which sessions are taken over, and where there are fewer times."""

    number: int
    way: Way
    sessions_kept: int
    fewer: str
    changes: Sequence[str]
    taken: Sequence[str]
    unstaffed: Sequence[str]
    closed: Sequence[str]

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to publish."""
        return bool(self.changes or self.taken)


class StaffingPage:
    """The ways that were found for one absence, read once."""

    def __init__(self, plan: BalancePlan) -> None:
        self.plan = plan
        self.calendar = Calendar(plan.first_day, plan.weeks)
        self.called = called()
        self.instance = kept_instance(plan.instance)
        self.previous = kept_rota(plan.today)
        self.away, self.left = kept_missed(plan.missed or {})

    @property
    def families(self) -> int:
        """How many families have their time in what is left."""
        return sum(one.families for one in self.left)

    @cached_property
    def ways(self) -> list[WayShown]:
        """The ways, fewest changes first."""
        found = ways_of(self.plan)
        last = len(found)
        return [self._shown(number, way, whole=number == last) for number, way in enumerate(found, 1)]

    def _shown(self, number: int, way: Way, *, whole: bool) -> WayShown:
        taken = taking_over(self.plan, way)
        return WayShown(
            number=number,
            way=way,
            sessions_kept=len(taken.takers),
            fewer=self._fewer(way),
            changes=[
                f"{self._when((each.half_day,))}: {self._who(each.registrar)}, "
                f"{self.called.centre(each.was)} before, then {self.called.centre(each.becomes)}"
                for each in taken.changes
            ],
            taken=[self._taken(one, taken) for one in self.left if one.key in taken.takers],
            unstaffed=[self._unstaffed(one, taken, whole=whole) for one in self.left if one.key not in taken.takers],
            closed=list(self._closed(way)),
        )

    def _who(self, one: Id) -> str:
        return self.called.registrars.get(one, str(one))

    def _when(self, halves: Sequence[int]) -> str:
        first = self.calendar.in_words(halves[0])
        return first if len(halves) == 1 else f"{first.rpartition(',')[0]}, whole day"

    def _fewer(self, way: Way) -> str:
        """Say where there are fewer times, cluster by cluster."""
        before, after = (slots_per_week(self.instance, rota.places()) for rota in (self.previous, way.rota))
        fewer = {
            one: sum(max(0, was - now) for was, now in zip(before[one], after[one], strict=True)) for one in before
        }
        told = [f"{count} in {self.called.clusters.get(one, one)}" for one, count in fewer.items() if count]
        return listed(told) if told else "none"

    def _closed(self, way: Way) -> Iterator[str]:
        """Name the centres that do not open any more in a run of weeks in which they do now."""
        before, after = self.previous.places(), way.rota.places()
        for block in self.instance.presence_blocks():
            was, now = ({centre for (_, half), centre in places.items() if half in block} for places in (before, after))
            weeks = f"in the {len(block) // WEEK} weeks" if len(block) > WEEK else "in the week"
            for centre in sorted(was - now, key=str):
                yield f"{self.called.centre(centre)} does not open {weeks} from {day_in_words(self.calendar.day(block[0]))}"

    def _taken(self, one: Left, taken: TakingOver) -> str:
        kept = (
            f": {_families(one.families)} {'keeps' if one.families == 1 else 'keep'} their time" if one.families else ""
        )
        where = self.called.centre(one.centre)
        return f"{self._who(taken.takers[one.key])} at {where}, {self._when(one.half_days)}{kept}"

    def _unstaffed(self, one: Left, taken: TakingOver, *, whole: bool) -> str:
        """Say which session nobody takes over, with its families; in the way that does most also why."""
        said = f"{self.called.centre(one.centre)}, {self._when(one.half_days)}: {_families(one.families)}"
        return f"{said}. {self._why(one, taken)}" if whole and one.families else said

    def _why(self, one: Left, taken: TakingOver) -> str:
        """Say what keeps others from a session."""
        if not one.takers:
            return "Only a part of it falls into the absence, or nobody speaks what its families need at its hours."
        found = hindrances(self.instance, taken.before, one)
        others = sum(each.id != one.registrar for each in self.instance.registrars)
        free = others - sum(found.values())
        said = [_BECAUSE[why].format(count) for why, count in found.most_common()]
        told = [*said, _FREE.format(free)] if free else said
        return f"Of {others} others, {'; '.join(told)}." if told else "There are no other registrars."

    def drawing(self) -> Markup:
        """Draw the ways: half-days of others changed against families and times lost."""
        points = [
            OnFrontier(each.number, each.way.changed, each.way.families_lost, each.way.times_lost) for each in self.ways
        ]
        return frontier(points)


def _families(number: int) -> str:
    return "no family" if not number else "1 family" if number == 1 else f"{number} families"
