"""Which rows are exactly alike: same birthday, postcode and surname. All there is without Splink, and what it is held against."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from registration.births.linking.rules.pairing import Candidate
from registration.births.linking.rules.records import Compared, Record, as_compared


def exactly_alike(left: Sequence[Record], right: Sequence[Record]) -> Iterator[Candidate]:
    """Give the pairs whose baby's date of birth, postcode and a surname are the same; more in common weighs more.

    So twins are told apart by first name and sex where both files have them.
    """
    there: dict[tuple[str, str], list[tuple[int, Compared]]] = defaultdict(list)
    for place, row in enumerate(map(as_compared, right)):
        if row.born and row.postcode:
            there[row.born, row.postcode].append((place, row))
    for here, row in enumerate(map(as_compared, left)):
        if row.born and row.postcode:
            for place, other in there.get((row.born, row.postcode), ()):
                if _same_surname(row, other):
                    yield Candidate(here, place, _in_common(row, other))


def _same_surname(one: Compared, other: Compared) -> bool:
    pairs = ((one.mother_surname, other.mother_surname), (one.surname, other.surname))
    return any(mine is not None and theirs is not None and mine.text == theirs.text for mine, theirs in pairs)


def _in_common(one: Compared, other: Compared) -> float:
    """Count what else is the same: twins differ in few things, so each counts."""
    pairs = (
        (one.given, other.given),
        (one.sex, other.sex),
        (one.mother_born, other.mother_born),
        (one.mother_given, other.mother_given),
        (one.house, other.house),
    )
    return 1.0 + sum(mine is not None and mine == theirs for mine, theirs in pairs)
