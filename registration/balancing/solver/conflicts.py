"""What to say where rules cannot all be kept: the fewest that would have to give way, and what stands against them."""

from collections.abc import Sequence
from dataclasses import dataclass

from registration.balancing.rules.rota import Instance
from registration.balancing.solver.highs import Clock, Outcome, Program
from registration.balancing.solver.sessions import (
    Sessions,
    Stay,
    ask_for_presence_and_languages,
    lay_out,
    must_still_open,
)
from registration.common.errors import Refused

NEARLY = 1e-6
MOST_SHOWN = 12


class Impossible(Refused):
    """No rota can keep all the rules."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(["No rota can keep all the rules.", *sentences]))


class NothingFound(Refused):
    """No rota that keeps all the rules was found in the time given, and none was shown to be impossible."""


@dataclass(frozen=True, slots=True)
class _Nearest:
    made: Sessions
    values: Sequence[float]


def any_rota(instance: Instance, clock: Clock) -> list[Stay]:
    """Find the stays of some rota that keeps the rules. Raises Impossible, in words, or NothingFound."""
    _nearest(instance, clock, whole=False)  # quick, and it knows more to say where that is impossible already
    nearest = _nearest(instance, clock, whole=True)
    return [stay for column, stay in nearest.made.stays.items() if nearest.values[column] > 1 / 2]


def _nearest(instance: Instance, clock: Clock, *, whole: bool) -> _Nearest:
    """Break as few rules as can be: none. Raises Impossible if one must be, NothingFound where that is not known."""
    program, absent = Program(), must_still_open(instance)
    made = lay_out(instance, program, range(instance.weeks), whole=whole, absent=absent, elastic=True)
    ask_for_presence_and_languages(made, absent)
    answer = program.solve(clock)
    if not answer.found or (answer.outcome is not Outcome.OPTIMAL and answer.objective > NEARLY >= answer.bound):
        raise NothingFound
    excused = [sentence for column, sentence in made.excuses.items() if answer.values[column] > NEARLY]
    if excused:
        raise Impossible(_told(excused, [] if whole else _against(made, program, excused)))
    return _Nearest(made, answer.values)


def _against(made: Sessions, program: Program, excused: list[str]) -> list[str]:
    """Give the other rules that the least breach hangs on: those with a price in the linear program’s solution."""
    prices = program.duals()
    against = (sentence for row, sentence in made.words.items() if abs(prices[row]) > NEARLY)
    return [sentence for sentence in dict.fromkeys(against) if sentence not in excused]


def _told(excused: list[str], against: list[str]) -> list[str]:
    """Say what would have to give way at the least, and what it stands against."""
    said = ["At the least, these would have to give way:", *_some(excused)]
    return [*said, "because of these:", *_some(against)] if against else said


def _some(sentences: list[str]) -> list[str]:
    more = len(sentences) - MOST_SHOWN
    return [*sentences[:MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])]
