"""`python -m benchmarks.use`: ten minutes of use of a county's service as `make run` starts it, and what it was like.

SECONDS changes how long; LOOKING and BOOKING how many families look and book. It ends by itself, with 1 where a promise
was not kept.
"""

import asyncio
import gc
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import cast

import psutil
from sqlalchemy import create_engine, text

from benchmarks import county, visits
from benchmarks.browser import Log
from benchmarks.servers import ROOT, check_durable, free_port
from registration.common import embedded
from registration.common.clock import today

SECONDS = float(os.environ.get("SECONDS", "600"))
LOOKING, BOOKING = int(os.environ.get("LOOKING", "200")), int(os.environ.get("BOOKING", "20"))
CENTRES = int(os.environ.get("CENTRES", str(county.COUNTY.centres)))
KEY = "a key for measuring only, 32 letters"
#: What was promised: milliseconds of the 95th of a hundred answers, and how much memory may grow after warm-up.
P95_MS, GROWTH = 500, 1.05
#: Seconds between looks at the memory; before this share of the run a process still learns what is asked for.
EVERY, WARM = 10.0, 0.2
#: Seconds after the run in which every message has to be out.
DRAIN = 120.0
#: Seconds the service may take to start on a machine that does much else.
PATIENCE = 180.0
NOTIFY_KEY = "a_key-11111111-2222-4333-8444-555555555555-66666666-7777-4888-8999-aaaaaaaaaaaa"


# ---- the service


