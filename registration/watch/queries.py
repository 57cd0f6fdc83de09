"""The figures: families, places, messages, jobs and the database itself, each asked for in a few short questions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from time import time
from typing import Any

from flask import current_app
from sqlalchemy import text

from registration.balancing.models import SupplyForecast
from registration.balancing.rules.outlook import read
from registration.booking.queries import midnight, need, openings
from registration.booking.rules.admission import Admission
from registration.booking.rules.slots import places_between
from registration.centres.models import Centre, Cluster
from registration.common import tallies
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.db import db
from registration.desk.worklists import last_days_without_time
from registration.watch.rules import BANDS, Figure, Sample, band

#: Milliseconds that one question may take: what watches must not be a burden.
PATIENCE_MS = 3000
#: The days of free places that are told: two weeks, and the 42 of the law.
AHEAD = (14, 42)
#: Under this event the nightly look at every promise stands in the record.
PROMISES_CHECKED = "promises.checked"
#: The most bookings of a day that are counted.
_MOST_BOOKINGS = 5000

_CLOCK = text("SELECT extract(epoch FROM clock_timestamp())::float8")
_LIMIT = text(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
_MESSAGES = text("""
SELECT channel, count(*), extract(epoch FROM CAST(:now AS timestamptz) - min(due))::float8 FROM message
 WHERE state IN ('queued', 'sending') AND due <= :now GROUP BY 1
""")
_TASKS = text("SELECT kind, count(*) FROM staff_task WHERE done_at IS NULL GROUP BY 1")
_JOBS = text("""
SELECT CASE status WHEN 'doing' THEN 'in_hand' WHEN 'failed' THEN 'given_up' ELSE 'due' END AS state, count(*) AS number
  FROM procrastinate_jobs
 WHERE status NOT IN ('succeeded', 'cancelled', 'aborting', 'aborted') AND coalesce(scheduled_at, '-infinity') <= clock_timestamp()
 GROUP BY 1
""")
_WORKERS = text("""
SELECT count(*) FILTER (WHERE last_heartbeat > clock_timestamp() - interval '30 seconds'),
       extract(epoch FROM max(last_heartbeat))::float8 FROM procrastinate_workers
""")
_HOLDS = text("SELECT count(*) FROM occupancy WHERE kind = 'hold' AND until > clock_timestamp()")
_BOOKINGS = text("""
SELECT channel, count(*) FROM booking
 WHERE id > (SELECT max(id) FROM booking) - :most AND created_at > clock_timestamp() - interval '1 day' GROUP BY 1
""")
_PROMISES = text("""
SELECT extract(epoch FROM at)::float8, after FROM audit_event WHERE event = :event ORDER BY id DESC LIMIT 1
""")
_CONNECTIONS = text("""
SELECT coalesce(state, 'other'), count(*), current_setting('max_connections')::int FROM pg_stat_activity
 WHERE datname = current_database() GROUP BY 1
