"""The births to expect in a cluster, and when their families come: told from what the service has seen, with how sure it is.

Weeks are counted from this week, 0, which is not over: -1 is the week before. Babies are counted, not families: twins need
two times.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registration.balancing.rules.intervals import Interval, count_interval, share_interval

WEEK = timedelta(weeks=1)
#: The share of a week's babies whose families have come by the end of that week after the week of birth, before a service
#: knows its own: the curve of the example authorities. It counts as if so many families had been seen.
USUAL_CURVE = (0.0, 0.15, 0.45, 0.75, 0.92, 1.0)
CURVE_FAMILIES = 50
LAST_LAG = len(USUAL_CURVE) - 1
#: Long enough to even out single weeks, short enough to follow what changes.
BIRTH_WEEKS = 8
#: A cluster's share of the people tells its births to about a quarter, families being larger here and smaller there: that is as
#: sure as so many births seen (the standard deviation of a gamma distribution of shape 16 is a quarter of its mean).
SHARE_BIRTHS = 16
MOST_FACTOR, MOST_BIRTHS = 5.0, 1000


def monday_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


# -- by when families come


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of a week's babies seen by the end of the week of birth and of each week after it; of how many that is told.

    The last is 1: whoever comes later than the fifth week after is counted there.
    """

    shares: tuple[Interval, ...]
    babies: int

    @property
    def values(self) -> tuple[float, ...]:
        """Give the shares alone."""
        return tuple(share.value for share in self.shares)

    def in_week(self, lag: int) -> float:
        """Give the share seen in that very week after the week of birth."""
        if not 0 <= lag <= LAST_LAG:
            return 0.0
        return self.shares[lag].value - (self.shares[lag - 1].value if lag else 0.0)


def curve_of(seen: Mapping[int, int]) -> Curve:
    """Tell the curve from the babies seen, by whole weeks after the week of birth, shrunk to USUAL_CURVE while they are few.

    That is the mean of a Dirichlet distribution after so many seen (Gelman et al., Bayesian Data Analysis, 3rd ed., 3.4); the
    intervals are Wilson's of the same counts. Only weeks of birth of which every family has come may be counted in.
    """
    babies = sum(seen.values())
    upto = [sum(count for lag, count in seen.items() if lag <= week) for week in range(LAST_LAG)]
    shares = [
        share_interval(count + CURVE_FAMILIES * usual, babies + CURVE_FAMILIES)
        for count, usual in zip(upto, USUAL_CURVE, strict=False)
    ]
    return Curve((*shares, Interval(1.0, 1.0, 1.0)), babies)


# -- how many are born


@dataclass(frozen=True, slots=True)
class Counted:
    """What one week of birth tells of a cluster: babies counted, and the share of all that could be counted by now.

    The share is 1 of live birth data; of appointments it is the part of the curve that lies in weeks the service has seen.
    """

    babies: int
    share: float


def counted_share(week: int, curve: Curve, open_weeks: Collection[int]) -> float:
    """Give the share of the babies born in a week whose families came in weeks that count (Lawless 1994, Can. J. Stat. 22:15)."""
    return sum(curve.in_week(other - week) for other in open_weeks)


@dataclass(frozen=True, slots=True)
class Rate:
    """The births a week to expect in a cluster: a gamma distribution, and what it is made of."""

    shape: float
    weeks: float
    births: int
    counted: int

    @property
    def mean(self) -> float:
        """Give the births a week to expect."""
        return self.shape / self.weeks

    @property
    def variance(self) -> float:
        """Give how unsure that is."""
        return self.shape / self.weeks**2

    def over(self, weeks: float) -> Interval:
        """Give the births to expect in so many weeks together, with the range they will lie in."""
        mean = self.mean * weeks
        return count_interval(mean, mean + self.variance * weeks**2)


def rates(
    clusters: Iterable[int], counted: Mapping[int, Mapping[int, Counted]], shares: Mapping[int, float]
) -> dict[int, Rate]:
    """Tell each cluster's births a week from the weeks of birth counted there, shrunk to its share of the authority's.

    Poisson births of a gamma rate (Gelman et al., 2.6): the authority's own average times the cluster's share counts as
    SHARE_BIRTHS births. A cluster not in `shares` goes by what was seen there alone; shares need not sum to 1.
    """
    known = list(clusters)
    births = {cluster: sum(week.babies for week in counted.get(cluster, {}).values()) for cluster in known}
    weeks = {cluster: sum(week.share for week in counted.get(cluster, {}).values()) for cluster in known}
    whole = sum(shares.get(cluster, 0.0) for cluster in known) or 1.0
    everywhere = sum(births[cluster] / weeks[cluster] for cluster in known if weeks[cluster])
    found = {}
    for cluster in known:
        usual = everywhere * shares.get(cluster, 0.0) / whole
        found[cluster] = Rate(
            shape=births[cluster] + (SHARE_BIRTHS if usual else 0),
            weeks=(weeks[cluster] + (SHARE_BIRTHS / usual if usual else 0)) or 1.0,
            births=births[cluster],
            counted=sum(week.share > 0 for week in counted.get(cluster, {}).values()),
        )
    return found


