"""One row with one row: of all pairs that may be, those that together are most probable. This is what separates twins."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: With more rows than this hanging together the likeliest pairs are taken one after another.
_MOST_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """Row `left` and row `right`, by number, and what the pair weighs: more than nothing, in logarithms of odds."""

    left: int
    right: int
    weight: float


def one_to_one(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Choose pairs so that no row is in two and the sum of their weights is greatest; in the order of the left rows.

    Weights are compared to six decimals. What weighs the same is paired in the order of the rows, so equal input in any order
    gives equal pairs. Where more than 40 rows of a side hang together, likeliest first, which need not be the greatest sum.
    """
    ordered = sorted(candidates, key=lambda one: (one.left, one.right))
    chosen = [pair for group in _together(ordered) for pair in _best(group)]
    return sorted(chosen, key=lambda one: one.left)


def _together(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Part candidates into groups that share no row."""
    parent: dict[tuple[bool, int], tuple[bool, int]] = {}

    def root(row: tuple[bool, int]) -> tuple[bool, int]:
        while (above := parent.setdefault(row, row)) != row:
            parent[row] = parent.setdefault(above, above)
            row = parent[row]
        return row

    for one in candidates:
        parent[root((False, one.left))] = root((True, one.right))
    groups: dict[tuple[bool, int], list[Candidate]] = defaultdict(list)
    for one in candidates:
        groups[root((False, one.left))].append(one)
    return list(groups.values())


def _best(group: list[Candidate]) -> list[Candidate]:
    if len(group) == 1:
        return group
    left = sorted({one.left for one in group})
    right = sorted({one.right for one in group})
    if max(len(left), len(right)) > _MOST_AT_ONCE:
        return _likeliest_first(group)
    found = {(one.left, one.right): one for one in group}
    weights = [[round(found[a, b].weight, 6) if (a, b) in found else 0.0 for b in right] for a in left]
    return [found[left[a], right[b]] for a, b in _greatest_sum(weights) if (left[a], right[b]) in found]


def _likeliest_first(group: list[Candidate]) -> list[Candidate]:
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    chosen = []
    for one in sorted(group, key=lambda one: (-round(one.weight, 6), one.left, one.right)):
        if one.left not in taken_left and one.right not in taken_right:
            chosen.append(one)
            taken_left.add(one.left)
            taken_right.add(one.right)
    return chosen


def _greatest_sum(weights: list[list[float]]) -> list[tuple[int, int]]:
    """Assign rows to columns for the greatest sum of weights (Kuhn 1955, Munkres 1957, by shortest augmenting paths)."""
    flipped = len(weights) > len(weights[0])
    cost = [[-weight for weight in row] for row in (zip(*weights, strict=True) if flipped else weights)]
    rows, columns = len(cost), len(cost[0])
    row_price, column_price = [0.0] * rows, [0.0] * columns
    holder = [-1] * columns
    for row in range(rows):
        _seat(row, cost, row_price, column_price, holder)
    pairs = [(row, column) for column, row in enumerate(holder) if row >= 0]
    return sorted((b, a) for a, b in pairs) if flipped else sorted(pairs)


def _seat(
    row: int, cost: list[list[float]], row_price: list[float], column_price: list[float], holder: list[int]
) -> None:
    """Give one more row a column, moving those seated along the cheapest path."""
    columns = range(len(column_price))
    distance, before = [float("inf")] * len(columns), [-1] * len(columns)
    settled: list[int] = []
    at, current, reached = -1, row, 0.0
    while True:
        for column in columns:
            if column not in settled:
                way = reached + cost[current][column] - row_price[current] - column_price[column]
                if way < distance[column]:
                    distance[column], before[column] = way, at
        at = min((column for column in columns if column not in settled), key=lambda column: distance[column])
        reached = distance[at]
        if holder[at] < 0:
            break
        settled.append(at)
        current = holder[at]
    row_price[row] += reached
    for column in settled:
        row_price[holder[column]] += reached - distance[column]
        column_price[column] -= reached - distance[column]
    while at >= 0:
        holder[at] = holder[before[at]] if before[at] >= 0 else row
        at = before[at]
