"""The service's programs: started again when they die, more slowly while they keep dying, ended before the service."""

import time

import pytest

from registration.service import children
from registration.service.children import Child, end_all

SLEEPS = ["-c", "import time; time.sleep(60)"]
DIES = ["-c", "raise SystemExit(3)"]
STUBBORN = ["-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(); time.sleep(60)"]


@pytest.fixture
def start():
    started = []

    def start(arguments):
        child = Child("sleeper", arguments)
        child.start()
        started.append(child)
        return child

    yield start
    for child in started:
        child.process.kill()
        child.process.wait()


def tend_until(child, condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        child.tend()
        time.sleep(0.01)


def test_a_program_that_lives_is_left_alone(start):
    child = start(SLEEPS)
    process = child.process

    child.tend()

    assert child.process is process
    assert child.lives


def test_a_program_that_keeps_dying_is_started_again_after_longer_and_longer_pauses(start, monkeypatch, capsys):
    monkeypatch.setattr(children, "LONGEST_PAUSE", 0.06)
    child = start(DIES)
    child.pause = 0.02
    first = child.process

    tend_until(child, lambda: child.process is not first)
    assert child.pause == 0.04
    second = child.process
    tend_until(child, lambda: child.process is not second)

    assert child.pause == 0.06
    assert "The sleeper ended (status 3); it is started again in 0 s." in capsys.readouterr().err


def test_after_a_calm_while_the_first_pause_holds_again(start, monkeypatch):
    child = start(DIES)
    child.pause = children.LONGEST_PAUSE
    child.process.wait()
    monkeypatch.setattr(children, "CALM", 0.0)

    child.tend()

    assert child.start_again_at - time.monotonic() <= children.FIRST_PAUSE


def test_one_that_was_never_started_has_nothing_to_tend_or_end():
    child = Child("sleeper", SLEEPS)

    child.tend()

    assert not child.lives
    assert child.outcome == "not started"
    assert end_all([child]) == []


def test_programs_that_end_when_asked_are_not_named(start):
    child = start(SLEEPS)

    assert end_all([child]) == []
    assert child.outcome == "signal SIGTERM"


def test_one_that_does_not_end_in_time_is_killed_and_named(start, monkeypatch):
    monkeypatch.setattr(children, "GRACE", 0.2)
    child = start(STUBBORN)
    time.sleep(0.5)  # until it ignores the request

    assert end_all([child]) == ["sleeper"]
    assert child.outcome == "signal SIGKILL"
