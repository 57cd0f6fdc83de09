"""Rows instead of tables, for one evaluator: nobody’s name, date, postcode or reference.

Births that share what others may know of a family (its quarter of birth, neighbourhood’s deprivation, cluster, and that it came to
a centre) are at least k (Sweeney 2002, k-anonymity). To get there what is said becomes coarser for everybody, step by step, until
few births are left that are too alone; those are left out. What the evaluator is to study stands exactly beside it, days above all,
and can make a row the only one of its kind: whoever knows those days of a family can find its row. So rows go to one named
person, approved by another.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from registration.common.files import written
from registration.pilot.disclosure.catalogue import known_families
from registration.pilot.disclosure.rules import quarter_of
from registration.pilot.extract.rules import Birth, Extract

K = 10
#: The share of births that may be left out before all that is said becomes coarser.
MOST_LEFT_OUT = 0.05
ANY, NOT_KNOWN = "any", "not known"
JOINED_WITHIN = 90
COLUMNS = (
    *("id", "born", "deprivation", "cluster", "registered_at_centre", "known", "joined_within_90_days"),
    *("days_to_registration", "days_to_joining", "days_to_feed"),
)


@dataclass(frozen=True, slots=True)
class RowLevel:
    """Rows as they may be handed over, in the order of their ids, how coarse they are, and how many births were left out."""

    rows: Sequence[tuple[str, ...]]
    born: str
    deprivation: str
    clusters: str
    left_out: int

    def written(self) -> bytes:
        """Give the CSV file."""
        return written(COLUMNS, self.rows)

    @property
    def specification(self) -> str:
        """Say in one line what was made of which detail."""
        return (
            f"rows of births, exact days; k {K} over born by {self.born}, deprivation by {self.deprivation}, "
            f"{self.clusters} clusters and registered at a centre"
        )


@dataclass(frozen=True, slots=True)
class _Fact:
    """A birth before it is made coarse: what others may know of it, and what they may not."""

    quarter: str
    decile: int | None
    cluster: str
    at_centre: bool
    told: tuple[str, ...]


_BORN: Mapping[str, Callable[[str], str]] = {
    "quarter": lambda quarter: quarter,
    "half-year": lambda quarter: f"{quarter[:4]}-H{(int(quarter[-1]) + 1) // 2}",
    "year": lambda quarter: quarter[:4],
    "nothing": lambda _quarter: ANY,
}
_DEPRIVATION: Mapping[str, Callable[[int | None], str]] = {
    "quintile": lambda decile: NOT_KNOWN if decile is None else str((decile + 1) // 2),
    "half": lambda decile: NOT_KNOWN if decile is None else "1 to 5" if decile <= 5 else "6 to 10",  # noqa: PLR2004 -- of ten
    "nothing": lambda _decile: ANY,
}
_CLUSTERS: Mapping[str, Callable[[str], str]] = {"named": lambda cluster: cluster, "unnamed": lambda _cluster: ANY}


def row_level(extract: Extract, key: bytes) -> RowLevel:
    """Make rows of the counted births, ids keyed so that only the holder of the key could say whose they are."""
    known = known_families(extract)
    facts = {_id(birth, key): _fact(birth, extract, known=birth.family_id in known) for birth in extract.counted}
    way = _least_coarse(list(facts.values()))
    visible = {name: _visible(fact, way) for name, fact in facts.items()}
    sizes = Counter(visible.values())
    rows = [(name, *visible[name], *facts[name].told) for name in sorted(facts) if sizes[visible[name]] >= K]
    return RowLevel(rows, *way, left_out=len(facts) - len(rows))


def _least_coarse(facts: Sequence[_Fact]) -> tuple[str, str, str]:
    """Choose how coarse to be: the finest way that leaves out few births, or the one that leaves out fewest."""
    ways = product(enumerate(_BORN), enumerate(_DEPRIVATION), enumerate(_CLUSTERS))
    finest_first = sorted(ways, key=lambda way: (sum(step for step, _ in way), [step for step, _ in way]))
    found: list[tuple[int, tuple[str, str, str]]] = []
    for (_, born), (_, deprivation), (_, clusters) in finest_first:
        sizes = Counter(_visible(fact, (born, deprivation, clusters)) for fact in facts)
        alone = sum(size for size in sizes.values() if size < K)
        if alone <= MOST_LEFT_OUT * len(facts):
            return born, deprivation, clusters
        found.append((alone, (born, deprivation, clusters)))
    return min(found, key=lambda each: each[0])[1]


def _visible(fact: _Fact, way: tuple[str, str, str]) -> tuple[str, ...]:
    """Give what others may know of a birth, as coarse as the way says."""
    born, deprivation, clusters = way
    return (
        _BORN[born](fact.quarter),
        _DEPRIVATION[deprivation](fact.decile),
        _CLUSTERS[clusters](fact.cluster),
        _flag(fact.at_centre),
    )


def _id(birth: Birth, key: bytes) -> str:
    """Give the id of a birth in one release: HMAC-SHA256 by its key, 24 letters of it."""
    return hmac.new(key, birth.birth_id.encode(), hashlib.sha256).hexdigest()[:24]


def _fact(birth: Birth, extract: Extract, *, known: bool) -> _Fact:
    row = extract.registered.get(birth.birth_id)
    joined = extract.first_joined.get(birth.family_id)
    fed = birth.feed_received_on if birth.feed_received_on and birth.feed_received_on <= extract.as_of else None
    at_centre = row is not None and row.venue_id in extract.centre_ids
    soon = joined is not None and joined <= birth.dob + timedelta(days=JOINED_WITHIN)
    told = (
        _flag(known),
        _flag(soon),
        _days(birth, row.registered_on if row else None),
        _days(birth, joined),
        _days(birth, fed),
    )
    return _Fact(quarter_of(birth.dob), birth.imd_decile, birth.cluster, at_centre, told)


def _flag(value: bool) -> str:  # noqa: FBT001 -- a value, not a choice
    return "1" if value else "0"


def _days(birth: Birth, day: date | None) -> str:
    """Give the days from a birth to a day, empty where there is none; before the birth they are all -1."""
    return "" if day is None else str(max((day - birth.dob).days, -1))
