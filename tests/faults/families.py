"""Families at their telephones: they book and move, send again what was not answered, and keep what they were promised."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from registration.common.clock import today
from tests.faults.harness import Answer, Service, ask
from tests.races.conftest import booking_body

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENTS = 8
#: Seconds after which a family that gets no answer has met a fault.
GIVES_UP = 120
#: Answers after which the same is sent again: a line that was cut, and an honest refusal.
AGAIN = {0, 503}


@dataclass
class Promise:
    """A booking that was acknowledged: what was sent for it, under which key, and what came back."""

    key: str
    body: dict[str, Any]
    told: dict[str, Any]
    moved: bool = False


@dataclass
class Families:
    """All that happened: promises by key, answers by status, and the moments at which a booking begun after it succeeded."""

    service: Service
    born: str = field(default_factory=lambda: f"{today() - timedelta(days=3)}")
    promises: dict[str, Promise] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    #: When a booking was asked for, and when it was acknowledged.
    booked: list[tuple[float, float]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))
    lock: Any = field(default_factory=threading.Lock)
    times: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read which times are free, in an order of chance that is the same each time."""
        self.times = [time for begin in (0, 42) for time in self._free(begin)]
        random.Random(3).shuffle(self.times)

    def _free(self, begin: int) -> list[tuple[int, str]]:
        first, last = (today() + timedelta(days=begin + more) for more in (0, 41))
        told = ask(self.service.port, "GET", f"/api/v1/availability?born={self.born}&from={first}&to={last}").json
        return [
            (centre["id"], start) for centre in told["centres"] for day in centre["days"] for start in day["starts"]
        ]

    def _next_time(self) -> tuple[int, str]:
        with self.lock:
            return self.times.pop()

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Ask until there is an answer that is one; nobody is told to try again by a 500."""
        until = time.monotonic() + GIVES_UP
        while True:
            given = ask(self.service.port, method, path, body, **headers)
            with self.lock:
                self.statuses[given.status] += 1
                self.slowest = max(self.slowest, given.seconds)
            if given.status not in AGAIN:
                return given
            assert time.monotonic() < until, f"{method} {path} was never answered"
            time.sleep(0.3)

    def book(self, number: int) -> Promise | None:
        """Hold a time and book it; None where somebody else has the time."""
        centre, start = self._next_time()
        client = {"X_Forwarded_For": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}
        wish = {"centre": centre, "start": start, "born": [self.born], "interpreter": False}
        began = time.monotonic()
        held = self.ask("POST", "/api/v1/holds", wish, **client)
        if held.status == 409:  # the hold whose answer was cut off stands in its own way
            return None
        assert held.status == 201, held
        body, key = booking_body(held.json["hold"], number), str(uuid4())
        made = self.ask("POST", "/api/v1/bookings", body, Idempotency_Key=key, **client)
        assert made.status == 201, made
        with self.lock:
            promise = self.promises[key] = Promise(key, body, made.json)
            self.booked.append((began, time.monotonic()))
        return promise

    def broken_promises(self) -> list[str]:
        """Name the bookings that were acknowledged and do not stand as the family was told."""
        with self.service.asking() as connection:
            rows = connection.execute(
                "SELECT reference, begins_at, centre_id FROM booking WHERE state = 'booked' AND channel = 'api'"
            ).fetchall()
        standing = {(reference, start.astimezone(UTC), centre) for reference, start, centre in rows}
        told = [each.told for each in self.promises.values()]
        wanted = {
            (each["reference"], datetime.fromisoformat(each["start"]).astimezone(UTC), each["centre"]) for each in told
        }
        return [f"lost: {each}" for each in wanted - standing] + [f"unasked for: {each}" for each in standing - wanted]

    def send_again(self, most: int) -> int:
        """Send some bookings again under their keys; each gives the same booking. Says how many were sent."""
        chosen = random.Random(len(self.promises)).sample(sorted(self.promises), min(most, len(self.promises)))
        for key in chosen:
            promise = self.promises[key]
            again = self.ask("POST", "/api/v1/bookings", promise.body, Idempotency_Key=key)
            assert (again.status, again.json["link"]) == (201, promise.told["link"])
        return len(chosen)

    def move(self, promise: Promise) -> None:
        """Give a booking another time."""
        centre, start = self._next_time()
        path = f"/api/v1/bookings/{promise.told['link'].rsplit('/', 1)[1]}"
        moved = self.ask("PATCH", path, {"centre": centre, "start": start})
        if moved.status == 409:
            return
        assert moved.status == 200, moved
        promise.told, promise.moved = moved.json, True

    def burst(self, each: int, blow: Callable[[], object], after: float) -> tuple[float, float]:
        """Let all clients book, and every third move; in the midst comes the blow. Give the seconds until it was healed.

        That is the time from the blow to the first acknowledgement of a booking that was begun after it. And when it came.
        """
        gate = threading.Barrier(CLIENTS + 1)
        struck = [0.0]

        def client(_: int) -> None:
            gate.wait()
            done = 0
            while done < each or not any(began > struck[0] > 0 for began, _ in list(self.booked)):
                promise = self.book(next(self.numbers))
                done += promise is not None
                if promise and done % 3 == 0:
                    self.move(promise)

        with ThreadPoolExecutor(CLIENTS) as pool:
            working = [pool.submit(client, number) for number in range(CLIENTS)]
            gate.wait()
            time.sleep(after)
            blow()
            moment = struck[0] = time.monotonic()
            for each_client in working:
                each_client.result()
        return min(ended for began, ended in self.booked if began > moment) - moment, moment
