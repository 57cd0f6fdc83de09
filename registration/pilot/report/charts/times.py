"""Pictures along time: joining after registration, the event study, and the days from birth to registration."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from registration.pilot.report.charts.canvas import (
    BLUE,
    INK,
    LIGHT,
    SHADE,
    Chart,
    Frame,
    across_axis,
    area,
    bar,
    beside,
    line,
    mark,
    percent_ticks,
    text,
    up_axis,
    whisker,
)
from registration.pilot.report.numbers import WITHHELD, percent, signed, whole

#: A curve of so many days has a mark every two months, a shorter one every month.
_LONG = 180
#: The month before registration began, with which the event study compares.
_REFERENCE = -1


@dataclass(frozen=True, slots=True)
class Joining:
    """A published point of a curve: the day after registration, the share that joined by then, its interval, families at risk."""

    day: int
    value: float
    lo: float
    hi: float
    at_risk: int


@dataclass(frozen=True, slots=True)
class Month:
    """A point of the event study: months since registration began there, the difference and its interval."""

    month: int
    value: float
    lo: float
    hi: float
    families: int | None


@dataclass(frozen=True, slots=True)
class Band:
    """Births registered from one day after birth to another, or `later`; None where so few were that it is withheld."""

    first: int
    last: int
    births: int | None
    later: bool = False


def sign_up(curves: Sequence[tuple[str, Sequence[Joining]]]) -> Chart:
    """Draw the share of families that joined, day by day after registration, with the families at risk beneath."""
    last = max((point.day for _, points in curves for point in points), default=365)
    top = max(0.2, *(point.hi for _, points in curves for point in points), 0.2)
    frame = Frame(62, 610, 40, 290, 0, max(last, 30), 0, min(1.0, top * 1.08))
    ticks = [(float(day), str(day)) for day in range(0, max(last, 30) + 1, 60 if last >= _LONG else 30)]
    axes = up_axis(frame, percent_ticks(frame.top), "Families that joined a centre") + across_axis(
        frame, ticks, "Days after registration"
    )
    drawn = Markup("").join(_curve(frame, points, number) for number, (_, points) in enumerate(curves))
    labels = Markup("").join(
        text(frame.x(points[-1].day) + 8, y, name, size=14, bold=True)
        for (name, points), y in zip(
            curves, _apart([frame.y(points[-1].value) + 5 for _, points in curves]), strict=True
        )
    )
    return Chart(
        "sign-up-curves",
        _curve_title(curves),
        "Curves of the share of families that joined a centre by days after registration, with shaded 95% intervals. "
        + "; ".join(f"{name}: {percent(points[-1].value)} by day {points[-1].day}" for name, points in curves),
        axes + drawn + labels + _at_risk(frame, curves, [day for day, _ in ticks]),
        int(frame.lower) + 84 + 24 * len(curves),
        ("Registered at", "Days after registration", "Joined", "95% interval", "Families at risk"),
        [
            (
                name,
                str(point.day),
                percent(point.value),
                f"{percent(point.lo)} to {percent(point.hi)}",
                whole(point.at_risk),
            )
            for name, points in curves
            for point in points
        ],
        "Families choose where they register, so this describes and does not prove. Kaplan–Meier: families that moved away, "
        "or were not followed as long, count for as long as they were seen. Days by which too few more had joined are left out.",
    )


def _curve_title(curves: Sequence[tuple[str, Sequence[Joining]]]) -> str:
    """Say how many had joined by the same day: the 90th where both tell it, else the last that both do."""
    shared = set.intersection(*({point.day for point in points} for _, points in curves)) if curves else set()
    if not shared:
        return "How soon families join a centre after registering"
    day = 90 if 90 in shared else max(shared)  # noqa: PLR2004 -- days
    joined = [(name, next(point.value for point in points if point.day == day)) for name, points in curves]
    return f"By day {day} after registering, " + " and ".join(
        f"{percent(value, 0)} had joined of those who did so at {name.lower()}" for name, value in joined
    )


def _apart(places: Sequence[float]) -> list[float]:
    """Move labels that would stand on one another apart."""
    moved = list(places)
    for earlier, later in pairwise(sorted(range(len(moved)), key=moved.__getitem__)):
        moved[later] = max(moved[later], moved[earlier] + 18)
    return moved


def _curve(frame: Frame, points: Sequence[Joining], number: int) -> Markup:
    """Mark the points that are told, with their intervals; the lines between them only lead the eye."""
    colour, dashes, shape = ((BLUE, "", "dot"), (INK, "8 5", "square"))[number % 2]
    upper, lower, middle = (
        [frame.at(point.day, value) for point, value in zip(points, values, strict=True)]
        for values in zip(*((point.hi, point.lo, point.value) for point in points), strict=True)
    )
    ends = Markup("").join(whisker(low, high, colour=colour) for low, high in zip(lower, upper, strict=True))
    marks = Markup("").join(mark(at, shape, fill=colour, size=4) for at in middle)
    return area(upper, lower, colour) + ends + line(middle, dashes=dashes, wide=2.5, colour=colour) + marks


def _at_risk(frame: Frame, curves: Sequence[tuple[str, Sequence[Joining]]], days: Sequence[float]) -> Markup:
    """Write how many families are still followed and have not joined, beneath their days."""
    y = frame.lower + 66
    cells = [text(4, y, "Families at risk", size=14, bold=True)]
    for number, (name, points) in enumerate(curves, 1):
        by_day = {point.day: point.at_risk for point in points}
        cells.append(text(frame.right + 22, y + 22 * number, name, size=14))
        cells += [
            text(frame.x(day), y + 22 * number, whole(by_day[int(day)]), size=13, anchor="middle")
            for day in days
            if int(day) in by_day
        ]
    return Markup("").join(cells)


def event_study(months: Sequence[Month], pre_trend_p: str) -> Chart:
    """Draw the difference month by month around the beginning of registration at the centre."""
    low = min(-0.05, *(each.lo for each in months))
    high = max(0.05, *(each.hi for each in months))
    first, last = min(each.month for each in months), max(each.month for each in months)
    frame = Frame(62, 700, 44, 300, first - 0.6, last + 0.6, low * 1.1, high * 1.1)
    begun = line([(frame.x(-0.5), frame.upper - 8), (frame.x(-0.5), frame.lower)], dashes="7 5", wide=2)
    begun += beside(frame.x(-0.5), frame.upper + 4, "registration begins")
    ticks = [(float(each.month), str(each.month).replace("-", "−")) for each in _thinned(months)]
    up = [(value, signed(value)) for value, _ in percent_ticks(frame.top, frame.bottom)]
    axes = up_axis(frame, up, "Percentage points more families joined within 90 days") + across_axis(
        frame, ticks, "Months since registration began at the family’s home centre"
    )
    zero = line([(frame.left, frame.y(0)), (frame.right, frame.y(0))], wide=1.5)
    drawn = Markup("").join(_month(frame, each) for each in months)
    after = [each for each in months if each.month >= 0]
    rose = sum(each.lo > 0 for each in after)
    return Chart(
        "event-study",
        f"In {rose} of {len(after)} months after registration began, joining was clearly higher"
        if after
        else "No month after registration began can be observed yet",
        f"Differences with 95% intervals by month, from {first} to {last} months since registration began; zero and the beginning "
        "are marked. Before it: "
        + _listed([each for each in months if each.month < 0])
        + ". From then on: "
        + _listed(after),
        axes + zero + begun + drawn,
        352,
        ("Months since registration began", "Difference in percentage points", "95% interval", "Families"),
        [
            (
                str(each.month).replace("-", "−"),
                signed(each.value),
                "[z]" if each.month == _REFERENCE else f"{signed(each.lo)} to {signed(each.hi)}",
                whole(each.families),
            )
            for each in months
        ],
        "Before registration began there should be no difference; the month before is what all others are compared with. Months of "
        "few families, or of few that joined, are left out. " + pre_trend_p,
    )


def _thinned(months: Sequence[Month]) -> Sequence[Month]:
    """Give so few of the months that their numbers do not touch, zero among them."""
    step = len(months) // 16 + 1
    return [each for each in months if each.month % step == 0]


def _listed(months: Sequence[Month]) -> str:
    return ", ".join(signed(each.value) for each in months) or "none"


def _month(frame: Frame, each: Month) -> Markup:
    shape, colour = ("ring", SHADE) if each.month < 0 else ("dot", BLUE)
    between = whisker(frame.at(each.month, each.lo), frame.at(each.month, each.hi), colour=colour)
    return between + mark(frame.at(each.month, each.value), shape, fill=colour)


def days_to_registration(bands: Sequence[Band], lawful: int, in_time: str) -> Chart:
    """Draw how many births were registered how many days after birth, with the last lawful day marked."""
    last = max((each.last for each in bands), default=lawful) + 1
    most = max((each.births or 0 for each in bands), default=0) or 1
    frame = Frame(72, 700, 44, 290, 0, last, 0, most * 1.12)
    bars = Markup("").join(_band(frame, each, lawful) for each in bands)
    where = frame.x(lawful + 1)
    limit = line([(where, frame.upper - 10), (where, frame.lower)], dashes="7 5", wide=2.5)
    limit += beside(where, frame.upper, f"after day {lawful}: late")
    step = max(1, most // 5)
    up = [(float(number), whole(number)) for number in range(0, int(frame.top) + 1, _round_step(step))]
    ticks = [((each.first + each.last + 1) / 2, _days(each)) for each in bands]
    axes = up_axis(frame, up, "Births registered") + across_axis(frame, ticks, "Days from birth to registration")
    return Chart(
        "days-to-registration",
        in_time,
        f"Bars of births registered by days since birth; day {lawful}, the last lawful day, is marked. "
        + "; ".join(f"{_days(each)} {whole(each.births)}" for each in bands).replace(WITHHELD, "withheld"),
        axes + bars + limit,
        342,
        ("Days from birth", "Births registered"),
        [(_days(each), whole(each.births)) for each in bands],
        "The bars hold only births that were registered; the share above is of all births old enough, of which those not "
        f"registered through this service count as late. The law wants it done within {lawful} days of the birth.",
    )


def _round_step(step: int) -> int:
    size = int(10 ** (len(str(step)) - 1))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= step)


def _days(each: Band) -> str:
    return f"{each.first} on" if each.later else f"{each.first}–{each.last}"


def _band(frame: Frame, each: Band, lawful: int) -> Markup:
    x, wide = frame.x(each.first), frame.x(each.last + 1) - frame.x(each.first) - 3
    if each.births is None:
        return text(x + wide / 2, frame.lower - 6, WITHHELD, size=13, anchor="middle", fill=SHADE)
    high = frame.lower - frame.y(each.births)
    return bar(x, frame.y(each.births), wide, high, fill=BLUE if each.last <= lawful else LIGHT)
