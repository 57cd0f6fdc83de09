"""What is told of the weeks to come: cluster by cluster, who will find no time, and what would help."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from registration.balancing.rules.alarm import THRESHOLD
from registration.balancing.rules.intervals import Interval


@dataclass(frozen=True, slots=True)
class Week:
    """Families whose day 42 lies in a week: how many find no time in their own cluster, and how many none anywhere."""

    monday: date
    own: Interval
    at_all: Interval


@dataclass(frozen=True, slots=True)
class Session:
    """A half-day that would help, in names."""

    registrar_id: int
    registrar: str
    centre_id: int
    centre: str
    room: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Help:
    """The cheapest repair found: the desk's places opened, or half-days more; `missed` families would be left."""

    opens_desk: bool
    sessions: tuple[Session, ...]
    missed: float

    @property
    def is_enough(self) -> bool:
        """Say whether fewer families than the threshold are missed then."""
        return self.missed < THRESHOLD


@dataclass(frozen=True, slots=True)
class Outlook:
    """One cluster's weeks to come.

    `births` to expect in six weeks; babies with an appointment and free places in as much of them as has a rota, also by centre.
    `kept` of the free places are kept back for the desk and for families near day 42. `own` families find no time in the cluster,
    `at_all` none anywhere.
    """

    cluster_id: int
    cluster: str
    births: float
    booked: int
    free: int
    kept: int
    centres: tuple[tuple[str, int], ...]
    utilisation: float | None
    own: Interval
    at_all: Interval
    weeks: tuple[Week, ...]
    help: Help | None

    @property
    def is_dry(self) -> bool:
        """Say whether as many families as the threshold, or more, are to be expected to find no time in the cluster."""
        return self.own.value >= THRESHOLD

    @property
    def elsewhere(self) -> float:
        """Give how many of them are to be expected to find one in another cluster."""
        return max(0.0, self.own.value - self.at_all.value)


@dataclass(frozen=True, slots=True)
class Forecast:
    """All clusters, those in which most find no time first; `published_to` is the last day of the rota, None without any."""

    made_at: datetime
    published_to: date | None
    clusters: tuple[Outlook, ...]


#: Whether a forecast still holds: it is made anew every quarter of an hour, and this is four times as long.
GOOD_FOR = timedelta(hours=1)


def holds(made_at: datetime, now: datetime) -> bool:
    """Say whether what was found then may still be shown."""
    return timedelta(0) <= now - made_at < GOOD_FOR


def kept(forecast: Forecast) -> dict[str, Any]:
    """Write a forecast as JSON keeps it: moments and days as ISO texts."""
    written: dict[str, Any] = _plain(asdict(forecast))
    return written


def _plain(value: object) -> Any:  # noqa: ANN401 -- whatever JSON can hold
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, date | datetime):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def read(written: Mapping[str, Any]) -> Forecast:
    """Read a forecast as kept() wrote it."""
    day = written["published_to"]
    return Forecast(
        made_at=datetime.fromisoformat(written["made_at"]),
        published_to=None if day is None else date.fromisoformat(day),
        clusters=tuple(_outlook(each) for each in written["clusters"]),
    )


def _outlook(written: Mapping[str, Any]) -> Outlook:
    intervals = {name: Interval(**written[name]) for name in ("own", "at_all")}
    weeks = tuple(
        Week(date.fromisoformat(each["monday"]), Interval(**each["own"]), Interval(**each["at_all"]))
        for each in written["weeks"]
    )
    centres = tuple((name, free) for name, free in written["centres"])
    helped = None if written["help"] is None else _help(written["help"])
    return Outlook(**{**written, **intervals, "weeks": weeks, "centres": centres, "help": helped})


def _help(written: Mapping[str, Any]) -> Help:
    moments = ("begins", "ends")
    sessions = tuple(
        Session(**{**each, **{name: datetime.fromisoformat(each[name]) for name in moments}})
        for each in written["sessions"]
    )
    return Help(written["opens_desk"], sessions, written["missed"])
