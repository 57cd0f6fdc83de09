"""`make bench`: print each figure with its floor and what was to be reached."""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from sqlalchemy import create_engine, text

from benchmarks import linkage, rotas, steering, world
from benchmarks.load import Client, Result, getting, many, take
from benchmarks.servers import Servers, running

SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
CLIENTS = 8
ROUNDS, CROWD = 20, 50


def main() -> None:
    """Measure everything once and print it."""
    today = date.today()  # noqa: DTZ011 -- the machine's own day is the service's here
    with running() as servers:
        os.environ["FLOOR_DATABASE"] = servers.database
        from benchmarks import floor

        floor.lay_out()
        engine = create_engine(servers.database)
        with engine.begin() as connection:
            world.lay_out(connection, today)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        print(f"{CLIENTS} clients, {SECONDS:g} s each, {os.cpu_count()} cores, client and server on one machine\n")
        _measure(servers, engine, today)
        engine.dispose()
    steering.measure()
    rotas.measure()
    linkage.measure()


def _measure(servers: Servers, engine: object, today: date) -> None:
    born = today - timedelta(days=3)
    warm = many(servers.service, CLIENTS, 2, getting(f"/api/v1/availability?born={born}&centre=1"))
    _only(warm, 200)
    empty = many(servers.floor, CLIENTS, SECONDS / 2, getting("/empty"))
    select = many(servers.floor, CLIENTS, SECONDS, getting(*(f"/select/{n}" for n in range(1, 1001))))
    print(f"floor: an empty route        {empty.rate:8.0f} /s   p95 {empty.percentile(0.95):5.1f} ms")
    print(f"floor: one indexed SELECT    {select.rate:8.0f} /s   p95 {select.percentile(0.95):5.1f} ms\n")
    day = _weekday(today + timedelta(days=9))
    one = f"/api/v1/availability?born={born}&from={day}&to={day}&centre="
    _line("availability, one centre one day", _at(servers, *(one + str(n) for n in range(1, 7))), select, ".50")
    whole = f"/api/v1/availability?born={born}&postcode=HX1%201AA"
    before = _at(servers, whole)
    _line("availability, all centres, six weeks", before, select, ".25, p95 < 60 ms")
    _line("hold + booking, different times", _bookings(servers, today, born), select, ".20, aim .25")
    _crowd(servers, today, born)
    _history(servers, engine, today, whole)
    print(f"web process memory           {'  '.join(f'{mib:.0f}' for mib in servers.worker_mib())} MiB (at most 150)")


def _only(result: Result, status: int) -> None:
    """Refuse to print a rate of answers that were not what was asked for."""
    if set(result.statuses) != {status}:
        raise RuntimeError(f"answers other than {status}: {result.statuses}")


def _at(servers: Servers, *paths: str) -> Result:
    result = many(servers.service, CLIENTS, SECONDS, getting(*paths))
    _only(result, 200)
    return result


def _line(name: str, result: Result, floor: Result, target: str) -> None:
    ratio = result.rate / floor.rate
    print(
        f"{name:37} {result.rate:6.0f} /s   p95 {result.percentile(0.95):5.1f} ms   ratio {ratio:.3f}   to reach {target}"
    )


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day


def _free(servers: Servers, born: date, today: date) -> list[tuple[int, str, int]]:
    path = (
        f"/api/v1/availability?born={born}&places=true&from={today + timedelta(days=1)}&to={today + timedelta(days=42)}"
    )
    _, body = Client(servers.service).ask("GET", path)
    return [
        (centre["id"], start["start"], start["places"])
        for centre in json.loads(body)["centres"]
        for day in centre["days"]
        for start in day["starts"]
    ]


def _bookings(servers: Servers, today: date, born: date) -> Result:
    free = [(centre, start) for centre, start, places in _free(servers, born, today) for _ in range(places)]
    random.Random(2).shuffle(free)
    room_for_the_crowd = ROUNDS * 3
    shares = [free[number : len(free) - room_for_the_crowd : CLIENTS] for number in range(CLIENTS)]

    def work(client: Client, number: int) -> Iterator[int]:
        for centre, start in shares[number]:
            yield take(client, centre, start, born)[0]

    result = many(servers.service, CLIENTS, SECONDS, work)
    _only(result, 201)
    return result


def _crowd(servers: Servers, today: date, born: date) -> None:
    exact = rounds = 0
    seen = Counter[int]()
    with ThreadPoolExecutor(CROWD) as pool:
        for centre, start, places in _free(servers, born, today)[:ROUNDS]:
            answers = list(
                pool.map(lambda _, c=centre, s=start: take(Client(servers.service), c, s, born), range(CROWD))
            )
            statuses = Counter(status for status, _ in answers)
            seen += statuses
            rounds += 1
            losers = [body for status, body in answers if status == 409]
            exact += statuses == {201: places, 409: CROWD - places} and all(body.get("alternatives") for body in losers)
    print(
        f"{CROWD} clients on one start: exactly its places booked, every loser told others: "
        f"{exact} of {rounds} rounds   {dict(seen)}"
    )


def _history(servers: Servers, engine: object, today: date, path: str) -> None:
    def fill(first: int, last: int) -> None:
        with engine.begin() as connection:  # type: ignore[attr-defined]
            world.fill_days(
                connection, [today - timedelta(days=n) for n in range(first, last)], random.Random(first + 2)
            )
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:  # type: ignore[attr-defined]
            connection.execute(text("VACUUM ANALYZE"))

    fill(1, 57)
    time.sleep(1)
    few = _at(servers, path)
    fill(57, 561)
    time.sleep(1)
    many_ = _at(servers, path)
    print(
        f"availability, past bookings tenfold   {few.rate:.0f} /s then {many_.rate:.0f} /s: "
        f"{few.rate / many_.rate:.2f} x (at most 1.1)"
    )


main()
