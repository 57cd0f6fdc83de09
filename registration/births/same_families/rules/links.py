"""Which records are held against which, what becomes of a pair, and what a run changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from registration.families.rules import Source

#: A pair at least this probable is one family; one at least that probable is for a person to decide.
ACCEPT, REVIEW = 0.95, 0.05
_MEMBERS = (Source.MEMBER, Source.MOVED_IN)
#: The records of the first sources are held against those of the second.
PASSES: tuple[tuple[tuple[Source, ...], tuple[Source, ...]], ...] = (
    ((Source.LIVE_BIRTHS,), (Source.BOOKING,)),
    ((Source.LIVE_BIRTHS,), _MEMBERS),
    ((Source.BOOKING,), _MEMBERS),
)
#: Two probabilities nearer than this are the same to whoever looks.
_SAME = 0.0005

Pair = tuple[int, int]


class State(StrEnum):
    """What two records are to each other."""

    LINKED = "linked"
    TO_REVIEW = "to_review"
    APART = "apart"


class Method(StrEnum):
    """Who or what says so."""

    SPLINK = "splink"
    EXACT = "exact"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Standing:
    """A link that holds now: its number, what it says, how probable it is, and who or what says so.

    One that is `held` came of no run: somebody said no without a link, and until a person decides no centre is told. Where
    somebody else said no, what was held back at once is decided by the next run.
    """

    id: int
    state: State
    probability: float
    method: Method
    held: bool = False

    @property
    def settled(self) -> bool:
        """Say whether it is for persons alone, and no run changes it."""
        return self.held or self.method is Method.PERSON


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a run says of two records."""

    state: State
    probability: float


@dataclass(frozen=True, slots=True)
class Change:
    """What a run changes: links that hold no longer, by number, and those that begin to, by their two records."""

    ended: tuple[int, ...]
    begun: Mapping[Pair, Proposed]


def in_order(one: int, other: int) -> Pair:
    """Give two records as a pair is kept: the smaller number first."""
    return (one, other) if one < other else (other, one)


def record_id(family: int, number: int) -> str:
    """Name one baby of a family’s record, as linking knows it."""
    return f"{family}.{number}"


def family_of(record: str) -> int:
    """Give the number of the family’s record that a baby was named by."""
    return int(record.partition(".")[0])


def family_pairs(pairs: Iterable[tuple[str, str, float]]) -> dict[Pair, float]:
    """Give the pairs of families whose babies were paired, each as probable as its likeliest babies."""
    found: dict[Pair, float] = {}
    for left, right, probability in pairs:
        pair = in_order(family_of(left), family_of(right))
        found[pair] = max(probability, found.get(pair, 0.0))
    return found


def propose(found: Mapping[Pair, float], standing: Mapping[Pair, Standing]) -> dict[Pair, Proposed]:
    """Say what a pass makes of the pairs it found; `standing` are the links between the records of this pass.

    What a person decided, or is to decide, is not decided again. Where a person linked one of the two records to another, a
    second partner for it is for a person too, however probable.
    """
    decided = {pair for pair, link in standing.items() if link.settled}
    taken = {each for pair in decided if standing[pair].state is State.LINKED for each in pair}
    proposed = {}
    for pair, probability in found.items():
        if pair not in decided and probability >= REVIEW:
            sure = probability >= ACCEPT and not taken & set(pair)
            proposed[pair] = Proposed(State.LINKED if sure else State.TO_REVIEW, probability)
    return proposed


def change(
    standing: Mapping[Pair, Standing],
    proposed: Mapping[Pair, Proposed],
    compared: Mapping[int, Source],
    *,
    exact_only: bool,
) -> Change:
    """Say what holds no longer and what begins to, when a run ends.

    What a person decided, or is to decide, stays, and what the run could not look at: a record whose details are gone, or two
    that no pass holds against each other. A run that finds only what is exactly alike takes nothing back that likeness had found.
    `compared` are the records of the run, each with its source.
    """
    ours = {pair: link for pair, link in standing.items() if not link.settled}
    kept = {pair for pair, link in ours.items() if not _over(pair, link, compared, exact_only=exact_only)}
    begun = {
        pair: new
        for pair, new in proposed.items()
        if pair not in standing or (pair in ours and not _same(ours[pair], new, exact_only=exact_only))
    }
    ended = [link.id for pair, link in ours.items() if pair in begun or (pair not in proposed and pair not in kept)]
    return Change(tuple(sorted(ended)), begun)


def _over(pair: Pair, link: Standing, compared: Mapping[int, Source], *, exact_only: bool) -> bool:
    """Say whether a link holds no longer where a run does not find it."""
    if exact_only and link.method is Method.SPLINK:
        return False
    sources = [compared[each] for each in pair if each in compared]
    return len(sources) == len(pair) and any(holds_against(number, *sources) for number in range(len(PASSES)))


def holds_against(number: int, one: Source, other: Source) -> bool:
    """Say whether a pass holds records of these two sources against each other."""
    left, right = PASSES[number]
    return (one in left and other in right) or (one in right and other in left)


def _same(link: Standing, new: Proposed, *, exact_only: bool) -> bool:
    """Say whether a run found what holds already: then nothing is written."""
    alike = link.state is new.state
    if exact_only and link.method is Method.SPLINK:
        return alike
    found_by = Method.EXACT if exact_only else Method.SPLINK
    return alike and link.method is found_by and abs(link.probability - new.probability) < _SAME
