"""The waiting list, as staff see it and as they use it on the telephone."""

import pytest

from registration.booking.actions.wishes import join
from registration.booking.queries.wishes import wish_of
from registration.booking.rules.wishes import Wish
from tests.booking.appointments import NOW, booked, booked_by_letter
from tests.booking.world import TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page, sign_in_as


@pytest.fixture
def mine(world):
    return booked(world.centres["sunshine"], at_time(WEDNESDAY, "9:00"))


@pytest.fixture
def desk(client, mine):
    sign_in_as(client, "booking_desk")
    client.post(f"/desk/look/{mine.public_id}")
    return client


def address(mine):
    return f"/desk/booking/{mine.public_id}/waiting-list"


def test_the_desk_puts_a_family_on_the_list_changes_it_and_takes_it_off(desk, world, mine):
    assert "Put them on the list" in page(desk.get(address(mine)))
    answer = desk.post(address(mine), data={"wish": "earlier", "centres": [str(world.centres["elland"])]})
    assert answer.headers["Location"] == f"/desk/booking/{mine.public_id}"
    assert wish_of(mine.id) == Wish(earlier=True, centre_ids=frozenset({world.centres["elland"]}))
    assert "Change what they wait for" in page(desk.get(address(mine)))
    assert desk.post(f"{address(mine)}/stop").status_code == 303
    assert wish_of(mine.id) is None


def test_the_booking_leads_to_the_waiting_list(desk, mine):
    assert address(mine) in desk.get(f"/desk/booking/{mine.public_id}").text


def test_what_is_missing_is_asked_for(desk, mine):
    assert "Choose at least one centre, or any centre" in page(desk.post(address(mine), data={"wish": "earlier"}), 422)


def test_a_family_reached_by_letter_alone_cannot_wait(client, world):
    post = booked_by_letter(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    sign_in_as(client, "booking_desk")
    client.post(f"/desk/look/{post.public_id}")
    first = client.get(address(post))
    assert "it can be offered only by text or email, and this family gave neither" in page(first)
    assert f"/desk/booking/{post.public_id}/contact" in first.text
    assert 'name="wish"' not in first.text
    answer = client.post(address(post), data={"wish": "earlier", "centres": ["any"]})
    assert "A freed time can be offered only by text or email, and this family gave neither." in page(answer, 422)


def test_an_appointment_that_is_over_waits_for_nothing(desk, mine, at):
    at("2026-11-25T10:00")
    desk.post(f"/desk/look/{mine.public_id}")
    assert desk.get(address(mine)).headers["Location"] == f"/desk/booking/{mine.public_id}"


def test_the_list_says_who_waits_for_what_in_which_order(client, world, mine):
    other = booked(world.centres["sunshine"], at_time(WEDNESDAY, "9:30"), email="b@example.org", mobile=None)
    join(other.public_id, Wish(earlier=False, centre_ids=frozenset({world.centres["elland"]})), "online", NOW)
    join(mine.public_id, Wish(earlier=True, centre_ids=None), "online", NOW)
    sign_in_as(client, "auditor")
    said = page(client.get("/desk/lists/waiting-list"))
    assert "Wed 25 Nov, 9:30am, Sunshine Children’s Centre another centre, Elland Children’s Centre" in said
    assert "Wed 25 Nov, 9am, Sunshine Children’s Centre an earlier day, any centre" in said
    assert said.index(other.reference) < said.index(mine.reference)
    assert "39 days" in said


def test_an_empty_list_says_so(client, world):
    sign_in_as(client, "rota_manager")
    assert "Nobody waits." in page(client.get("/desk/lists/waiting-list"))