async def _take_message(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Be GOV.UK Notify to the worker: take what comes."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            sent = json.loads(await reader.readexactly(length))
            told = json.dumps({"id": sent["reference"]}).encode()
            writer.write(
                b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(told)
                + told
            )
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _settings(instance: str, port: int, notify: int) -> dict[str, str]:
    return {
        "INSTANCE": instance,
        "PORT": str(port),
        "SECRET_KEY": KEY,
        "DEMO": "0",
        "FLASK_APP": "app",
        "LOG_LEVEL": "WARNING",
        "TRUSTED_PROXIES": "1",  # families at addresses of their own, so that limits count as they do in service
        "NOTIFY_API_KEY": NOTIFY_KEY,
        "NOTIFY_API_BASE": f"http://127.0.0.1:{notify}",
        "NOTIFY_EMAIL_TEMPLATE": "e",
        "NOTIFY_SMS_TEMPLATE": "s",
    }


@contextmanager
def _service(settings: dict[str, str]) -> Iterator[psutil.Process]:
    """Start what `make run` starts, and stop it as Ctrl-C does."""
    program = subprocess.Popen(
        [sys.executable, "-m", "registration.service"], cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL
    )
    try:
        _until_ready(int(settings["PORT"]))
        yield psutil.Process(program.pid)
    finally:
        program.terminate()
        program.wait(60)


def _until_ready(port: int) -> None:
    """Wait until the service answers, which opens its door long before."""
    until = time.monotonic() + PATIENCE
    while True:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            line.request("GET", "/health/ready")
            if line.getresponse().status == 200:
                return
        except OSError:
            if time.monotonic() > until:
                raise
        finally:
            line.close()
        time.sleep(0.2)


def _flask(settings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False)


# ---- its processes


@dataclass
class Processes:
    """The web and worker processes and the database's, with their memory and processor time as the run goes on."""

    service: psutil.Process
    database: psutil.Process
    mib: dict[int, list[float]] = field(default_factory=dict)
    moments: list[float] = field(default_factory=list)

    def web(self) -> list[psutil.Process]:
        """Give the web workers."""
        masters = [each for each in self.service.children() if "gunicorn" in " ".join(each.cmdline())]
        return [worker for master in masters for worker in master.children()]

    def others(self) -> list[psutil.Process]:
        """Give the message worker and everything else of the service but its web workers."""
        web = {each.pid for each in self.web()}
        return [each for each in self.service.children(recursive=True) if each.pid not in web]

    def look(self, at: float) -> None:
        """Note the memory of each web worker that is its own and its share of what it shares (PSS)."""
        self.moments.append(at)
        for each in self.web():
            self.mib.setdefault(each.pid, []).append(each.memory_full_info().pss / 2**20)

    def spent(self) -> dict[str, float]:
        """Give the seconds of processor time so far: web workers, the rest of the service, database, and this client."""
        database = [self.database, *self.database.children(recursive=True)]
        parts = {"web": self.web(), "worker": self.others(), "database": database, "client": [psutil.Process()]}
        return {name: sum(map(_seconds, those)) for name, those in parts.items()}


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def growth(looks: list[float]) -> float:
    """Give how many times as much memory a process takes in the last third of a run as in the first third after warm-up."""
    warm = looks[int(len(looks) * WARM) :]
    third = max(1, len(warm) // 3)
    return (sum(warm[-third:]) / third) / (sum(warm[:third]) / third)


# ---- the run


@dataclass
class Outcome:
    """All that was seen of a run."""

    log: Log
    processes: Processes
    spent: dict[str, float]
    took: float
    waiting: int
    drained: float
    broken: dict[str, int]


async def _use(town: visits.Town, processes: Processes) -> tuple[dict[str, float], float]:
    """Let the families come, and look at the memory meanwhile; give the processor time spent and the seconds it took."""
    before, began = processes.spent(), time.monotonic()
    kinds = [visits.LOOKING] * LOOKING + [visits.BOOKING] * BOOKING
    clients = [asyncio.create_task(visits.client(town, each)) for each in kinds]
    while (passed := time.monotonic() - began) < SECONDS:
        processes.look(passed)
        await asyncio.sleep(min(EVERY, SECONDS - passed))
    after, took = processes.spent(), time.monotonic() - began
    for each in clients:
        each.cancel()
    ended = await asyncio.gather(*clients, return_exceptions=True)
    for each in ended:
        if not isinstance(each, asyncio.CancelledError):
            town.log.fault("client", repr(each))
    return {name: after[name] - before[name] for name in after}, took


def _known(url: str) -> list[visits.Known]:
    """Give families with an appointment to come, whose links are those the service made."""
    from base64 import urlsafe_b64encode
    from hashlib import sha256
    from hmac import new

    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT b.reference, f.email, b.public_id FROM booking b JOIN family f ON f.id = b.family_id"
                " WHERE b.state = 'booked' AND f.email IS NOT NULL AND b.begins_at > clock_timestamp() + interval '2 days'"
                " LIMIT 1500"
            )
        ).all()
    engine.dispose()
    made = [
        (row.reference, row.email, new(KEY.encode(), f"link:booking:{row.public_id}".encode(), sha256).digest())
        for row in rows
    ]
    return [
        visits.Known(reference, email, urlsafe_b64encode(secret[:18]).decode()) for reference, email, secret in made
    ]


