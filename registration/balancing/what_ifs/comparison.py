"""The rota as it stands, a plan and its what-ifs side by side: what each comes to, and what holds its clusters back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from markupsafe import Markup

from registration.balancing.charts import coverage_bar
from registration.balancing.plans.keeping import kept_instance, kept_rota
from registration.balancing.plans.models import BalancePlan
from registration.balancing.plans.page import Page
from registration.balancing.rules.effects import ClusterEffect, Effect, effect_of
from registration.balancing.rules.figures import changes
from registration.balancing.rules.rota import Id, Instance, Rota
from registration.balancing.rules.scenarios import CentreClosed, Change, displaced, heirs
from registration.balancing.what_ifs.keeping import kept_change, kept_changes, new_people
from registration.balancing.what_ifs.queries import origin_of
from registration.balancing.what_ifs.wording import change_in_words
from registration.balancing.wording import STATES, Called, called, why

#: So many columns stand side by side on one page, on paper too.
MOST_COLUMNS = 4
TODAY = "The rota as it stands"


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change of a what-if in words, what comes of it at once, and whose page the real change is made on."""

    number: int
    kind: str
    sentence: str
    follows: str
    registrar: int | None


def change_lines(plan: BalancePlan) -> list[ChangeLine]:
    """Give the changes of a what-if in words, in the order in which they were thought of."""
    instance = kept_instance(origin_of(plan).instance)
    names = called().knowing(new_people(plan.changes))
    calendar = Page(plan).calendar
    inherit = heirs(instance, kept_changes(plan.changes))
    lines = []
    for kept in plan.changes:
        change = kept_change(kept)
        registrar = kept["registrar"] if kept["kind"] == "half-day" else None
        words = change_in_words(change, names, calendar)
        lines.append(
            ChangeLine(kept["number"], kept["kind"], words, _follows(change, instance, inherit, names), registrar)
        )
    return lines


def _follows(change: Change, instance: Instance, inherit: Mapping[Id, Id], names: Called) -> str:
    if not isinstance(change, CentreClosed):
        return ""
    said = []
    if change.centre in inherit:
        left, heir = instance.cluster_of[change.centre], inherit[change.centre]
        said.append(
            f"{names.clusters.get(left, left)} has no centre then: its families are expected in "
            f"{names.clusters.get(heir, heir)}."
        )
    booked = displaced(instance, change)
    if booked:
        half_days = "one half-day" if booked == 1 else f"{booked} half-days"
        said.append(f"Families booked there in {half_days} would have to be offered times elsewhere.")
    return " ".join(said)


@dataclass(frozen=True)
class Column:
    """One rota of the comparison; no effect where it has none yet. `changed` counts half-days otherwise than in the plan."""

    key: str
    title: str
    state: str
    instance: Instance
    rota: Rota | None
    changed: int = 0
    lines: Sequence[ChangeLine] = field(default=())

    @cached_property
    def effect(self) -> Effect | None:
        """Work out what it means for families."""
        return None if self.rota is None else effect_of(self.instance, self.rota)

    def of(self, cluster: Id) -> ClusterEffect | None:
        """Give what it means for a cluster."""
        return self.effect.clusters.get(cluster) if self.effect else None

    def reason(self, cluster: Id) -> str:
        """Say what holds a cluster back; '' where nothing does."""
        one = next(each for each in self.instance.clusters if each.id == cluster)
        effect = self.of(cluster)
        return why(self.instance, self.rota, one, effect.coverage) if self.rota and effect else ""