# -- what a manager knows better


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A manager's word on the births of a cluster from the week of one Monday to that of another, both included.

    Either `factor` times what is expected, or `births` a week, whatever is expected; and why. Raises ValueError with the sentence
    the manager reads.
    """

    cluster: int
    first: date
    last: date
    factor: float | None
    births: int | None
    reason: str

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.first.weekday() or self.last.weekday():
            raise ValueError("Weeks must be given by their Monday.")
        if self.last < self.first:
            raise ValueError("The last week must not be before the first.")
        if (self.factor is None) == (self.births is None):
            raise ValueError("Give either how many times the births expected, or the births a week.")
        if self.factor is not None and not 0 <= self.factor <= MOST_FACTOR:
            raise ValueError(f"The births expected can be multiplied by 0 to {MOST_FACTOR:g}.")
        if self.births is not None and not 0 <= self.births <= MOST_BIRTHS:
            raise ValueError(f"The births a week must be a whole number from 0 to {MOST_BIRTHS}.")
        if not self.reason.strip():
            raise ValueError("Say why the births will be others than expected.")

    def covers(self, monday: date) -> bool:
        """Say whether it speaks of the week of that Monday."""
        return self.first <= monday <= self.last


@dataclass(frozen=True, slots=True)
class ExpectedWeek:
    """A week of a cluster: the babies born in it, the babies whose families come in it, and a manager's word if there is one."""

    monday: date
    births: Interval
    to_see: Interval
    adjustment: Adjustment | None = None


@dataclass(frozen=True, slots=True)
class _Cohort:
    """The babies of one week: how many come of it, and how far that rests on the cluster's rate (1: wholly, 0: it is known)."""

    babies: float
    unsure: float
    births: Interval
    adjustment: Adjustment | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The births to expect in one cluster; `adjustments` of it, the latest first. `this` is the Monday of the week that goes on.

    `births` in `weeks` weeks of birth is what the rate was told from.
    """

    rate: Rate
    curve: Curve
    this: date
    counted: Mapping[int, Counted]
    adjustments: Sequence[Adjustment] = ()

    @property
    def births(self) -> int:
        """Give the babies it is told from."""
        return self.rate.births

    @property
    def weeks(self) -> int:
        """Give the weeks of birth it is told from."""
        return self.rate.counted

    @property
    def per_week(self) -> float:
        """Give the births a week to expect from this week on, a manager's word of this week included."""
        return self._cohort(0).babies

    def ahead(self, first: date, weeks: int) -> tuple[ExpectedWeek, ...]:
        """Give so many weeks from the week of a day: a week that is over has its births as far as they are known."""
        begin = (monday_of(first) - self.this).days // 7
        cohorts = {week: self._cohort(week) for week in range(begin - LAST_LAG, begin + weeks)}
        return tuple(
            ExpectedWeek(
                self.this + week * WEEK, cohorts[week].births, self._to_see(week, cohorts), cohorts[week].adjustment
            )
            for week in range(begin, begin + weeks)
        )

    def _to_see(self, week: int, cohorts: Mapping[int, _Cohort]) -> Interval:
        parts = [(each, self.curve.in_week(week - born)) for born, each in cohorts.items()]
        mean = sum(each.babies * share for each, share in parts)
        unsure = sum(each.unsure * share for each, share in parts)
        return count_interval(mean, mean + unsure**2 * self.rate.variance)

    def _cohort(self, week: int) -> _Cohort:
        """Tell the babies of a week: by the manager's latest word, else by what was counted and the rate for the rest."""
        monday, rate = self.this + week * WEEK, self.rate
        said = next((each for each in self.adjustments if each.covers(monday)), None)
        if said is not None and said.births is not None:
            return _Cohort(said.births, 0.0, count_interval(said.births, said.births), said)
        factor = 1.0 if said is None or said.factor is None else said.factor
        counted = self.counted.get(week, Counted(0, 0.0))
        seen, rest = factor * counted.babies, factor * max(0.0, 1 - counted.share)
        if not rest:
            return _Cohort(seen, 0.0, Interval(seen, seen, seen), said)
        more = count_interval(rest * rate.mean, rest * rate.mean + rest**2 * rate.variance)
        births = Interval(seen + more.value, seen + more.lo, seen + more.hi)
        return _Cohort(factor * rate.mean, factor, births, said)
