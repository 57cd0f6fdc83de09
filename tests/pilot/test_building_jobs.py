"""The worker builds bundles in a program of its own, says how far it is, and says why where nothing comes of it."""

from datetime import date, timedelta

import pytest

from registration.common.clock import now
from registration.common.db import db
from registration.pilot.building import actions, jobs, working
from registration.pilot.building.apart import LeftOff, NotBuilt, build_apart, packed, unpacked
from registration.pilot.building.queries import file_of
from registration.pilot.disclosure import actions as rows
from registration.pilot.disclosure.rules import ATTACKED
from tests.pilot.made import AS_OF, make

TODAY = date(2026, 11, 22)


@pytest.fixture
def asked(database, at):
    """Figures as of yesterday are asked for, in a council where nothing has happened yet."""
    at("2026-11-22T09:00")
    made = actions.ask(TODAY - timedelta(days=1), None, TODAY, "staff:1")
    database.commit()
    return made


def test_the_worker_builds_what_waits_and_keeps_it(asked):
    jobs.work()

    assert (asked.state, asked.faults) == ("done", [])
    assert asked.manifest["as_of"] == "2026-11-21"
    assert file_of(asked, "report.pdf").startswith(b"%PDF-")
    assert asked.share == 1.0
    assert asked.stage == ""


def test_what_cannot_be_built_says_why(asked):
    asked.protocol_id = actions.register_protocol("title = 1", "staff:1").id
    db.session.commit()
    jobs.work()

    assert asked.state == "failed"
    assert any("a line of at most 200 letters is wanted" in line for line in asked.faults)


def test_a_stop_ends_the_program_that_builds(asked, tmp_path):
    with pytest.raises(LeftOff):
        working._build(actions.take_next(), _folder(asked), lambda: True)


def test_where_the_service_ends_the_figures_say_so_and_not_that_somebody_asked(asked):
    working.work_on(actions.take_next(), lambda: True)

    assert (asked.state, asked.faults) == ("failed", [actions.ENDED])


def test_where_somebody_asked_the_figures_say_that(asked):
    task = actions.take_next()
    actions.ask_to_stop(asked.id, "staff:1")
    db.session.commit()
    working.work_on(task, lambda: False)

    assert (asked.state, asked.faults) == ("stopped", [actions.STOPPED])


def _folder(_asked):
    import tempfile
    from pathlib import Path

    return Path(tempfile.mkdtemp())


def test_what_was_said_on_the_way_is_heard(tmp_path):
    heard = []
    with pytest.raises(NotBuilt) as refused:
        build_apart(
            make(tmp_path / "extract", 20), AS_OF - timedelta(days=400), tmp_path / "out", None, [], heard.append
        )

    assert any("is after the as-of date" in line for line in refused.value.faults)
    assert set(filter(None, heard)) >= set(refused.value.faults)
    assert not (tmp_path / "out").exists()


def test_the_key_of_an_approval_that_is_over_is_thrown_away(database, at):
    at("2026-11-22T09:00")
    made = rows.ask("Dr Rao", "Replication", "staff:1", now(), 1)
    rows.approve(made.id, "staff:2", {"data_officer"}, now())
    database.commit()
    jobs.expire_rows(0)
    assert made.state == "approved"
    at("2026-11-23T09:01")
    jobs.expire_rows(0)

    assert (made.state, made.key) == ("expired", None)


def test_a_folder_is_packed_the_same_each_time_and_unpacked_whole(tmp_path):
    make(tmp_path / "one", 20)

    packet = packed(tmp_path / "one")
    assert packed(unpacked(packet, tmp_path / "two")) == packet


def test_lines_of_the_attack_do_not_move_the_bar_for_there_are_as_many_as_it_takes(asked):
    task = actions.take_next()
    look = working._looking(task, lambda: False)
    look("Reading the extract")
    for done in range(1, 20):
        look(f"{ATTACKED}{done} of 20 numbers left out are dealt with")

    assert asked.stage == f"{ATTACKED}19 of 20 numbers left out are dealt with"
    assert asked.share == pytest.approx(working.EXTRACTED + working.EACH_LINE)
