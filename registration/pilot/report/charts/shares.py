"""Pictures of shares: reach against its line, the deprivation gradient, and what a pilot changed place by place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from registration.pilot.report.charts.canvas import (
    BLUE,
    INK,
    SHADE,
    Chart,
    Frame,
    across_axis,
    line,
    mark,
    percent_ticks,
    text,
    up_axis,
    whisker,
)
from registration.pilot.report.numbers import WITHHELD, Share, interval, percent, signed, whole

#: Why a number is withheld; which of these it is would tell more than is told.
REASONS = (
    "Withheld are numbers of few families, of nearly all or nearly none of them, and those by which another withheld number could "
    "be worked out."
)
_ROW, _NAMES, _LONGEST = 30, 330, 24
#: A dot, dashes and a name for each line of the gradient, so that grey print tells them apart.
_LINES = (("dot", "", INK), ("square", "8 4", BLUE), ("diamond", "2 4", SHADE))


def reach(shares: Sequence[Share], goal: float) -> Chart:
    """Draw the share of families that are known, of all and of each group, beside the line of 97%."""
    frame = _rows(len(shares), 0.0, 1.0)
    drawn = Markup("").join(_share_row(frame, number, share) for number, share in enumerate(shares))
    where = frame.x(goal)
    target = line([(where, frame.upper - 8), (where, frame.lower)], dashes="7 5", wide=2.5) + text(
        where, frame.upper - 14, f"{goal:.0%} line", anchor="end", size=14, bold=True
    )
    whole_share = shares[0].value
    below = "below" if whole_share is not None and whole_share < goal else "at or above"
    title = (
        f"{percent(whole_share)} of families with a new baby are known to a centre or to the council, {below} the {goal:.0%} line"
        if whole_share is not None
        else "How many families are known to a centre or to the council is withheld"
    )
    ticks = [(number / 5, f"{number * 20}%") for number in range(6)]
    axis = across_axis(frame, ticks, "Families known by any route, of all with a new baby")
    return Chart(
        "reach",
        title,
        f"Dots with 95% intervals for {len(shares)} rows, beside a dashed line at {goal:.0%}. " + _told(shares),
        axis + target + drawn,
        int(frame.lower) + 52,
        ("Group", "Known to a centre or to the council", "95% interval", "Families"),
        [(share.label, percent(share.value), interval(share), whole(share.n)) for share in shares],
        REASONS if any(share.value is None for share in shares) else "",
    )


def _told(shares: Sequence[Share]) -> str:
    return "; ".join(f"{share.label} {percent(share.value)}" for share in shares).replace(WITHHELD, "withheld") + "."


def _rows(number: int, low: float, high: float) -> Frame:
    return Frame(_NAMES, 690, 34, 34 + _ROW * max(number, 1), low, high, 0, max(number, 1))


def _place(frame: Frame, number: int) -> float:
    return frame.upper + _ROW * (number + 0.5)


def _name(frame: Frame, number: int, label: str) -> Markup:
    return text(_NAMES - 80, _place(frame, number) + 5, _short(label), anchor="end", bold=number == 0)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"


def _share_row(frame: Frame, number: int, share: Share) -> Markup:
    at = _place(frame, number)
    name = _name(frame, number, share.label)
    if share.value is None or share.lo is None or share.hi is None:
        return name + text(_NAMES + 8, at + 5, "withheld", size=14, fill=SHADE)
    value = text(_NAMES - 12, at + 5, percent(share.value), anchor="end", bold=number == 0)
    dots = whisker((frame.x(share.lo), at), (frame.x(share.hi), at)) + mark((frame.x(share.value), at), fill=BLUE)
    return name + value + dots


def gradient(lines: Mapping[str, Sequence[Share]]) -> Chart:
    """Draw shares from the most deprived tenth of areas (1) to the least (10), one line for each measure; ten shares each."""
    frame = Frame(62, 700, 40, 300, 1, 10, 0, 1)
    marks = Markup("").join(
        _gradient_line(frame, shares, look) for shares, look in zip(lines.values(), _LINES, strict=False)
    )
    legend = Markup("").join(_legend(number, name) for number, name in enumerate(lines))
    ticks = [(decile, str(decile)) for decile in range(1, 11)]
    axes = up_axis(frame, percent_ticks(1.0), "Share of families or births") + across_axis(
        frame, ticks, "Deprivation tenth of the area: 1 most deprived, 10 least"
    )
    rows = [
        (str(decile + 1), *(percent(shares[decile].value) for shares in lines.values()))
        for decile in range(min((len(shares) for shares in lines.values()), default=0))
    ]
    return Chart(
        "deprivation-gradient",
        _slope(lines),
        f"Lines from the most deprived tenth of areas to the least, for {len(lines)} measures: "
        + "; ".join(
            f"{name} from {percent(each[0].value)} to {percent(each[-1].value)}" for name, each in lines.items()
        ),
        axes + marks + legend,
        350 + 26 * len(lines),
        ("Deprivation tenth", *lines),
        rows,
        "Tenths by the English indices of deprivation of the area the mother lives in.",
    )


def _slope(lines: Mapping[str, Sequence[Share]]) -> str:
    """Say in a title what the last measure is at both ends."""
    for name, shares in reversed(list(lines.items())):
        first, last = shares[0].value, shares[-1].value
        if first is not None and last is not None:
            more = "lower" if first < last else "higher" if first > last else "the same"
            apart = abs(first - last)
            by = "" if more == "the same" else f", {apart * 100:.1f} points {more} than in the least deprived"
            return f"{name}: {percent(first)} in the most deprived tenth{by}"
    return "Shares by deprivation of the area"


def _gradient_line(frame: Frame, shares: Sequence[Share], look: tuple[str, str, str]) -> Markup:
    shape, dashes, colour = look
    places = [frame.at(number, share.value) for number, share in enumerate(shares, 1) if share.value is not None]
    if not places:
        return Markup()
    return line(places, dashes=dashes, colour=colour) + Markup("").join(mark(at, shape, fill=colour) for at in places)


def _legend(number: int, name: str) -> Markup:
    shape, dashes, colour = _LINES[number % len(_LINES)]
    y = 366 + 26 * number
    return (
        line([(62, y), (112, y)], dashes=dashes, colour=colour)
        + mark((87, y), shape, fill=colour)
        + text(124, y + 5, name, size=14)
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of shares at one place with its interval and the families behind it; None where it is withheld."""

    label: str
    value: float | None
    lo: float | None
    hi: float | None
    n: int | None


