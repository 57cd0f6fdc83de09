"""Two files in, one-to-one pairs out: by probability where the packages for it are installed, else by equality."""

from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.util import find_spec
from math import fsum, log

from registration.births.linking.rules.exact import exactly_alike
from registration.births.linking.rules.mixture import one_to_one_odds, probability
from registration.births.linking.rules.pairing import Candidate, one_to_one
from registration.births.linking.rules.records import REVIEW, Linked, Pair, Record

Told = Callable[[str], None]
_Rows = tuple[int, int]


def link(
    left: Sequence[Record],
    right: Sequence[Record],
    *,
    apart: Collection[tuple[str, str]] = (),
    exact_only: bool = False,
    told: Told = lambda _sentence: None,
) -> Linked:
    """Pair the rows of two files that are one baby, no row twice; every pair at least REVIEW probable is given.

    Ids must be unique within a file. The same rows in any order give the same pairs. `apart` are pairs of ids that are known to
    be two babies: what is given are the pairs of files in which these were never alike, so none hides the next best. Where
    Splink is not installed, or `exact_only` asks for it, only what is exactly alike is paired, as certain, and the answer says
    so. `told` hears how far it is.
    """
    here, there = (sorted(rows, key=lambda row: row.unique_id) for rows in (left, right))
    two = _places(apart, here, there)
    weigh = None if exact_only else _weighing()
    if weigh is None:
        alike = [one for one in exactly_alike(here, there) if (one.left, one.right) not in two]
        certain = dict.fromkeys(((one.left, one.right) for one in one_to_one(alike)), 1.0)
        return Linked(_pairs(here, there, certain), exact_only=True)
    odds = {rows: one for rows, one in weigh(here, there, told).items() if rows not in two}
    return Linked(_pairs(here, there, _probable(odds, (len(here), len(there)))))


def _places(apart: Collection[tuple[str, str]], left: Sequence[Record], right: Sequence[Record]) -> frozenset[_Rows]:
    """Give pairs of ids by the places of their rows; those that are in neither file are left out."""
    here, there = ({row.unique_id: place for place, row in enumerate(rows)} for rows in (left, right))
    return frozenset((here[a], there[b]) for a, b in apart if a in here and b in there)


def may_weigh() -> bool:
    """Say whether likeness can be weighed here: its packages are installed. They are not loaded for that."""
    return find_spec("splink") is not None


def _weighing() -> Callable[[Sequence[Record], Sequence[Record], Told], Mapping[_Rows, float]] | None:
    """Give what weighs pairs; None where its packages are not installed."""
    try:
        from registration.births.linking.linkage import weigh
    except ImportError:
        return None
    return weigh


def _probable(odds: Mapping[_Rows, float], rows: _Rows) -> dict[_Rows, float]:
    """Choose pairs one to one, twice: how many rows have found a partner tells how likely those left over are partners."""
    linked = fsum(probability(odds[pair]) for pair in _chosen(odds, 0.0))
    more = one_to_one_odds(linked, rows) if linked else 0.0
    return {pair: probability(odds[pair] + more) for pair in _chosen(odds, more)}


def _chosen(odds: Mapping[_Rows, float], more: float) -> list[_Rows]:
    least = log(REVIEW / (1 - REVIEW)) - more
    likely = (Candidate(*rows, one - least) for rows, one in odds.items() if one >= least)
    return [(one.left, one.right) for one in one_to_one(likely)]


def _pairs(left: Sequence[Record], right: Sequence[Record], chosen: Mapping[_Rows, float]) -> tuple[Pair, ...]:
    return tuple(Pair(left[a].unique_id, right[b].unique_id, likely) for (a, b), likely in chosen.items())
