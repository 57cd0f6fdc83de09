"""A thin hand on HiGHS: linear and mixed-integer programs built row by row, solved the same way each time."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

import highspy
import numpy as np

INFINITY = float("inf")
#: What HiGHS calls its simplex methods.
DUAL, PRIMAL = 1, 4
Terms = Iterable[tuple[int, float]]
Stop = Callable[[], bool]


class Outcome(Enum):
    """How a solve ended."""

    OPTIMAL = auto()
    FOUND = auto()
    IMPOSSIBLE = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a solve. `bound` is the best any solution could reach; equal to `objective` where it is proven."""

    outcome: Outcome
    values: Sequence[float]
    objective: float
    bound: float

    @property
    def found(self) -> bool:
        """Whether there are values to use."""
        return self.outcome in {Outcome.OPTIMAL, Outcome.FOUND}


@dataclass
class Clock:
    """When to stop: a moment of the monotonic clock, and a question asked again and again."""

    until: float = INFINITY
    stop: Stop = field(default=lambda: False)

    @classmethod
    def lasting(cls, seconds: float | None, stop: Stop | None = None) -> "Clock":
        """Begin now."""
        until = INFINITY if seconds is None else time.monotonic() + seconds
        return cls(until, stop or (lambda: False))

    @property
    def over(self) -> bool:
        """Whether to stop now."""
        return time.monotonic() >= self.until or self.stop()

    @property
    def left(self) -> float:
        """Give the seconds that are left; infinite without a limit."""
        return max(0.0, self.until - time.monotonic())


class Program:
    """Columns and rows, gathered as lists and handed over once; afterwards bounds, costs and rows may still change."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self._starts = [0]
        self._index: list[int] = []
        self._value: list[float] = []
        self._row_lower: list[float] = []
        self._row_upper: list[float] = []
        self._highs: highspy.Highs | None = None
        self._clock = Clock()

    @property
    def rows(self) -> int:
        """Count the rows."""
        return len(self._row_lower)

    def column(self, cost: float = 0.0, upper: float = INFINITY, lower: float = 0.0, *, whole: bool = False) -> int:
        """Add a column; give its number."""
        number = len(self.cost)
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        if whole:
            self.whole.append(number)
        if self._highs is not None:
            self._highs.addCol(cost, lower, upper, 0, np.array([], np.int32), np.array([], np.double))
        return number

    def row(self, terms: Terms, lower: float = -INFINITY, upper: float = INFINITY) -> int:
        """Add a row, lower ≤ terms ≤ upper; give its number."""
        pairs = list(terms)
        index, value = [column for column, _ in pairs], [coefficient for _, coefficient in pairs]
        if self._highs is not None:
            self._highs.addRow(lower, upper, len(pairs), np.array(index, np.int32), np.array(value, np.double))
        self._index += index
        self._value += value
        self._starts.append(len(self._index))
        self._row_lower.append(lower)
        self._row_upper.append(upper)
        return len(self._row_lower) - 1

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Change the bounds of a column."""
        self.lower[column], self.upper[column] = lower, upper
        if self._highs is not None:
            self._highs.changeColBounds(column, lower, upper)

    def fix(self, values: Iterable[tuple[int, float]]) -> None:
        """Let columns have these values and no others."""
        for column, value in values:
            self.bound(column, value, value)

    def bound_row(self, row: int, lower: float, upper: float) -> None:
        """Change the bounds of a row."""
        self._row_lower[row], self._row_upper[row] = lower, upper
        if self._highs is not None:
            self._highs.changeRowBounds(row, lower, upper)

    def price(self, column: int, cost: float) -> None:
        """Change what a column costs."""
        self.cost[column] = cost
        if self._highs is not None:
            self._highs.changeColCost(column, cost)

    def only_price(self, costs: Iterable[tuple[int, float]]) -> None:
        """Let nothing but these columns cost anything."""
        for column, cost in enumerate(self.cost):
            if cost:
                self.price(column, 0.0)
        for column, cost in costs:
            self.price(column, cost)

    def go_on(self, clock: Clock) -> Answer:
        """Find the least cost from the last solution of a linear program, which must keep every row added since.

        Where only costs and rows like these are new, the primal simplex method has little left to do; the dual one, which
        is quicker otherwise, would begin anew: a hundred times as long on a council's weeks. One never solved is just solved.
        """
        if self._highs is None:
            return self.solve(clock)
        highs = self._highs
        highs.setOptionValue("simplex_strategy", PRIMAL)
        answer = self.solve(clock)
        highs.setOptionValue("simplex_strategy", DUAL)
        return answer

    def solve(self, clock: Clock, *, gap: float = 0.0, nodes: int | None = None, start: Sequence[float] = ()) -> Answer:
        """Find the least cost. `gap` is the cost that need not be fought for; `nodes` limits a search the same way each time."""
        highs = self._handed_over()
        highs.setOptionValue("mip_abs_gap", max(gap, 1e-6))
        if nodes is not None:
            highs.setOptionValue("mip_max_nodes", nodes)
        highs.setOptionValue("time_limit", clock.left)
        self._clock = clock
        if len(start):
            given = highspy.HighsSolution()
            given.col_value = list(start)
            highs.setSolution(given)
        highs.run()
        return self._answer(highs)

    def duals(self) -> Sequence[float]:
        """Give the price of each row after a linear solve."""
        return self._handed_over().getSolution().row_dual

    def _handed_over(self) -> highspy.Highs:
        if self._highs is None:
            self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
            for name, value in (
                ("output_flag", False),
                ("threads", 1),
                ("random_seed", 1),
                ("mip_rel_gap", 0.0),
                ("parallel", "off"),
            ):
                self._highs.setOptionValue(name, value)
            self._highs.passModel(self._model())
            self._highs.cbSimplexInterrupt += self._end_if_asked
            self._highs.cbMipInterrupt += self._end_if_asked
        return self._highs

    def _end_if_asked(self, event: highspy.HighsCallbackEvent) -> None:
        if self._clock.over:
            event.interrupt()

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.cost), len(self._row_lower)
        model.col_cost_, model.col_lower_, model.col_upper_ = map(np.array, (self.cost, self.lower, self.upper))
        model.row_lower_, model.row_upper_ = np.array(self._row_lower), np.array(self._row_upper)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(self._starts, np.int32)
        model.a_matrix_.index_ = np.array(self._index, np.int32)
        model.a_matrix_.value_ = np.array(self._value, np.double)
        if self.whole:
            kinds = [highspy.HighsVarType.kContinuous] * len(self.cost)
            for column in self.whole:
                kinds[column] = highspy.HighsVarType.kInteger
            model.integrality_ = kinds
        return model

    def _answer(self, highs: highspy.Highs) -> Answer:
        status = highs.getModelStatus()
        info = highs.getInfo()
        proven = status == highspy.HighsModelStatus.kOptimal
        values = highs.getSolution().col_value
        if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
            return Answer(Outcome.IMPOSSIBLE, (), INFINITY, INFINITY)
        feasible = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
        outcome = Outcome.OPTIMAL if proven else Outcome.FOUND if feasible else Outcome.NOTHING
        bound = info.mip_dual_bound if self.whole else info.objective_function_value
        return Answer(outcome, values, info.objective_function_value, bound)
