"""Cover as a rota manager, the desk and an auditor see it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from registration.booking.queries.offers import latest_offer
from registration.cover import actions
from registration.cover.models import CoverPlan
from registration.cover.queries import lines
from registration.rota.models import Absence, Registrar
from tests.booking.appointments import booked, link
from tests.booking.world import TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page, sign_in_as

DAY = {"first-day": "24", "first-month": "11", "first-year": "2026"}
LAST = {"last-day": "24", "last-month": "11", "last-year": "2026"}


@pytest.fixture
def manager(client, at):
    at("2026-11-22T09:00")
    sign_in_as(client, "rota_manager")
    return client


@pytest.fixture
def nobody_free(database, world):
    database.execute(text("UPDATE registrar SET contracted_sessions = 0"))


def ask(client, world, **changes):
    return client.post(
        "/cover/new", data={"registrar": world.registrars["ann"], "reason": "sickness", **DAY, **LAST} | changes
    )


def only(database):
    database.expire_all()
    return database.scalars(select(CoverPlan)).one()


def test_two_clicks_show_every_family_that_is_hit(manager, database, world, family):
    mine = family()
    early = family("9:30", births=(TUESDAY - timedelta(days=40),), name="Early Bird")
    form = page(manager.get("/cover/new"))
    assert "Registrar Ann" in form
    plan = page(manager.get(ask(manager, world).location))
    assert "2 families affected, 1 within 5 days of day 42." in plan
    assert plan.index(early.reference) < plan.index(mine.reference)
    assert "Tue 24 November, 9am, Sunshine Children’s Centre" in plan
    assert "39 days now, 37 days then" in plan
    assert "4 days now, 2 days then ! Within the 3 days kept in hand" in plan
    assert "Registrar Cleo is free and sits there instead: the family is told nothing" in plan
    assert "0 half-days that week; the only one free" in plan
    assert "2 families keep their times with another registrar and are told nothing." in plan
    assert "Send the plan" in plan
    assert database.scalars(select(Absence)).all() == []


def test_the_nearest_colleague_is_proposed_and_the_page_says_how_far_and_why(manager, database, world, family):
    """Eve sits nowhere that week and lives in Todmorden; Cleo has a session, and lives round the corner."""
    database.get_one(Registrar, world.registrars["cleo"]).home_postcode = "HX1 1UJ"
    eve = Registrar(name="Registrar Eve", home_postcode="OL14 5AA", contracted_sessions=4)
    database.add(eve)
    world.session("todmorden", "cleo", WEDNESDAY, "9:00", "12:00")
    mine = family()
    plan = ask(manager, world).location
    said = page(manager.get(plan))
    assert "Registrar Cleo is free and sits there instead" in said
    assert "1 km from home, 1 half-day that week; the nearest of 2 who are free" in said
    manager.post(f"{plan}/session/{mine.session_id}", data={"taker": str(eve.id)})
    assert "km from home, 0 of 4 half-days that week; you chose them" in page(manager.get(plan))


def test_whoever_sits_there_that_day_anyway_has_no_way_at_all(manager, database, world, family):
    """Dev lives round the corner; Cleo far away, but sits at the centre in the afternoon."""
    left = "UPDATE session SET state = 'withdrawn' WHERE registrar_id = :r"
    database.execute(text(left), {"r": world.registrars["dev"]})
    database.get_one(Registrar, world.registrars["dev"]).home_postcode = "HX1 1UJ"
    database.get_one(Registrar, world.registrars["cleo"]).home_postcode = "OL14 5AA"
    world.session("sunshine", "cleo", TUESDAY, "13:00", "16:00")
    family()
    said = page(manager.get(ask(manager, world).location))
    assert "1 half-day that week; at that centre the same day anyway" in said


def test_where_the_nearest_does_not_speak_with_the_family_the_page_says_why_another(manager, database, world, family):
    for who, home, spoken in (
        ("cleo", "HX1 1UJ", ["en"]),
        ("dev", "OL14 5AA", ["en", "ur"]),
        ("ann", None, ["en", "ur"]),
    ):
        row = database.get_one(Registrar, world.registrars[who])
        row.home_postcode, row.languages = home, spoken
    left = "UPDATE session SET state = 'withdrawn' WHERE registrar_id = :r"
    database.execute(text(left), {"r": world.registrars["dev"]})
    family(language="ur")
    said = page(manager.get(ask(manager, world).location))
    assert "Registrar Dev is free and sits there instead" in said
    assert "; who is nearer has another of these sessions, or not the language its families need" in said


def test_another_page_says_who_is_away_and_when(manager, world):
    form = manager.get(f"/cover/new?registrar={world.registrars['bo']}&from=2026-12-01&to=2026-12-03").text
    assert f'<option value="{world.registrars["bo"]}" selected' in form
    assert 'value="12"' in form
    page(manager.get("/cover/new?from=nonsense"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"registrar": ""}, "Choose who is away"),
        ({"registrar": "0"}, "Choose one of those offered"),
        ({"last-day": "23"}, "The last day must be the first day or after it"),
        ({"first-year": "2020", "last-year": "2020"}, "The last day must be today or a day to come"),
        ({"first-year": "9999", "last-year": "9999"}, "An absence must begin within a year from today"),
        ({"from_midday": "y", "to_midday": "y"}, "leave out the morning or the afternoon, not both"),
        ({"first-day": ""}, "First day must include a day"),
        ({"reason": "fun"}, "Choose one of those offered"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(manager, database, world, changes, said):
    assert said in page(ask(manager, world, **changes), 422)
    assert database.scalars(select(CoverPlan)).all() == []


def test_an_absence_that_has_begun_may_be_planned_for(manager, world):
    began = {"first-day": "16", "first-month": "11"}
    assert ask(manager, world, **began).status_code == 303


def test_a_manager_changes_a_row_and_sends(manager, database, world, family, nobody_free):
    mine = family()
    plan = ask(manager, world).location
    shown = page(manager.get(plan))
    assert "the free time at the same centre that is nearest to theirs" in shown
    assert "1 family is offered another time, kept until they answer." in shown
    [row] = lines(only(database).id)
    choose = page(manager.get(f"{plan}/family/{row.id}"))
    assert "Elland Children’s Centre" in choose
    assert "Have a person ring the family" in choose
    minute = int(at_time(TUESDAY, "10:00").timestamp()) // 60
    answer = manager.post(f"{plan}/family/{row.id}", data={"instead": f"{world.centres['elland']}.{minute}"})
    assert "Tue 24 November, 10am, Elland Children’s Centre" in page(manager.get(answer.location))
    progress = page(manager.get(manager.post(f"{plan}/send").location))
    assert "The plan is sent. Offers of another time go to 1 family." in progress
    assert "The plan is sent." not in page(manager.get(plan))
    assert "Registrar Ann will be away: Tuesday 24 November 2026" in progress
    assert "sent the plan of cover" in progress
    assert "registrar: Registrar Ann" in progress
    assert "Waiting for an answer: 1." in progress
    assert "Waiting for an answer until Mon 23 November, 8pm" in progress
    assert "cannot go ahead" in manager.get(link(mine)).text
    offer = latest_offer(mine.id)
    manager.post(f"{link(mine)}/offer", data={"offer": str(offer.public_id), "answer": "accept"})
    assert "Accepted: Tue 24 November, 10am, Elland" in page(manager.get(plan))
    listed = page(manager.get("/cover/"))
    assert "Sent, not all settled" in listed


def test_a_row_is_refused_with_a_sentence(manager, database, world, family, nobody_free):
    family()
    plan = ask(manager, world).location
    [row] = lines(only(database).id)
    there = f"{plan}/family/{row.id}"
    assert "Choose a time, or a call" in page(manager.post(there), 422)
    assert "Choose a time from the list" in page(manager.post(there, data={"instead": "soon"}), 422)
    database.commit()
    gone = int(at_time(TUESDAY, "10:00").timestamp()) // 60
    booked(world.centres["elland"], at_time(TUESDAY, "10:00"), email="b@example.org", mobile=None)
    taken = manager.post(there, data={"instead": f"{world.centres['elland']}.{gone}"})
    assert "Someone else has just taken this time" in page(taken, 409)
    assert manager.post(f"{plan}/family/0", data={"instead": "call"}).status_code == 404
    assert manager.get(f"{plan}/session/0").status_code == 404
    manager.post(there, data={"instead": "call"})
    shown = page(manager.get(plan))
    assert "you chose to have them rung" in shown
    assert "1 family goes on the list of those to ring." in shown


def test_a_session_is_given_to_nobody_and_back(manager, database, world, family):
    mine = family()
    plan = ask(manager, world).location
    [row] = lines(only(database).id)
    shown = page(manager.get(plan))
    assert "Ask them first Nobody has asked these colleagues yet" in shown
    assert "Registrar Cleo: Tue 24 November, 9am, Sunshine Children’s Centre" in shown
    there = manager.get(f"{plan}/family/{row.id}").location
    assert there == f"{plan}/session/{mine.session_id}"
    assert "Registrar Cleo, 0 half-days that week" in page(manager.get(there))
    database.execute(
        text("UPDATE registrar SET home_postcode = 'HX1 1UJ', contracted_sessions = 8 WHERE name ~ 'Cleo'")
    )
    database.commit()
    assert re.search(r"Registrar Cleo, \d+ km from home, 0 of 8 half-days that week", page(manager.get(there)))
    assert "Choose a registrar, or nobody" in page(manager.post(there), 422)
    manager.post(there, data={"taker": "nobody"})
    assert [line.way for line in lines(only(database).id)] == ["same_centre"]
    manager.post(there, data={"taker": str(world.registrars["cleo"])})
    assert [line.way for line in lines(only(database).id)] == ["take_over"]


def test_a_family_that_booked_meanwhile_is_shown_before_anything_is_sent(manager, database, world, family, nobody_free):
    family()
    plan = ask(manager, world).location
    new = family("11:00")
    answer = manager.post(f"{plan}/send")
    shown = page(manager.get(answer.location))
    assert "Something changed while you looked" in shown
    assert new.reference in shown
    assert only(database).state == "draft"
    assert manager.post(f"{plan}/send").location == plan


def test_a_plan_put_away_says_so_and_leads_to_a_new_one(manager, database, world, family):
    family()
    plan = ask(manager, world).location
    assert manager.post(f"{plan}/refresh").location == plan
    shown = page(manager.get(manager.post(f"{plan}/undo").location))
    assert "Nothing was changed, nobody was told" in shown
    assert "This plan was sent or put away" in page(manager.post(f"{plan}/send"), 409)
    assert "Put away" in page(manager.get("/cover/"))
    assert "from=2026-11-24&amp;to=2026-11-24" in manager.get(plan).text


def test_an_absence_that_hits_nobody_is_sent_as_it_is(manager, database, world):
    plan = ask(manager, world).location
    shown = page(manager.get(plan))
    assert "No family is booked in this time." in shown
    assert "Put down as away" in shown
    assert "No family was booked in this time." in page(manager.get(manager.post(f"{plan}/send").location))


def test_the_desk_rings_and_the_auditor_only_reads(client, database, world, family, nobody_free, planned, at):
    mine = family(births=(TUESDAY - timedelta(days=42),))
    database.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE registrar_id <> :ann"), {"ann": world.registrars["ann"]}
    )
    made = planned()
    at("2026-11-22T09:05")
    sign_in_as(client, "auditor")
    draft = page(client.get(f"/cover/{made.public_id}"))
    assert "no time within their 42 days is free anywhere" in draft
    assert "Send the plan" not in draft
    assert "A registrar is absent" not in page(client.get("/cover/")).replace("A registrar is absent: every", "")
    actions.send_plan(made.public_id, at_time(TUESDAY, "0:00") - timedelta(days=2), "staff:1")
    assert "Rung and settled" not in page(client.get(f"/cover/{made.public_id}"))
    database.commit()
    client.post("/staff/sign-out")
    sign_in_as(client, "booking_desk")
    progress = page(client.get(f"/cover/{made.public_id}"))
    assert mine.email.replace("@", " @").replace(".", " .") in progress
    assert "To be rung" in progress
    [row] = lines(made.id)
    done = client.post(f"/cover/{made.public_id}/family/{row.id}/called")
    assert "Rung and settled: 1." in page(client.get(done.location))
    assert client.post(f"/cover/{made.public_id}/family/0/called").status_code == 409
    assert client.get("/cover/00000000-0000-0000-0000-000000000000").status_code == 404


def test_an_absence_is_not_taken_back_while_families_who_were_told_of_it_wait(
    manager, database, world, family, nobody_free
):
    family("9:30")
    where = ask(manager, world).location
    manager.post(f"{where}/send")
    absence = only(database).absence_id
    answer = manager.post(f"/rota/absences/{absence}/withdraw")
    assert "Families have been told not to come" in page(answer, 409)
    assert database.get(Absence, absence).state == "planned"
    database.execute(text("UPDATE cover_plan SET state = 'settled', ended_at = sent_at"))
    assert manager.post(f"/rota/absences/{absence}/withdraw").status_code == 302
    shown = page(manager.get(where))
    assert "That absence has been taken back, so that time is offered again." in shown
    assert "Have their own time again: 1." in shown
    assert "The absence has been taken back" in page(manager.get("/cover/"))


def test_a_session_that_has_begun_is_marked_for_a_call_to_the_centre(manager, world, family, at):
    family("10:30")
    at(f"{TUESDAY}T09:40")
    plan = ask(manager, world).location
    assert "! Has begun: ring the centre now" in page(manager.get(plan))


def test_a_time_to_choose_that_is_earlier_than_theirs_is_called_so(manager, database, world, family, nobody_free):
    family("10:30")
    plan = ask(manager, world).location
    [row] = lines(only(database).id)
    said = page(manager.get(f"{plan}/family/{row.id}"))
    assert "Tue 24 November, 10am, earlier than theirs" in said
