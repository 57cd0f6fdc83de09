"""A registration service runs its week on the product: the rota, a day, the telephone, and a registrar who falls sick."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.booking.world import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, at_time
from tests.journeys import council
from tests.journeys.conftest import answering, coming
from tests.journeys.council import CLOSED, ELLAND, SICK, SPARE, SUNSHINE, TYPED
from tests.journeys.pages import FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.conftest import Service
    from tests.journeys.pages import Visitor

LAST, FLOOR_DAY = MONDAY + timedelta(days=27), MONDAY + timedelta(days=11)
SICK_DAYS = (TUESDAY, WEDNESDAY, THURSDAY)
HALF_HOURS = ("9:00", "9:30", "10:00", "10:30", "11:00", "11:30", "13:00", "13:30", "14:00", "14:30")
#: How a family that lost its time stands: where it is now, and whether the registrar there is away then.
STANDS = """
SELECT b.id, b.public_id, b.reference, b.state, b.begins_at, b.last_lawful_day, l.way, l.was_begins_at,
       (b.begins_at AT TIME ZONE 'Europe/London')::date <= b.last_lawful_day AS in_time,
       EXISTS (SELECT 1 FROM session s JOIN absence a ON a.registrar_id = s.registrar_id AND a.state = 'planned'
                WHERE s.id = b.session_id AND a.begins_at < b.ends_at AND a.ends_at > b.begins_at) AS displaced
  FROM cover_line l JOIN booking b ON b.id = l.booking_id ORDER BY b.id
"""
SENT = """
SELECT o.id, o.public_id, b.public_id AS booking FROM offer o JOIN booking b ON b.id = o.booking_id
 WHERE o.state = 'sent' ORDER BY o.id
