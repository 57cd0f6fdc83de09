"""The picture of a funnel, as SVG made here: each bar has its figure in words, the lines their names, and no colour is needed."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDE, LEFT, RIGHT = 760, 190, 150
ROW, BAR, TOP, FOOT = 34, 20, 34, 12
DARK, GREY, FILL = "#0b0c0c", "#505a5f", "#5694ca"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its length from 0 to 1 (None: not told), and what is written at its end."""

    name: str
    share: float | None
    said: str


def funnel(bars: Sequence[Bar], lines: Sequence[tuple[int, str]], title: str) -> Markup:
    """Draw bars against the whole, with upright lines at percentages, each named above, the second below the first."""
    head = TOP * len(lines)
    tall = head + ROW * len(bars) + FOOT
    drawn = Markup("").join(_bar(bar, head + ROW * number) for number, bar in enumerate(bars))
    marks = Markup("").join(_line(at, name, number, tall - FOOT) for number, (at, name) in enumerate(lines))
    words = "; ".join(
        [*(f"{bar.name}: {bar.said}" for bar in bars), *(f"line at {at} %: {name}" for at, name in lines)]
    )
    return Markup(
        '<svg class="rs-funnel" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-label="{}. {}."'
        ' font-family="sans-serif" font-size="15" fill="{}">{}{}</svg>'
    ).format(WIDE, tall, title, words, DARK, drawn, marks)


def _x(share: float) -> float:
    return LEFT + min(max(share, 0.0), 1.0) * (WIDE - LEFT - RIGHT)


def _bar(bar: Bar, top: int) -> Markup:
    name = Markup('<text x="0" y="{}">{}</text>').format(top + 16, bar.name)
    end = _x(bar.share or 0.0)
    box = Markup('<rect x="{}" y="{}" width="{:.1f}" height="{}" fill="{}" stroke="{}"/>').format(
        LEFT, top, end - LEFT, BAR, FILL, DARK
    )
    said = Markup('<text x="{:.1f}" y="{}">{}</text>').format(WIDE - RIGHT + 10, top + 16, bar.said)
    return name + (box if bar.share else Markup()) + said


def _line(percent: int, name: str, number: int, bottom: int) -> Markup:
    x, y = _x(percent / 100), TOP * number + 18
    dashes = "" if number == 0 else "6 4"
    return Markup(
        '<path d="M{:.1f} {}V{}" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>'
        '<text x="{:.1f}" y="{}" font-size="13" fill="{}" text-anchor="end">{}</text>'
    ).format(x, y + 6, bottom, DARK, dashes, x, y, GREY, name)
