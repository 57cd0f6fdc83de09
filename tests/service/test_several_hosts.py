"""Several web hosts and workers on one database: one goes on where another began, and none is missed."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from itertools import cycle

import pytest
import sqlalchemy as sa

from tests.applications import applications
from tests.booking.appointments import NOW, two_mornings
from tests.booking.walking import Family
from tests.service.hosts import Browser, Host, environment, lay_out, started, wait_until
from tests.service.test_runner import ROOT


@pytest.fixture(scope="module")
def database(new_database, tmp_path_factory):
    """A database with three registrars at their centres on each of sixty days."""
    url = new_database("several_hosts")
    lay_out(url, tmp_path_factory.mktemp("made"), days=60)
    return url


class Alternating:
    """One family’s browser whose requests a balancer hands to one web host after another."""

    def __init__(self, *browsers):
        self.turns = cycle(browsers)
        self.last = None

    def ask(self, method, path, **sent):
        browser = next(self.turns)
        kept = self.last.get_cookie("session") if self.last else None
        if kept is not None:
            browser.set_cookie("session", kept.value)
        self.last = browser
        return browser.open(path, method=method, **sent)

    def get(self, path, **sent):
        return self.ask("GET", path, **sent)

    def post(self, path, **sent):
        return self.ask("POST", path, **sent)


def test_a_journey_whose_every_page_comes_from_another_host_ends_with_a_booking(new_database, tmp_path):
    """Each web host is an application of its own; only the database is common. The keys of forms are asked for."""
    from registration.common.db import db

    url = new_database("two_hosts")
    with applications(tmp_path) as make:
        hosts = [make(url, WTF_CSRF_ENABLED=True, CLOCK=NOW) for _ in range(2)]
        with hosts[0].app_context():
            world = two_mornings()
        family = Family(Alternating(*(host.test_client() for host in hosts)), world)
        answer = family.book()
        with hosts[0].app_context():
            booked = db.session.execute(sa.text("SELECT count(*) FROM booking WHERE state = 'booked'")).scalar()

    assert answer.location.endswith("/booked")
    assert booked == 1


@pytest.mark.long  # programs of their own
def test_of_two_workers_each_job_is_done_by_one(database, tmp_path):
    settings = environment(database, tmp_path, LOG_FORMAT="json")
    engine = sa.create_engine(database)
    names = [f"message-{number}" for number in range(60)]
    with engine.begin() as connection:
        # Nobody has these messages: to look for each is all there is to do, and is done by one.
        connection.execute(sa.text("DELETE FROM procrastinate_jobs"))
        add = (
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
            " VALUES ('default', 'messages.deliver', CAST(:args AS jsonb))"
        )
        for name in names:
            connection.execute(sa.text(add), {"args": f'{{"message_ids": [], "request_id": "{name}"}}'})
    logs = [tmp_path / f"worker-{number}.log" for number in (1, 2)]
    workers = []
    for path in logs:
        with path.open("wb") as log:
            workers.append(
                subprocess.Popen([sys.executable, "-m", "flask", "worker"], cwd=ROOT, env=settings, stderr=log)
            )

    def done():
        return Counter(re.findall(r'"request_id": "(message-\d+)"', "".join(path.read_text() for path in logs)))

    try:
        wait_until(lambda: len(done()) == len(names), 120)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        statuses = [worker.wait(60) for worker in workers]
    engine.dispose()
    assert statuses == [0, 0]
    assert set(done().values()) == {1}


class Families(threading.Thread):
    """Families that look and book one after another, each by a new connection; what became of each request is kept."""

    def __init__(self, hosts, free, pause):
        super().__init__()
        self.hosts, self.free, self.pause = hosts, free, pause
        self.ended = threading.Event()
        self.answers: list[tuple[str, int, float]] = []

    def run(self):
        turn = 0
        while not self.ended.wait(self.pause):
            turn += 1
            browser = Browser(self.hosts[turn % len(self.hosts)].port)
            self.note("look", lambda: browser.get("/find-booking")[0])  # noqa: B023 -- called at once
            if turn % 3 == 0 and self.free:
                self.note("book", lambda: browser.book(*self.free.pop())[0])  # noqa: B023 -- called at once

    def note(self, what, ask):
        began = time.monotonic()
        try:
            status = ask()
        except OSError as fault:
            status = type(fault).__name__
        self.answers.append((what, status, time.monotonic() - began))


@pytest.mark.long  # programs of their own, for most of a minute
def test_no_request_fails_while_every_host_is_replaced_one_after_another(database, tmp_path, record_property):
    settings = environment(database, tmp_path)
    hosts = [Host(settings, tmp_path / f"host-{number}.log") for number in (1, 2)]
    families = []
    try:
        started(*hosts)
        free = Browser(hosts[0].port).times()
        families += [Families(hosts, free[number::4], 0.2) for number in range(4)]
        for each in families:
            each.start()
        for host in hosts * 2:
            time.sleep(2)
            assert host.stop() == 0
            host.start()
            wait_until(host.ready, 120)
        time.sleep(2)
    finally:
        for each in families:
            each.ended.set()
        for each in families:
            each.join()
        for host in hosts:
            host.close()

    answers = [answer for each in families for answer in each.answers]
    counts = Counter((what, status) for what, status, _ in answers)
    longest = max(seconds for *_, seconds in answers)
    record_property("requests", len(answers))
    record_property("longest", round(longest, 2))
    print(counts, f"longest {longest:.2f} s")  # noqa: T201 -- the figures of docs/running.md
    assert {status for _, status in counts} <= {200, 201}
    assert counts["book", 201] > 5
