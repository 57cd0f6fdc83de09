"""Protocols are registered as they are; bundles are asked for, worked on by one worker, kept, and released once."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registration.common.db import db
from registration.pilot.building import actions
from registration.pilot.building.models import PilotBuild, PilotProtocol
from registration.pilot.building.queries import build_names, builds, file_of, latest_done, protocols, released

pytestmark = pytest.mark.database

TODAY, NOW = date(2026, 11, 22), datetime(2026, 11, 22, 9, tzinfo=UTC)
ME = "staff:1"


def built(as_of=TODAY):
    made = actions.ask(as_of, None, TODAY, ME)
    task = actions.take_next()
    assert task.build_id == made.id
    actions.settle(made.id, b"PK\x05\x06" + bytes(18), {"files": {}})
    return made


def silent(build):
    build.beat_at = datetime.now(UTC) - timedelta(seconds=actions.WORKS.silent + 5)
    db.session.flush()


def test_a_protocol_is_kept_as_it_was_written_once(database):
    made = actions.register_protocol("title = 'é'\n", ME)

    assert made.sha256 == sha256("title = 'é'\n".encode()).hexdigest()
    assert [each.words for each in protocols()] == ["title = 'é'\n"]
    with pytest.raises(actions.AlreadyRegistered):
        actions.register_protocol("title = 'é'\n", "staff:2")


@pytest.mark.parametrize("change", ["UPDATE pilot_protocol SET words = ''", "DELETE FROM pilot_protocol"])
def test_nobody_changes_a_protocol(database, change):
    actions.register_protocol("title = 'x'\n", ME)

    with pytest.raises(DBAPIError, match="only ever added"):
        db.session.execute(text(change))
    db.session.rollback()


def test_figures_are_as_of_a_day_that_has_been(database):
    with pytest.raises(actions.NotThatDate):
        actions.ask(TODAY + timedelta(days=1), None, TODAY, ME)
    assert builds() == []


def test_a_worker_takes_what_has_waited_longest_and_no_second_one_beside_it(database):
    protocol = actions.register_protocol("title = 'x'\n", ME)
    first, second = actions.ask(TODAY, protocol.id, TODAY, ME), actions.ask(TODAY, None, TODAY, ME)

    task = actions.take_next()
    assert (task.build_id, task.as_of, task.protocol, task.earlier) == (first.id, TODAY, "title = 'x'\n", ())
    assert actions.take_next() is None
    silent(first)
    assert actions.take_next() is None
    actions.look_after()
    assert actions.take_next().build_id == second.id
    assert actions.take_next() is None


def test_how_far_it_is_only_grows_and_a_stop_is_heard(database):
    made = actions.ask(TODAY, None, TODAY, ME)
    actions.take_next()

    assert not actions.note(made.id, "Measuring", 0.5)
    assert not actions.note(made.id, "Still measuring", 0.2)
    assert not actions.note(made.id)
    assert (made.stage, made.share) == ("Still measuring", 0.5)
    actions.ask_to_stop(made.id, ME)
    assert actions.note(made.id, "Drawing", 3.0)
    actions.give_up(made.id, ["You asked for it."])
    assert (made.state, made.faults, made.share) == ("stopped", ["You asked for it."], 1.0)


def test_what_waits_is_stopped_at_once_and_what_has_ended_cannot_be(database):
    made = actions.ask(TODAY, None, TODAY, ME)
    actions.ask_to_stop(made.id, ME)

    assert made.state == "stopped"
    assert actions.take_next() is None
    for number in (made.id, 0):
        with pytest.raises(actions.BuildSettled):
            actions.ask_to_stop(number, ME)


def test_what_fails_says_why_and_cannot_be_settled_again(database):
    made = actions.ask(TODAY, None, TODAY, ME)
    actions.take_next()
    actions.give_up(made.id, ["births.csv: the file is missing"])

    assert (made.state, made.faults) == ("failed", ["births.csv: the file is missing"])
    with pytest.raises(actions.BuildSettled):
        actions.settle(made.id, b"", {})
    with pytest.raises(actions.BuildSettled):
        actions.give_up(0, [])


def test_a_bundle_whose_worker_died_is_given_up_and_the_next_one_begun(database):
    dead, waits = actions.ask(TODAY, None, TODAY, ME), actions.ask(TODAY, None, TODAY, ME)
    actions.take_next()
    actions.look_after()
    assert dead.state == "running"
    assert not actions.WORKS.has_died(dead)
    silent(dead)
    assert actions.WORKS.has_died(dead)

    before = db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'pilot.work'"))
    actions.look_after()
    assert (dead.state, dead.faults) == ("failed", [actions.GIVEN_UP])
    jobs = db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'pilot.work'"))
    assert jobs == before + 1
    assert actions.take_next().build_id == waits.id
    actions.look_after()
    assert waits.state == "running"


def test_a_bundle_is_kept_whole_and_its_files_are_found_by_name(database):
    assert latest_done() is None
    made = built()

    assert latest_done() is made
    built(TODAY - timedelta(days=1))
    assert latest_done() is made
    assert file_of(made, "nothing.csv") is None
    assert file_of(actions.ask(TODAY, None, TODAY, ME), "nothing.csv") is None
    assert build_names([str(made.id)])[str(made.id)].text == "figures as of 22 November 2026"


def test_figures_are_released_once(database):
    made = built()
    with pytest.raises(actions.BuildSettled):
        actions.release(actions.ask(TODAY, None, TODAY, ME).id, "For the board", NOW, ME)

    actions.release(made.id, "For the board", NOW, ME)
    assert released() == [made]
    assert (made.released_for, made.released_by) == ("For the board", ME)
    with pytest.raises(actions.AlreadyReleased):
        actions.release(made.id, "Again", NOW, ME)


def test_figures_built_before_others_were_released_are_not_released_after_them(database):
    older, newer = built(), built()
    actions.release(newer.id, "For the board", NOW, ME)

    with pytest.raises(actions.NotTriedAgainst):
        actions.release(older.id, "For the board", NOW, ME)
    assert older.released_at is None
    anew = actions.ask(TODAY, None, TODAY, ME)
    assert actions.take_next().earlier == (newer.id,)
    assert db.session.get(PilotBuild, anew.id).state == "running"
    assert db.session.query(PilotProtocol).count() == 0