_FIGURES: Sequence[tuple[str, Callable[[Column, Effect], str]]] = (
    ("Worst cluster", lambda _, effect: f"{effect.figures.worst:.0%}"),
    ("All clusters", lambda _, effect: f"{effect.figures.mean:.0%}"),
    ("Families not seen by the end", lambda _, effect: f"{effect.figures.shortfall:.0f}"),
    ("Families past day 42 before they are seen", lambda _, effect: f"{effect.late:.0f}"),
    ("Weeks that families wait past their 42 days", lambda _, effect: f"{effect.figures.lateness:.0f}"),
    ("Half-days worked", lambda _, effect: f"{effect.figures.sessions}"),
    ("Minutes of journeys, one way", lambda _, effect: f"{effect.figures.travel}"),
    ("Half-days otherwise than in the plan", lambda column, _: f"{column.changed}"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cluster in one column: its bar, its figures, and what holds it back; nobody is expected in `empty` ones."""

    bar: Markup
    effect: ClusterEffect | None
    reason: str
    empty: bool


class Comparison:
    """A plan, and what it is held against."""

    def __init__(self, origin: BalancePlan, keys: Sequence[str], what_ifs: Sequence[BalancePlan]) -> None:
        self.origin = origin
        self.names = called()
        self.instance = kept_instance(origin.instance)
        self.today = kept_rota(origin.today)
        self.rota = kept_rota(origin.rota) if origin.rota else None
        by_key = {str(each.id): each for each in what_ifs}
        self.columns = [
            self._what_if(by_key[key]) if key in by_key else self._own(key)
            for key in keys
            if key in by_key or key in self.own
        ][:MOST_COLUMNS]

    @property
    def own(self) -> tuple[str, str]:
        """Give the keys of the columns that every comparison of a plan may have: as it stands, and the plan."""
        return "today", str(self.origin.id)

    def _own(self, key: str) -> Column:
        if key == "today":
            places = self.rota.places() if self.rota else {}
            return Column(key, TODAY, "", self.instance, self.today, changes(places, self.today.places()))
        return Column(key, f"The plan: {self.origin.name}", STATES[self.origin.state], self.instance, self.rota)

    def _what_if(self, plan: BalancePlan) -> Column:
        return Column(
            key=str(plan.id),
            title=f"What if: {plan.name}",
            state=STATES[plan.state],
            instance=kept_instance(plan.instance),
            rota=kept_rota(plan.rota) if plan.rota else None,
            changed=plan.figures["changed"] if plan.figures else 0,
            lines=change_lines(plan),
        )

    def figures(self) -> list[tuple[str, list[str]]]:
        """Give what each column comes to, in words and numbers; – where there is no rota yet."""
        return [
            (title, [say(column, column.effect) if column.effect else "–" for column in self.columns])
            for title, say in _FIGURES
        ]

    def clusters(self) -> list[tuple[str, list[Cell]]]:
        """Give every cluster, the worst served of any column first, with a cell for each column."""
        rows = [(self.names.clusters.get(one.id, str(one.id)), self._cells(one.id)) for one in self.instance.clusters]
        return sorted(rows, key=lambda row: (min((_share(cell) for cell in row[1]), default=1.0), row[0]))

    def _cells(self, cluster: Id) -> list[Cell]:
        return [_cell(column, cluster) for column in self.columns]

    def in_short(self) -> str:
        """Say what the last column changes for families, against the plan; '' where either has no rota."""
        plan, other = (
            next((each.effect for each in self.columns if each.key == key), None)
            for key in (self.own[1], self.columns[-1].key)
        )
        if plan is None or other is None:
            return ""
        worst = f"{plan.figures.worst:.0%} of the worst served cluster’s families"
        same = round(100 * plan.figures.worst) == round(100 * other.figures.worst)
        first = f"Still {worst} are seen" if same else f"{other.figures.worst:.0%} instead of {worst} are seen"
        short, late = other.figures.shortfall - plan.figures.shortfall, other.late - plan.late
        seen = f"{_more(short)} not seen by the end" if round(short) else "As many are seen by the end as in the plan"
        passed = f"{_more(late)} past day 42 before they are seen" if round(late) else "As many are seen by day 42"
        return f"{first}. {seen}. {passed}."


def _share(cell: Cell) -> float:
    return cell.effect.coverage if cell.effect else 1.0


def _cell(column: Column, cluster: Id) -> Cell:
    effect = column.of(cluster)
    if effect is None:
        return Cell(Markup(), None, "", empty=False)
    return Cell(coverage_bar(effect.coverage), effect, column.reason(cluster), empty=round(effect.need) == 0)


def _more(count: float) -> str:
    """Say how many families more or fewer there are: "1 more family is", "3 fewer families are"."""
    whole = abs(round(count))
    return f"{whole} {'more' if count > 0 else 'fewer'} {'family is' if whole == 1 else 'families are'}"