def _postcodes(url: str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = (
            connection.execute(text("SELECT postcode FROM postcode ORDER BY md5(postcode) LIMIT 300")).scalars().all()
        )
    engine.dispose()
    return list(found)


async def _drain(url: str) -> tuple[int, float]:
    """Wait until every message that is due is out; give how many were waiting at the end of the run, and the seconds."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    due = text("SELECT count(*) FROM message WHERE state IN ('queued', 'sending') AND due <= clock_timestamp()")
    began = time.monotonic()
    with engine.connect() as connection:
        first = left = cast("int", connection.execute(due).scalar_one())
        while left and time.monotonic() - began < DRAIN:
            await asyncio.sleep(0.5)
            left = cast("int", connection.execute(due).scalar_one())
    engine.dispose()
    return first, time.monotonic() - began if not left else float("inf")


async def _run(instance: str, url: str) -> Outcome:
    notify = await asyncio.start_server(_take_message, "127.0.0.1", 0)
    settings = _settings(instance, free_port(), notify.sockets[0].getsockname()[1])
    log = Log()
    town = visits.Town(
        int(settings["PORT"]),
        today(),
        _postcodes(url),
        _known(url),
        log,
        random.Random(5),
        count(1),
    )
    main = psutil.Process(int((Path(instance) / "postgres" / "postmaster.pid").read_text().split("\n")[0]))
    starting = asyncio.get_running_loop().run_in_executor
    manager = _service(settings)
    processes = Processes(await starting(None, manager.__enter__), main)
    try:
        await _until_quiet(url)
        gc.freeze()
        spent, took = await _use(town, processes)
        waiting, drained = await _drain(url)
    finally:
        await starting(None, manager.__exit__, None, None, None)
        notify.close()
    told = _flask(settings, "invariants")
    return Outcome(log, processes, spent, took, waiting, drained, json.loads(told.stdout))


async def _until_quiet(url: str) -> None:
    """Let what fell due before the run, reminders first of all, be done."""
    await asyncio.sleep(5)
    await _drain(url)


# ---- what it was like


def _percentile(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _row(name: str, seconds: list[float]) -> str:
    p50, p95, p99 = (_percentile(seconds, share) for share in (0.5, 0.95, 0.99))
    return f"{name:47} {len(seconds):7} {p50:7.0f} {p95:7.0f} {p99:7.0f} {1000 * max(seconds):7.0f} {sum(seconds):8.1f}"


def report(outcome: Outcome) -> list[str]:
    """Say it in lines, and name the promises that were not kept; none where all were."""
    log, took = outcome.log, outcome.took
    every = [each for seconds in log.seconds.values() for each in seconds]
    print(f"{'page':47} {'asked':>7} {'p50 ms':>7} {'p95':>7} {'p99':>7} {'max':>7} {'sum s':>8}")
    for name, seconds in sorted(log.seconds.items(), key=lambda each: -sum(each[1])):
        print(_row(name, seconds))
    print(_row("all", every))
    print(f"\n{len(every)} requests in {took:.0f} s, {len(every) / took:.1f} a second; statuses {dict(log.statuses)}")
    print(
        f"booked: {dict(log.booked)}; met with what nobody should meet: {sum(log.faults.values())} {dict(log.faults)}"
    )
    share = {name: f"{seconds / took:.0%}" for name, seconds in outcome.spent.items()}
    print(f"share of one processor: {share}")
    grown = {}
    for number, looks in enumerate(outcome.processes.mib.values(), 1):
        grown[number] = growth(looks)
        print(
            f"web process {number}: {looks[0]:.0f} MiB (PSS) at first, {looks[-1]:.0f} at last, "
            f"grew {grown[number]:.3f} times after warm-up"
        )
    print(
        f"messages waiting at the end {outcome.waiting}, all out after {outcome.drained:.1f} s; "
        f"rows that break a promise: {sum(outcome.broken.values())}"
    )
    kept = {
        "no fault": not log.faults,
        f"p95 under {P95_MS} ms": _percentile(every, 0.95) < P95_MS,
        "memory flat": all(each <= GROWTH for each in grown.values()) and len(grown) == 2,
        "every message out": outcome.drained < DRAIN,
        "no promise broken": not sum(outcome.broken.values()),
        "somebody booked": bool(log.booked),
    }
    return [name for name, held in kept.items() if not held]


def main() -> int:
    """Fill, start, use, stop, and report; 1 where a promise was not kept."""
    with tempfile.TemporaryDirectory(prefix="rs-use-") as folder, embedded.using(Path(folder)) as url:
        check_durable(url)
        settings = _settings(folder, free_port(), 9)
        _flask(settings, "db", "upgrade").check_returncode()
        size = county.Size(CENTRES, past_days=364)
        _fill(settings, size)
        print(
            f"{size.centres} centres, {size.births_a_year} bookings a year, a year behind; "
            f"{LOOKING} families look, {BOOKING} book, {SECONDS:g} s\n"
        )
        outcome = asyncio.run(_run(folder, url))
        missed = report(outcome)
    print(f"NOT HELD: {', '.join(missed)}" if missed else "All promises were kept.")
    return int(bool(missed))


def _fill(settings: dict[str, str], size: county.Size) -> None:
    """Lay the county out in a program of its own: what is measured here must stay light."""
    command = [sys.executable, "-m", "benchmarks.county", str(size.centres), str(size.past_days)]
    subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