"""


@pytest.fixture(scope="module")
def service(new_database, tmp_path_factory, met) -> Iterator[Service]:
    """A council of its own, which stands at a Sunday."""
    folder = tmp_path_factory.mktemp("council")
    with answering(new_database("staff_week"), folder, met) as service:
        council.found(service, folder)
        yield service


@pytest.fixture
def come(service, browser):
    """Let somebody come to that council."""
    with coming(service, browser) as arrive:
        yield arrive


def test_a_rota_is_made_a_day_is_worked_a_family_rings_and_a_registrar_falls_sick(service, come):
    manager = come()
    manager.sign_in("rota_manager", "/rota/patterns")
    a_week_is_typed(manager)
    a_draft_is_mended_and_published(service, manager)
    thirty_families_book(service)
    service.app.config["CLOCK"] = at_time(MONDAY, "10:05")
    a_registrar_works_the_day(service, come())
    the_desk_books_on_the_telephone(service, come(java_script_enabled=False))
    a_registrar_falls_sick(service, manager)
    families_answer(service, come)
    the_others_are_rung(service, manager)
    nobody_is_forgotten(service, manager)


def a_week_is_typed(manager: Visitor) -> None:
    """One weekly pattern, one half-day that is otherwise, and one day on which a centre is closed."""
    manager.follow(manager.page.get_by_role("link", name=TYPED))
    manager.follow(manager.page.get_by_role("link", name="New pattern"))
    manager.give({"valid_from": MONDAY.isoformat()})
    for half in ("morning", "afternoon"):
        manager.main.locator(f"#place_3_{half}").select_option(label=f"{ELLAND}, Room 2")
    manager.go_on()
    assert "Wednesday morning" in manager.text
    manager.give({"day": THURSDAY.isoformat(), "half": "morning", "begins": "09:00", "ends": "12:00"})
    manager.main.locator("#place").select_option(label=f"{ELLAND}, Room 1")
    manager.press(manager.page.get_by_role("button", name="Keep it"))
    assert "Thursday 26 November 2026" in manager.text

    manager.follow("/rota/days")
    manager.main.locator("#centre").select_option(label=CLOSED)
    manager.give({"day": FLOOR_DAY.isoformat(), "state": "closed", "reason": "The floor is laid"})
    manager.go_on()
    assert "The floor is laid" in manager.text


def a_draft_is_mended_and_published(service: Service, manager: Visitor) -> None:
    """Four weeks as a draft: it says what is wrong, and is published once that is mended."""
    manager.follow("/rota/drafts")
    assert manager.values()["first"] == MONDAY.isoformat(), "the next weeks without a rota are proposed"
    manager.give({"last": LAST.isoformat(), "name": "Four weeks"})
    manager.go_on()
    assert "Conflicts: 2" in manager.text
    assert "Cleo Crabtree has the room from 9am to 12:30pm that day" in manager.text
    assert f"{TYPED} would work more than the 2 half-days of the contract that week" in manager.text
    assert "Friday 4 December 2026, morning: Gwen Greenwood at Heptonstall Hub: The floor is laid" in manager.text
    assert manager.page.get_by_role("button", name="Publish").count() == 0

    manager.follow(manager.main.locator("#conflicts ~ div a").first)
    manager.main.locator("#place").select_option(label=f"{ELLAND}, Room 2")
    manager.go_on()
    assert "Conflicts: 1" in manager.text
    manager.press(manager.page.get_by_role("button", name=f"Take out {TYPED}, Wed").first)
    assert "Conflicts: 0" in manager.text
    manager.press(manager.page.get_by_role("button", name="Publish this rota"))
    assert "Published 22 November 2026" in manager.text
    published = service.one("SELECT count(*) FROM session WHERE state = 'published'")
    assert published > 100
    manager.open(f"/rota/week?from={MONDAY}&by=registrars")
    assert SICK in manager.text


def thirty_families_book(service: Service) -> None:
    """Ten families on each day with the registrar who will fall sick, and four on the Monday with another."""
    for number, clock in enumerate(("9:00", "9:30", "10:30", "11:00")):
        council.book(service, SUNSHINE, MONDAY, clock, days_left=20, name=f"Monday {number}")
    for place, day in enumerate(SICK_DAYS):
        for number, clock in enumerate(HALF_HOURS):
            council.book(
                service, SUNSHINE, day, clock, days_left=(place * 10 + number) % 14, name=f"Family {place}{number}"
            )


def a_registrar_works_the_day(service: Service, member: Visitor) -> None:
    """Arrived, registered, unable with the reason, and a family that comes without an appointment."""
    member.sign_in("registrar", "/day/")
    member.follow(member.page.get_by_role("link", name=SUNSHINE))
    first, second = (member.main.locator("tbody tr", has_text=f"Monday {number}") for number in (0, 1))
    for pressed in ("Arrived", "Registered"):
        member.press(first.get_by_role("button", name=pressed))
    assert "Registered" in first.inner_text()
    member.follow(second.get_by_role("link", name="Unable"))
    member.answer({"reason": "other", "note": "Came to the wrong place first"})
    assert "Unable" in second.inner_text()

    member.follow("/walk-in")
    born = MONDAY - timedelta(days=4)
    day = {f"born-{part}": str(getattr(born, part)) for part in ("day", "month", "year")}
    said = {"district": "yes", "married": "yes", "attending": "mother", "name": "Wanda Walker", "share": "no"}
    member.answer(day | said | {"time": FIRST})
    assert "Wanda Walker" in member.text
    kinds = service.rows("SELECT outcome FROM booking WHERE outcome IS NOT NULL ORDER BY 1")
    assert [row.outcome for row in kinds] == ["arrived", "registered", "unable"]


def the_desk_books_on_the_telephone(service: Service, member: Visitor) -> None:
    """Three pages, the keyboard alone, no JavaScript."""
    member.sign_in("booking_desk", "/desk/phone")
    keys = member.page.keyboard
    member.page.wait_for_function("document.activeElement.id === 'born'")
    keys.type("20/11/2026")
    for name in ("married", "attending"):
        member.tab_to(name)
        keys.press("Space")
    member.tab_to("postcode")
    keys.type("HX1 1UJ")
    with member.page.expect_navigation():
        keys.press("Enter")
    member.page.wait_for_function("document.activeElement.name === 'time'")
    for name, typed in {"name": "Tessa Telephone", "email": "tessa@example.com"}.items():
        member.tab_to(name)
        keys.type(typed)
    member.tab_to("share")
    keys.press("Space")
    with member.page.expect_navigation():
        keys.press("Enter")
    assert "Booked. Read out to the family" in member.text
    assert service.bookings("tessa@example.com") == 1


def a_registrar_falls_sick(service: Service, manager: Visitor) -> None:
    """Two clicks show every family; one is to be rung, and the plan is sent."""
    manager.open("/cover/")
    manager.follow(manager.page.get_by_role("button", name="A registrar is absent"))
    manager.main.locator("#registrar").select_option(label=SICK)
    for name, day in (("first", TUESDAY), ("last", THURSDAY)):
        manager.give({f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")})
    manager.go_on()
    assert "30 families affected" in manager.text
    assert service.one("SELECT count(*) FROM absence") == 0, "nothing is done before it is sent"
    assert service.one("SELECT count(*) FROM message WHERE template LIKE 'offer%'") == 0
    offered = manager.main.locator("tbody tr", has_text="the free time at the same centre").last
    manager.follow(offered.get_by_role("link", name="Change"))
    manager.answer({"instead": "call"})
    manager.press(manager.page.get_by_role("button", name="Send the plan"))
    assert "Waiting for an answer" in manager.text
    assert "Undisturbed" in manager.text
    ways = {row.way: row.count for row in service.rows("SELECT way, count(*) FROM cover_line GROUP BY 1")}
    assert sum(ways.values()) == 30
    assert ways["take_over"] >= 10, f"{SPARE} has two half-days to spare"


def families_answer(service: Service, come) -> None:
    """One takes the time, one chooses another, one wants neither, in browsers; the rest as their pages would."""
    service.deliver()
    taker, chooser, refuser, another, silent, *others = service.rows(SENT)
    page = come(320, 640)
    page.open(f"{council.link(service, taker.booking)}/offer")
    page.press(page.page.get_by_role("button", name="Take this appointment"))
    assert page.path.endswith("/moved")
    page.open(f"{council.link(service, chooser.booking)}/offer")
    page.follow("/move")
    page.answer({"time": FIRST})
    assert page.path.endswith("/moved")
    page.open(f"{council.link(service, refuser.booking)}/offer")
    page.press(page.page.get_by_role("button", name="It does not suit me"))
    assert "call you" in page.heading

    council.answer(service, another.public_id, accepts=False)
    for family in others:
        council.answer(service, family.public_id, accepts=True)
    service.rows("UPDATE occupancy SET until = now() - interval '1 second' WHERE offer_id = :offer", offer=silent.id)
    council.each_minute(service)
    assert service.rows(SENT) == []


def the_others_are_rung(service: Service, manager: Visitor) -> None:
    """Whoever has no time is on the list with a task; two are given one, two are rung and left to come back."""
    waiting = [row for row in service.rows(STANDS) if row.displaced]
    assert len(waiting) == 4
    manager.open("/desk/lists/without-a-time")
    plan = service.one("SELECT public_id FROM cover_plan")
    for row in waiting:
        assert row.reference in manager.text
        assert service.one("SELECT count(*) FROM staff_task WHERE about = :about", about=row.public_id) == 1
    for row in waiting[:2]:
        manager.open(f"/cover/{plan}")
        here = manager.main.locator("tbody tr", has_text=row.reference)
        manager.press(here.get_by_role("button", name="Open"))
        manager.follow("/move")
        manager.answer({"time": FIRST, "asked": "family"})
        assert "moved" in manager.text.lower()
    manager.open(f"/cover/{plan}")
    for _ in waiting[2:]:
        manager.press(manager.page.get_by_role("button", name="Rung and settled").first)
    council.each_minute(service)
    manager.open("/cover/")
    assert "All settled" in manager.text


def nobody_is_forgotten(service: Service, manager: Visitor) -> None:
    """Every family has a time within its 42 days or stands on a list; nobody is booked twice, or told for nothing."""
    manager.open("/desk/lists/without-a-time")
    for family in service.rows(STANDS):
        assert family.state == "booked"
        assert family.reference in manager.text if family.displaced else family.in_time, family
    told = "SELECT template FROM message WHERE about = :about AND template <> 'booking_confirmed'"
    quiet = [family for family in service.rows(STANDS) if family.way in {"take_over", "same_time"}]
    for family in quiet:
        assert family.begins_at == family.was_begins_at
        assert service.rows(told, about=family.public_id) == []
    untouched = service.rows("SELECT public_id FROM booking WHERE id NOT IN (SELECT booking_id FROM cover_line)")
    assert [row for family in untouched for row in service.rows(told, about=family.public_id)] == []
    kept = service.app.test_cli_runner().invoke(args=["invariants"])
    assert kept.exit_code == 0, kept.output
