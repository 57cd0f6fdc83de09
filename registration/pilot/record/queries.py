"""Questions about the pilot: its events, which families count how, from when centres take part, and the rows of an extract."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text

from registration.births.same_families.queries import evaluation_links
from registration.centres.homes import CENTRES
from registration.common.db import db
from registration.common.errors import Refused
from registration.families.queries import SAME, known, records_of
from registration.families.rules import Source
from registration.families.rules.telling import has_objected
from registration.pilot.record.models import PilotLot, PilotSecret
from registration.pilot.record.rules.assembling import Families, Rows, assembled, venue_id
from registration.pilot.record.rules.events import Event, History, Kind, histories
from registration.pilot.record.rules.lot import days_of


class PilotEnded(Refused):
    """The pilot has ended: the secrets by which its events could be told apart are deleted."""


def has_ended() -> bool:
    """Say whether the secrets of the pilot are deleted, so that no event can be told whose it is."""
    return db.session.scalar(select(PilotSecret.one)) is None


# ---- events

_EVENTS = text("""
SELECT e.kind, e.source_key, e.version, e.family_key, e.birth_key, e.day, e.at,
       CASE WHEN e.centre_id IS NOT NULL THEN c.key END, e.route, e.facts, e.undone
  FROM pilot_event e LEFT JOIN (SELECT id, pilot_key('centre:' || id) AS key FROM centre) c ON c.id = e.centre_id
 ORDER BY e.source_key, e.version
""")


def events() -> Iterator[Event]:
    """Give every event, the versions of each source after each other."""
    for kind, *rest in db.session.execute(_EVENTS):
        yield Event(Kind(kind), *rest)


def tallies(as_of: date) -> Mapping[Kind, int]:
    """Count what happened by a day, by kind, from events alone: a booking that moved counts as booked, and once for each move."""
    return tally(histories(events(), as_of))


def tally(told: Sequence[History]) -> Mapping[Kind, int]:
    """Count what histories tell, by kind."""
    counts = Counter(history[-1].kind if history[0].kind is not Kind.BOOKED else Kind.BOOKED for history in told)
    counts[Kind.MOVED] = sum(len(history) - 1 for history in told if history[0].kind is Kind.BOOKED)
    return counts


# ---- which families count how

_CONNECTED = text(f"""{SAME}
SELECT DISTINCT id FROM same
""")  # noqa: S608 -- of our own words only
_SAID_NO_OR_LOST = text("""
SELECT id FROM family WHERE lost_at IS NOT NULL UNION SELECT family_id FROM sharing_answer WHERE NOT share
""")
_KEYS = text("SELECT id, pilot_key('family:' || id) FROM unnest(CAST(:families AS bigint[])) id")
_SOURCES = text("SELECT id, source FROM family WHERE id = ANY(:families)")


def families(today: date) -> Families:
    """Say which records count as one family, and which are left out, as links and answers stand on a day.

    Nothing is linked for a family that said no, or whose record may be of one that did: what it did with us stands alone (its
    booking), and what others told of it is left out; where it never booked, its live birth stands alone. Whoever lost a baby is
    left out altogether.
    """
    links = evaluation_links(today)
    left_out = _left_out(today)
    keys = _keys({number for a, b, _ in links for number in (a, b)} | left_out)
    return Families([(keys[a], keys[b]) for a, b, _ in links], frozenset(keys[number] for number in left_out))


def _keys(numbers: Collection[int]) -> dict[int, str]:
    return {number: key for number, key in db.session.execute(_KEYS, {"families": list(numbers)})}  # noqa: C416 -- rows


def _left_out(today: date) -> set[int]:
    doubted = list(db.session.scalars(_SAID_NO_OR_LOST))
    connected = list(db.session.scalars(_CONNECTED, {"families": doubted}))
    found = known(connected, today)
    lost = {number for number, each in found.items() if each.lost}
    apart = [number for number, each in found.items() if not each.lost and (each.doubtful or has_objected(each.said))]
    mates = records_of(apart)
    sources = _sources({other for those in mates.values() for other in those})
    return lost | {number for number in apart if sources[number] != _standing(mates[number], sources)}


def _sources(numbers: Collection[int]) -> dict[int, str]:
    return {number: source for number, source in db.session.execute(_SOURCES, {"families": list(numbers)})}  # noqa: C416 -- rows


def _standing(records: Collection[int], sources: Mapping[int, str]) -> str:
    """Give the source whose records stand alone of a family that said no."""
    return Source.BOOKING if any(sources[number] == Source.BOOKING for number in records) else Source.LIVE_BIRTHS


# ---- the roll-out

_CENTRES = text("""
SELECT c.id, c.name, c.postcode, k.name AS cluster, r.pilot_from, r.lot_id, r.centre_id IS NOT NULL AS said,
       pilot_key('centre:' || c.id) AS key
  FROM centre c JOIN cluster k ON k.id = c.cluster_id LEFT JOIN centre_roll_out r ON r.centre_id = c.id
 WHERE c.kind = ANY(:kinds) ORDER BY k.name, c.name, c.id
