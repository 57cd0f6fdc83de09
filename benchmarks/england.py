"""`python -m benchmarks.england`: a year of England's births in one database: how large, and what two web processes do with it.

One deployment serves one authority; England as one is the extreme. CENTRES makes it smaller, SECONDS the asking shorter. Needs 20
GB of disk where temporary files lie (TMPDIR), and removes them when it ends.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Engine, create_engine, text

from benchmarks import county
from benchmarks.history import service
from benchmarks.load import Client, Result, getting, many, take
from benchmarks.servers import Servers, running
from registration.common.clock import today

SECONDS = float(os.environ.get("SECONDS", "15"))
CENTRES = int(os.environ.get("CENTRES", str(county.ENGLAND.centres)))
CLIENTS = 8
#: Centres that are asked about one by one.
_SOME = range(2, min(402, CENTRES))

_SIZES = """
SELECT relname, n_live_tup, pg_total_relation_size(relid) / 1048576.0 FROM pg_stat_user_tables
 WHERE pg_total_relation_size(relid) > 1048576 ORDER BY 3 DESC
"""


def main() -> int:
    """Fill, weigh and ask."""
    size = replace(county.ENGLAND, centres=CENTRES)
    with running(LOG_LEVEL="ERROR") as servers:
        os.environ["FLOOR_DATABASE"] = servers.database
        from benchmarks import floor

        floor.lay_out()
        began = time.monotonic()
        took = county.lay_out(service(servers.database, servers.folder), size, date.today())  # noqa: DTZ011 -- the machine's day
        print(
            f"{size.centres} centres, {size.births_a_year} bookings a year: filled in {time.monotonic() - began:.0f} s"
        )
        print("  " + ", ".join(f"{name} {seconds:.0f}" for name, seconds in took.items()))
        engine = create_engine(servers.database)
        _weigh(engine)
        _ask(servers)
        engine.dispose()
    return 0


def _weigh(engine: Engine) -> None:
    with engine.connect() as connection:
        whole = connection.execute(text("SELECT pg_database_size(current_database()) / 1048576.0")).scalar_one()
        print(f"\n{'table':25} {'rows':>10} {'MiB':>8}")
        for name, rows, mib in connection.execute(text(_SIZES)):
            print(f"{name:25} {rows:10} {mib:8.0f}")
        print(f"{'the whole database':25} {'':10} {whole:8.0f}\n", flush=True)


def _ask(servers: Servers) -> None:
    born = today() - timedelta(days=3)
    select = many(servers.floor, CLIENTS, SECONDS, getting(*(f"/select/{number}" for number in range(1, 1001))))
    print(f"{'asked':45} {'a second':>9} {'p50 ms':>8} {'p95':>8} {'max':>8} {'of floor':>8}")
    _line("floor: one indexed SELECT", select, select)
    day = today() + timedelta(days=7)
    one = f"/api/v1/availability?born={born}&from={day}&to={day}&centre="
    _line("availability, one centre one day", _of(servers, *(one + str(n) for n in _SOME)), select)
    six = f"/api/v1/availability?born={born}&centre="
    _line("availability, one centre six weeks", _of(servers, *(six + str(n) for n in _SOME)), select)
    _line("centres, nearest first", _of(servers, "/api/v1/centres?postcode=HX1%201UZ"), select)
    _line(
        "availability, all centres six weeks",
        _of(servers, f"/api/v1/availability?born={born}&postcode=HX1%201UZ"),
        select,
    )
    _line("find-booking and start page", _of(servers, "/", "/find-booking"), select)
    _line("hold + booking", _bookings(servers, born), select)
    print(f"web processes: {'  '.join(f'{mib:.0f}' for mib in servers.worker_mib())} MiB")


def _of(servers: Servers, *paths: str) -> Result:
    many(servers.service, CLIENTS, 2, getting(*paths))  # remembered days are learned
    result = many(servers.service, CLIENTS, SECONDS, getting(*paths))
    if set(result.statuses) != {200}:
        raise RuntimeError(f"answers other than 200: {result.statuses}")
    return result


def _bookings(servers: Servers, born: date) -> Result:
    """Book different times at many centres."""
    first, last = today() + timedelta(days=3), today() + timedelta(days=39)
    free: list[tuple[int, str]] = []
    for centre in _SOME[:40]:
        _, body = Client(servers.service).ask(
            "GET", f"/api/v1/availability?born={born}&from={first}&to={last}&centre={centre}"
        )
        free += [
            (centre, start)
            for each in json.loads(body)["centres"]
            for found in each["days"]
            for start in found["starts"]
        ]
    random.Random(3).shuffle(free)

    def work(client: Client, number: int) -> Iterator[int]:
        for centre, start in free[number::CLIENTS]:
            yield take(client, centre, start, born)[0]

    result = many(servers.service, CLIENTS, SECONDS, work)
    if set(result.statuses) != {201}:
        raise RuntimeError(f"answers other than 201: {result.statuses}")
    return result


def _line(name: str, result: Result, of: Result) -> None:
    p50, p95 = (result.percentile(share) for share in (0.5, 0.95))
    longest = 1000 * max(result.seconds)
    print(f"{name:45} {result.rate:9.1f} {p50:8.1f} {p95:8.1f} {longest:8.0f} {result.rate / of.rate:8.3f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
