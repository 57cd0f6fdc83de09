"""Single numbers beside the tables, as they may be published: what the tables tell is told by them, the rest by the same rules.

A share, a point of a curve or a bar is told of rounded counts alone, so that nobody can reckon the exact ones from it and its
interval; and neither the few who did nor the few who did not, nor few between two numbers of one row, are told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from registration.pilot.disclosure.rules import ALL, COUNT, DEN, NUM, SIGNED_UP_CENTRE, SIGNED_UP_OFFICE, Release
from registration.pilot.figures import Figures, Proportion
from registration.pilot.metrics.survival import Curve, Point
from registration.pilot.report.numbers import Rounding, Share

#: The days of a curve that matter most: they are told first, and others where enough more have joined between.
HORIZONS = (0, 30, 90, 365)
_NARROWER = {"M03b_known_only_via_registration": "M03_first_known_via_registration"}
_TABLED = {"M09_signup_at_visit/centre": SIGNED_UP_CENTRE, "M09_signup_at_visit/office": SIGNED_UP_OFFICE}


@dataclass(frozen=True)
class Published:
    """What may be told of one evaluation: its exact figures and curves seen through its release and its rounding."""

    figures: Figures
    rounding: Rounding
    release: Release | None = None
    curves: Sequence[Curve] = ()

    def share(self, metric: str, of: str = ALL, label: str = "") -> Share:
        """Give a share of everybody, or of those at a venue; withheld where the tables withhold it or it is too near another."""
        share = self.rounding.share(label, self.figures.proportion(metric, of))
        tabled = _TABLED.get(f"{metric}/{of.rpartition('/')[2]}", metric)
        if self._withheld(tabled, DEN):
            return Share(label, None, None, None, None)
        if self._withheld(tabled, NUM) or self._near(metric, of):
            return Share(label, None, None, None, share.n)
        return share

    def count(self, metric: str) -> int | None:
        """Give how many there are of everybody, None where it is withheld or not observable."""
        n = self.figures.get(metric, ALL, "n")
        return None if n is None or self._withheld(metric, COUNT) else self.rounding.count(int(n))

    def curve(self, venue: str) -> Mapping[int, tuple[Share, int]]:
        """Give the days of a curve that may be told, each with its share and how many were followed that far."""
        drawn = next((curve for curve in self.curves if curve.name == venue), None)
        points = {} if drawn is None else {point.day: point for point in drawn.points}
        joined: dict[int, float] = {}
        for day in (*HORIZONS, *points):
            point = points.get(day)
            if point is not None and day not in joined and self._tells(point, joined.values()):
                joined[day] = point.joined
        return {
            day: (self._share(points[day]), self.rounding.rounded(points[day].n_risk))
            for day in points
            if day in joined
        }

    @property
    def compared(self) -> bool:
        """Whether enough joined of both venues that what compares them tells of nobody."""
        return all(self.curve(f"{ALL}/{venue}") for venue in ("centre", "office"))

    def _tells(self, point: Point, others: Iterable[float]) -> bool:
        if point.n_risk < self.rounding.threshold or self._share(point).value is None:
            return False
        return all(abs(point.joined - other) >= self.rounding.threshold for other in others)

    def _share(self, point: Point) -> Share:
        return self.rounding.share("", Proportion(round(point.joined), round(point.families)))

    def _near(self, metric: str, of: str) -> bool:
        """Say whether a share differs from one it is part of by few, so that both together would tell of those."""
        wider = self.figures.proportion(_NARROWER.get(metric, ""), of)
        found = self.figures.proportion(metric, of)
        return wider is not None and found is not None and wider.num - found.num < self.rounding.threshold

    def _withheld(self, metric: str, measure: str) -> bool:
        """Say whether the tables withhold a number of everybody."""
        return self._totals.get((metric, measure), 0.0) is None

    @cached_property
    def _totals(self) -> Mapping[tuple[str, str], float | None]:
        """Give the numbers of everybody that the tables tell, None where they withhold one."""
        cells = [cell for table in self.release.tables for cell in table.cells] if self.release else []
        whole = (ALL, ALL, ALL)
        return {
            (cell.metric, cell.measure): cell.value for cell in cells if (cell.place, cell.group, cell.quarter) == whole
        }
