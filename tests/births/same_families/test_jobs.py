"""Runs worked on by the worker: in a program of its own, with an end to everything."""

import subprocess
import sys

import pytest

from registration.births.linking.rules.records import Record
from registration.births.same_families import actions, apart, jobs
from registration.common import long_work
from registration.common.db import db
from registration.families.models import LinkRun
from tests.births.same_families.records import birth, family, links

ONE = Record("1.1", m_given="Amy", m_surname="Ashworth", c_dob="2026-11-05", postcode="HX1 5ET", house="3")


def test_the_worker_compares_what_is_asked_for_and_every_night_it_is(database):
    a, x = birth(), family()
    jobs.nightly(0)
    jobs.work()

    [run] = db.session.query(LinkRun)
    assert (run.state, run.asked_by, run.done) == ("done", "service", 3)
    assert links()[a, x][0] == "linked"


def test_the_program_tells_of_progress_and_gives_what_it_found():
    told = []
    found = apart.link_apart([apart.Files([ONE], [ONE]), apart.Files([], [ONE])], told.append)

    assert [[each[:2] for each in pairs] for pairs in found.found] == [[("1.1", "1.1")], []]
    assert all(number in (0, 1, 2) for number in told)


def test_whoever_looks_can_end_the_work(monkeypatch):
    def leave_off(_done):
        raise jobs.Stopped

    monkeypatch.setattr(apart, "LOOK", 0.01)
    with pytest.raises(jobs.Stopped):
        apart.link_apart([apart.Files([ONE], [ONE])], leave_off)


def test_a_program_that_dies_is_said_to_have_died(monkeypatch, database):
    monkeypatch.setattr("registration.common.apart.sys.executable", "/bin/false")
    actions.ask_run("staff:1")
    jobs.work()

    run = db.session.query(LinkRun).one()
    assert (run.state, run.result) == ("failed", {"reason": jobs.DIED})


def test_a_run_that_the_worker_must_leave_is_given_up_with_a_reason(monkeypatch, database):
    answers = iter([False, True, True])
    monkeypatch.setattr(jobs, "ending", lambda: next(answers))
    monkeypatch.setattr(long_work, "ending", lambda: next(answers))
    monkeypatch.setattr(apart, "LOOK", 0.01)
    actions.ask_run("staff:1")
    jobs.work()

    assert db.session.query(LinkRun).one().result == {"reason": jobs.STOPPED}


def test_the_web_process_holds_none_of_the_packages():
    code = (
        "import sys, registration.births.same_families.views; print({'splink', 'duckdb', 'pandas'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "set()"


def test_a_run_whose_worker_died_is_given_up(database):
    actions.ask_run("staff:1")
    task = actions.take_next()
    db.session.get_one(LinkRun, task.run_id).beat_at = "2026-11-22T00:00Z"
    db.session.flush()
    jobs.look_after(0)

    assert db.session.get_one(LinkRun, task.run_id).state == "failed"
