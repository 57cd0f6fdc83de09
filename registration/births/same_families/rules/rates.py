"""How many of the records that might be linked to live births are, group by group: whether linking serves all alike."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from registration.common.small_numbers import told_rows

#: The tenths of neighbourhoods that count as deprived, by the Index of Multiple Deprivation.
DEPRIVED = 3
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record that live birth data might know: its tenth of deprivation, language, cluster, and whether it is linked."""

    imd_decile: int | None
    language: str
    cluster: str | None
    linked: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """Of so many records of a group, so many are linked. `by` is what the groups are told apart by."""

    by: str
    group: str
    records: int
    linked: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A rate as it may be told: nothing that is few, nor what would give that away."""

    by: str
    group: str
    records: str
    linked: str
    percent: str


_BY: Sequence[tuple[str, Callable[[Candidate], str]]] = (
    ("All", lambda _one: "All"),
    ("Deprivation, in tenths of neighbourhoods", lambda one: _band(one.imd_decile)),
    ("Language", lambda one: one.language),
    ("Cluster", lambda one: one.cluster or UNKNOWN),
)


def _band(imd_decile: int | None) -> str:
    if imd_decile is None:
        return UNKNOWN
    return "1 to 3, the most deprived" if imd_decile <= DEPRIVED else "4 to 10"


def rates(candidates: Collection[Candidate]) -> list[Rate]:
    """Give the rate of all, and of each group: by deprivation, by language, by cluster."""
    found = []
    for by, group_of in _BY:
        records = Counter(group_of(one) for one in candidates)
        linked = Counter(group_of(one) for one in candidates if one.linked)
        found += [Rate(by, group, number, linked[group]) for group, number in sorted(records.items())]
    return found


def shown(found: Sequence[Rate]) -> list[Shown]:
    """Give rates as they may be told, each grouping beside the whole of it."""
    told = []
    for by in dict.fromkeys(rate.by for rate in found):
        of_it = [rate for rate in found if rate.by == by]
        for rate, (records, linked) in zip(of_it, told_rows([(one.records, one.linked) for one in of_it]), strict=True):
            percent = f"{100 * rate.linked / rate.records:.0f}%" if linked.isdecimal() else ""
            told.append(Shown(by, rate.group, records, linked, percent))
    return told
