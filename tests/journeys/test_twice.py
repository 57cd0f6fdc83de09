"""Families press twice, go back, open two windows, are called away and come again: nothing is lost, nothing booked twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registration.common.clock import now, today
from tests.journeys.pages import FIRST, a_story

CHANGE_TIME = 'main a[href*="/book/time"][href*="change"]'


def kept(service) -> list:
    return service.rows("SELECT begins_at, born, session_id FROM occupancy WHERE kind = 'hold' AND booking_id IS NULL")


def take_every_place(service) -> None:
    """Let other families book every place at the time that is kept for this one."""
    from registration.booking.actions.holds import hold
    from registration.booking.actions.refusals import BookingRefused
    from registration.booking.rules.requests import HoldRequest
    from registration.common.transaction import transaction

    (mine,) = kept(service)
    centre = service.one("SELECT centre_id FROM session WHERE id = :id", id=mine.session_id)
    service.run_out()
    wish = HoldRequest(centre, mine.begins_at, (today() - timedelta(days=40),), interpreter=False, client="others")
    with service.app.app_context():
        for _ in range(20):
            try:
                with transaction():
                    hold(wish, now())
            except BookingRefused:
                return
    pytest.fail("there were more than twenty places")


def test_two_windows_book_once_and_what_was_changed_in_one_is_shown_in_the_other(service, come):
    first = come()
    story = a_story("windows@example.com")
    first.hurry(story, "check")
    second = first.another_tab()
    second.open("/book/check")
    second.follow(second.page.locator(CHANGE_TIME).first)
    second.give({"time": FIRST})
    second.main.locator('[name="time"]').nth(1).check()
    second.go_on()
    changed = second.text

    first.go_on()
    assert first.step == "check", "it is shown what it would book before it books"
    assert service.bookings("windows@example.com") == 0
    assert first.notices.count() >= 1
    first.go_on()
    assert first.step == "booked"
    second.go_on()
    assert (second.step, second.reference) == ("booked", first.reference)
    assert service.bookings("windows@example.com") == 1
    when = service.one("SELECT begins_at FROM booking WHERE reference = :reference", reference=first.reference)
    assert f"{when.day} {when:%B}" in changed


def test_going_back_after_booking_and_loading_the_confirmation_again_book_nothing_more(service, come):
    family = come()
    family.hurry(a_story("back@example.com"), "check")
    family.go_on()
    reference = family.reference
    family.page.reload()
    assert (family.step, family.reference) == ("booked", reference)
    family.page.go_back()
    if family.step == "check":
        family.go_on()
    assert (family.step, family.reference) == ("booked", reference)
    family.open("/book/contact")
    assert (family.step, family.reference) == ("booked", reference)
    assert service.bookings("back@example.com") == 1


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_books_once(service, come, script):
    family = come(320, 640, java_script_enabled=script)
    email = f"double-{script}@example.com"
    family.hurry(a_story(email), "check")
    family.onward.dblclick(no_wait_after=True)
    family.page.wait_for_url("**/booked")
    assert service.bookings(email) == 1
    assert kept(service) == []


def test_when_the_time_runs_out_and_is_still_free_it_is_kept_again(service, phone):
    story = a_story("away@example.com")
    phone.hurry(story, "contact")
    (before,) = kept(service)
    service.run_out()
    phone.page.reload()
    assert "over" in phone.main.locator(".rs-held").inner_text()
    phone.walk(story, "booked")
    begins = service.one("SELECT begins_at FROM booking WHERE reference = :reference", reference=phone.reference)
    assert begins == before.begins_at


def test_when_the_time_runs_out_and_others_take_it_the_answers_stay_and_other_times_are_offered(service, phone):
    story = a_story("slow@example.com")
    phone.hurry(story, "check")
    (before,) = kept(service)
    take_every_place(service)

    phone.go_on()
    assert phone.step == "time"
    offered = phone.main.locator('[name="time"]')
    assert offered.count() >= 3
    gone = int(before.begins_at.timestamp()) // 60
    centre = service.one("SELECT centre_id FROM session WHERE id = :id", id=before.session_id)
    assert f"{centre}.{gone}" not in [one.get_attribute("value") for one in offered.all()]
    phone.answer({"time": FIRST})
    assert phone.step == "check", "nothing is asked again"
    assert "slow@example.com" in phone.text
    phone.go_on()
    assert service.bookings("slow@example.com") == 1


def test_a_family_whose_session_is_gone_loses_nothing(service, phone):
    story = a_story("lapsed@example.com")
    phone.hurry(story, "contact")
    phone.give(story["contact"])
    phone.page.context.clear_cookies()
    phone.go_on()
    assert phone.step == "contact"
    assert phone.notices.count() >= 1
    assert {"Aoife O’Brien", "lapsed@example.com"} <= set(phone.values().values())
    assert service.bookings("lapsed@example.com") == 0

    phone.go_on()
    assert phone.step == "share", "everything before is still answered"
    phone.hurry(story, "check")
    phone.page.context.clear_cookies()
    phone.go_on()
    assert (phone.step, service.bookings("lapsed@example.com")) == ("check", 0)
    assert "lapsed@example.com" in phone.text
    phone.walk(story, "booked")
    assert service.bookings("lapsed@example.com") == 1


def test_booking_the_same_birth_again_tells_nothing_of_the_first_and_sends_its_link(service, come):
    story = a_story("again@example.com")
    first = come(320, 640)
    reference = first.book(story)
    token = first.token
    stranger = come(320, 640)
    stranger.hurry(story, "check")
    stranger.go_on()

    assert stranger.step == "check"
    everything = stranger.page.content()
    assert reference not in everything
    assert token not in everything
    assert first.main.get_by_role("heading", level=1).count() == 1
    centre = service.one(
        "SELECT c.name FROM booking b JOIN centre c ON c.id = b.centre_id WHERE reference = :reference",
        reference=reference,
    )
    assert centre not in everything
    assert service.bookings("again@example.com") == 1
    service.deliver()
    messages = stranger.messages("again@example.com")
    assert sum(one.locator(f'a[href$="/booking/{token}"]').count() for one in messages) == 2, "the first and once more"


def test_whoever_sits_down_next_at_a_cleared_computer_does_not_get_back_to_the_confirmation(come):
    family = come()
    family.hurry(a_story("library@example.com"), "check")
    family.go_on()
    assert family.step == "booked"
    family.press(family.page.locator("form[data-module='rs-leave'] button"))
    assert family.step == "finished"
    family.page.go_back()
    assert family.step == "where-born"
    assert "library@example.com" not in family.text
