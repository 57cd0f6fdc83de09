"""The forecast is made anew every quarter of an hour, and as soon as the rota changes."""

from datetime import date

import pytest
from sqlalchemy import text

from registration.balancing import jobs
from registration.balancing.models import SupplyForecast
from registration.balancing.outlook import forecast
from registration.common.clock import now
from registration.common.db import db
from registration.common.queue import queue
from registration.rota.actions.extra import add_extra_session
from registration.rota.actions.noting import LOOK_OUT
from tests.balancing.dry import NOW, TODAY, contract, make_service, say
from tests.booking.world import at_time
from tests.rota.plans import draft, half, publish, works


@pytest.fixture
def world(database, at):
    at(NOW)
    return make_service()


def waiting():
    return db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :job"), {"job": LOOK_OUT})


def test_every_quarter_of_an_hour_the_forecast_is_made_anew(world, at):
    jobs.look_out_again(0)
    assert db.session.get(SupplyForecast, 1).made_at == now()
    assert not forecast(now()).clusters[0].is_dry

    say(world, hills=12)
    at("2026-11-25T08:15")
    jobs.look_out_again(0)
    db.session.expire_all()
    assert db.session.get(SupplyForecast, 1).made_at == now()
    assert forecast(now()).clusters[0].is_dry


def test_an_extra_session_has_it_made_at_once(world):
    assert LOOK_OUT in queue.tasks
    before = waiting()
    begins, ends = (at_time(date(2026, 11, 27), clock) for clock in ("9:00", "12:00"))
    add_extra_session(
        world.registrars["ann"], world.centres["sunshine"], None, begins, ends, "Times run dry", "staff:1"
    )
    assert waiting() == before + 1


def test_so_does_a_rota_that_is_published(world):
    contract(world, "dev", 1)
    works(world, "dev", half(world, 1, place="office"))
    before = waiting()
    publish(draft(date(2027, 2, 1), date(2027, 2, 7), today=TODAY))
    assert waiting() == before + 1