""")


@dataclass(frozen=True, slots=True)
class CentreInPilot:
    """A children’s centre: from which day it is in the pilot (None: compared with), by which lot, and its name in extracts."""

    id: int
    name: str
    postcode: str
    cluster: str
    pilot_from: date | None
    lot_id: int | None
    said: bool
    key: str

    @property
    def extract_id(self) -> str:
        """Give what an extract calls it."""
        return venue_id(self.key)

    def drawn_as(self, unit: str) -> str:
        """Give the name under which a lot of clusters or centres draws it; a centre is named with its postcode."""
        return self.cluster if unit == "cluster" else f"{self.name}, {self.postcode}"


def centres() -> list[CentreInPilot]:
    """List every children’s centre, in the pilot or not, by cluster and name."""
    return [CentreInPilot(*row) for row in db.session.execute(_CENTRES, {"kinds": sorted(CENTRES)})]


def units_of(unit: str) -> dict[str, list[int]]:
    """Give what a lot is drawn of, clusters or centres, with the centres of each."""
    units: dict[str, list[int]] = {}
    for centre in centres():
        units.setdefault(centre.drawn_as(unit), []).append(centre.id)
    return units


def first_begun(today: date) -> CentreInPilot | None:
    """Give the centre at which the pilot began first; None where it has begun nowhere."""
    begun = [
        (place.pilot_from, place.id, place) for place in centres() if place.pilot_from and place.pilot_from <= today
    ]
    return min(begun)[2] if begun else None


def days_drawn(places: Sequence[CentreInPilot]) -> Mapping[int, date | None]:
    """Give the first day that its lot gave each of these centres; left out is what was never drawn, or has another name now."""
    by_lot = {lot.id: (lot.unit, days_of(lot.drawn, lot.begins)) for lot in lots()}
    of_lots = [(place, *by_lot[place.lot_id]) for place in places if place.lot_id is not None]
    return {place.id: days[place.drawn_as(unit)] for place, unit, days in of_lots if place.drawn_as(unit) in days}


_REASONS = text("""
SELECT DISTINCT ON (about) about, after ->> 'reason' FROM audit_event
 WHERE event = 'pilot.beginning_set' AND about = ANY(:abouts) ORDER BY about, id DESC
""")


def reasons(centre_ids: Collection[int]) -> Mapping[int, str]:
    """Give why centres begin when they do, where somebody said so with the last change."""
    abouts = {f"centre:{number}": number for number in centre_ids}
    rows = db.session.execute(_REASONS, {"abouts": list(abouts)})
    return {abouts[about]: reason for about, reason in rows if reason}


def lots() -> Sequence[PilotLot]:
    """List the lots that were drawn, the newest first."""
    return db.session.scalars(select(PilotLot).order_by(PilotLot.id.desc())).all()


# ---- the extract

_HOURS = text("""
SELECT pilot_key('centre:' || centre_id), (begins_at AT TIME ZONE 'Europe/London')::date AS day,
       sum(extract(epoch FROM ends_at - begins_at))::int / 60
  FROM session WHERE state = 'published' AND (begins_at AT TIME ZONE 'Europe/London')::date <= :as_of
 GROUP BY centre_id, day
""")


@dataclass(frozen=True, slots=True)
class ExtractRows:
    """The rows of an extract by file, and how many registrations were left out because the birth came after them."""

    rows: Rows
    early: int


def extract_rows(as_of: date, today: date) -> ExtractRows:
    """Put the rows of an extract together from the events up to a day; who counts how is decided as it stands today.

    Raises PilotEnded where the secrets are deleted.
    """
    if has_ended():
        raise PilotEnded
    places = centres()
    made = assembled(histories(events(), as_of), families(today), {place.key: place.cluster for place in places})
    hours = db.session.execute(_HOURS, {"as_of": as_of})
    rows = {
        "centres.csv": [(place.extract_id, place.cluster, str(place.pilot_from or "")) for place in places],
        "hours.csv": [(venue_id(key), str(day), str(minutes)) for key, day, minutes in hours],
    }
    return ExtractRows(rows | dict(made.rows), made.early)
