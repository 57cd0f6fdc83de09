"""Where things are: postcodes, grid references, distance, deprivation, kinds of centre, and who takes part when."""

import re
from dataclasses import dataclass
from datetime import date, time
from math import asin, atan2, ceil, cos, degrees, hypot, radians, sin, sqrt, tan
from typing import Protocol

KINDS = ("children_centre", "family_hub", "best_start_family_hub", "library", "hospital", "register_office")
BIRTHPLACE_KINDS = ("hospital", "birth_centre", "other")
#: Where births are registered that are no children’s centre: nobody joins them, and no family’s details go there.
OFFICES = ("hospital", "register_office")
UNASSIGNED = "unassigned"
KM_PER_MILE = 1.609344
EARTH_RADIUS_KM = 6371.0088
#: Lower-layer super output areas of England in each edition of the Index of Multiple Deprivation.
LSOAS_OF_ENGLAND = {2019: 32_844, 2025: 33_755}
#: The census vintage of the areas that each edition ranks.
VINTAGE_OF_EDITION = {2019: 2011, 2025: 2021}
#: Two centres of like name nearer than this are taken for one and the same, written twice.
SAME_SITE_KM = 2.0

# Shapes of Royal Mail's "PAF programmers guide", and the outward codes only terminated postcodes have (NPT, W1V ...).
_POSTCODE = re.compile(
    r"(?:GIR 0AA|(?:NPT|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKMNPR-Y]|[A-HK-Y][0-9][ABEHMNPRVWXY]))"
    r" [0-9][ABD-HJLNP-Z]{2})"
)
_COMMON = (
    "a and at best center centre centres child children childrens family families hub hubs linked of site start sure"
)
_LEFT_OUT_OF_NAMES = frozenset(re.findall(r"\w+", f"{_COMMON} the"))


def canonical_postcode(text: str) -> str:
    """Give a postcode as the post writes it, 'HX1 1AA', from any spacing and case; ValueError if it cannot be one."""
    if _POSTCODE.fullmatch(text):
        return text
    joined = "".join(text.split()).upper()
    postcode = f"{joined[:-3]} {joined[-3:]}"
    if not _POSTCODE.fullmatch(postcode):
        raise ValueError("is not a UK postcode")
    return postcode


def outward(postcode: str) -> str:
    """Give the postcode district, 'HX1' of 'HX1 1AA'."""
    return postcode.split(" ", maxsplit=1)[0]


def on_irish_grid(postcode: str) -> bool:
    """Say whether ONS gives its grid reference on the Irish Grid (Northern Ireland), unlike the British one."""
    return postcode.startswith("BT")


@dataclass(frozen=True, slots=True)
class Position:
    """A point, with what is known of it: metres on the British National Grid, degrees in WGS84."""

    easting: int | None = None
    northing: int | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A postcode's place: position, local authority (lad), LSOA, IMD decile (1 most deprived), YYYYMM if terminated."""

    postcode: str
    easting: int | None = None
    northing: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    lsoa: str | None = None
    imd_decile: int | None = None
    lad: str | None = None
    terminated: str | None = None


@dataclass(frozen=True, slots=True)
class CentreCard:
    """What a family is told of a centre. The distance is in kilometres from where they asked, None where unknown."""

    id: int
    name: str
    kind: str
    cluster: str
    address: str
    postcode: str
    easting: int | None
    northing: int | None
    latitude: float | None
    longitude: float | None
    telephone: str
    email: str
    website: str
    step_free: bool | None
    parking: bool | None
    bus: str
    feeding_room: bool | None
    directions: str
    entrance: str
    languages: tuple[str, ...]
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """What else happens at a centre that day: "while you are there"."""

    title: str
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class DistrictCard:
    """A registration district; `ours` where this council registers the births."""

    code: str
    name: str
    ours: bool


@dataclass(frozen=True, slots=True)
class BirthPlaceCard:
    """A hospital or birth centre, with the registration district it lies in."""

    id: int
    name: str
    kind: str
    district: DistrictCard


@dataclass(frozen=True, slots=True)
class BirthPlaces:
    """The answers to "where was your baby born": our districts, known places in them, known places outside them."""

    districts: tuple[DistrictCard, ...]
    inside: tuple[BirthPlaceCard, ...]
    outside: tuple[BirthPlaceCard, ...]


Located = Position | Place | CentreCard


