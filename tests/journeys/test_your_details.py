"""A family sees what is held about it, objects, and takes it away; staff write an answer down and see what is due to go."""

from __future__ import annotations

import json

from tests.journeys.looks import Looks
from tests.journeys.pages import a_story, born

ME = "rights@example.com"


def test_a_family_sees_what_is_held_objects_and_takes_it_away(service, phone):
    story = a_story(ME, share={"share": "yes"}, join={"join": "no"})
    phone.book(story)
    phone.open(f"/your-details/{phone.token}")
    assert "You said yes" in phone.text
    Looks(phone).look()

    phone.follow(phone.main.locator('a[href$="/slip"]'))
    Looks(phone).look()
    phone.page.go_back()
    phone.follow(phone.main.locator('a[href*="/answer/"]').first)
    Looks(phone).look()
    phone.page.go_back()
    phone.follow(phone.main.locator('a[href$="/correct"]'))
    Looks(phone).look()
    phone.answer({"name": "Aoife Khan"})
    assert "Aoife Khan" in phone.text

    phone.follow(phone.main.locator('a[href$="/object"]'))
    Looks(phone).look()
    phone.go_on()
    assert "You said no" in phone.text
    assert service.one("SELECT count(*) FROM sharing_answer a JOIN family f ON f.id = a.family_id"
                       " WHERE f.email = :me AND NOT a.share", me=ME) == 1  # fmt: skip

    with phone.page.expect_download() as download:
        phone.main.locator("a[download]").click()
    told = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert told["records"][0]["email"] == ME
    assert told["answers"][-1]["yes"] is False


def test_a_family_without_a_link_says_no_and_the_papers_lead_there(service, come):
    family = come(320)
    for paper in ("slip", "health-visitors"):
        family.open(f"/your-details/{paper}")
        assert family.main.locator(".rs-code svg").is_visible()
        Looks(family).look(paper)
    family.open("/your-details/")
    Looks(family).look()
    days = {f"born-{part}": value for part, value in zip(("day", "month", "year"), born(3).values(), strict=True)}
    family.answer({"share": "no", **days, "name": "Ola Nowak", "email": "ola@example.com"})
    assert "Ola Nowak" in family.text
    assert "You said no" not in family.text, "no centre is known yet, and none is asked about"


def test_the_desk_and_the_data_officer_have_their_pages(service, come):
    desk, officer = come(), come()
    desk.sign_in("booking_desk")
    number = service.one(
        "SELECT public_id FROM booking WHERE state = 'booked' AND begins_at > now() ORDER BY id LIMIT 1"
    )
    desk.open(f"/desk/booking/{number}")
    desk.press(desk.main.locator("form button").first)
    desk.open(f"/desk/booking/{number}/sharing")
    Looks(desk).look()

    officer.sign_in("data_officer")
    officer.open("/births/retention")
    assert "How long records are kept" in officer.text
    Looks(officer).look()
