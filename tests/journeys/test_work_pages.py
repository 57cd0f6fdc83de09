"""What needs a person today: the first page, the work lists and the waiting list, in a browser."""

from __future__ import annotations

import pytest

from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks


@pytest.fixture
def eyes(come, service) -> Looks:
    """The rota manager of the demonstration, signed in and looking closely."""
    looking = Looks(come())
    looking.visitor.open("/staff/sign-in")
    password = demonstration_password(service.app.config["SECRET_KEY"], "rota_manager")
    looking.visitor.answer({"email": demonstration_email("rota_manager"), "password": password})
    return looking


def test_the_first_page_and_every_list_behind_its_numbers(eyes):
    member = eyes.visitor
    eyes.look("work")
    for path in ("without-a-time", "offers", "outcomes", "running-dry", "waiting-list"):
        member.open(f"/desk/lists/{path}")
        eyes.look(path)


def test_a_family_is_taken_and_done_with_the_keyboard_alone(eyes):
    member = eyes.visitor
    member.open("/desk/lists/without-a-time")
    before = member.main.locator("tbody tr").count()
    keys = member.page.keyboard
    member.page.get_by_role("button", name="I’ll take it").first.focus()
    with member.page.expect_navigation():
        keys.press("Enter")
    assert "You, since" in member.main.inner_text()
    member.page.get_by_label("Agreed with").first.focus()
    keys.type("Registered in Leeds")
    with member.page.expect_navigation():
        keys.press("Enter")
    assert member.main.locator("tbody tr").count() == before - 1


def test_a_family_on_the_telephone_is_put_on_the_waiting_list(eyes, service):
    number = service.one("""
        SELECT b.public_id FROM booking b JOIN family f ON f.id = b.family_id
         WHERE b.state = 'booked' AND b.begins_at > now() + interval '5 days' AND f.email IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM wish w WHERE w.booking_id = b.id) ORDER BY b.id LIMIT 1""")
    member = eyes.visitor
    member.open(f"/desk/booking/{number}/waiting-list")
    member.go_on()  # that one looks is noted
    member.open(f"/desk/booking/{number}/waiting-list")
    eyes.look()
    member.page.get_by_label("Any centre").check()
    member.page.get_by_role("button", name="Put them on the list").click()
    assert "Waiting list" in member.main.inner_text()


def test_a_family_asks_to_be_told_of_an_earlier_appointment(come, service):
    from registration.common.links import secret

    number = service.one("""
        SELECT b.public_id FROM booking b JOIN family f ON f.id = b.family_id
         WHERE b.state = 'booked' AND b.begins_at > now() + interval '8 days' AND f.email IS NOT NULL AND f.locale = 'en'
           AND NOT EXISTS (SELECT 1 FROM wish w WHERE w.booking_id = b.id) ORDER BY b.id DESC LIMIT 1""")
    with service.app.app_context():
        link = f"/booking/{secret('booking', str(number))}"
    parent = Looks(come())
    parent.visitor.open(f"{link}/earlier")
    parent.look()
    parent.visitor.page.get_by_role("button", name="Tell me").click()
    parent.refused("nothing chosen")
    parent.visitor.page.get_by_label("Any centre").check()
    parent.visitor.page.get_by_role("button", name="Tell me").click()
    parent.look("on the list")
    parent.visitor.page.get_by_role("button", name="Take me off the list").click()
    assert "Tell me if another appointment comes free" in parent.visitor.main.inner_text()


@pytest.mark.parametrize("role", ["evaluator", "data_officer"])
def test_the_first_pages_of_those_who_meet_no_family(come, role):
    reader = Looks(come())
    reader.visitor.sign_in(role)
    reader.look(role)
    assert "What you can open now" in reader.visitor.text
    reader.visitor.follow("/privacy")


def test_an_auditor_finds_a_family_and_leaves_the_look_behind(come, service):
    reader = Looks(come())
    reader.visitor.sign_in("auditor", "/desk/find")
    name = service.one("SELECT reference FROM booking WHERE state = 'booked' ORDER BY id LIMIT 1")
    reader.visitor.answer({"line": name})
    reader.look("read by an auditor")
    assert "looked at" in reader.visitor.text
    assert "Move it" not in reader.visitor.text
