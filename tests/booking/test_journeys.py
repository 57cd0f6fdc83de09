"""What is kept of a family on its way, and of its time, at the level of the actions."""

from dataclasses import replace

import pytest

from registration.booking.actions import journeys
from registration.booking.models import Journey
from registration.booking.rules.attendance import Attending
from registration.booking.rules.journey import Answers, KeptTime, WhyAgain
from registration.common.links import digest
from tests.booking.world import BORN, NOW, TUESDAY, at_time, make_world, minute_of

MOMENT = at_time(TUESDAY.replace(day=22), "9:00")
READY = Answers(births=(BORN,), married=True, attending=Attending.BOTH, language="en", postcode="")


@pytest.fixture
def world(database, at):
    at(NOW)
    made = make_world()
    made.session("sunshine", "ann", TUESDAY, "9:00", "10:00")
    return made


@pytest.fixture
def walk(world):
    return journeys.begin(READY, "someone")[1]


def test_only_the_digest_of_a_journey_s_secret_is_stored(world, database):
    token, walk = journeys.begin(READY, "someone")
    assert walk.row.token_digest == digest(token)
    assert token not in str(walk.row.answers)
    found = journeys.locked(token, "someone")
    assert (found.row.id, found.answers) == (walk.row.id, READY)
    assert journeys.locked("another", "someone") is None


def test_a_chosen_time_is_kept_until_it_is_let_go(walk, world, database):
    journeys.choose_time(walk, world.centres["sunshine"], minute_of(TUESDAY, "9:00"), MOMENT)
    kept = walk.answers.kept
    assert journeys.is_live(kept)
    journeys.start_again(walk)
    assert not journeys.is_live(kept)
    assert database.get(Journey, walk.row.id).answers == {}


def test_starting_again_without_a_time_only_forgets(walk):
    journeys.start_again(walk)
    assert walk.answers == Answers()


def test_nothing_can_be_kept_longer_where_nothing_is_kept(walk):
    assert not journeys.keep_longer(walk, MOMENT)
    assert not journeys.renew(walk, MOMENT)
    assert walk.answers.why_again is WhyAgain.TAKEN


def test_a_time_kept_for_the_last_page_cannot_run_out_while_it_is_booked(walk, world, database):
    journeys.choose_time(walk, world.centres["sunshine"], minute_of(TUESDAY, "9:00"), MOMENT)
    from sqlalchemy import text

    database.execute(text("UPDATE occupancy SET until = clock_timestamp() + interval '1 second'"))
    assert journeys.renew(walk, MOMENT, longer=True)
    left = database.execute(text("SELECT until - clock_timestamp() FROM occupancy")).scalar_one()
    assert left.total_seconds() > 590


def test_an_answer_that_fits_the_time_leaves_it_as_it_is(walk, world):
    journeys.choose_time(walk, world.centres["sunshine"], minute_of(TUESDAY, "9:00"), MOMENT)
    before = walk.answers.kept
    journeys.answer(walk, replace(walk.answers, name="Jo"), MOMENT)
    assert (walk.answers.kept, walk.answers.name) == (before, "Jo")


def test_an_answer_that_makes_the_time_too_short_lets_it_go(walk, world):
    journeys.choose_time(walk, world.centres["sunshine"], minute_of(TUESDAY, "9:30"), MOMENT)
    journeys.answer(walk, replace(walk.answers, births=(BORN, BORN)), MOMENT)
    assert walk.answers.why_again is WhyAgain.LONGER
    assert not journeys.is_live(walk.answers.kept)


def test_the_wanted_time_is_remembered_when_it_cannot_be_kept_again(walk, world):
    gone = KeptTime("never", world.centres["sunshine"], minute_of(TUESDAY, "8:00"))
    walk.keep(replace(walk.answers, kept=gone))
    assert not journeys.keep_longer(walk, MOMENT)
    assert walk.answers == replace(READY, kept=gone, why_again=WhyAgain.TAKEN)
