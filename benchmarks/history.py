"""`python -m benchmarks.history`: does a county's service slow down as ten years go by, and what does the night's work take?

The same county twice on one server, with two months behind it and with ten years; the same questions are asked of both in turns, so
that whatever else the machine does hits both.
"""

import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from benchmarks import county
from registration.balancing.actions import keep_forecast
from registration.common import embedded
from registration.common.clock import now, today
from registration.common.db import db
from registration.common.transaction import transaction
from registration.config import Config
from registration.factory import create_app

KEY = "a key for measuring only, 32 letters"
LITTLE, TEN_YEARS = 56, 3650
TIMES = int(os.environ.get("TIMES", "40"))
LIMIT = 1.1
#: Somebody whose name nobody else has, so that the same one booking is found among few and among many.
NAMED = "Anna Zuckerwattek"
Ask = Callable[[], object]
#: What is asked all day, by families and by staff.
QUESTIONS = (
    "availability, one centre one day",
    "availability, all centres six weeks",
    "the same, nothing remembered",
    "times page",
    "every time, by day",
    "find-booking",
    "staff find, by name",
    "staff find, by reference",
    "day list",
    "staff first page",
    "families without a time",
)


@dataclass
class Council:
    """The service over one database, and what is asked of it."""

    app: Flask
    client: FlaskClient
    staff: FlaskClient
    times: FlaskClient
    reference: str
    email: str
    day: str
    centre: int
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def questions(self) -> dict[str, Ask]:
        """Give what families and staff ask, by name."""
        born, near = today() - timedelta(days=3), "HX1%201UZ"
        at = today() + timedelta(days=9 - max(0, (today() + timedelta(days=9)).weekday() - 4))
        one = f"/api/v1/availability?born={born}&from={at}&to={at}&centre={self.centre}"
        whole = f"/api/v1/availability?born={born}&postcode={near}"
        asks: tuple[Ask, ...] = (
            lambda: self._get(self.client, one),
            lambda: self._get(self.client, whole),
            lambda: (self._forget(), self._get(self.client, whole)),
            lambda: self._get(self.times, "/book/time"),
            lambda: self._get(self.times, "/book/every-time?by=day"),
            self._find_booking,
            lambda: self._find(NAMED.split()[1]),
            lambda: self._find(self.reference),
            lambda: self._get(self.staff, self.day),
            lambda: self._get(self.staff, "/staff/"),
            lambda: self._get(self.staff, "/desk/lists/without-a-time"),
        )
        return dict(zip(QUESTIONS, asks, strict=True))

    def _forget(self) -> None:
        self.app.extensions.pop("booking.free.whole", None)
        self.app.extensions.pop("booking.free", None)

    def _get(self, client: FlaskClient, path: str) -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}, {answer.location}")

    def _find_booking(self) -> None:
        answer = self.client.post("/find-booking", data={"reference": self.reference, "given": self.email})
        if answer.status_code != 303:
            raise RuntimeError(f"find-booking answered {answer.status_code}")

    def _find(self, line: str) -> None:
        answer = self.staff.post("/desk/find", data={"line": line})
        if answer.status_code not in {200, 303}:
            raise RuntimeError(f"find answered {answer.status_code}")


# ---- set-up


def _fresh(url: str, name: str) -> str:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.replace("/postgres?", f"/{name}?")


def service(url: str, folder: Path) -> Flask:
    """Give the service over a database, without limits and tokens of forms, as a demonstration."""
    settings: dict[str, object] = {"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": KEY, "INSTANCE": folder, "DEMO": True}
    return create_app(Config(**settings, TESTING=True, WTF_CSRF_ENABLED=False, RATE_LIMITS=False, LOG_LEVEL="WARNING"))  # type: ignore[arg-type]


def lay_out(url: str, folder: Path, size: county.Size) -> tuple[Flask, dict[str, float]]:
    """Make the tables of a new database and fill it; give the service over it and the seconds it took."""
    app = service(url, folder)
    with app.app_context():
        upgrade(directory=app.extensions["migrate"].directory)
        db.engine.dispose()
    return app, county.lay_out(app, size, date.today())  # noqa: DTZ011 -- the service's own day here


def council(app: Flask) -> Council:
    """Name one family, sign a telephone desk in, and walk a family up to the times."""
    from registration.staff.actions import demonstration_accounts

    with app.app_context():
        with transaction():
            keep_forecast(now())
            accounts = {role: (email, password) for role, email, password in demonstration_accounts()}
            row = db.session.execute(text(_ONE)).one()
            db.session.execute(text(_NAME), {"id": row.family_id, "name": NAMED})
        booked, reference, email, centre = row.day, row.reference, row.email, row.centre_id
    staff = app.test_client()
    address, password = accounts["booking_desk"]
    signed = staff.post("/staff/sign-in", data={"email": address, "password": password})
    if signed.location != "/staff/":
        raise RuntimeError(f"signing in led to {signed.location}")
    return Council(
        app, app.test_client(), staff, _at_the_times(app), reference, email, f"/day/{centre}/{booked}", centre
    )


