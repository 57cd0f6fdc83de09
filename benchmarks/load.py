"""Clients of one machine: threads with a connection each, bounded in time, that count and time every answer."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count

TIMEOUT = 30
_number = count(1)


class Client:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request and read its whole answer."""
        sent = None if body is None else json.dumps(body).encode()
        kinds = {"Content-Type": "application/json"} if sent else {}
        try:
            self.connection.request(method, path, sent, kinds | (headers or {}))
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, ConnectionError):
            self.connection.close()
            self.connection.request(method, path, sent, kinds | (headers or {}))
            answer = self.connection.getresponse()
            return answer.status, answer.read()


@dataclass
class Result:
    """What clients saw: answers by status, seconds of each, and how long it all took."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Give good answers a second."""
        return sum(count for status, count in self.statuses.items() if status < 400) / self.took

    def percentile(self, share: float) -> float:
        """Give the time in milliseconds that this share of answers stayed below."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def many(port: int, clients: int, seconds: float, work: Callable[[Client, int], Iterator[int]]) -> Result:
    """Let clients work side by side for a time; `work` gives the status of each unit it did."""
    result, lock, gate = Result(), threading.Lock(), threading.Barrier(clients + 1)
    until = [0.0]

    def run(number: int) -> None:
        client = Client(port)
        units = work(client, number)
        gate.wait()
        times, statuses = [], Counter[int]()
        while True:
            began = time.perf_counter()
            if began >= until[0]:
                break
            status = next(units, None)
            if status is None:
                break
            times.append(time.perf_counter() - began)
            statuses[status] += 1
        with lock:
            result.seconds += times
            result.statuses += statuses

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    until[0] = began + seconds
    gate.wait()
    for thread in threads:
        thread.join()
    result.took = time.perf_counter() - began
    return result


def getting(*paths: str) -> Callable[[Client, int], Iterator[int]]:
    """Ask for these addresses in turn, for ever."""

    def work(client: Client, number: int) -> Iterator[int]:
        turn = number
        while True:
            yield client.ask("GET", paths[turn % len(paths)])[0]
            turn += 1

    return work


def take(client: Client, centre: int, start: str, born: date) -> tuple[int, object]:
    """Keep a time and book it; give the last status and what was said with it."""
    hold = {"centre": centre, "start": start, "born": [born.isoformat()], "interpreter": False}
    status, body = client.ask("POST", "/api/v1/holds", hold)
    if status != 201:
        return status, json.loads(body)
    number = next(_number)
    booking = {
        "hold": json.loads(body)["hold"],
        "married_or_civil_partners": True,
        "both_parents_named": True,
        "attending": "mother",
        "name": f"Family {number}",
        "email": f"bench{number}@example.com",
        "language": "en",
        "access_needs": "",
        "share_with_centre": False,
        "born_in_district": True,
    }
    status, body = client.ask("POST", "/api/v1/bookings", booking, {"Idempotency-Key": f"bench-{number}"})
    return status, json.loads(body)
