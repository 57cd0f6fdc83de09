"""What the pages of a plan show: its result beside the rota as it stood, cluster by cluster, week by week, session by session."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from markupsafe import Markup

from registration.balancing.charts import OnMap, capacity_bar, cluster_map, heat_mark
from registration.balancing.plans.keeping import kept_instance, kept_rota
from registration.balancing.plans.models import BalancePlan, BalanceWish
from registration.balancing.plans.queries import wishes_of
from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.figures import Figures, figures_of
from registration.balancing.rules.half_days import Calendar
from registration.balancing.rules.rota import DAYS, HALVES, OFFICE, WEEK, Id, Instance, Rota
from registration.balancing.rules.shown import (
    ClusterShown,
    RegistrarShown,
    changed,
    clusters_shown,
    registrars_shown,
    week_cells,
)
from registration.balancing.what_ifs.keeping import new_people
from registration.balancing.wording import called, day_in_words, why

#: So many broken rules of the rota as it stands are named; the rest are counted.
MOST_BROKEN = 6


@dataclass(frozen=True, slots=True)
class ClusterLine:
    """A cluster of the page: its figures now and before, its bar, its weeks with their marks, and why it is no better."""

    name: str
    shown: ClusterShown
    before: ClusterShown
    bar: Markup
    weeks: Sequence[tuple[Markup, int, int, float]]
    reason: str
    births: tuple[float, float, float]  # a week: to be expected, and between which the truth lies in 95 of 100 cases


@dataclass(frozen=True, slots=True)
class CellLine:
    """A registrar in a cell of the week: initials, the whole name, and how the plan differs from the rota as it stands."""

    registrar: int
    name: str
    mark: str
    half_day: int
    held: bool


class Page:
    """One plan, read once."""

    def __init__(self, plan: BalancePlan) -> None:
        self.plan = plan
        self.called = called().knowing(new_people(plan.changes))
        self.calendar = Calendar(plan.first_day, plan.weeks)
        self.instance: Instance = kept_instance(plan.instance)
        self.today: Rota = kept_rota(plan.today)
        self.rota: Rota = kept_rota(plan.rota) if plan.rota else self.today

    @cached_property
    def figures(self) -> Figures:
        """What the plan comes to, changes counted against the rota as it stood."""
        return figures_of(self.instance, self.rota, self.today)

    @cached_property
    def figures_today(self) -> Figures:
        """What the rota as it stood comes to."""
        return figures_of(self.instance, self.today)

    @cached_property
    def wishes(self) -> list[tuple[BalanceWish, str]]:
        """The wishes kept for the next solution, in words."""
        return [(each, self._wish(each)) for each in wishes_of(self.plan.id)]

    def _wish(self, each: BalanceWish) -> str:
        who, when = self.called.registrars[each.registrar_id], f"{day_in_words(each.day)}, {each.half}"
        if each.centre_id is not None:
            return f"{who} at {self.called.centres[each.centre_id]}, {when}"
        return f"{who} not in {self.called.clusters[each.cluster_id or 0]}, {when}"

    def broken_today(self) -> tuple[list[str], int]:
        """Say which rules the rota as it stood breaks, and how many more there are."""
        broken = [each.sentence for each in broken_rules(self.instance, self.today)]
        found = self.called.in_names_once(broken, self.calendar)
        return found[:MOST_BROKEN], max(0, len(found) - MOST_BROKEN)

    def sentences(self) -> list[str]:
        """Give the conflicts in names and days."""
        return self.called.in_names_once(self.plan.conflicts, self.calendar)

    # ---- clusters

    @cached_property
    def clusters(self) -> list[ClusterLine]:
        """The clusters, the worst served first."""
        before = {each.cluster.id: each for each in clusters_shown(self.instance, self.today)}
        shown = clusters_shown(self.instance, self.rota)
        most = max((max(each.slots, each.need, before[each.cluster.id].slots) for each in shown), default=1.0)
        return [self._cluster(each, before[each.cluster.id], most) for each in shown]

    def _cluster(self, shown: ClusterShown, before: ClusterShown, most: float) -> ClusterLine:
        return ClusterLine(
            name=self.called.clusters.get(shown.cluster.id, str(shown.cluster.id)),
            shown=shown,
            before=before,
            bar=capacity_bar(shown.slots, shown.need, most),
            weeks=[
                (heat_mark(week.coverage), round(100 * week.coverage), week.slots, week.expected)
                for week in shown.weeks
            ],
            births=self._births(shown),
            reason=why(self.instance, self.rota, shown.cluster, shown.coverage),
        )

    def _births(self, shown: ClusterShown) -> tuple[float, float, float]:
        """Give the births a week to expect, without the reserve, and how sure that is."""
        told = self.plan.instance.get("spread", {}).get(str(shown.cluster.id), (0.0, 0.0))
        mean = fmean(shown.cluster.births) / (1 + self.plan.instance.get("reserve_percent", 0) / 100)
        return mean, told[0], told[1]

    def map(self) -> Markup:
        """Draw the clusters where they are, numbered in the order of the list."""
        return cluster_map(
            [
                OnMap(each.name, each.shown.cluster.x, each.shown.cluster.y, each.shown.need, each.shown.coverage)
                for each in self.clusters
            ]
        )

    def week_heads(self) -> list[str]:
        """Name the weeks by their Mondays."""
        return [day_in_words(self.calendar.day(week * WEEK)) for week in range(self.plan.weeks)]

    # ---- registrars

    def registrars(self) -> list[tuple[str, RegistrarShown]]:
        """Give what is asked of everybody, the most loaded first."""
        found = registrars_shown(self.instance, self.rota, self.today)
        named = [(self.called.registrars.get(each.registrar, str(each.registrar)), each) for each in found]
        return sorted(named, key=lambda each: (-each[1].share, each[0]))

    # ---- one week, cell by cell

    def changes(self) -> list[tuple[str, str, str, str]]:
        """Give what is otherwise than in the rota as it stood: when, who, where before, where now."""
        return [
            (
                self.calendar.in_words(each.half_day),
                self.called.registrars.get(each.registrar, str(each.registrar)),
                self.called.centre(each.was),
                self.called.centre(each.becomes),
            )
            for each in changed(self.rota, self.today)
        ]

    def week_rows(self, week: int) -> list[tuple[str, list[list[CellLine]]]]:
        """Give the centres down and the half-days across: who is there by the plan, and who is not any more."""
        new, old = week_cells(self.rota, week), week_cells(self.today, week)
        halves = range(week * WEEK, (week + 1) * WEEK)
        rows = [(centre.id, self.called.centre(centre.id)) for centre in self.instance.centres]
        if any(key[0] == OFFICE for key in (*new, *old)):
            rows.append((OFFICE, self.called.centre(OFFICE).capitalize()))
        return [
            (name, [self._cell(new.get((centre, half), []), old.get((centre, half), []), half) for half in halves])
            for centre, name in sorted(rows, key=lambda row: row[1])
        ]

    def _cell(self, now: Sequence[Id], before: Sequence[Id], half_day: int) -> list[CellLine]:
        pinned = self.instance.pinned_centre
        lines = [(one, "" if one in before else "new") for one in now] + [
            (one, "gone") for one in before if one not in now
        ]
        return [
            CellLine(
                registrar=int(one),
                name=self.called.registrars.get(one, str(one)),
                mark=mark,
                half_day=half_day,
                held=mark != "gone" and (one, half_day) in pinned,
            )
            for one, mark in sorted(lines, key=lambda line: str(line[0]))
        ]

    def day_heads(self, week: int) -> list[str]:
        """Name the five days of a week."""
        return [day_in_words(self.calendar.day(week * WEEK + day * HALVES)) for day in range(DAYS)]

    # ---- one session

    def place(self, registrar: int, half_day: int) -> tuple[Id | None, Id | None]:
        """Give where a registrar was in a half-day, and is by the plan."""
        return self.today.places().get((registrar, half_day)), self.rota.places().get((registrar, half_day))
