"""What all pictures are drawn with: the frame, axes, marks that need no colour, and the picture with its numbers and words."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

INK, SHADE, LIGHT, BLUE = "#0b0c0c", "#505a5f", "#b1b4b6", "#1d70b8"
WIDE = 720
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
#: How wide a letter is of its size, on average, in the widest of the fonts that browsers fall back on (DejaVu Sans), plain and
#: bold. Helvetica’s are a sixth narrower: what fits by these fits by them.
PLAIN, BOLD = 0.62, 0.71
#: A title of a picture that stands alone: its letters’ size, the height of a line, and letters that fit on one.
_TITLE, _TITLE_LINE = 20, 26
_TITLE_LETTERS = int((WIDE - 32) / (_TITLE * BOLD))

Point = tuple[float, float]


@dataclass(frozen=True)
class Chart:
    """A picture: `title` says the finding, `alt` describes it in words, `columns` and `rows` are the numbers it draws.

    `inside` is the SVG without its outermost element, `high` its height where the width is 720; `note` says how to read it.
    """

    name: str
    title: str
    alt: str
    inside: Markup
    high: int
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def svg(self) -> Markup:
        """Give the picture to stand in a page, where its title is the heading above it."""
        return Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-label="{}" font-family="{}" fill="{}">'
            "{}</svg>"
        ).format(WIDE, self.high, self.alt, FONT, INK, self.inside)

    def alone(self) -> Markup:
        """Give the picture to stand alone, with its title above it and its description inside."""
        lines = textwrap.wrap(self.title, _TITLE_LETTERS)
        top = _TITLE_LINE * len(lines) + 14
        words = Markup("").join(
            text(16, (number + 1) * _TITLE_LINE - top, line, size=_TITLE, bold=True)
            for number, line in enumerate(lines)
        )
        return Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {} {} {}" role="img" font-family="{}" fill="{}">'
            '<title>{}</title><desc>{}</desc><rect y="{}" width="100%" height="100%" fill="#fff"/>{}{}</svg>\n'
        ).format(-top, WIDE, self.high + top, FONT, INK, self.title, self.alt, -top, words, self.inside)


@dataclass(frozen=True)
class Frame:
    """A rectangle of the picture and the ranges of numbers drawn in it: across from `low` to `high`, up from `bottom` to `top`."""

    left: float
    right: float
    upper: float
    lower: float
    low: float
    high: float
    bottom: float
    top: float

    def x(self, value: float) -> float:
        """Give how far across a number is drawn."""
        return self.left + (value - self.low) / ((self.high - self.low) or 1) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Give how far down a number is drawn."""
        return self.lower - (value - self.bottom) / ((self.top - self.bottom) or 1) * (self.lower - self.upper)

    def at(self, across: float, up: float) -> Point:
        """Give where a pair of numbers is drawn."""
        return self.x(across), self.y(up)


def text(
    x: float, y: float, words: str, *, size: int = 15, anchor: str = "start", bold: bool = False, fill: str = INK
) -> Markup:
    """Write words at a place; `anchor` is start, middle or end."""
    weight = Markup(' font-weight="700"') if bold else ""
    return Markup('<text x="{:.1f}" y="{:.1f}" font-size="{}" text-anchor="{}" fill="{}"{}>{}</text>').format(
        x, y, size, anchor, fill, weight, words
    )


def beside(x: float, y: float, words: str) -> Markup:
    """Write what an upright line means at its right, or at its left where the picture ends too soon."""
    fits = x + 6 + len(words) * 14 * BOLD <= WIDE
    return text(x + 6 if fits else x - 6, y, words, size=14, bold=True, anchor="start" if fits else "end")


def line(points: Iterable[Point], *, dashes: str = "", wide: float = 2, colour: str = INK) -> Markup:
    """Draw a line through points, dashed as `dashes` says."""
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dashed = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else ""
    return Markup('<path d="M{}" fill="none" stroke="{}" stroke-width="{:g}"{}/>').format(steps, colour, wide, dashed)