def distance_km(one: Located, other: Located) -> float | None:
    """Give the straight-line distance in kilometres, or None where a position is unknown.

    Pythagoras on the British National Grid where both have a reference: Ordnance Survey, "A guide to coordinate systems
    in Great Britain"; the grid's scale errs by less than 1 part in 1,000. Otherwise the haversine formula (Sinnott,
    1984) on a sphere of the Earth's mean radius, which errs by less than 1 part in 180.
    """
    if None not in (one.easting, one.northing, other.easting, other.northing):
        return _on_grid(one, other)
    if None not in (one.latitude, one.longitude, other.latitude, other.longitude):
        return _on_sphere(one, other)
    return None


def _on_grid(one: Located, other: Located) -> float:
    east = (one.easting or 0) - (other.easting or 0)
    north = (one.northing or 0) - (other.northing or 0)
    return hypot(east, north) / 1000


def _on_sphere(one: Located, other: Located) -> float:
    here, there = radians(one.latitude or 0), radians(other.latitude or 0)
    across = radians(other.longitude or 0) - radians(one.longitude or 0)
    half = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def miles(km: float) -> str:
    """Give kilometres as miles for people: one decimal, whole from ten up ('0.4', '12'), '1' for just one."""
    distance = km / KM_PER_MILE
    return f"{distance:.0f}" if distance >= 9.95 else f"{distance:.1f}".removesuffix(".0")  # noqa: PLR2004 -- rounds to ten


@dataclass(frozen=True, slots=True)
class Grid:
    """A national grid: ellipsoid axes (m), scale, true origin (degrees), false origin (m), and its shift to WGS84.

    The shift is (x, y, z in metres, parts per million, rotations about x, y, z in seconds of arc).
    """

    major: float
    minor: float
    scale: float
    latitude: float
    longitude: float
    easting: float
    northing: float
    shift: tuple[float, float, float, float, float, float, float]


#: Ordnance Survey, "A guide to coordinate systems in Great Britain", annex A and, with signs reversed, section 6.6.
BRITISH_GRID = Grid(
    6_377_563.396, 6_356_256.909, 0.9996012717, 49.0, -2.0, 400_000, -100_000,
    (446.448, -125.157, 542.060, -20.4894, 0.1502, 0.2470, 0.8421),
)  # fmt: skip
#: Ordnance Survey Ireland and of Northern Ireland, "The Irish Grid: a description of the coordinate reference system".
IRISH_GRID = Grid(
    6_377_340.189, 6_356_034.447, 1.000035, 53.5, -8.0, 200_000, 250_000,
    (482.530, -130.596, 564.557, 8.150, -1.042, -0.214, -0.631),
)  # fmt: skip
_WGS84 = (6_378_137.0, 6_356_752.3141)


def latitude_longitude(easting: float, northing: float, grid: Grid = BRITISH_GRID) -> tuple[float, float]:
    """Turn a grid reference in metres into WGS84 degrees, true to about 5 metres.

    Source: the same guide, annexes B and C and section 6: inverse Transverse Mercator, then a Helmert transformation.
    """
    latitude, longitude = _unprojected(easting, northing, grid)
    return _from_cartesian(_shifted(_to_cartesian(latitude, longitude, grid), grid))


def _unprojected(easting: float, northing: float, grid: Grid) -> tuple[float, float]:
    """Invert the Transverse Mercator projection, in radians on the grid's own ellipsoid (the guide's annex C.2)."""
    flatness = 1 - (grid.minor / grid.major) ** 2
    foot = _footpoint(northing, grid)
    slant = 1 - flatness * sin(foot) ** 2
    across = grid.major * grid.scale / sqrt(slant)
    ratio = slant / (1 - flatness)
    t, x = tan(foot) ** 2, (easting - grid.easting) / across
    eta = ratio - 1
    fall = x**2 / 2 - x**4 / 24 * (5 + 3 * t + eta - 9 * t * eta) + x**6 / 720 * (61 + 90 * t + 45 * t**2)
    turn = x - x**3 / 6 * (ratio + 2 * t) + x**5 / 120 * (5 + 28 * t + 24 * t**2)
    turn -= x**7 / 5040 * (61 + 662 * t + 1320 * t**2 + 720 * t**3)
    return foot - tan(foot) * ratio * fall, radians(grid.longitude) + turn / cos(foot)


def _footpoint(northing: float, grid: Grid) -> float:
    start = foot = radians(grid.latitude)
    while abs(left := northing - grid.northing - _meridian(start, foot, grid)) >= 1e-5:  # noqa: PLR2004 -- a hundredth of a mm
        foot += left / (grid.major * grid.scale)
    return foot


