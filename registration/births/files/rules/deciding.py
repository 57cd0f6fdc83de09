"""What a file does to what is known: which babies are new, which are corrected, and which are told again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from itertools import combinations

from registration.births.files.rules.births import Baby, Mother
from registration.families.rules import name_words

#: What is kept of a baby and may be corrected: an empty cell, or a column that a file does not have, leaves what is known.
DETAILS = tuple(one.name for one in fields(Baby) if one.name not in {"line", "key"})
_ONE_BIRTH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """A birth that its source told before: its row, its family, what is kept of it; `closed` where it was deleted or lost."""

    id: int
    family_id: int
    closed: bool
    details: Mapping[str, object]

    @property
    def born(self) -> date:
        """Give the day the baby was born."""
        born = self.details["born"]
        assert isinstance(born, date)  # noqa: S101 -- the column is never empty
        return born

    @property
    def mother(self) -> Mother:
        """Give who the mother is, as the source last told it."""
        told = self.details
        names = name_words(f"{told['mother_given'] or ''} {told['mother_surname'] or ''}")
        return Mother(names, told["mother_born"], told["postcode"])  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Correction:
    """A birth told before, and what is said otherwise of it now."""

    known: Known
    baby: Baby
    changes: Mapping[str, object]


@dataclass(slots=True)
class Decision:
    """What is to be done: families with new babies (the number of a family known before, or None), and corrections."""

    added: list[tuple[int | None, tuple[tuple[str, Baby], ...]]] = field(default_factory=list)
    corrected: list[Correction] = field(default_factory=list)
    unchanged: int = 0

    @property
    def babies_added(self) -> int:
        """Count the babies that are new."""
        return sum(len(babies) for _, babies in self.added)


def decide(
    families: Iterable[Sequence[Baby]],
    keys: Mapping[Baby, str],
    known: Mapping[str, Known],
    lost: Collection[str],
) -> Decision:
    """Compare the babies of a file with what its source told before, by their keys.

    `lost` are the keys of babies of whose family a loss was told: they are passed over, and counted as unchanged.
    """
    decision, homes = Decision(), _families_known(known.values())
    for family in families:
        new = []
        for baby in family:
            key = keys[baby]
            if key in lost or (key in known and known[key].closed):
                decision.unchanged += 1
            elif key in known:
                _compare(known[key], baby, decision)
            else:
                new.append((key, baby))
        if new:
            told = [known[keys[baby]].family_id for baby in family if keys[baby] in known]
            there = told[0] if told else _twin(new[0][1], homes)
            decision.added.append((there, tuple(new)))
    return decision


def _compare(known: Known, baby: Baby, decision: Decision) -> None:
    told = {name: getattr(baby, name) for name in DETAILS}
    changes = {name: value for name, value in told.items() if value is not None and value != known.details[name]}
    if changes:
        decision.corrected.append(Correction(known, baby, changes))
    else:
        decision.unchanged += 1


def _families_known(known: Iterable[Known]) -> Mapping[Mother, list[Known]]:
    """Give the births known by their mother, of families that may still be added to."""
    homes: dict[Mother, list[Known]] = defaultdict(list)
    for each in known:
        if not each.closed:
            homes[each.mother].append(each)
    return homes


def pairs_of_twins(known: Iterable[Known], families: Collection[int]) -> frozenset[tuple[int, int]]:
    """Give each two families, one of them among `families`, that have births of one mother within a day; smaller number first."""
    found = set()
    for births in _families_known(known).values():
        for one, other in combinations(births, 2):
            apart = one.family_id != other.family_id and {one.family_id, other.family_id} & set(families)
            if apart and abs(one.born - other.born) <= _ONE_BIRTH:
                found.add((min(one.family_id, other.family_id), max(one.family_id, other.family_id)))
    return frozenset(found)


def _twin(baby: Baby, homes: Mapping[Mother, list[Known]]) -> int | None:
    """Give the family of a birth of the same mother within a day, told by an earlier file."""
    near = (each.family_id for each in homes.get(baby.mother, ()) if abs(each.born - baby.born) <= _ONE_BIRTH)
    return next(near, None)