def area(upper: Sequence[Point], lower: Sequence[Point], colour: str, strength: float = 0.15) -> Markup:
    """Fill what lies between two lines, lightly."""
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in [*upper, *reversed(lower)])
    return Markup('<path d="M{}Z" fill="{}" fill-opacity="{:g}"/>').format(steps, colour, strength)


def bar(x: float, y: float, wide: float, high: float, *, fill: str = BLUE) -> Markup:
    """Draw a bar with an edge that grey print shows too."""
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" stroke="{}"/>').format(
        x, y, max(wide, 0.0), max(high, 0.0), fill, INK
    )


def mark(at: Point, shape: str = "dot", *, fill: str = INK, size: float = 5.5) -> Markup:
    """Draw a point as a dot, ring, square or diamond: what tells two kinds apart without colour."""
    x, y = at
    if shape in {"dot", "ring"}:
        inside = fill if shape == "dot" else "#fff"
        return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:g}" fill="{}" stroke="{}" stroke-width="2"/>').format(
            x, y, size, inside, fill
        )
    reach = size * (1.5 if shape == "diamond" else 1)
    corners = (
        [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
        if shape == "diamond"
        else [(x - reach, y - reach), (x + reach, y - reach), (x + reach, y + reach), (x - reach, y + reach)]
    )
    steps = "L".join(f"{a:.1f} {b:.1f}" for a, b in corners)
    inside = "#fff" if shape == "square" else fill
    return Markup('<path d="M{}Z" fill="{}" stroke="{}" stroke-width="2"/>').format(steps, inside, fill)


def whisker(low: Point, high: Point, *, colour: str = INK) -> Markup:
    """Draw an interval as a line with a short stroke at each end, lying or standing."""
    lying = abs(low[1] - high[1]) < abs(low[0] - high[0])
    ends = [
        line([(x, y - 5), (x, y + 5)] if lying else [(x - 5, y), (x + 5, y)], colour=colour) for x, y in (low, high)
    ]
    return line([low, high], colour=colour) + ends[0] + ends[1]


def across_axis(frame: Frame, ticks: Sequence[tuple[float, str]], label: str) -> Markup:
    """Draw the lower axis with its ticks and what it counts."""
    drawn = [
        line([(frame.x(value), frame.lower), (frame.x(value), frame.lower + 5)], wide=1, colour=SHADE)
        + text(frame.x(value), frame.lower + 21, words, anchor="middle", size=14, fill=SHADE)
        for value, words in ticks
    ]
    base = line([(frame.left, frame.lower), (frame.right, frame.lower)], wide=1, colour=SHADE)
    half = len(label) * 14 * PLAIN / 2
    middle = min((frame.left + frame.right) / 2, WIDE - 4 - half)
    return base + Markup("").join(drawn) + text(middle, frame.lower + 42, label, anchor="middle", size=14, fill=SHADE)


def up_axis(frame: Frame, ticks: Sequence[tuple[float, str]], label: str = "") -> Markup:
    """Draw faint lines across at each tick, with its words at the left and what is counted above."""
    drawn = [
        line([(frame.left, frame.y(value)), (frame.right, frame.y(value))], wide=1, colour=LIGHT)
        + text(frame.left - 8, frame.y(value) + 5, words, anchor="end", size=14, fill=SHADE)
        for value, words in ticks
    ]
    return Markup("").join(drawn) + (text(4, frame.upper - 14, label, size=14, fill=SHADE) if label else Markup())


def percent_ticks(top: float, bottom: float = 0.0, most: int = 6) -> list[tuple[float, str]]:
    """Give round percentages from `bottom` to `top`, at most so many."""
    span = top - bottom
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5) if span / step <= most), 1.0)
    first = -int(-bottom / step + 1e-9) if bottom < 0 else int(bottom / step + 1 - 1e-9)
    numbers = range(first, int(top / step + 1e-9) + 1)
    return [(number * step, f"{number * step * 100:.0f}%".replace("-", "−")) for number in numbers]
