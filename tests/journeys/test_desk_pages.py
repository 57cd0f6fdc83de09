"""What the telephone desk meets: finding a family, its record, and booking while it talks, by the keyboard alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from registration.common.clock import today
from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks
from tests.journeys.pages import a_story

QUESTIONS = {
    "born": f"{today() - timedelta(days=3):%d/%m/%Y}",
    "married": "yes",
    "attending": "mother",
    "postcode": "HX1 1UJ",
}
CONTACT = {"name": "Siân Tester", "mobile": "07700 900123", "share": "no"}


def as_(eyes: Looks, role: str, path: str) -> None:
    """Come to a page, signed in with the demonstration's account of a role."""
    eyes.visitor.open(path)
    key = eyes.visitor.service.app.config["SECRET_KEY"]
    eyes.visitor.answer({"email": demonstration_email(role), "password": demonstration_password(key, role)})


@pytest.fixture
def eyes(come) -> Looks:
    """A member of staff who looks closely."""
    return Looks(come())


def test_the_pages_of_a_familys_record(eyes, come):
    reference = come().book(a_story("desk@example.com"))
    member = eyes.visitor
    as_(eyes, "booking_desk", "/desk/find")
    eyes.empty_and(nobodys={"line": "BCD-FGH-JKM"}, nobody={"line": "Nemo Nobody"})
    member.answer({"line": "O’Brien desk@example.com"})
    eyes.look("found")
    member.press(member.page.get_by_role("button", name=f"Open {reference}"))
    eyes.look()
    for page in ("move", "cancel", "contact"):
        member.follow(f"/{page}")
        eyes.look()
        member.page.go_back()
    member.follow("/contact")
    eyes.try_out("wrong", {"name": "", "mobile": "12", "email": "@"})
    member.give({"name": "Aoife O’Brien", "mobile": "07700 900456", "email": "desk2@example.com"})
    member.go_on()
    member.follow("/move")
    eyes.try_out("empty", {"asked": "staff"})
    member.follow(member.page.locator('main a[href*="day="]').first)
    eyes.look("of a day")
    member.give({"time": "the first that is offered", "asked": "family"})
    member.go_on()
    assert "moved" in member.text
    member.follow("/cancel")
    eyes.try_out("without a reason", {"asked": "staff"})
    member.answer({"asked": "family"})
    eyes.look("cancelled")
    member.press(member.page.get_by_role("button", name="Undo the cancelling"))
    member.follow("/bereavement")
    eyes.look()
    member.go_on()
    eyes.look("bereaved")
    member.open("/staff/recovery-codes/none")
    eyes.look("not found")


def test_a_record_opened_by_its_address_asks_for_the_button_that_notes_the_look(eyes, come, service):
    come().book(a_story("looked@example.com"))
    found = service.one("SELECT public_id FROM booking ORDER BY id DESC LIMIT 1")
    as_(eyes, "booking_desk", f"/desk/booking/{found}")
    eyes.look()
    eyes.visitor.go_on()
    assert "looked@example.com" in eyes.visitor.text


def test_the_pages_of_booking_on_the_telephone(eyes):
    member = eyes.visitor
    as_(eyes, "rota_manager", "/desk/phone")
    eyes.empty_and(wrong={"born": "soon", "postcode": "ZZ9 9ZZ", "not_before": "later"})
    member.answer(QUESTIONS | {"not_before": ""})
    eyes.look("times")
    eyes.try_out("nothing said")
    eyes.try_out("outside the rota", {"time": "extra"})
    member.answer(CONTACT | {"time": "the first that is offered"})
    eyes.look("booked")
    member.open("/desk/phone")
    member.answer(QUESTIONS)
    member.answer(CONTACT)
    eyes.look("booked already")


def test_three_pages_and_the_keyboard_are_enough_to_book(come, service):
    member = Looks(come(java_script_enabled=False)).visitor
    as_(Looks(member), "booking_desk", "/desk/phone")
    keys, pages = member.page.keyboard, [member.path]
    member.page.wait_for_function("document.activeElement.id === 'born'")
    keys.type(QUESTIONS["born"])
    for name in ("married", "attending"):
        member.tab_to(name)
        keys.press("Space")
    member.tab_to("postcode")
    keys.type("HX1 1UJ")
    with member.page.expect_navigation():
        keys.press("Enter")
    pages.append(member.path)
    member.page.wait_for_function("document.activeElement.name === 'time'")
    member.tab_to("name")
    keys.type("Keyboard Only")
    member.tab_to("email")
    keys.type(
        "typed@example.com"
    )  # nobody else's here: the same birth and email would rightly be called the same family
    member.tab_to("share")
    keys.press("Space")
    with member.page.expect_navigation():
        keys.press("Enter")
    pages.append(member.path)
    assert re.fullmatch(r"/desk/booking/[\w-]+", pages[-1]), member.text
    assert len(pages) == 3
    assert service.bookings("typed@example.com") == 1