_ONE = """
SELECT b.reference, f.email, b.family_id, b.centre_id, (b.begins_at AT TIME ZONE 'Europe/London')::date AS day
  FROM booking b JOIN family f ON f.id = b.family_id
 WHERE b.state = 'booked' AND f.email IS NOT NULL AND b.begins_at > clock_timestamp() + interval '3 days'
 ORDER BY b.begins_at, b.id LIMIT 1
"""
_NAME = "UPDATE family SET name = CAST(:name AS text), name_words = to_tsvector('simple', CAST(:name AS text)) WHERE id = :id"
_CARRIED = re.compile(r'<input[^>]*name="(kept|seen|csrf_token)"[^>]*value="([^"]*)"')


def _at_the_times(app: Flask) -> FlaskClient:
    """Give a family that has answered everything up to the times."""
    client, born = app.test_client(), today() - timedelta(days=3)
    given = {
        "where-born": {"place": "place-1"},
        "date-of-birth": {"born-0-day": str(born.day), "born-0-month": str(born.month), "born-0-year": str(born.year)},
        "married": {"married": "yes"},
        "who-is-coming": {"who": "mother"},
        "language": {"language": "en"},
        "access": {},
        "postcode": {"postcode": "HX1 1UZ"},
    }
    step = "where-born"
    while step != "time":
        client.get(f"/book/{step}")
        answer = client.post(f"/book/{step}", data=given[step])
        step = urlsplit(answer.location or "").path.rpartition("/")[2]
    return client


# ---- asking


def compare(few: Council, many: Council, times: int = TIMES) -> dict[str, tuple[float, float, float]]:
    """Ask both in turns; give for each question the milliseconds of each, the best of many, and the ratio of the two."""
    found = {}
    asked_of_few, asked_of_many = few.questions(), many.questions()
    for name in asked_of_few:
        pairs = list(_pairs(asked_of_few[name], asked_of_many[name], times))
        best_few, best_many = (1000 * min(pair[which] for pair in pairs) for which in (0, 1))
        found[name] = (best_few, best_many, best_many / best_few)
    return found


def _pairs(few: Ask, many: Ask, times: int) -> Iterator[tuple[float, float]]:
    for number in range(times + 2):
        order = (few, many) if number % 2 else (many, few)
        seconds = [_timed(each) for each in order]
        if number > 1:  # the first of each is warming up
            yield (seconds[0], seconds[1]) if number % 2 else (seconds[1], seconds[0])


def _timed(ask: Ask) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


# ---- what is done to all rows


@contextmanager
def _taking(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{name:55} {time.monotonic() - began:8.1f} s", flush=True)


def nights(app: Flask) -> None:
    """Do and time what a worker does at night and every hour, and what staff ask of a whole county."""
    from registration.births.retention.running import delete_everything_due
    from registration.booking.invariants import broken_rows
    from registration.pilot.record.actions import collect
    from registration.watch.queries import figures_of_the_database

    with app.app_context():
        db.engine.dispose()  # connections of pages are hurried; those of a worker are not
        for turn in ("first", "again"):
            with _taking(f"events of the pilot collected, {turn}"), transaction():
                collect(now())
        with _taking("figures of /metrics"):
            figures_of_the_database(now())
        db.session.remove()
        with _taking("promises looked at (flask invariants)"):
            broken = broken_rows()
        print(f"  rows that break one: {sum(broken.values())}")
        db.session.remove()
        for turn in ("nothing ever deleted before", "the night after"):
            with _taking(f"retention, {turn}"):
                rows = sum(each.rows for each in delete_everything_due("measuring", now()))
            print(f"  {rows} rows")
        with _taking("statistics and room regained"):
            county.tidy()
        with _taking("events of the pilot collected, the hour after"), transaction():
            collect(now())
        db.session.remove()


def main() -> int:
    """Lay both out, compare, and do the night's work on the older; 1 where a question takes more than 1.1 times as long."""
    with tempfile.TemporaryDirectory(prefix="rs-history-") as folder, embedded.using(Path(folder)) as url:
        councils = []
        for name, days in (("little", LITTLE), ("ten_years", TEN_YEARS)):
            app, took = lay_out(_fresh(url, name), Path(folder), county.Size(county.COUNTY.centres, past_days=days))
            print(f"{name}: filled in {sum(took.values()):.0f} s")
            councils.append(council(app))
        missed = _print(compare(*councils))
        nights(councils[1].app)
        print("\nafter retention")
        missed |= _print(compare(*councils))
    print(f"NOT HELD: {', '.join(sorted(missed))}" if missed else f"Every question stays within {LIMIT} times.")
    return int(bool(missed))


def _print(found: dict[str, tuple[float, float, float]]) -> set[str]:
    print(f"{'asked':40} {'little, ms':>10} {'ten years':>10} {'ratio':>7}")
    for name, (few, many, ratio) in found.items():
        print(f"{name:40} {few:10.1f} {many:10.1f} {ratio:7.2f}")
    print(f"median ratio {statistics.median(ratio for _, _, ratio in found.values()):.2f}\n", flush=True)
    return {name for name, (_, _, ratio) in found.items() if ratio > LIMIT}


if __name__ == "__main__":
    sys.exit(main())
