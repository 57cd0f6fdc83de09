"""Pictures of a plan as SVG made here: bars of capacity, a map of the clusters, marks of a heat map. None needs colour.

Each stands beside the numbers that it draws; `centre_map` of bookings draws where centres are for parents.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot, pi

from markupsafe import Markup

from registration.balancing.rules.sentences import counted

INK, PAPER, SHADE = "#0b0c0c", "#f3f2f1", "#505a5f"
BAR_WIDE, BAR_HIGH = 240, 22
SHARE_WIDE, SHARE_HIGH = 100, 14
MAP_WIDE, MAP_HIGH, MARGIN = 420, 320, 52
#: A map never shows less than so many kilometres.
LEAST_KM = 4.0
LARGEST, SMALLEST = 30.0, 15.0
#: How wide a letter under a circle is, about.
LETTER = 7.6
#: Below so much of the families expected a week's mark has one line more.
LEVELS = (1.0, 0.9, 0.75, 0.5)
MARK = 16

Point = tuple[float, float]


def capacity_bar(slots: float, need: float, most: float) -> Markup:
    """Draw what a cluster can do as a filled bar, and what is expected as an upright line; `most` fills the whole width."""
    full = max(most, slots, need, 1.0)
    wide, line = slots / full * (BAR_WIDE - 4), need / full * (BAR_WIDE - 4) + 2
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<rect x="1" y="4" width="{}" height="14" fill="{}" stroke="{}"/>'
        '<rect x="2" y="5" width="{:.1f}" height="12" fill="{}"/>'
        '<path d="M{:.1f} 0v22" stroke="{}" stroke-width="5"/><path d="M{:.1f} 0v22" stroke="{}" stroke-width="2"/></svg>'
    ).format(BAR_WIDE, BAR_HIGH, BAR_WIDE, BAR_HIGH, BAR_WIDE - 2, PAPER, SHADE, wide, SHADE, line, "#fff", line, INK)


def coverage_bar(share: float) -> Markup:
    """Draw a share of families seen as a filled part of a frame that stands for all of them."""
    wide = min(max(share, 0.0), 1.0) * (SHARE_WIDE - 4)
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<rect x="1" y="1" width="{}" height="{}" fill="#fff" stroke="{}" stroke-width="2"/>'
        '<rect x="2" y="2" width="{:.1f}" height="{}" fill="{}"/></svg>'
    ).format(
        SHARE_WIDE, SHARE_HIGH, SHARE_WIDE, SHARE_HIGH, SHARE_WIDE - 2, SHARE_HIGH - 2, INK, wide, SHARE_HIGH - 4, SHADE
    )


def heat_mark(share: float) -> Markup:
    """Draw how short a week is: an empty box where everybody expected can be seen, more lines the fewer can."""
    lines = sum(share < level for level in LEVELS)
    step = MARK / (lines + 1)
    strokes = "".join(f"M0 {step * (number + 1):.1f}h{MARK}" for number in range(lines))
    if lines == len(LEVELS):
        strokes += "".join(f"M{step * (number + 1):.1f} 0v{MARK}" for number in range(lines))
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<rect x=".5" y=".5" width="{}" height="{}" fill="#fff" stroke="{}"/><path d="{}" stroke="{}" stroke-width="1.5"/></svg>'
    ).format(MARK, MARK, MARK, MARK, MARK - 1, MARK - 1, INK, strokes, INK)


@dataclass(frozen=True, slots=True)
class OnMap:
    """A cluster on the map: its name, where it is in kilometres, families expected, and the share of them seen."""

    name: str
    x: float
    y: float
    need: float
    coverage: float


def cluster_map(clusters: Sequence[OnMap]) -> Markup:
    """Draw clusters where they are, as large as their need: the ring around each is closed as far as families are seen.

    The number in a circle is its place in the list given. Nothing is drawn of clusters whose place nobody knows.
    """
    known = [(number, each) for number, each in enumerate(clusters, 1) if (each.x, each.y) != (0.0, 0.0)]
    if not known:
        return Markup()
    points = _spread(_on_picture([(each.x, each.y) for _, each in known]))
    most = max(each.need for _, each in known) or 1.0
    marks = [
        _circle(number, each, at, max(SMALLEST, LARGEST * (each.need / most) ** 0.5))
        for (number, each), at in zip(known, points, strict=True)
    ]
    words = ", ".join(f"{number} {each.name} {each.coverage:.0%}" for number, each in known)
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><rect width="100%" height="100%" fill="{}"/>{}</svg>'
    ).format(MAP_WIDE, MAP_HIGH, f"Map of the clusters: {words}", PAPER, Markup("").join(marks))


def _on_picture(ground: Sequence[Point]) -> list[Point]:
    """Give where points of the ground, in kilometres, are on the picture, north above."""
    east, north = [x for x, _ in ground], [y for _, y in ground]
    across, along = max(max(east) - min(east), LEAST_KM), max(max(north) - min(north), LEAST_KM)
    scale = min((MAP_WIDE - 2 * MARGIN) / across, (MAP_HIGH - 2 * MARGIN) / along)
    middle = (max(east) + min(east)) / 2, (max(north) + min(north)) / 2
    return [(MAP_WIDE / 2 + (x - middle[0]) * scale, MAP_HIGH / 2 - (y - middle[1]) * scale) for x, y in ground]


def _spread(points: Iterable[Point]) -> list[Point]:
    """Move circles that would hide one another down, or to the next column where the picture ends."""
    placed: list[Point] = []
    for x, y in points:
        at = x, y
        while any(hypot(at[0] - there[0], at[1] - there[1]) < 2 * LARGEST for there in placed):
            at = (at[0], at[1] + LARGEST) if at[1] + LARGEST < MAP_HIGH - MARGIN else (at[0] + 2 * LARGEST, MARGIN)
        placed.append(at)
    return placed


def _circle(number: int, each: OnMap, at: Point, radius: float) -> Markup:
    around = 2 * pi * radius
    name = each.name if len(each.name) <= 18 else f"{each.name[:17]}…"  # noqa: PLR2004 -- as much as fits under a circle
    half = LETTER * (len(name) + len(" 100%")) / 2
    middle = min(max(at[0], half), MAP_WIDE - half)
    return Markup(
        '<circle cx="{:.0f}" cy="{:.0f}" r="{:.0f}" fill="#fff" stroke="{}" stroke-width="1"/>'
        '<circle cx="{:.0f}" cy="{:.0f}" r="{:.0f}" fill="none" stroke="{}" stroke-width="6"'
        ' stroke-dasharray="{:.1f} {:.1f}" transform="rotate(-90 {:.0f} {:.0f})"/>'
        '<text x="{:.0f}" y="{:.0f}" fill="{}" font-family="sans-serif" font-size="16" font-weight="700"'
        ' text-anchor="middle">{}</text>'
        '<text x="{:.0f}" y="{:.0f}" fill="{}" font-family="sans-serif" font-size="13" text-anchor="middle">{} {:.0%}</text>'
    ).format(
        *at,
        radius,
        SHADE,
        *at,
        radius,
        INK,
        around * min(each.coverage, 1.0),
        around,
        *at,
        at[0],
        at[1] + 5.5,
        INK,
        number,
        middle,
        at[1] + radius + 17,
        INK,
        name,
        each.coverage,
    )


@dataclass(frozen=True, slots=True)
class OnFrontier:
    """A way on the drawing of a choice: its number, half-days of others changed, families who lose their time, times fewer."""

    number: int
    changed: int
    families: int
    times: int


CHOICE_WIDE, CHOICE_HIGH, CHOICE_LEFT, CHOICE_LOW = 420, 260, 44, 50
_SMALL = Markup('font-size="12" fill="{}" font-family="sans-serif"').format(SHADE)


def frontier(ways: Sequence[OnFrontier]) -> Markup:
    """Draw a choice: along, the half-days of others that change; up, families who lose their time and times fewer.

    Families are full circles with the way's number on an unbroken line, times hollow squares on a broken one.
    """
    if not ways:
        return Markup()
    along = max(1, *(each.changed for each in ways))
    up = max(1, *(each.families for each in ways), *(each.times for each in ways))

    def at(changed: int, count: int) -> Point:
        """Give where a point of the choice is on the picture."""
        wide, high = CHOICE_WIDE - CHOICE_LEFT - 24, CHOICE_HIGH - CHOICE_LOW - 22
        return CHOICE_LEFT + changed / along * wide, CHOICE_HIGH - CHOICE_LOW - count / up * high

    families = [(each, at(each.changed, each.families)) for each in ways]
    times = [at(each.changed, each.times) for each in ways]
    words = "; ".join(
        f"way {each.number}: {counted(each.changed, 'half-day')} of others to change, "
        f"{each.families} of the families to lose their time, {counted(each.times, 'free time')} fewer"
        for each in ways
    )
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><rect width="100%" height="100%" fill="{}"/>{}{}{}{}{}</svg>'
    ).format(
        CHOICE_WIDE,
        CHOICE_HIGH,
        f"The choice drawn: {words}",
        PAPER,
        _choice_axes(along, up),
        _path(times, "6 5"),
        Markup("").join(
            Markup(
                '<rect x="{:.0f}" y="{:.0f}" width="10" height="10" fill="#fff" stroke="{}" stroke-width="2"/>'
            ).format(x - 5, y - 5, INK)
            for x, y in times
        ),
        _path([point for _, point in families], "none"),
        Markup("").join(_numbered(each.number, point) for each, point in families),
    )


def _path(points: Sequence[Point], dashes: str) -> Markup:
    steps = "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
    return Markup('<path d="M{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>').format(
        steps, INK, dashes
    )


def _numbered(number: int, point: Point) -> Markup:
    return Markup(
        '<circle cx="{:.0f}" cy="{:.0f}" r="11" fill="{}"/>'
        '<text x="{:.0f}" y="{:.0f}" fill="#fff" font-family="sans-serif" font-size="13" font-weight="700"'
        ' text-anchor="middle">{}</text>'
    ).format(*point, INK, point[0], point[1] + 4.5, number)


def _choice_axes(along: int, up: int) -> Markup:
    """Draw the two axes with what they count, their first and last number, and what the marks mean."""
    bottom, right = CHOICE_HIGH - CHOICE_LOW, CHOICE_WIDE - 24
    lines = Markup('<path d="M{} 14V{}H{}" fill="none" stroke="{}"/>').format(CHOICE_LEFT, bottom, right + 12, SHADE)
    texts = (
        (CHOICE_LEFT - 8, 26, "end", str(up)),
        (CHOICE_LEFT - 8, bottom + 4, "end", "0"),
        (right, bottom + 24, "middle", str(along)),
        ((CHOICE_LEFT + right) / 2, bottom + 24, "middle", "half-days of others that change"),
        (CHOICE_LEFT, bottom + 42, "start", "● families who lose their time   □ free times fewer"),
    )
    return lines + Markup("").join(
        Markup('<text x="{:.0f}" y="{:.0f}" text-anchor="{}" {}>{}</text>').format(x, y, anchor, _SMALL, words)
        for x, y, anchor, words in texts
    )
