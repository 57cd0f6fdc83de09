"""Where times run dry: what the page says, and what can be done about it from there."""

import html
import re
from datetime import timedelta

import pytest

from registration.balancing.actions import adjust_demand, keep_forecast
from registration.balancing.jobs import look_out
from registration.balancing.rules.demand import Adjustment
from registration.balancing.rules.intervals import Interval
from registration.common.clock import now
from registration.common.db import db
from registration.desk.views.supply import between, families
from registration.rota.models import Session
from tests.balancing.dry import NOW, THIS, contract, make_service, say
from tests.booking.world import at_time
from tests.desk.test_first_work_pages import figures
from tests.staff.people import page, sign_in_as

PATH = "/desk/lists/running-dry"


@pytest.fixture
def world(database, at):
    at(NOW)
    return make_service()


@pytest.fixture
def dry(world):
    """The hills' sessions end before Christmas, and the registrar there has a half-day to spare each week."""
    for session in db.session.query(Session).filter_by(centre_id=world.centres["todmorden"]):
        if session.begins_at > at_time(session.begins_at.date().replace(year=2026, month=12, day=25), "9:00"):
            session.state = "withdrawn"
    contract(world, "cleo", 2)
    say(world, hills=2)
    return world


def test_a_service_with_enough_times_says_so(client, world):
    sign_in_as(client, "rota_manager")
    said = page(client.get(PATH))

    assert re.search(r"Hills (none|fewer than 1 \(0 to \d\)) (none|fewer than 1 \(0 to \d\)) 6 0 36 enough", said)
    assert "published to 21 January 2027" in said
    assert "As of 8am on 25 November" in said
    assert "What would help" not in said
    assert "clusters running dry" in figures(client.get("/staff/"))


def test_a_cluster_that_runs_dry_is_on_the_first_page_with_the_half_days_that_would_help(client, dry):
    sign_in_as(client, "rota_manager")
    assert figures(client.get("/staff/"))["cluster running dry"] == 1
    answer = client.get(PATH)
    said = page(answer)

    assert "runs dry" in said
    assert "What would help in Hills" in said
    assert re.search(
        r"One more \w+day (morning|afternoon) at Todmorden Children’s Centre in the week of \d+ \w+( 2027)? "
        r"\(Registrar Cleo, Room 1\)",
        said,
    )
    assert "would be missed: it is the least that was found" in said
    assert "Plan the rota anew" not in said


def test_the_link_fills_in_the_extra_session_and_once_it_is_opened_the_alarm_ends(client, dry):
    keep_forecast(now())
    db.session.commit()
    sign_in_as(client, "rota_manager")
    links = [html.unescape(each) for each in re.findall(r'href="(/rota/extra\?[^"]+)"', client.get(PATH).text)]
    assert links
    for link in links:
        form = client.get(link).text
        fields = dict(re.findall(r'name="([\w-]+)"[^>]* value="([^"]*)"', form))
        typed = {name: fields[name] for name in ("day-day", "day-month", "day-year", "begins", "ends", "reason")}
        chosen = re.findall(r'<option value="(\d+)" selected', form)
        typed |= {"registrar": chosen[0], "centre": chosen[1]}
        assert client.post("/rota/extra", data=typed).status_code == 302
    assert figures(client.get("/staff/"))["cluster running dry"] == 1, "until the job that this defers has run"
    look_out()
    assert figures(client.get("/staff/"))["clusters running dry"] == 0


def test_the_booking_desk_is_told_what_would_help_and_cannot_do_it(client, dry):
    sign_in_as(client, "booking_desk")
    answer = client.get(PATH)

    assert "One more" in page(answer)
    assert "/rota/extra" not in answer.text
    assert "/balance/" not in answer.text


def test_where_nobody_can_come_the_rota_is_to_be_planned_anew(client, dry):
    contract(dry, "cleo", 0)
    sign_in_as(client, "rota_manager")
    said = page(client.get(PATH))

    assert "Nobody within reach has a half-day of the contract left, or no room is free." in said
    assert "Plan the rota anew" in said


@pytest.mark.long  # the search goes on until nothing more helps
def test_where_not_enough_can_be_done_it_is_said_how_many_would_still_be_missed(client, dry):
    say(dry, hills=30)
    sign_in_as(client, "rota_manager")
    said = page(client.get(PATH))

    assert re.search(r"Even then \d+ would be missed\.", said)
    assert "Plan the rota anew" in said


def test_the_desks_places_are_opened_where_that_is_enough(client, world):
    """Four babies born three weeks ago: the places of the first two Thursdays are the desk's, the next two have none."""
    there = db.session.query(Session).filter_by(centre_id=world.centres["todmorden"])
    for number, session in enumerate(there.order_by(Session.begins_at)):
        session.kept_minutes = 180
        session.state = "withdrawn" if number in (2, 3) else "published"
    born = THIS - timedelta(weeks=3)
    say(world, hills=0)
    adjust_demand(Adjustment(world.clusters["hills"], born, born, None, 4, "Four"), now(), "staff:1")
    db.session.commit()
    sign_in_as(client, "rota_manager")
    answer = client.get(PATH)
    assert "Open the places kept for the telephone desk to everybody" in page(answer)
    action = re.search(r'action="([^"]+/open)"', answer.text)[1]
    assert client.post(action).location == PATH

    assert [row.kept_minutes for row in there.order_by(Session.begins_at)] == [0, 0, 180, 180, 0, 0, 0, 0, 180]
    assert "Open the places kept" not in page(client.get(PATH))
    assert client.post(f"{PATH}/0/open").status_code == 404


def test_without_a_rota_it_says_that_none_is_published(client, world):
    for session in db.session.query(Session):
        session.state = "withdrawn"
    db.session.commit()
    sign_in_as(client, "rota_manager")
    said = page(client.get(PATH))
    assert "(none is published)" in said
    assert "Week by week" not in said


def test_a_service_without_clusters_has_an_empty_page(client, database, at):
    at(NOW)
    sign_in_as(client, "rota_manager")
    assert "Where times run dry" in page(client.get(PATH))


@pytest.mark.parametrize(("number", "said"), [(0, "none"), (0.4, "fewer than 1"), (1.2, "1"), (12.6, "13")])
def test_a_number_to_be_expected_is_said_in_whole_families(number, said):
    assert families(number) == said


def test_a_range_is_said_where_there_is_one():
    assert between(Interval(0, 0, 0)) == "none"
    assert between(Interval(0.5, 0, 3)) == "fewer than 1 (0 to 3)"
