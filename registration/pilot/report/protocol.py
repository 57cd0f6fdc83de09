"""The protocol: what was to be measured and how, registered before the data are seen; and what was done otherwise."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from registration.common.errors import Refused

#: The protocol shipped, which is used where none was registered and which `flask pilot protocol` writes to begin from.
DEFAULT = Path(__file__).parent / "protocol.toml"
METRICS = tuple(f"M{number:02}" for number in range(1, 17))
SLICES = ("all", "cluster", "imd1_3", "imd4_10", "htr", "not_htr", "vulnerable", "not_vulnerable", "under2")
HORIZONS = (30, 90, 365)
OUTCOME = "joined_within_90_days"
#: What a protocol can name as its primary outcome: what is measured of families.
OUTCOMES = (
    "joined_within_30_days",
    OUTCOME,
    "joined_within_365_days",
    "joined_at_the_visit",
    "known_to_a_centre",
    "first_known_by_registering",
    "used_within_a_year",
    "registered_within_42_days",
)
UNITS = ("auto", "centre", "cluster")
REACH, USED, LAWFUL_DAYS, WORTH = 0.97, 0.55, 42, 0.05
#: A protocol may protect people more than the software does by itself, never less.
_LEAST_SUPPRESSED, _LEAST_ROUNDED = 10, 5
_LONGEST, _LONGEST_TOLD = 200, 60
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class ProtocolRefused(Refused):
    """The protocol cannot be read: `lines` name every fault."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Lot:
    """The lot by which the order of the centres was drawn: its seed, what was drawn (centre or cluster) and the day."""

    seed: str
    unit: str
    drawn_on: date | None


@dataclass(frozen=True)
class Protocol:
    """What a pilot set out to measure.

    `suppress` and `round_to` are the numbers of disclosure control, `reach` and `used` shares from 0 to 1, `worth` the difference
    in shares worth having, `lawful_days` and `horizons` days. `registered_on` is None where nobody registered it, `as_of` where no
    day was planned, `lot` where the order was not drawn. `sha256` is that of the file, `text` the file.
    """

    title: str
    authority: str
    primary_outcome: str
    horizons: tuple[int, ...]
    metrics: tuple[str, ...]
    slices: tuple[str, ...]
    registered_on: date | None
    registered_by: str
    registered_where: str
    as_of: date | None
    unit: str
    suppress: int
    round_to: int
    reach: float
    used: float
    lawful_days: int
    worth: float
    lot: Lot | None
    sha256: str
    text: str


@dataclass(frozen=True)
class Done:
    """What an evaluation did: as of when, the metrics and slices it reports, and whether a protocol was given at all."""

    as_of: date
    metrics: frozenset[str]
    slices: frozenset[str]
    given: bool
    first_birth: date | None = None


class _Reading:
    """One protocol being read; every fault is collected, so that all are told at once."""

    def __init__(self, found: Mapping[str, object]) -> None:
        self.found = found
        self.faults: list[str] = []
        self.read: set[str] = set()

    def value(self, name: str) -> object:
        """Give what stands under a name like `analysis.as_of`, or None."""
        self.read.add(name)
        at: object = self.found
        for step in name.split("."):
            at = at.get(step) if isinstance(at, Mapping) else None
        return at

    def fault(self, name: str, reason: str) -> None:
        """Note that a value is not what it should be."""
        self.faults.append(f"{name}: {reason}")

    def text(self, name: str, *, needed: bool = False) -> str:
        """Read a line of text, empty where it may be left out."""
        value = self.value(name)
        if value is None and not needed:
            return ""
        if (
            not isinstance(value, str)
            or (needed and not value.strip())
            or len(value) > _LONGEST
            or _CONTROL.search(value)
        ):
            self.fault(name, f"a line of at most {_LONGEST} letters is wanted")
            return ""
        return value.strip()

    def choice(self, name: str, among: Sequence[str]) -> str:
        """Read one of some words."""
        value = self.text(name, needed=True)
        if value and value not in among:
            self.fault(name, f"{_told(value)} is none of {', '.join(among)}")
        return value

    def day(self, name: str) -> date | None:
        """Read a day, written as TOML writes one or in quotation marks; None where it is left out."""
        value = self.value(name)
        if value is None or value == "":
            return None
        if type(value) is date:
            return value
        try:
            return date.fromisoformat(_told(value))
        except ValueError:
            self.fault(name, f"{_told(value)} is not a date like 2026-11-22")
            return None

    def number(self, name: str, lowest: float, highest: float, *, whole: bool = True) -> float:
        """Read a number within bounds, whole unless said otherwise."""
        value = self.value(name)
        fits = isinstance(value, int) if whole else isinstance(value, int | float)
        if not fits or isinstance(value, bool) or not lowest <= value <= highest:  # type: ignore[operator]
            self.fault(name, f"a {'whole ' if whole else ''}number from {lowest:g} to {highest:g} is wanted")
            return lowest
        return float(value)  # type: ignore[arg-type]

    def raised(self, name: str, least: int) -> int:
        """Read a whole number that protects people, which is at least what the software goes by itself."""
        value = self.value(name)
        if type(value) is int and value < least:
            self.fault(name, f"{_told(value)} is less than {least}: a protocol may raise the protection, not lower it")
            return least
        return int(self.number(name, least, 100))

    def words(self, name: str, among: Sequence[str]) -> tuple[str, ...]:
        """Read a list of some words."""
        return tuple(str(each) for each in self._listed(name, lambda each: each in among, ", ".join(among)))

    def days(self, name: str) -> tuple[int, ...]:
        """Read a list of numbers of days."""
        listed = self._listed(name, lambda each: type(each) is int and 0 < each <= 3660, "numbers of days")  # noqa: PLR2004 -- ten years
        return tuple(int(str(each)) for each in listed)

    def _listed(self, name: str, fits: Callable[[object], bool], wanted: str) -> list[object]:
        value = self.value(name)
        if not isinstance(value, list) or not value:
            self.fault(name, f"a list is wanted, of {wanted}")
            return []
        for each in value:
            if not fits(each):
                self.fault(name, f"{_told(each)} is none of {wanted}")
        return [each for each in value if fits(each)]

    def refuse_unknown(self) -> None:
        """Note every name that no protocol has: a plan that is misspelt would be kept by nobody."""
        names = {
            f"{name}.{inner}" if isinstance(value, Mapping) else name
            for name, value in self.found.items()
            for inner in (value if isinstance(value, Mapping) else ("",))
        }
        self.faults += [f"{_told(name)}: a protocol has no such name" for name in sorted(names - self.read)]


