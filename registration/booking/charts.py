"""Pictures of booking as SVG made here: no map service is asked, so nobody learns where a family looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from math import cos, hypot, sin

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from registration.centres.rules import KM_PER_MILE, Located

WIDE, HIGH, MARGIN = 320, 284, 40
#: Below this the picture belongs to the ruler: no place and no family is drawn there.
GROUND = 252
#: The map never shows less than so many kilometres, or two centres in one street would seem far apart.
LEAST_KM = 2.0
RADIUS = 14
#: Lengths of the ruler in miles; the longest that fits well is drawn.
RULERS = (10, 5, 2, 1)
LONGEST_RULER = WIDE / 3

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What of the ground is shown: its middle in kilometres east and north, and pixels a kilometre."""

    east: float
    north: float
    scale: float

    def place(self, ground: Point) -> Point:
        """Give where on the picture a point of the ground is."""
        return WIDE / 2 + (ground[0] - self.east) * self.scale, GROUND / 2 - (ground[1] - self.north) * self.scale


def centre_map(places: Sequence[Located], here: Located | None) -> Markup:
    """Draw places as numbers from 1 in the order given, and where the family is.

    The numbers stand beside the places' names in a list, which says the same in words. Nothing is drawn where fewer
    than two points have a position on the British National Grid.
    """
    ground = {number: point for number, place in enumerate(places, 1) if (point := _ground(place))}
    home = _ground(here) if here else None
    known = [*ground.values(), *([home] if home else [])]
    if len(known) < 2 or not ground:  # noqa: PLR2004 -- one point makes no map
        return Markup()
    frame = _frame(known)
    at_home = frame.place(home) if home else None
    numbers = _apart([frame.place(point) for point in ground.values()], at_home)
    marks = [_home(at_home)] if at_home else []
    marks += [_number(number, point) for number, point in zip(ground, numbers, strict=True)]
    return Markup(
        '<svg viewBox="0 0 {} {}" direction="ltr" role="img" aria-label="{}">'
        '<rect width="100%" height="100%" fill="#f3f2f1"/>{}{}</svg>'
    ).format(WIDE, HIGH, _words(len(ground), with_home=home is not None), _ruler(frame), Markup("").join(marks))


def _ground(at: Located) -> Point | None:
    """Give a position in kilometres on the British National Grid."""
    if at.easting is None or at.northing is None:
        return None
    return at.easting / 1000, at.northing / 1000


def _frame(points: Sequence[Point]) -> _Frame:
    east, north = [point[0] for point in points], [point[1] for point in points]
    across, along = max(max(east) - min(east), LEAST_KM), max(max(north) - min(north), LEAST_KM)
    scale = min((WIDE - 2 * MARGIN) / across, (GROUND - 2 * MARGIN) / along)
    return _Frame((max(east) + min(east)) / 2, (max(north) + min(north)) / 2, scale)


def _apart(points: Iterable[Point], home: Point | None) -> list[Point]:
    """Move numbers that would hide one another, or the family, a little aside."""
    placed: list[Point] = [home] if home else []
    for point in points:
        placed.append(next(other for other in _around(point) if all(_clear(other, there) for there in placed)))
    return placed[1:] if home else placed


def _around(point: Point) -> Iterable[Point]:
    """Give the point itself, then points on a widening spiral around it, always on the picture and above the ruler."""
    for turn in count():
        x, y = point[0] + 3 * turn * cos(turn), point[1] + 3 * turn * sin(turn)
        if turn == 0 or (RADIUS <= x <= WIDE - RADIUS and RADIUS <= y <= GROUND - RADIUS):
            yield x, y


def _clear(one: Point, other: Point) -> bool:
    return hypot(one[0] - other[0], one[1] - other[1]) >= 2 * RADIUS - 2


def _number(number: int, at: Point) -> Markup:
    return Markup(
        '<circle cx="{:.0f}" cy="{:.0f}" r="{}" fill="#0b0c0c"/>'
        '<text x="{:.0f}" y="{:.0f}" fill="#fff" font-family="sans-serif" font-size="16" font-weight="700"'
        ' text-anchor="middle">{}</text>'
    ).format(*at, RADIUS, at[0], at[1] + 5.5, number)


def _home(at: Point) -> Markup:
    """Draw where the family is: a ring and a dot, told apart from the numbers without colour."""
    return Markup(
        '<circle cx="{:.0f}" cy="{:.0f}" r="9" fill="#fff" stroke="#0b0c0c" stroke-width="3"/>'
        '<circle cx="{:.0f}" cy="{:.0f}" r="3" fill="#0b0c0c"/>'
    ).format(*at, *at)


def _ruler(frame: _Frame) -> Markup:
    lengths = [(miles, miles * KM_PER_MILE * frame.scale) for miles in RULERS]
    miles, pixels = next((each for each in lengths if each[1] <= LONGEST_RULER), lengths[-1])
    words = ngettext("%(num)d mile", "%(num)d miles", miles)
    return Markup(
        '<path d="M12 {:.0f}v6h{:.0f}v-6" fill="none" stroke="#505a5f" stroke-width="2"/>'
        '<text x="16" y="{:.0f}" fill="#505a5f" font-family="sans-serif" font-size="13">{}</text>'
    ).format(HIGH - 18, pixels, HIGH - 20, words)


def _words(places: int, *, with_home: bool) -> str:
    """Say in words what the picture shows."""
    centres = ngettext("%(num)d place", "%(num)d places", places)
    if with_home:
        return _("Map: %(places)s, numbered as in the list below, around your postcode", places=centres)
    return _("Map: %(places)s, numbered as in the list below", places=centres)
