"""The effect month by month from before a centre was live to long after, and whether live centres went another way before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from registration.pilot.effect.panel import CannotTell, Indices, Panel
from registration.pilot.effect.regression import cr2, fit

#: Months before and after are shown one by one so far; what lies beyond is put together at the ends.
EARLIEST, LATEST = -6, 12
_REFERENCE = -1
_NEVER_LIVE = -(10**6)


@dataclass(frozen=True)
class EventTime:
    """The difference of the centres so many months after (before: negative) they were live, with its 95 % interval and families.

    Month -1, the last whole month before, is what the others are compared with: 0 by definition. The first and last months hold
    all that is earlier or later. `joined` of the families joined within 90 days.
    """

    month: int
    estimate: float
    lo: float
    hi: float
    families: int
    joined: int


@dataclass(frozen=True)
class EventStudy:
    """The months in order, and the p of all differences before being zero together (None where too little tells it)."""

    months: Sequence[EventTime]
    pre_trend_p: float | None


def event_study(panel: Panel) -> EventStudy:
    """Regress on centre, month and one column for each month since the centre was live, weighted by families.

    Errors are CR2 by centre, each month with degrees of freedom of its own; the months before together by the approximate Hotelling
    test. An empty study where the months cannot be told apart, as when all centres begin at once.
    """
    since = _binned(panel)
    named = [int(month) for month in np.unique(since) if month not in {_REFERENCE, _NEVER_LIVE}]
    columns = np.array([since == month for month in named], dtype=float).reshape(len(named), len(since)).T
    if not (named and (since == _REFERENCE).any()):
        return EventStudy((), None)
    try:
        robust = cr2(fit(panel, columns))
    except CannotTell:
        return EventStudy((), None)
    times = {_REFERENCE: EventTime(_REFERENCE, 0.0, 0.0, 0.0, *_counts(panel, since, _REFERENCE))}
    for number, month in enumerate(named):
        told = robust.estimate(number)
        times[month] = EventTime(month, told.value, told.lo, told.hi, *_counts(panel, since, month))
    before = [number for number, month in enumerate(named) if month < 0]
    return EventStudy([times[month] for month in sorted(times)], robust.together(before) if before else None)


def _binned(panel: Panel) -> Indices:
    never = np.array([start is None for start in panel.starts])[panel.centre]
    return np.where(never, _NEVER_LIVE, np.clip(panel.since, EARLIEST, LATEST))


def _counts(panel: Panel, since: Indices, month: int) -> tuple[int, int]:
    return int(panel.families[since == month].sum()), int(panel.joined[since == month].sum())