def _told(value: object) -> str:
    """Give what stands in a file, as far as a sentence has room for it; no value is too long or too deep to be told of."""
    try:
        words = str(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, lists within lists
        return "This"
    return words if len(words) <= _LONGEST_TOLD else f"{words[:_LONGEST_TOLD]}…"


def read_protocol(path: Path) -> Protocol:
    """Read a protocol; ProtocolRefused names every fault: not TOML, a name unknown or missing, a value that cannot be."""
    protocol, faults = examined(path)
    if faults:
        raise ProtocolRefused([f"{path.name}: {fault}" for fault in faults])
    return protocol


def examined(path: Path) -> tuple[Protocol, Sequence[str]]:
    """Read a protocol as far as it goes, with every fault of it; ProtocolRefused where it is no TOML at all."""
    raw = path.read_bytes()
    try:
        text = _words(raw)
        reading = _Reading(_parsed(text))
    except ValueError as failure:
        raise ProtocolRefused([f"{path.name}: {failure}"]) from failure
    protocol = _protocol(reading, text, sha256(raw))
    _refuse_order(reading, protocol)
    reading.refuse_unknown()
    return protocol, reading.faults


def _words(raw: bytes) -> str:
    """Read a file’s words, as they came; ValueError where it is written otherwise than in UTF-8."""
    if raw.startswith(_UTF_16):
        raise ValueError("not TOML: it is written in UTF-16. Save it as UTF-8.")
    try:
        return raw.decode()
    except UnicodeDecodeError as failure:
        raise ValueError("not TOML: it is not written in UTF-8. Save it as UTF-8.") from failure


def _parsed(text: str) -> Mapping[str, object]:
    """Read TOML, with or without the mark that some programs put before UTF-8; ValueError says why it is none."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as failure:
        raise ValueError(f"not TOML: {failure}") from failure
    except RecursionError as failure:
        raise ValueError("not TOML that can be read: its lists or tables lie too deep in each other.") from failure
    except ValueError as failure:
        raise ValueError("not TOML that can be read: a number in it has thousands of digits.") from failure


def to_begin_from(authority: str, lot: Lot | None) -> str:
    """Give the protocol shipped, filled in with what is known already: the council, and the lot that was drawn."""
    known = {"authority": authority}
    if lot is not None:
        known |= {"seed": lot.seed, "unit": lot.unit, "drawn_on": lot.drawn_on.isoformat() if lot.drawn_on else ""}
    words, part = [], ""
    for line in DEFAULT.read_text(encoding="utf-8").splitlines():
        part = line if line.startswith("[") else part
        name = line.removesuffix(' = ""')
        filled = name in known and (part == "[lot]" or name == "authority")
        words.append(f"{name} = {json.dumps(known[name], ensure_ascii=False)}" if filled else line)
    return "\n".join([*words, ""])


def sha256(raw: bytes) -> str:
    """Give the SHA-256 of a protocol's bytes in hexadecimal: two protocols with the same are the same."""
    return hashlib.sha256(raw).hexdigest()


def _protocol(reading: _Reading, text: str, digest: str) -> Protocol:
    return Protocol(
        title=reading.text("title", needed=True),
        authority=reading.text("authority"),
        primary_outcome=reading.choice("primary_outcome", OUTCOMES),
        horizons=reading.days("horizons"),
        metrics=reading.words("metrics", METRICS),
        slices=reading.words("slices", SLICES),
        registered_on=reading.day("registered.on"),
        registered_by=reading.text("registered.by"),
        registered_where=reading.text("registered.where"),
        as_of=reading.day("analysis.as_of"),
        unit=reading.choice("analysis.unit", UNITS),
        suppress=reading.raised("thresholds.suppress", _LEAST_SUPPRESSED),
        round_to=reading.raised("thresholds.round_to", _LEAST_ROUNDED),
        reach=reading.number("thresholds.reach", 0, 1, whole=False),
        used=reading.number("thresholds.used", 0, 1, whole=False),
        lawful_days=int(reading.number("thresholds.lawful_days", 1, 365)),
        worth=_worth(reading),
        lot=_lot(reading),
        sha256=digest,
        text=text,
    )


def _worth(reading: _Reading) -> float:
    name = "thresholds.worth_having"
    if reading.value(name) is None:  # protocols from before there was this name
        return WORTH
    return reading.number(name, 0.001, 1, whole=False)


def _lot(reading: _Reading) -> Lot | None:
    seed, drawn_on = reading.text("lot.seed"), reading.day("lot.drawn_on")
    unit = reading.text("lot.unit")
    if seed and unit not in {"centre", "cluster"}:
        reading.fault("lot.unit", "what was drawn is wanted: centre or cluster")
    return Lot(seed, unit, drawn_on) if seed else None


def _refuse_order(reading: _Reading, protocol: Protocol) -> None:
    """Note days that cannot follow each other: an evaluation before its registration, or before its lot was drawn."""
    if protocol.as_of is None:
        return
    if protocol.registered_on and protocol.as_of < protocol.registered_on:
        reading.fault("analysis.as_of", f"{protocol.as_of} is before the day of registration, {protocol.registered_on}")
    if protocol.lot and protocol.lot.drawn_on and protocol.lot.drawn_on > protocol.as_of:
        reading.fault("lot.drawn_on", f"{protocol.lot.drawn_on} is after the day of the evaluation, {protocol.as_of}")


def deviations(protocol: Protocol, done: Done) -> Sequence[str]:
    """Say in a sentence each what was done otherwise than the protocol set out; nothing where all was kept."""
    if not done.given:
        return [
            "No protocol was given: the evaluation went by the one that the software ships, which nobody registered for this pilot."
        ]
    return [*_registering(protocol, done), *_timing(protocol, done), *_measuring(protocol, done), *_bars(protocol)]


def _registering(protocol: Protocol, done: Done) -> list[str]:
    if protocol.registered_on is None or not protocol.registered_by:
        return ["The protocol does not say when and by whom it was registered."]
    if protocol.registered_on > done.as_of:
        return [f"The protocol was registered on {_said(protocol.registered_on)}, after the day the data go up to."]
    if done.first_birth and protocol.registered_on > done.first_birth:
        return [f"The protocol was registered on {_said(protocol.registered_on)}, when births were on record already."]
    return []


def _timing(protocol: Protocol, done: Done) -> list[str]:
    if protocol.as_of is None:
        return ["The protocol does not say as of which day the evaluation is to be made."]
    if done.as_of < protocol.as_of:
        return [f"This is an early look: as of {_said(done.as_of)}, where {_said(protocol.as_of)} was planned."]
    if done.as_of > protocol.as_of:
        return [f"The evaluation is as of {_said(done.as_of)}, later than the planned {_said(protocol.as_of)}."]
    return []


def _measuring(protocol: Protocol, done: Done) -> list[str]:
    """Say which metrics, slices, horizons and outcomes are reported without being planned, and the other way round."""
    planned, also = set(protocol.metrics), sorted(done.metrics - set(protocol.metrics))
    sentences = [f"Reported though not in the protocol: {', '.join(also)}."] if also else []
    if missing := sorted(planned - done.metrics):
        sentences.append(f"In the protocol and not observable from this extract: {', '.join(missing)}.")
    if extra := sorted(done.slices - set(protocol.slices)):
        sentences.append(f"Given for groups that the protocol does not name: {', '.join(extra)}.")
    if set(protocol.horizons) != set(HORIZONS):
        sentences.append(
            f"Joining is given within {_listed(HORIZONS)} days, where the protocol set out {_listed(protocol.horizons)}."
        )
    if protocol.primary_outcome != OUTCOME:
        sentences.append(
            f"The primary outcome of the protocol, {protocol.primary_outcome}, is not the one reported: {OUTCOME}."
        )
    return sentences


def _bars(protocol: Protocol) -> list[str]:
    """Say which of the lines that results are read against are not those of the protocol."""
    pairs = (
        ("reaching", f"{REACH:.0%}", f"{protocol.reach:.0%}"),
        ("using a centre", f"{USED:.0%}", f"{protocol.used:.0%}"),
        ("registering in time", f"{LAWFUL_DAYS} days", f"{protocol.lawful_days} days"),
    )
    return [
        f"The line for {what} is drawn at {drawn}, where the protocol set out {planned}."
        for what, drawn, planned in pairs
        if drawn != planned
    ]


def _listed(days: Sequence[int]) -> str:
    return ", ".join(map(str, sorted(days)))


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
