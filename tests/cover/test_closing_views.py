"""The closing of a centre as a rota manager sees it, and as the families hear of it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.booking.queries.offers import latest_offer
from registration.centres.models import Centre, ReachArea
from registration.cover.models import CoverPlan
from registration.cover.queries import lines
from registration.messages.models import Message
from registration.messages.writing import draft, write
from registration.rota.models import CentreDay
from tests.booking.appointments import booked, link
from tests.booking.world import TUESDAY, WEDNESDAY, at_time
from tests.cover.test_closing import exception_of, pattern_of
from tests.staff.people import page, sign_in_as

DAY = {"first-day": "24", "first-month": "11", "first-year": "2026"}


@pytest.fixture
def manager(client, at):
    at("2026-11-22T09:00")
    sign_in_as(client, "rota_manager")
    return client


def ask(client, world, **changes):
    return client.post("/cover/close", data={"centre": world.centres["sunshine"], "successor": "", **DAY} | changes)


def only(database):
    database.expire_all()
    return database.scalars(select(CoverPlan)).one()


def test_what_closing_touches_is_shown_before_anything_is_done(manager, database, world, family):
    mine = family(join=True)
    pattern_of(database, world, "bo", TUESDAY)
    exception_of(database, world, WEDNESDAY)
    form = page(manager.get("/cover/close"))
    assert "Which centre closes?" in form
    plan = page(manager.get(ask(manager, world).location))
    assert "Closing Sunshine Children’s Centre" in plan
    assert "Sunshine Children’s Centre is to close: its last day is Monday 23 November 2026." in plan
    assert "1 family affected" in plan
    assert mine.reference in plan
    assert "Tue 24 November, 9am, Elland Children’s Centre" in plan
    assert (
        "Registrar Ann sits there at the same time: the whole session goes to the nearest centre with a free room"
        in plan
    )
    assert (
        "Sunshine Children’s Centre takes part until Monday 23 November 2026, and no time after that is offered there."
        in plan
    )
    assert "1 family is offered another time, kept until they answer." in plan
    assert "1 session without a family there is withdrawn: 6 times for families fewer." in plan
    assert "To make up for what is withdrawn, afterwards open an extra session at another centre" in plan
    assert "once the weekly patterns name other centres" in plan
    assert "The weekly patterns of Registrar Bo name the centre: change them" in plan
    assert "1 single half-day planned there is for you to change." in plan
    assert "1 family joined this centre or asked to: the record keeps that." in plan
    assert "Close the centre" in plan
    assert database.get_one(Centre, world.centres["sunshine"]).participating_to is None


def test_with_a_successor_the_page_says_what_follows(manager, database, world, family):
    family(join=True)
    database.add_all(ReachArea(lsoa=each, centre_id=world.centres["sunshine"]) for each in ("E01010876", "E01010877"))
    database.commit()
    pattern_of(database, world, "bo", TUESDAY)
    exception_of(database, world, WEDNESDAY)
    plan = page(manager.get(ask(manager, world, successor=world.centres["todmorden"], note="Lease ends").location))
    assert "1 family joined this centre or asked to: Todmorden Children’s Centre carries them over." in plan
    assert "Its reach area, 2 neighbourhoods, belongs to Todmorden Children’s Centre then." in plan
    assert "It is merged into Todmorden Children’s Centre. Lease ends." in plan
    assert "The weekly patterns of Registrar Bo name Todmorden Children’s Centre instead." in plan
    assert "1 single half-day planned there is at Todmorden Children’s Centre then." in plan


def test_with_a_successor_the_page_says_what_becomes_of_the_sessions_before_and_after(manager, database, world):
    database.add(CentreDay(centre_id=world.centres["todmorden"], day=WEDNESDAY, open=False, made_by="staff:1"))
    pattern_of(database, world, "bo", TUESDAY)
    database.commit()
    plan = ask(manager, world, successor=world.centres["todmorden"]).location
    said = page(manager.get(plan))
    went = "1 session without a family {} to Todmorden Children’s Centre with its registrar, at the same times."
    lost = "1 session without a family there {} no place for it then: 6 times for families fewer."
    assert went.format("goes") in said
    assert lost.format("is withdrawn, because Todmorden Children’s Centre has") in said
    after = page(manager.get(manager.post(f"{plan}/send").location))
    assert after.count(went.format("went")) == 2  # as what was done, and on the page for good
    assert after.count(lost.format("was withdrawn, because Todmorden Children’s Centre had")) == 2
    assert "1 session that has gone to Todmorden Children’s Centre stays there." in after
    assert "/rota/extra" in manager.get(plan).text
    [drafts] = re.findall(r'href="(/rota/drafts[^"]*)"', manager.get(plan).text.partition("<main")[2])
    assert 'value="2026-11-24"' in manager.get(drafts.replace("&amp;", "&")).text
    opened = page(manager.get(manager.post(f"{plan}/open").location))
    assert "1 session had gone to Todmorden Children’s Centre with its registrar and stays there" in opened
    assert "Weekly patterns that still name Todmorden Children’s Centre Registrar Bo" in opened
    assert f"/rota/patterns/{world.registrars['bo']}" in manager.get(plan).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"centre": ""}, "Choose the centre"),
        ({"first-day": "22"}, "Choose a day after today"),
        ({"first-day": ""}, "The day must include a day"),
        ({"note": "x" * 201}, "This must be 200 letters or fewer"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(manager, database, world, changes, said):
    assert said in page(ask(manager, world, **changes), 422)
    assert database.scalars(select(CoverPlan)).all() == []


def test_a_centre_is_not_merged_into_itself(manager, world):
    said = page(ask(manager, world, successor=world.centres["sunshine"]), 422)
    assert "Choose another centre than the one that closes" in said


def test_a_centre_that_ends_sooner_already_is_refused(manager, database, world):
    database.get_one(Centre, world.centres["sunshine"]).participating_to = TUESDAY - timedelta(days=1)
    database.commit()
    assert "This centre cannot close on that day" in page(ask(manager, world), 409)


def test_a_centre_is_closed_and_its_family_told_asked_and_moved(manager, database, world, family):
    mine = family()
    plan = ask(manager, world).location
    progress = page(manager.get(manager.post(f"{plan}/send").location))
    assert "The plan is sent. Offers of another time go to 1 family." in progress
    assert "Sunshine Children’s Centre closes: its last day is Monday 23 November 2026." in progress
    assert "Waiting for an answer: 1." in progress
    assert "Open the centre again" not in progress
    assert "because the centre is closing" in page(manager.get(link(mine)))
    kept = page(manager.get(f"{link(mine)}/offer"))
    assert "at Sunshine Children’s Centre cannot go ahead, because the centre is closing." in kept
    assert "Elland Children’s Centre" in kept
    manager.post(f"{link(mine)}/offer", data={"offer": str(latest_offer(mine.id).public_id), "answer": "accept"})
    assert "Accepted: Tue 24 November, 9am, Elland" in page(manager.get(plan))
    listed = page(manager.get("/cover/"))
    assert "closed from Tuesday 24 November 2026 on" in listed
    assert "closed the centre" in page(manager.get(plan)) or "sent the plan of cover" in page(manager.get(plan))


def test_a_row_is_changed_and_no_session_can_be_taken_over(manager, database, world, family):
    mine = family()
    plan = ask(manager, world).location
    [row] = lines(only(database).id)
    choose = page(manager.get(f"{plan}/family/{row.id}"))
    assert "Halifax Register Office" in choose
    minute = int(at_time(TUESDAY, "10:00").timestamp()) // 60
    manager.post(f"{plan}/family/{row.id}", data={"instead": f"{world.centres['elland']}.{minute}"})
    assert "Tue 24 November, 10am, Elland Children’s Centre" in page(manager.get(plan))
    assert manager.get(f"{plan}/session/{mine.session_id}").status_code == 404


def test_a_plan_is_put_away(manager, database, world, family):
    family()
    plan = ask(manager, world).location
    undone = page(manager.get(manager.post(f"{plan}/undo").location))
    assert "Sunshine Children’s Centre was not closed: this plan was put away." in undone
    assert "Nothing was changed" in undone
    assert f"/cover/close?centre={world.centres['sunshine']}" in manager.get(plan).text


def test_a_centre_is_opened_again(manager, database, world):
    plan = ask(manager, world).location
    sent = page(manager.get(manager.post(f"{plan}/send").location))
    assert "The last day of Sunshine Children’s Centre is set. No family was booked there afterwards." in sent
    assert "No family was booked there afterwards." in sent
    opened = page(manager.get(manager.post(f"{plan}/open").location))
    assert "Sunshine Children’s Centre was closed, and has been opened again." in opened
    assert "Nothing was changed" not in opened
    assert database.get_one(Centre, world.centres["sunshine"], populate_existing=True).participating_to is None


def test_a_centre_whose_families_were_told_is_not_opened_again(manager, world, family):
    family()
    plan = ask(manager, world).location
    manager.post(f"{plan}/send")
    assert "Families have been offered other times" in page(manager.post(f"{plan}/open"), 409)


def test_after_its_last_day_the_page_says_so(manager, world, at):
    plan = ask(manager, world).location
    manager.post(f"{plan}/send")
    at("2026-11-24T09:00")
    sign_in_as(manager, "administrator", email="second@council.gov.uk")
    assert "closed: its last day was Monday 23 November 2026." in page(manager.get(plan))


@pytest.mark.parametrize("locale", ["en", "pl", "ur"])
def test_a_family_is_told_that_the_centre_closes_in_its_language(manager, database, world, family, locale):
    booked(
        world.centres["sunshine"],
        at_time(TUESDAY, "9:30"),
        email="a@example.org",
        mobile="+447700900111",
        locale=locale,
    )
    manager.post(f"{ask(manager, world).location}/send")
    database.expire_all()
    found = database.scalars(select(Message).where(Message.template == "offer_cover")).all()
    assert {each.of_channel for each in found} == {"sms", "email"}
    said = {"en": "closing", "pl": "zamyk", "ur": "بند"}[locale]
    for each in found:
        assert each.details["closed"] is True
        words = write(draft(each)).body
        assert said in words
        assert "registrar is away" not in words