""")
_ARCHIVED = text("""
SELECT extract(epoch FROM last_archived_time)::float8 FROM pg_stat_archiver WHERE last_archived_time IS NOT NULL
""")


def clock_skew() -> float:
    """Give by how many seconds the database's clock is ahead of this machine's, the way there taken as half of the way."""
    before = time()
    there: float = db.session.execute(_CLOCK).scalar_one()
    return there - (before + time()) / 2


def figures_of_the_database(now: datetime) -> list[Figure]:
    """Give every figure that the database knows at a moment; a question that takes too long raises OperationalError."""
    db.session.execute(_LIMIT)
    return [*_families(now), *_messages(now), *_work(), *_bookings(), *_promises(), *_server()]


def figures_of_the_processes() -> Iterator[Figure]:
    """Give how many requests there were, how they ended, and how long they took, on this machine since it was started."""
    told = sorted(tallies.told(), key=lambda each: each.endpoint)
    statuses = (
        Sample(count, {"endpoint": each.endpoint, "status": status})
        for each in told
        for status, count in zip(tallies.STATUSES, each.statuses, strict=True)
        if count
    )
    yield Figure("requests_total", "Requests answered, by endpoint and how they ended.", tuple(statuses), "counter")
    times = tuple(sample for each in told for sample in _histogram(each))
    yield Figure("request_seconds", "How long requests took, by endpoint.", times, "histogram")
    used = Sample(tallies.connections())
    yield Figure("database_pool_in_use", "Connections to the database in use by the web processes here.", (used,))


def _histogram(each: tallies.Tally) -> Iterator[Sample]:
    bounds = (*(f"{bound:g}" for bound in tallies.BOUNDS), "+Inf")
    for bound, count in zip(bounds, each.within, strict=True):
        yield Sample(count, {"endpoint": each.endpoint, "le": bound}, "_bucket")
    yield Sample(each.seconds, {"endpoint": each.endpoint}, "_sum")
    yield Sample(each.within[-1], {"endpoint": each.endpoint}, "_count")


def _counted(rows: Iterable[Any], label: str) -> tuple[Sample, ...]:
    return tuple(Sample(count, {label: str(name)}) for name, count, *_ in rows)


# ---- families and their places


def _families(now: datetime) -> Iterator[Figure]:
    bands = dict.fromkeys((name for name, _ in BANDS), 0)
    for day, count in last_days_without_time(now):
        bands[band(day, civil_date(now))] += count
    yield Figure(
        "families_without_time",
        "Families that lost or missed their appointment and have no other, by days left to day 42.",
        _counted(bands.items(), "days_left"),
    )
    names = dict(db.session.query(Cluster.id, Cluster.name).all())
    free = free_places(now)
    yield Figure(
        "free_places",
        "Appointments of one baby that families may book by themselves, by cluster, in so many days.",
        tuple(
            Sample(free[days][number], {"cluster": name, "days": str(days)})
            for days in AHEAD
            for number, name in names.items()
        ),
    )
    row = db.session.get(SupplyForecast, 1)
    yield Figure(
        "families_expected_without_time",
        "Families expected to find no time by day 42 in their cluster, as last forecast.",
        () if row is None else tuple(Sample(c.own.value, {"cluster": c.cluster}) for c in read(row.found).clusters),
    )
    yield Figure(
        "forecast_made_timestamp_seconds",
        "When that forecast was made.",
        () if row is None else (Sample(row.made_at.timestamp()),),
    )


def free_places(now: datetime) -> dict[int, Counter[int]]:
    """Count, for each span of AHEAD, the places by cluster that are open to a family far from its last lawful day."""
    today = civil_date(now)
    clusters = dict(db.session.query(Centre.id, Centre.cluster_id).all())
    opens = Admission(urgent=False, protected_to=today + timedelta(days=current_authority().protected_opens_days))
    soonest = int(now.timestamp()) // 60 + current_authority().notice_minutes
    ends = {days: int(midnight(today + timedelta(days=days)).timestamp()) // 60 for days in AHEAD}
    found: dict[int, Counter[int]] = {days: Counter() for days in AHEAD}
    for each in openings(midnight(today), midnight(today + timedelta(days=max(AHEAD)))):
        length = need((today,), interpreter=False).minutes(each.per_baby)
        places = places_between(max(each.begin, soonest), each.open_until(opens), each.busy, length)
        for days in AHEAD:
            if each.begin < ends[days]:
                found[days][clusters[each.centre_id]] += places
    return found


# ---- messages and jobs


def _messages(now: datetime) -> Iterator[Figure]:
    rows = db.session.execute(_MESSAGES, {"now": now}).all()
    yield Figure("messages_waiting", "Messages due and not yet sent, by channel.", _counted(rows, "channel"))
    oldest = max((age for channel, _, age in rows if channel != "letter"), default=0.0)
    yield Figure(
        "oldest_message_seconds", "How long the oldest of them that is no letter has been due.", (Sample(oldest),)
    )
    tasks = db.session.execute(_TASKS)
    yield Figure("staff_tasks_open", "What a person must do because a machine could not.", _counted(tasks, "kind"))


def _work() -> Iterator[Figure]:
    states = dict.fromkeys(("due", "in_hand", "given_up"), 0) | {
        row.state: row.number for row in db.session.execute(_JOBS)
    }
    yield Figure("jobs", "Jobs of the queue: due, in hand, given up.", _counted(states.items(), "state"))
    living, heard = db.session.execute(_WORKERS).one()
    yield Figure("workers", "Message workers heard of in the last 30 seconds.", (Sample(living),))
    yield Figure(
        "worker_heard_timestamp_seconds",
        "When a message worker was last heard of.",
        () if heard is None else (Sample(heard),),
    )


# ---- bookings and promises


def _bookings() -> Iterator[Figure]:
    holds = db.session.execute(_HOLDS).scalar_one()
    yield Figure("holds", "Times kept for families that are answering.", (Sample(holds),))
    rows = db.session.execute(_BOOKINGS, {"most": _MOST_BOOKINGS})
    yield Figure("bookings_last_day", "Bookings made in the last 24 hours, by channel.", _counted(rows, "channel"))


def _promises() -> Iterator[Figure]:
    row = db.session.execute(_PROMISES, {"event": PROMISES_CHECKED}).first()
    at, broken = row if row is not None else (None, {})
    yield Figure(
        "promise_broken_rows",
        "Rows that broke a promise of the service when all were last checked.",
        _counted(sorted(broken.items()), "promise"),
    )
    yield Figure(
        "promises_checked_timestamp_seconds",
        "When all promises were last checked.",
        () if at is None else (Sample(at),),
    )


# ---- the database and its backups


def _server() -> Iterator[Figure]:
    rows = db.session.execute(_CONNECTIONS).all()
    yield Figure("database_connections", "Connections to this database, by state.", _counted(rows, "state"))
    most = max(most for _, _, most in rows)
    yield Figure("database_connections_most", "Connections the server takes for all its databases.", (Sample(most),))
    archived = db.session.execute(_ARCHIVED).scalar()
    yield Figure(
        "wal_archived_timestamp_seconds",
        "When the server last put a piece of its log aside, where it does.",
        () if archived is None else (Sample(archived),),
    )
    made = newest_backup(current_app.config)
    yield Figure(
        "backup_made_timestamp_seconds",
        "When the newest file in BACKUPS_FOLDER was written, where there is one.",
        () if made is None else (Sample(made),),
    )


def newest_backup(config: Mapping[str, Any]) -> float | None:
    """Give when the newest file of the folder of backups was written, in seconds since 1970; None without folder or file."""
    folder: Path | None = config["BACKUPS_FOLDER"]
    if folder is None:
        return None
    try:
        return max((each.stat().st_mtime for each in folder.iterdir() if each.is_file()), default=None)
    except OSError:
        return None
