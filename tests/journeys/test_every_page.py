"""Every page a family meets, as it is, sent empty and sent wrong: on a desk and on a telephone, to axe and to the eye."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.journeys.looks import Looks
from tests.journeys.pages import FIRST, a_story, born

TOO_LONG = "long " * 120


@pytest.fixture
def eyes(come) -> Looks:
    """A family that looks closely."""
    return Looks(come())


def test_the_pages_about_the_birth(eyes):
    family = eyes.visitor
    family.open("/")
    eyes.look()
    family.open("/book/where-born")
    eyes.empty_and()
    family.answer({"place": "Bradford Royal Infirmary"})
    eyes.look()
    family.go_on()
    day = born(3)
    eyes.empty_and(
        not_a_date=day | {"born-0-day": "31", "born-0-month": "2"}, to_come=born(-9), half=day | {"born-0-month": ""}
    )
    family.press("add")
    eyes.look("twins")
    eyes.try_out("twins half", day)
    family.answer(born(3, 0) | born(3, 1))
    eyes.empty_and()
    family.open("/")
    eyes.look("begun")


def test_the_pages_about_the_parents(eyes):
    family = eyes.visitor
    family.hurry(a_story(""), "married")
    family.answer({"married": "no"})
    eyes.empty_and()
    family.answer({"both": "yes"})
    eyes.empty_and()
    family.answer({"who": "other_parent"})
    eyes.empty_and()
    family.open("/book/who-is-coming")
    family.answer({"who": "mother"})
    eyes.look("mother alone")
    family.open("/book/both-parents")
    family.answer({"both": "no"})
    family.answer({"who": "other_parent"})
    eyes.look("mother missing")


def test_the_pages_that_ask_a_family_to_call(eyes):
    for end in ("loss", "abroad", "twelve-months", "different"):
        eyes.visitor.open(f"/book/call-us/{end}")
        eyes.look()


def test_the_pages_about_what_a_family_needs(eyes):
    family = eyes.visitor
    family.hurry(a_story(""), "language")
    eyes.empty_and(which={"language": "other"})
    family.answer({"language": "other", "other": "ur"})
    eyes.empty_and()
    family.answer({"interpreter": "arrange"})
    eyes.look()
    eyes.try_out("too long", {"needs": TOO_LONG})
    family.answer({"needs": "A quiet room"})
    eyes.empty_and(nonsense={"postcode": "here"}, nowhere={"postcode": "HX1 1ZZ"})


def test_the_pages_of_times(eyes):
    family = eyes.visitor
    family.hurry(a_story(""), "time")
    eyes.empty_and()
    for by in ("day", "late", "centre"):
        family.open(f"/book/every-time?by={by}")
        eyes.look(by)
    family.follow(family.main.locator('a[href*="centre="]').first)
    eyes.look("one centre")
    family.open("/book/date-of-birth")
    family.answer(born(60))
    family.open("/book/time")
    eyes.look("late")


def test_the_pages_of_times_when_none_is_left(eyes, service, monkeypatch):
    family = eyes.visitor
    family.hurry(a_story(""), "time")
    none = replace(service.app.config["AUTHORITY"], notice_minutes=1_000_000)  # nothing begins in the next two years
    monkeypatch.setitem(service.app.config, "AUTHORITY", none)
    for page in ("time", "every-time?by=day", "every-time?by=centre"):
        family.open(f"/book/{page}")
        assert family.main.locator("[name=time]").count() == 0
        assert "01632" in family.text
        eyes.look("none left")


def test_the_last_pages(eyes, service):
    family = eyes.visitor
    story = a_story("last@example.com", share={"share": "yes"})
    family.hurry(story, "contact")
    eyes.empty_and(wrong={"name": "Aoife", "email": "aoife", "mobile": "12", "second_contact": "nobody"})
    family.answer(story["contact"] | {"mobile": "07700 900982", "second_contact": ""})
    eyes.empty_and()
    family.answer({"share": "yes"})
    eyes.empty_and(too_long={"address": TOO_LONG, "visit_needs": TOO_LONG, "preference": "text"})
    family.answer({"address": "1 High Street\nHX1 1UJ", "preference": "text", "visit_needs": ""})
    eyes.look()


def test_the_pages_of_a_family_that_was_slow(eyes, service):
    family = eyes.visitor
    story = a_story("slower@example.com")
    family.hurry(story, "contact")
    service.run_out()
    family.page.reload()
    eyes.look("run out")
    family.open("/book/time?change=1")
    eyes.look("run out")
    family.answer({"time": FIRST})
    family.hurry(story, "check")
    tab = family.another_tab()
    tab.open("/book/access?change=1")
    tab.answer({"needs": "A quiet room"})
    family.go_on()
    eyes.look("changed elsewhere")
    family.page.context.clear_cookies()
    family.go_on()
    eyes.look("away")
    family.page.context.clear_cookies()
    family.go_on()
    eyes.look("no cookies")
    family.press("allowed")
    family.book(story)
    family.press(family.page.locator("form[data-module='rs-leave'] button"))
    assert family.step == "finished"
    eyes.look()
    family.open("/")
    family.page.context.clear_cookies()
    family.hurry(story, "check")
    family.go_on()
    eyes.look("already booked")


def test_the_pages_of_a_booking(eyes, service):
    family = eyes.visitor
    reference = family.book(a_story("pages@example.com", married={"married": "no"}, who_is_coming={"who": "both"}))
    eyes.look("booked")
    home = f"/booking/{family.token}"
    family.open(home)
    eyes.look()
    family.follow("/move")
    eyes.empty_and()
    family.follow(family.page.locator('main a[href*="day="]').nth(1))
    eyes.look("one day")
    family.answer({"time": FIRST})
    eyes.look("moved")
    family.open(f"{home}/sharing")
    eyes.look()
    family.open(f"{home}/cancel")
    eyes.look()
    family.go_on()
    eyes.look()
    service.rows("UPDATE occupancy SET until = now() WHERE booking_id IS NOT NULL AND kind = 'hold'")
    family.press(family.page.locator('form[action$="/undo"] button'))
    eyes.look("minute over")
    family.open("/find-booking")
    eyes.empty_and(nobody={"reference": "BCD-FGH-JKM", "given": "Smith"})
    family.open("/booking/AAAAAAAAAAAAAAAAAAAAAAAA")
    eyes.look()
    assert reference not in family.text


def test_the_pages_of_a_booking_that_is_over(eyes, service):
    from registration.common.links import secret

    numbers = service.rows("""
        SELECT DISTINCT ON (state) public_id, coalesce(cancel_reason, 'past') AS name FROM booking
         WHERE cancel_reason = 'bereavement' OR (state = 'booked' AND begins_at < now() - interval '1 day')""")
    assert len(numbers) == 2
    for booking in numbers:
        with service.app.app_context():
            link = secret("booking", str(booking.public_id))
        eyes.visitor.open(f"/booking/{link}")
        eyes.look(booking.name)


def test_the_pages_beside_the_journey(eyes):
    for page in ("/privacy", "/accessibility", "/cookies", "/outbox", "/api/docs", "/api/problems/slot-taken"):
        eyes.visitor.open(page)
        eyes.look()


@pytest.mark.parametrize("language", ["ur", "pl"])
def test_pages_in_other_languages(eyes, language):
    family = eyes.visitor
    family.open(f"/?lang={language}")
    eyes.look(language)
    story = a_story(f"look-{language}@example.com")
    for step in ("date-of-birth", "time", "contact", "check", "booked"):
        family.hurry(story, step)
        eyes.look(language)


MOST_BYTES = 40_000
#: Until the fonts are there and whatever a page sets off when it is loaded has had its turn.
AT_REST = "() => document.fonts.ready.then(() => new Promise((go) => requestIdleCallback(() => setTimeout(go, 50))))"


def weight(family) -> int:
    """Load the page anew as if nothing were kept from before; give the bytes that came over the wire."""
    wire = family.page.context.new_cdp_session(family.page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked, bytes_of = set(), {}
    wire.on("Network.requestWillBeSent", lambda sent: asked.add(sent["requestId"]))
    wire.on("Network.loadingFinished", lambda done: bytes_of.update({done["requestId"]: done["encodedDataLength"]}))
    family.page.reload(wait_until="load")
    family.page.evaluate(AT_REST)
    while asked - bytes_of.keys():
        family.page.wait_for_timeout(10)
    wire.detach()
    return int(sum(bytes_of.values()))


def test_a_first_visit_to_any_page_of_the_journey_is_light(come):
    family = come(320, 640)
    family.open("/")
    weights = {"start": weight(family)}
    story = a_story("light@example.com", share={"share": "yes"})
    for step in ("where-born", "date-of-birth", "married", "language", "postcode", "time", "contact", "share", "join"):
        family.hurry(story, step)
        weights[step] = weight(family)
    family.open("/book/every-time?by=day")
    weights["every time"] = weight(family)
    family.open("/book/contact")
    for step in ("check", "booked"):
        family.hurry(story, step)
        weights[step] = weight(family)
    assert {step: taken for step, taken in weights.items() if taken > MOST_BYTES} == {}
