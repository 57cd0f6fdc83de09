"""What happens at the centres, who is told once, and who signs families up at the office, in a browser."""

from __future__ import annotations

import pytest

from tests.journeys.looks import Looks
from tests.journeys.pages import a_story


@pytest.fixture
def eyes(come) -> Looks:
    """Somebody who looks closely."""
    return Looks(come())


def link(member, name):
    return member.page.get_by_role("link", name=name).first


def button(member, name):
    return member.page.get_by_role("button", name=name).first


def test_a_worker_keeps_the_timetable_of_the_own_centre(eyes):
    member = eyes.visitor
    member.sign_in("centre_worker", "/reach/services")
    eyes.look("centres")
    member.follow(member.main.locator("tbody a").first)
    eyes.look("timetable")
    member.give({"title": "Baby yoga at noon", "weekday": "4", "starts": "12:00", "ends": "12:45"})
    member.press(button(member, "Add it"))
    assert "Baby yoga at noon" in member.main.inner_text()
    member.follow(link(member, "Change Baby yoga at noon, Thursday"))
    eyes.look("service")
    member.page.go_back()
    member.follow(link(member, "Take out Baby yoga at noon, Thursday"))
    eyes.look("taken out")
    member.page.go_back()
    member.follow(link(member, "Sheet for the wall"))
    assert "Baby yoga at noon" in member.main.inner_text()
    eyes.look("sheet")


def test_a_manager_sees_who_signs_families_up_at_the_office(eyes):
    member = eyes.visitor
    member.sign_in("rota_manager", "/rota/sign-ups")
    eyes.look("turns")
    member.follow(member.main.locator("tbody a").first)
    assert "is here for sign-ups, 9am to 1pm" in member.main.inner_text()


def booking_of(service, email):
    sql = "SELECT b.public_id FROM booking b JOIN family f ON f.id = b.family_id WHERE f.email = :email"
    return service.one(sql, email=email)


def test_a_data_officer_has_a_service_told_and_a_family_answers(eyes, come, service):
    member = eyes.visitor
    member.sign_in("data_officer", "/births/tell-once")
    eyes.look("log")
    member.follow(link(member, "Put a service on the list"))
    eyes.look("add")
    member.page.go_back()
    member.follow(link(member, "Invented Libraries"))
    eyes.look("service")
    member.page.get_by_label("It is told now").check()
    member.press(button(member, "Keep it so"))
    parent = Looks(come())
    parent.visitor.hurry(a_story("told@example.com", share={"share": "yes"}), until="tell")
    parent.look("tell")
    parent.visitor.answer({"tell": "yes"})
    parent.visitor.go_on()
    parent.visitor.follow("/telling")
    parent.look("telling")
    parent.visitor.open(f"/booking/{parent.visitor.token}/sharing")
    parent.visitor.answer({"share": "no"})
    assert "Your answer is saved." in parent.visitor.main.inner_text()
    parent.visitor.follow("/telling")
    parent.look("no-others")
    desk = Looks(come())
    desk.visitor.sign_in("booking_desk", f"/desk/booking/{booking_of(service, 'told@example.com')}/tell-others")
    desk.visitor.go_on()  # that one looks is noted
    desk.visitor.follow("/tell-others")
    desk.look("desk")
    member.press(button(member, "Make a new secret and show it"))
    eyes.look("secret")
    member.page.go_back()
    member.page.get_by_label("It is told now").uncheck()
    member.press(button(member, "Keep it so"))