def _meridian(start: float, foot: float, grid: Grid) -> float:
    n = (grid.major - grid.minor) / (grid.major + grid.minor)
    less, more = foot - start, foot + start
    return grid.minor * grid.scale * (
        (1 + n + 5 / 4 * (n**2 + n**3)) * less
        - (3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(less) * cos(more)
        + 15 / 8 * (n**2 + n**3) * sin(2 * less) * cos(2 * more)
        - 35 / 24 * n**3 * sin(3 * less) * cos(3 * more)
    )  # fmt: skip


def _to_cartesian(latitude: float, longitude: float, grid: Grid) -> tuple[float, float, float]:
    flatness = 1 - (grid.minor / grid.major) ** 2
    across = grid.major / sqrt(1 - flatness * sin(latitude) ** 2)
    out = across * cos(latitude)
    return out * cos(longitude), out * sin(longitude), across * (1 - flatness) * sin(latitude)


def _shifted(point: tuple[float, float, float], grid: Grid) -> tuple[float, float, float]:
    east, north, up, parts, *turns = grid.shift
    x, y, z = point
    scale = 1 + parts * 1e-6
    a, b, c = (radians(seconds / 3600) for seconds in turns)
    return east + scale * x - c * y + b * z, north + c * x + scale * y - a * z, up - b * x + a * y + scale * z


def _from_cartesian(point: tuple[float, float, float]) -> tuple[float, float]:
    x, y, z = point
    major, minor = _WGS84
    flatness = 1 - (minor / major) ** 2
    out = hypot(x, y)
    latitude = atan2(z, out * (1 - flatness))
    for _ in range(6):  # each round adds about three digits
        across = major / sqrt(1 - flatness * sin(latitude) ** 2)
        latitude = atan2(z + flatness * across * sin(latitude), out)
    return degrees(latitude), degrees(atan2(y, x))


@dataclass(frozen=True, slots=True)
class Site:
    """A centre as lists name it: name, canonical postcode, position, and the line of the file it stands on, if any."""

    name: str
    postcode: str
    position: Position
    line: int | None = None


def near(one: Site, other: Site) -> bool:
    """Say whether two centres may stand on one site: within SAME_SITE_KM, or, unmeasured, in one postcode district."""
    apart = distance_km(one.position, other.position)
    return outward(one.postcode) == outward(other.postcode) if apart is None else apart <= SAME_SITE_KM


def name_words(name: str) -> frozenset[str]:
    """Give the words that tell a centre from others: no apostrophes, no 'children's centre', 'family hub' and such."""
    plain = re.sub("['`\u2019\u00b4]", "", name.casefold())
    return frozenset(re.findall(r"[^\W_]+", plain)) - _LEFT_OUT_OF_NAMES


def looks_like(one: Site, other: Site) -> bool:
    """Say whether two entries are likely one centre listed twice: the same distinguishing words, near each other."""
    words = name_words(one.name)
    if not words:
        return one.postcode == other.postcode and not name_words(other.name)
    return words == name_words(other.name) and near(one, other)


def kind_of_centre(name: str, type_name: str = "") -> str:
    """Tell the kind of a listed centre from its name and its type in the register."""
    text = f"{name} {type_name}".casefold()
    if "best start family hub" in text:
        return "best_start_family_hub"
    return "family_hub" if "family hub" in text else "children_centre"


def imd_decile(rank: int, edition: int = 2019) -> int:
    """Give the decile, 1 = the most deprived tenth of England, of a rank in the Index of Multiple Deprivation.

    Deciles are equal tenths of the ranked LSOAs (MHCLG, "English indices of deprivation", technical reports). Raises
    ValueError for a rank or an edition that does not exist.
    """
    areas = LSOAS_OF_ENGLAND.get(edition)
    if areas is None or not 1 <= rank <= areas:
        raise ValueError("is not a rank of England’s index of deprivation")
    return ceil(rank * 10 / areas)


class Participates(Protocol):
    """Anything that takes part from a day, until and with another day or for good."""

    @property
    def participating_from(self) -> date:
        """The first day."""

    @property
    def participating_to(self) -> date | None:
        """The last day, None where no end is known."""


def participating(centre: Participates, on: date) -> bool:
    """Say whether births may be registered at the centre on a day; its first and its last day count."""
    return centre.participating_from <= on and (centre.participating_to is None or on <= centre.participating_to)