def forest(
    differences: Sequence[Difference],
    overall: Difference | None,
    title: str,
    note: str,
    beyond: Difference | None = None,
) -> Chart:
    """Draw differences place by place with their intervals, and the overall one as a diamond below them.

    `beyond` is where another place's would lie, drawn as a dashed line below the diamond.
    """
    every = [each for each in (*differences, overall, beyond) if each]
    ends = [end for each in every for end in (each.lo, each.hi) if end is not None]
    low, high = min([-0.05, *ends]), max([0.05, *ends])
    frame = _rows(len(every), low - 0.02, high + 0.02)
    rows = Markup("").join(_difference_row(frame, number, each) for number, each in enumerate(differences))
    diamond = _diamond(frame, len(differences), overall) if overall else Markup()
    dashes = _beyond(frame, len(every) - 1, beyond) if beyond else Markup()
    zero = line([(frame.x(0), frame.upper - 6), (frame.x(0), frame.lower)], wide=1.5)
    ticks = [(value, signed(value)) for value, _ in percent_ticks(high + 0.02, low - 0.02)]
    axis = across_axis(frame, ticks, "Percentage points more (right) or fewer (left) with registration at the centre")
    return Chart(
        "forest",
        title,
        "Differences with 95% intervals, zero marked: "
        + "; ".join(f"{each.label} {signed(each.value)}" for each in every).replace(WITHHELD, "withheld"),
        axis + zero + rows + diamond + dashes,
        int(frame.lower) + 52,
        ("Place", "Difference in percentage points", "95% interval", "Families"),
        [
            (
                each.label,
                signed(each.value),
                WITHHELD if each.lo is None else f"{signed(each.lo)} to {signed(each.hi)}",
                whole(each.n),
            )
            for each in every
        ],
        note,
    )


def _difference_row(frame: Frame, number: int, each: Difference) -> Markup:
    at = _place(frame, number)
    name = text(_NAMES - 12, at + 5, _short(each.label), anchor="end")
    if each.value is None or each.lo is None or each.hi is None:
        return name + text(_NAMES + 8, at + 5, "withheld: too few families", size=14, fill=SHADE)
    return (
        name
        + whisker((frame.x(each.lo), at), (frame.x(each.hi), at))
        + mark((frame.x(each.value), at), "square", fill=BLUE)
    )


def _beyond(frame: Frame, number: int, each: Difference) -> Markup:
    at = _place(frame, number)
    if each.lo is None or each.hi is None:
        return _difference_row(frame, number, each)
    reach = line([(frame.x(each.lo), at), (frame.x(each.hi), at)], dashes="7 5", wide=2.5)
    return text(_NAMES - 12, at + 5, each.label, anchor="end") + reach


def _diamond(frame: Frame, number: int, each: Difference) -> Markup:
    at = _place(frame, number)
    if each.value is None or each.lo is None or each.hi is None:
        return _difference_row(frame, number, each)
    corners = [
        (frame.x(each.lo), at),
        (frame.x(each.value), at - 9),
        (frame.x(each.hi), at),
        (frame.x(each.value), at + 9),
    ]
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
    return text(_NAMES - 12, at + 5, each.label, anchor="end", bold=True) + Markup('<path d="M{}Z" fill="{}"/>').format(
        steps, INK
    )
