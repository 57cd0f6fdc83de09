"""The service is hit where it hurts while families book, and heals by itself: nothing promised is lost, nothing pretended.

One round of each blow is in `make test`; `make faults` and `make test-all` give ten, and what else takes minutes.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.faults.disk import full
from tests.faults.families import CLIENTS, Families
from tests.faults.harness import BLOWS, Service, ask, kill, wait_until
from tests.faults.line import Line
from tests.faults.standins import notify, post_office

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "10"))
#: Seconds on a machine at rest: from a kill to the next booking; to an honest refusal, and from the end of what hindered it
#: to the next good answer.
HEALS, HONEST, RECOVERS = 10.0, 5.0, 5.0
#: Seconds after a kill in which what was on its way still arrives.
JUST_GONE = 0.1
REPORT = os.environ.get("FAULT_REPORT", "")


def tell(what: str, **facts: object) -> None:
    """Keep what was measured, where somebody wants to know it."""
    if REPORT:
        with Path(REPORT).open("a") as file:
            file.write(json.dumps({"what": what} | facts) + "\n")


@pytest.fixture(scope="module")
def mail():
    with post_office() as (standin, url):
        standin.url = url
        yield standin


@pytest.fixture(scope="module")
def service(mail):
    service = Service(in_memory=not REPORT, SMTP_URL=mail.url, MAIL_FROM="births@example.org")
    yield service
    service.stop()


@pytest.fixture(scope="module")
def families(service):
    return Families(service)


def struck(families, mail, name, rounds, each):
    """Hit the service again and again while families book; give the seconds until the next booking and the next message."""
    service, healed, delivered = families.service, [], []
    chance = random.Random(name)
    for _ in range(rounds):
        service.until_whole()
        seconds, moment = families.burst(each, lambda: BLOWS[name](service), chance.uniform(0.05, 0.5))
        healed.append(seconds)
        wait_until(lambda: mail.moments[-1:] > [moment + JUST_GONE], 120)  # noqa: B023 -- asked at once
        delivered.append(min(each for each in mail.moments if each > moment + JUST_GONE) - moment)
        assert families.broken_promises() == []
        families.send_again(3)
    measured = {"healed": [round(each, 2) for each in healed], "delivered": [round(each, 2) for each in delivered]}
    tell(name, rounds=rounds, **measured, slowness=round(service.slowness, 2))
    return healed + delivered


def test_hit_in_one_place_after_another_it_heals_and_no_promise_is_broken(families, service, mail):
    moments = {}

    def blows():
        for name in ("a web worker", "the message worker", "all of PostgreSQL", "the web server"):
            BLOWS[name](service)
            moments[name] = time.monotonic()
            time.sleep(0.5)

    mail.mode = "flaky"
    families.burst(2, blows, 0.2)
    healed = {name: min(ended for began, ended in families.booked if began > at) - at for name, at in moments.items()}

    assert max(healed.values()) < HEALS * service.slowness
    assert families.broken_promises() == []
    tell("in one place after another", healed=healed, slowness=round(service.slowness, 2))


def test_hit_everywhere_at_once_it_heals_and_no_promise_is_broken(families, service, mail):
    mail.mode = "well"
    assert max(struck(families, mail, "all at once", rounds=1, each=2)) < HEALS * service.slowness
    assert not {status for status in families.statuses if status >= 500} - {503}


@pytest.mark.long  # a fault
@pytest.mark.parametrize("name", BLOWS)
def test_after_ten_kills_in_the_midst_of_bookings_it_heals_and_no_promise_is_broken(families, mail, name):
    healed = struck(families, mail, name, rounds=ROUNDS, each=2)

    assert max(healed) < HEALS * families.service.slowness
    assert not {status for status in families.statuses if status >= 500} - {503}


# ---- a database that is there and does not serve


def out_of_order(port, link):
    """Ask for pages and for the API with eight clients while the database is out; give what they got."""
    browser = {"Cookie": "session=a-browser-that-was-here-before", "Accept": "text/html"}
    asked = [("GET", f"/booking/{link}", browser), ("GET", f"/api/v1/bookings/{link}", {}), ("GET", "/staff/", browser)]
    asked += [("POST", "/find-booking", browser)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        sent = [pool.submit(ask, port, method, path, **headers) for method, path, headers in asked * 2]
        return [(path, each.result()) for (_, path, _), each in zip(asked * 2, sent, strict=True)]


def honest(given, slowness):
    """Check that each answer says soon, and in its own form, that the service is not available."""
    for path, answer in given:
        assert answer.status == 503, (path, answer)
        assert answer.seconds < HONEST * slowness, (path, answer.seconds)
        assert int(answer.headers["Retry-After"]) > 0
        kind = "application/problem+json" if path.startswith("/api/") else "text/html"
        assert answer.headers["Content-Type"].startswith(kind)
        assert b"not available" in answer.body
        assert "Content-Security-Policy" in answer.headers


def stands_without_the_database(port, slowness):
    """Check that pages which ask nothing of the database answer all the same, also a browser that was here before."""
    for path in ("/privacy", "/accessibility", "/cookies", "/health/live"):
        answer = ask(port, "GET", path, Cookie="session=a-browser-that-was-here-before")
        assert (answer.status, answer.seconds < slowness) == (200, True)


def recovered(port, link):
    """Give the seconds until a booking is shown again, to a browser and to a program."""
    paths = (f"/booking/{link}", f"/api/v1/bookings/{link}")
    return wait_until(lambda: all(ask(port, "GET", path).status == 200 for path in paths), 60)


def link_of(families):
    if not families.promises:
        families.book(next(families.numbers))
    return next(iter(families.promises.values())).told["link"].rsplit("/", 1)[1]


@contextmanager
def frozen(service):
    """Stop every process of the database in its tracks."""
    processes = service.database()
    for each in processes:
        with suppress(psutil.Error):
            each.suspend()
    try:
        yield
    finally:
        for each in processes:
            with suppress(psutil.Error):
                each.resume()


def test_while_the_database_is_frozen_it_says_so_and_recovers(families, service):
    link, slowness = link_of(families), service.slowness
    assert ask(service.port, "GET", f"/booking/{link}").status == 200

    with frozen(service):
        first = out_of_order(service.port, link)
        then = out_of_order(service.port, link)
        stands_without_the_database(service.port, slowness)
    seconds = recovered(service.port, link)

    honest([*first, *then], slowness)
    assert seconds < RECOVERS * slowness
    slowest = [round(max(answer.seconds for _, answer in given), 2) for given in (first, then)]
    tell("frozen", slowest=slowest, recovered=round(seconds, 2), slowness=round(slowness, 2))


@pytest.mark.long  # a fault
def test_over_a_line_that_is_cut_silent_or_slow_it_says_so_and_recovers(families, service):
    link, slowness = link_of(families), service.slowness
    with Line(service.socket) as line, service.behind(line.port) as port:
        assert recovered(port, link) < RECOVERS * slowness
        for mode in ("reset", "silent", "slow"):
            line.mode = mode
            if mode == "reset":
                line.cut()
            given = out_of_order(port, link)
            stands_without_the_database(port, slowness)
            line.mode = "well"
            seconds = recovered(port, link)

            honest(given, slowness)
            assert seconds < RECOVERS * slowness
            slowest = max(answer.seconds for _, answer in given)
            tell(f"line {mode}", slowest=round(slowest, 2), recovered=round(seconds, 2), slowness=round(slowness, 2))


def test_while_the_disk_is_full_it_says_so_and_recovers(families, service):
    before, refused = Counter(families.statuses), []

    def once(_):
        """Try to book until somebody is refused: what fits into pages that are there already is still booked."""
        while not refused and time.monotonic() < until:
            centre, start = families._next_time()
            wish = {"centre": centre, "start": start, "born": [families.born], "interpreter": False}
            answer = ask(service.port, "POST", "/api/v1/holds", wish, X_Forwarded_For=f"10.9.{random.randrange(256)}.1")
            assert answer.status in {201, 409, 503}, answer
            assert answer.seconds < HONEST * service.slowness
            if answer.status == 503:
                refused.append(answer)

    until = time.monotonic() + 60
    with full(service) as how, ThreadPoolExecutor(CLIENTS) as pool:
        with service.asking() as connection, suppress(Exception):
            connection.execute("CREATE TABLE ballast AS SELECT repeat('x', 1000) FROM generate_series(1, 1000)")
        list(pool.map(once, range(CLIENTS)))
    began = time.monotonic()
    assert families.book(next(families.numbers)) or families.book(next(families.numbers))
    seconds = time.monotonic() - began

    assert refused
    assert refused[0].headers["Content-Type"] == "application/problem+json"
    assert seconds < RECOVERS * service.slowness
    assert families.broken_promises() == []
    tell("disk full", how=how, recovered=round(seconds, 2), statuses=dict(families.statuses - before))


# ---- carriers


def time_passes(service):
    """Let an hour pass for what is still to be sent, and have the worker look after it."""
    with service.asking() as connection:
        hour = "interval '1 hour'"
        connection.execute(
            f"UPDATE message SET claimed_at = claimed_at - {hour}, handed_at = handed_at - {hour}, due = due - {hour}"  # noqa: S608
            " WHERE state IN ('queued', 'sending') AND channel = 'email'"
        )
        connection.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE scheduled_at > now()")
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'messages.look_after', %s)",
            ['{"timestamp": 0}'],
        )


def under_way(service):
    with service.asking() as connection:
        states = "SELECT count(*) FROM message WHERE state IN ('queued', 'sending') AND channel = 'email'"
        return connection.execute(states).fetchone()[0]


def all_settled(service):
    """Let time pass until nothing is on its way any more."""

    def settled():
        if not under_way(service):
            return True
        time_passes(service)
        time.sleep(1)
        return False

    wait_until(settled, 120)


def outcomes(service):
    """What became of each message of the families here: its id and state."""
    with service.asking() as connection:
        return dict(
            connection.execute(
                "SELECT m.id::text, m.state FROM message m JOIN booking b ON b.public_id = m.about WHERE b.channel = 'api'"
            ).fetchall()
        )


def whole(found, standin):
    """Check that what went out was taken once, or twice where a line was cut or a worker killed; give how many were twice."""
    sent = {name for name, state in found.items() if state == "sent"}
    assert sent - set(standin.taken) == set()
    assert max(standin.taken.values(), default=0) <= 2
    return sum(number == 2 for number in standin.taken.values())


@pytest.mark.long  # a fault
def test_a_carrier_that_fails_in_every_way_keeps_no_family_waiting_and_loses_nothing(families, service, mail):
    def seconds_of_bookings(number):
        def one(_):
            began = time.monotonic()
            families.book(next(families.numbers))
            return time.monotonic() - began

        with ThreadPoolExecutor(4) as pool:
            return sorted(pool.map(one, range(number)))

    well = seconds_of_bookings(12)
    found = {}
    for mode in ("hang", "500", "flaky"):
        mail.mode = mode
        found[mode] = seconds_of_bookings(12)
        wait_until(lambda: mail.came > 0)
    mail.mode = "well"
    kill(service.child("flask worker"))  # what it was left hanging with is taken back from it too
    all_settled(service)
    twice = whole(outcomes(service), mail)

    assert all(times[6] < 2 * well[6] + 0.5 * service.slowness for times in found.values())
    middle = {mode: round(times[6], 3) for mode, times in (("well", well), *found.items())}
    tell(
        "mail server", median_of_bookings=middle, twice=twice, cut=len(mail.cut), refused=sum(mail.turned_away.values())
    )


@pytest.mark.long  # a fault
def test_the_service_itself_killed_is_started_again_as_systemd_would(families, service):
    healed = []
    for _ in range(ROUNDS):
        healed.append(families.burst(1, service.start_again, 0.2)[0])
        service.until_it_runs()
        assert families.broken_promises() == []
    tell("the service", rounds=ROUNDS, healed=[round(each, 2) for each in healed], slowness=round(service.slowness, 2))

    assert max(healed) < HEALS * 2 * service.slowness  # it migrates and looks at everything before it opens


def test_in_the_end_every_promise_stands_and_every_message_went_out(families, service, mail):
    mail.mode = "well"
    all_settled(service)
    states = Counter(outcomes(service).values())
    again = families.send_again(1000 if REPORT else 20)

    assert families.broken_promises() == []
    twice = whole(outcomes(service), mail)
    assert set(states) <= {"sent", "withdrawn", "failed"}
    assert states["failed"] == 0 or failed_ones_are_with_staff(service)
    broken = json.loads(service.run_flask("invariants").stdout)
    assert set(broken.values()) == {0}
    assert "Request finalizing failed" not in service.program.text
    moved = sum(each.moved for each in families.promises.values())
    tell("in the end", booked=len(families.promises), moved=moved, sent_again=again, answers=dict(families.statuses),
         slowest=round(families.slowest, 2), messages=dict(states), twice=twice, invariants=sum(broken.values()))  # fmt: skip


def failed_ones_are_with_staff(service):
    with service.asking() as connection:
        query = (
            "SELECT count(*) FROM message m WHERE m.state = 'failed' AND m.template NOT LIKE 'reminder%'"
            " AND NOT EXISTS (SELECT 1 FROM staff_task t WHERE t.message_id = m.id)"
        )
        return connection.execute(query).fetchone()[0] == 0


@pytest.mark.long  # a fault
def test_notify_that_asks_to_be_left_alone_is_and_what_it_never_takes_is_with_staff():
    with notify() as (standin, url):
        keys = {"NOTIFY_API_BASE": url, "NOTIFY_EMAIL_TEMPLATE": "e"}
        key = "a_key-11111111-2222-4333-8444-555555555555-66666666-7777-4888-8999-aaaaaaaaaaaa"
        service = Service(NOTIFY_API_KEY=key, **keys)
        try:
            families = Families(service)
            standin.mode = "429"
            families.book(next(families.numbers))
            wait_until(lambda: standin.turned_away)
            time.sleep(1)
            with service.asking() as connection:
                query = (
                    "SELECT due > now() + interval '60 seconds' FROM message m JOIN booking b ON b.public_id = m.about"
                )
                assert connection.execute(query + " WHERE b.channel = 'api'").fetchone() == (True,)
            for mode in ("hang", "flaky", "cut", "500"):
                standin.mode = mode
                for _ in range(4):
                    families.book(next(families.numbers))
                time.sleep(1)
            all_settled(service)  # while it still takes nothing
            states = Counter(outcomes(service).values())
            assert states["failed"]
            assert failed_ones_are_with_staff(service)
            twice = whole(outcomes(service), standin)
            tell("Notify", states=dict(states), twice=twice, cut=len(standin.cut))
        finally:
            service.stop()
