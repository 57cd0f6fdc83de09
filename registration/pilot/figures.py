"""The figures of an evaluation: one number each, named by metric, slice and key as metrics are catalogued."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One exact number: of which metric ('M02_reach_known_families'), slice ('imd1_3', 'all/centre') and key ('num', 'lo')."""

    metric: str
    slice: str
    key: str
    value: float


@dataclass(frozen=True, slots=True)
class Proportion:
    """How many of how many, with its 95 % interval; the share and its interval are None where there is nothing to share."""

    num: int
    den: int
    value: float | None = None
    lo: float | None = None
    hi: float | None = None


class Figures:
    """All figures of one evaluation, in the order in which they were measured."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._by_name = {(each.metric, each.slice, each.key): each for each in figures}

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, metric: str, of: str, key: str) -> float | None:
        """Give one number, or None where it is not observable."""
        found = self._by_name.get((metric, of, key))
        return None if found is None else found.value

    def proportion(self, metric: str, of: str) -> Proportion | None:
        """Give a proportion of a slice, or None where it is not observable."""
        num, den = self.get(metric, of, "num"), self.get(metric, of, "den")
        if num is None or den is None:
            return None
        value, lo, hi = (self.get(metric, of, key) for key in ("value", "lo", "hi"))
        return Proportion(int(num), int(den), value, lo, hi)
