"""Frequency promised against frequency delivered, of one source, in one sentence that a director reads first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registration.births.agreements.rules.delivery import (
    SHOWN,
    Came,
    Frequency,
    Period,
    Promise,
    Span,
    State,
    promises,
)


class Delivered(StrEnum):
    """How often a source really sends: as one of the frequencies, or not.

    LATE: as promised until its latest periods, which are overdue. NOT_YET while nothing is due.
    """

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    LATE = "late"
    NOW_AND_THEN = "now_and_then"
    NEVER = "never"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands: the latest periods, how often it really sends, how many of them came late or not, in words.

    `behind` counts the latest periods whose births are overdue, one after another.
    """

    promised: Frequency
    delivered: Delivered
    promises: tuple[Promise, ...]
    late: int
    missing: int
    behind: int
    sentence: str

    @property
    def good(self) -> bool:
        """Say whether nothing is overdue."""
        return self.missing == 0


def comes_monthly(standings: Iterable[Standing]) -> bool:
    """Say whether births of every month come to the council, as the report of 2014 asked of councils."""
    return any(each.delivered in {Delivered.WEEKLY, Delivered.MONTHLY} for each in standings)


EVERY = {
    Frequency.WEEKLY: "every week",
    Frequency.MONTHLY: "every month",
    Frequency.QUARTERLY: "every quarter",
    Frequency.YEARLY: "every year",
}
_ONE = {Frequency.WEEKLY: "week", Frequency.MONTHLY: "month", Frequency.QUARTERLY: "quarter", Frequency.YEARLY: "year"}


def standing(provider: str, frequency: Frequency, spans: Sequence[Span], came: Sequence[Came], today: date) -> Standing:
    """Hold what came from a source against what was promised, as of a day."""
    shown = promises(frequency, spans, came, today)[-SHOWN[frequency] :]
    states = [each.state for each in shown]
    behind = _behind(states)
    delivered = _delivered(frequency, spans, came, today)
    return Standing(
        promised=frequency,
        delivered=delivered,
        promises=shown,
        late=states.count(State.LATE),
        missing=states.count(State.MISSING),
        behind=behind,
        sentence=_sentence(provider, frequency, shown, delivered, behind),
    )


def _behind(states: Sequence[State]) -> int:
    """Count the latest periods in a row whose births are overdue; one that may still come in time is passed over."""
    count = 0
    for state in reversed(states):
        if state is State.MISSING:
            count += 1
        elif state is not State.AWAITED:
            break
    return count


def _delivered(promised: Frequency, spans: Sequence[Span], came: Sequence[Came], today: date) -> Delivered:
    """Give the most frequent promise that would have been kept, none more frequent than what was promised."""
    frequencies = list(Frequency)
    for frequency in frequencies[frequencies.index(promised) :]:
        latest = promises(frequency, spans, came, today)[-SHOWN[frequency] :]
        due = [each.state for each in latest if each.state is not State.AWAITED]
        if due and State.MISSING not in due:
            return Delivered(frequency.value)
        if frequency is promised and 0 < due.count(State.MISSING) == _behind(due) < len(due):
            return Delivered.LATE
    if all(each.state is State.AWAITED for each in promises(promised, spans, came, today)):
        return Delivered.NOT_YET
    return Delivered.NOW_AND_THEN if came else Delivered.NEVER


def _sentence(provider: str, frequency: Frequency, shown: Sequence[Promise], delivered: Delivered, behind: int) -> str:
    every, one = EVERY[frequency], _ONE[frequency]
    missing = [each for each in shown if each.state is State.MISSING]
    late = sum(each.state is State.LATE for each in shown)
    if delivered is Delivered.NEVER:
        return f"{provider} has never sent births, though it promised them {every}."
    if delivered is Delivered.NOT_YET or not shown:
        return f"{provider} is to send births {every}. None are due yet."
    if behind:
        last = next((each for each in reversed(shown) if each.on is not None), None)
        since = f" The last to come were those of {named(frequency, last.period)}." if last else ""
        return f"{provider} is {_counted(behind, one)} late.{since}"
    if missing:
        more = f" and of {_counted(len(missing) - 1, f'other {one}')}" if len(missing) > 1 else ""
        return f"{provider} sends births, but those of {named(frequency, missing[-1].period)}{more} never came."
    if late:
        return f"{provider} sends births {every}; those of {_counted(late, one)} of the last {len(shown)} came late."
    return f"{provider} sends births {every} as agreed."


def named(frequency: Frequency, period: Period) -> str:
    """Name a period: "the week of 16 November 2026", "October 2026", "July to September 2026", "2026"."""
    first, last = period.first, period.last
    return {
        Frequency.WEEKLY: f"the week of {first.day} {first:%B %Y}",
        Frequency.MONTHLY: f"{first:%B %Y}",
        Frequency.QUARTERLY: f"{first:%B} to {last:%B %Y}",
        Frequency.YEARLY: f"{first:%Y}",
    }[frequency]


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
