"""The picture of a comparison of policies, as SVG made here: what is drawn is also written beside it, and no colour is needed."""

from collections.abc import Sequence
from itertools import groupby
from math import ceil, log10

from markupsafe import Markup

from registration.balancing.rules.comparison import CONTROL, Outcome

WIDE, LEFT, RIGHT = 860, 330, 150
ROW, HEAD, AXIS = 26, 34, 44
DARK, GREY, PALE = "#0b0c0c", "#505a5f", "#d8dade"
#: The axis never ends below this share, or nothing at all would look like much.
LEAST = 0.01
TITLE = "Families without a time by day 42"


def missed_chart(outcomes: Sequence[Outcome]) -> Markup:
    """Draw the share of families missed by policy, a panel for each utilisation, with 95 % intervals.

    A whole SVG document. A dot with a line is a policy, a hollow diamond the control; each has its figure in words.
    """
    panels, top = [Markup()], 0
    for load, those in groupby(outcomes, key=lambda each: each.utilisation):
        rows = list(those)
        panels.append(_panel(load, rows, top))
        top += HEAD + ROW * len(rows)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-label="{}" font-family="sans-serif"'
        ' font-size="14" fill="{}"><title>{}</title><rect width="100%" height="100%" fill="#fff"/>{}'
        '<text x="{}" y="{}" font-size="13" fill="{}">{}, with 95 % intervals; each part has a scale of its own</text></svg>'
    ).format(
        WIDE, top + AXIS, _words(outcomes), DARK, TITLE, Markup("").join(panels), LEFT, top + AXIS - 8, GREY, TITLE
    )


def _scale(highest: float) -> tuple[float, float]:
    """Give where the axis ends and how far its marks are apart: 1, 2 or 5 of a power of ten, at most six marks."""
    wanted = max(highest, LEAST) / 5
    power = 10.0 ** ceil(log10(wanted)) / 10
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= wanted * (1 - 1e-9))
    return step * ceil(max(highest, LEAST) / step - 1e-9), step


def _x(share: float, end: float) -> float:
    return LEFT + min(share / end, 1.0) * (WIDE - LEFT - RIGHT)


def _panel(load: float, rows: Sequence[Outcome], top: int) -> Markup:
    end, step = _scale(max(each.missed.hi for each in rows))
    bottom = top + HEAD + ROW * len(rows)
    marks = [number * step for number in range(round(end / step) + 1)]
    lines = Markup("").join(
        Markup('<path d="M{:.1f} {}V{}" stroke="{}"/><text x="{:.1f}" y="{}" {}>{}</text>').format(
            _x(at, end), top + HEAD - 6, bottom, PALE, _x(at, end), top + HEAD - 10, _SMALL, percent(at)
        )
        for at in marks
    )
    head = Markup('<text x="8" y="{}" font-weight="700">{:g} % of the places are needed</text>').format(
        top + HEAD - 10, 100 * load
    )
    drawn = (_row(each, top + HEAD + ROW * number + ROW // 2, end) for number, each in enumerate(rows))
    return lines + head + Markup("").join(drawn)


_SMALL = Markup('font-size="12" fill="#505a5f" text-anchor="middle"')


def _row(each: Outcome, middle: int, end: float) -> Markup:
    at, low, high = (_x(share, end) for share in (each.missed.value, each.missed.lo, each.missed.hi))
    return Markup(
        '<text x="8" y="{}">{}</text><path d="M{:.1f} {}H{:.1f}" stroke="{}" stroke-width="2"/>{}<text x="{:.1f}" y="{}">{}</text>'
    ).format(
        middle + 5,
        each.policy.title,
        low,
        middle,
        high,
        DARK,
        _mark(each, at, middle),
        max(high, at + 6) + 8,
        middle + 5,
        _said(each),
    )


def _mark(each: Outcome, at: float, middle: int) -> Markup:
    if each.policy == CONTROL:
        diamond = Markup('<path d="M{:.1f} {}l7 7l-7 7l-7-7z" fill="#fff" stroke="{}" stroke-width="2"/>')
        return diamond.format(at, middle - 7, DARK)
    return Markup('<circle cx="{:.1f}" cy="{}" r="5"/>').format(at, middle)


def percent(share: float) -> str:
    """Write a share as a percentage to two significant figures: 0.0214 is '2.1 %', 0.000213 '0.02 %'."""
    value = 100 * share
    places = 0 if value >= 10 or value == 0 else 1 if value >= 1 else 2  # noqa: PLR2004
    return f"{value:.{places}f} %"


def _said(each: Outcome) -> str:
    return f"{percent(each.missed.value)} ({percent(each.missed.lo)[:-2]} to {percent(each.missed.hi)[:-2]})"


def _words(outcomes: Sequence[Outcome]) -> str:
    """Say in words what the picture shows."""
    said = (f"at {100 * each.utilisation:g} %, {each.policy.title}: {_said(each)}" for each in outcomes)
    return f"{TITLE}: {'; '.join(said)}."
