"""Files of instances and rotas: rota-instance/1 read with every fault named, rotas read and written."""

import json
from collections.abc import Callable, Iterable
from math import isfinite
from pathlib import Path
from typing import TypeVar

from registration.balancing.rules.rota import (
    OFFICE,
    WEEK,
    WEEKS_BEFORE,
    Assignment,
    Centre,
    Cluster,
    Id,
    Instance,
    OfficeNeed,
    Registrar,
    Rota,
)
from registration.common.errors import Refused

T = TypeVar("T")
FORMAT = "rota-instance/1"
MOST_SHOWN = 50
MOST_WEEKS, MOST_WEEKS_OF_A_CURVE, MOST_OF_A_KIND = 26, 60, 1000
LARGEST = 1_000_000
_LONGEST_SHOWN = 40


class FileFaulty(Refused):
    """The file cannot be used. Nothing was done."""

    def __init__(self, faults: list[str]) -> None:
        more = len(faults) - MOST_SHOWN
        self.faults = [*faults[:MOST_SHOWN], *([f"and {more} more faults"] if more > 0 else [])]
        super().__init__("\n".join(self.faults))


class _Reader:
    """Takes values out of JSON, remembering what is wrong with each and going on with a stand-in."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def fault(self, path: str, sentence: str) -> None:
        """Remember what is wrong, and where."""
        self.faults.append(f"{path}: {sentence}")

    def field(self, given: object, path: str, name: str) -> object:
        """Give a field of an object; None, and a fault, where it is missing."""
        if not isinstance(given, dict) or name not in given:
            self.fault(f"{path}{name}", "missing")
            return None
        return given[name]

    def items(self, given: object, path: str, count: int | None = None) -> list[object]:
        """Read a list, of so many where a count is given; an empty one, and a fault, where it is none."""
        if not isinstance(given, list):
            self.fault(path, f"a list expected, {shown(given)} given")
            return []
        if count is not None and len(given) != count:
            self.fault(path, f"{count} values expected, {len(given)} given")
            return []
        if len(given) > MOST_OF_A_KIND:
            self.fault(path, f"at most {MOST_OF_A_KIND} expected, {len(given)} given")
            return []
        return given

    def number(self, given: object, path: str, least: float = 0, most: float = LARGEST) -> float:
        """Read a number within limits; the least, and a fault, where it is none."""
        if isinstance(given, bool) or not isinstance(given, int | float) or not isfinite(_small(given)):
            self.fault(path, f"a number expected, {shown(given)} given")
            return least
        if not least <= given <= most:
            self.fault(path, f"{least:g} to {most:g} expected, {shown(given)} given")
            return least
        return given

    def whole(self, given: object, path: str, least: int = 0, most: int = LARGEST) -> int:
        """Read a whole number within limits."""
        number = self.number(given, path, least, most)
        if number != int(number):
            self.fault(path, f"a whole number expected, {shown(given)} given")
        return int(number)

    def identity(self, given: object, path: str) -> Id:
        """Read an id: a whole number or a name. The office’s name is taken."""
        if isinstance(given, bool) or not isinstance(given, int | str) or given in ("", OFFICE):
            self.fault(path, f"a whole number or a name expected, {shown(given)} given")
            return -1
        return given

    def name(self, given: object, path: str) -> str:
        """Read a name; an empty one, and a fault, where it is none."""
        if not isinstance(given, str) or not given:
            self.fault(path, f"a name expected, {shown(given)} given")
            return ""
        return given


def shown(given: object) -> str:
    """Show a value in a sentence about it, cut short."""
    text = repr(given) if isinstance(given, str) else json.dumps(given, ensure_ascii=True, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _small(given: float) -> float:
    """Give a number as a float, infinite where it is too large for one."""
    try:
        return float(given)
    except OverflowError:
        return float("inf")


def read_instance(text: bytes) -> Instance:
    """Read rota-instance/1. FileFaulty names every fault by its place: "clusters[2].births: 9 values expected, 4 given"."""
    given = _json(text)
    if given.get("format") != FORMAT:
        raise FileFaulty([f"format: {FORMAT} expected, {shown(given.get('format'))} given"])
    read = _Reader()
    weeks = read.whole(read.field(given, "", "weeks"), "weeks", 1, MOST_WEEKS)
    if read.faults:  # every other length hangs on it
        raise FileFaulty(read.faults)
    instance = _instance(read, given, weeks)
    if not read.faults:
        _check_names(read, instance)
    if read.faults:
        raise FileFaulty(read.faults)
    return instance


def _json(text: bytes) -> dict[str, object]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as failure:
        raise FileFaulty([f"the file is not JSON: {str(failure)[:80]}"]) from None
    if not isinstance(given, dict):
        raise FileFaulty([f"an object expected, {shown(given)} given"])
    return given


def _instance(read: _Reader, given: dict[str, object], weeks: int) -> Instance:
    clusters = _each(read, given, "clusters", lambda one, path: _cluster(read, one, path, weeks))
    by_text = {str(cluster.id): cluster.id for cluster in clusters}
    return Instance(
        name=str(given.get("name", ""))[:100],
        weeks=weeks,
        presence_weeks=read.whole(read.field(given, "", "presence_weeks"), "presence_weeks", 1),
        language_weeks=read.whole(read.field(given, "", "language_weeks"), "language_weeks", 1),
        curve=_curve(read, read.field(given, "", "curve")),
        deadline_weeks=read.whole(read.field(given, "", "deadline_weeks"), "deadline_weeks", 1, MOST_WEEKS_OF_A_CURVE),
        office=_each(read, given, "office", lambda one, path: _office(read, one, path), weeks * WEEK),
        clusters=clusters,
        centres=_each(read, given, "centres", lambda one, path: _centre(read, one, path, weeks)),
        registrars=_each(read, given, "registrars", lambda one, path: _registrar(read, one, path, weeks, by_text)),
    )


def _each(
    read: _Reader, given: object, name: str, make: Callable[[object, str], T], count: int | None = None
) -> tuple[T, ...]:
    values = read.items(read.field(given, "", name), name, count)
    return tuple(make(one, f"{name}[{number}].") for number, one in enumerate(values))


def _wholes(read: _Reader, given: object, path: str, count: int, most: int = MOST_OF_A_KIND) -> tuple[int, ...]:
    return tuple(read.whole(one, f"{path}[{n}]", 0, most) for n, one in enumerate(read.items(given, path, count)))


def _curve(read: _Reader, given: object) -> tuple[float, ...]:
    values = read.items(given, "curve")
    curve = tuple(read.number(one, f"curve[{number}]", 0, 1) for number, one in enumerate(values))
    if not 1 <= len(curve) <= MOST_WEEKS_OF_A_CURVE or list(curve) != sorted(curve):
        read.fault("curve", f"1 to {MOST_WEEKS_OF_A_CURVE} shares that never fall expected")
    return curve


def _office(read: _Reader, given: object, path: str) -> OfficeNeed:
    return OfficeNeed(
        read.whole(read.field(given, path, "min"), f"{path}min"),
        read.whole(read.field(given, path, "min_registrars"), f"{path}min_registrars"),
    )


def _cluster(read: _Reader, given: object, path: str, weeks: int) -> Cluster:
    births = read.items(read.field(given, path, "births"), f"{path}births", weeks + WEEKS_BEFORE)
    language = read.field(given, path, "language")
    return Cluster(
        id=read.identity(read.field(given, path, "id"), f"{path}id"),
        language=None if language is None else read.name(language, f"{path}language"),
        births=tuple(read.number(one, f"{path}births[{number}]") for number, one in enumerate(births)),
        x=read.number(read.field(given, path, "x"), f"{path}x", -LARGEST),
        y=read.number(read.field(given, path, "y"), f"{path}y", -LARGEST),
    )


def _centre(read: _Reader, given: object, path: str, weeks: int) -> Centre:
    return Centre(
        id=read.identity(read.field(given, path, "id"), f"{path}id"),
        cluster=read.identity(read.field(given, path, "cluster"), f"{path}cluster"),
        rooms=_wholes(read, read.field(given, path, "rooms"), f"{path}rooms", weeks * WEEK),
        booked=_wholes(read, read.field(given, path, "booked"), f"{path}booked", weeks * WEEK),
    )


def _registrar(read: _Reader, given: object, path: str, weeks: int, clusters: dict[str, Id]) -> Registrar:
    reach = read.field(given, path, "reach")
    if not isinstance(reach, dict):
        read.fault(f"{path}reach", f"minutes by cluster expected, {shown(reach)} given")
        reach = {}
    read.faults.extend(f"{path}reach: there is no cluster {shown(name)}" for name in reach if name not in clusters)
    languages = read.items(read.field(given, path, "languages"), f"{path}languages")
    available = _wholes(read, read.field(given, path, "avail"), f"{path}avail", weeks * WEEK, 1)
    return Registrar(
        id=read.identity(read.field(given, path, "id"), f"{path}id"),
        grade=read.name(read.field(given, path, "grade"), f"{path}grade"),
        slots=read.whole(read.field(given, path, "slots"), f"{path}slots", 1, MOST_OF_A_KIND),
        contract=read.whole(read.field(given, path, "contract"), f"{path}contract"),
        home=read.identity(read.field(given, path, "home"), f"{path}home"),
        languages=frozenset(read.name(one, f"{path}languages[{number}]") for number, one in enumerate(languages)),
        available=tuple(map(bool, available)),
        reach={
            clusters[name]: read.whole(minutes, f"{path}reach.{name}")
            for name, minutes in reach.items()
            if name in clusters
        },
    )


def _check_names(read: _Reader, instance: Instance) -> None:
    """Refuse what two things share, and what names something that is not there."""
    for kind, things in (
        ("clusters", [str(one.id) for one in instance.clusters]),
        ("centres", [one.id for one in instance.centres]),
        ("registrars", [one.id for one in instance.registrars]),
    ):
        _check_unlike(read, kind, things)
    known = {cluster.id for cluster in instance.clusters}
    for number, centre in enumerate(instance.centres):
        if centre.cluster not in known:
            read.fault(f"centres[{number}].cluster", f"there is no cluster {shown(centre.cluster)}")


def _check_unlike(read: _Reader, kind: str, ids: Iterable[Id]) -> None:
    before: set[Id] = set()
    for number, one in enumerate(ids):
        if one in before:
            read.fault(f"{kind}[{number}].id", f"{shown(one)} is another’s id too")
        before.add(one)


def read_rota(text: bytes) -> Rota:
    """Read a rota as `write_rota` writes it; FileFaulty names every fault. Whether it keeps the rules is another question."""
    given = _json(text)
    read = _Reader()
    values = read.field(given, "", "assignments")
    if not isinstance(values, list):
        raise FileFaulty(["assignments: a list expected"])
    made = tuple(_assignment(read, one, f"assignments[{number}].") for number, one in enumerate(values))
    if read.faults:
        raise FileFaulty(read.faults)
    return Rota(made)


def _assignment(read: _Reader, given: object, path: str) -> Assignment:
    centre = read.field(given, path, "centre")
    return Assignment(
        read.identity(read.field(given, path, "registrar"), f"{path}registrar"),
        read.whole(read.field(given, path, "t"), f"{path}t", 0, MOST_WEEKS * WEEK - 1),
        OFFICE if centre == OFFICE else read.identity(centre, f"{path}centre"),
    )


def write_rota(rota: Rota, path: Path) -> None:
    """Write a rota whole or not at all: beside its place first, then into it."""
    rows = [{"registrar": one.registrar, "t": one.half_day, "centre": one.centre} for one in rota.assignments]
    lines = ",\n ".join(json.dumps(row, ensure_ascii=False) for row in rows)
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(f'{{"assignments": [\n {lines}\n]}}\n', encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
