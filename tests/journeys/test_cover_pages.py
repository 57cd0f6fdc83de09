"""A registrar is absent, a centre closes: the manager plans, the families answer, in a browser."""

from __future__ import annotations

from datetime import date

import pytest

from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks

BUSIEST = """
SELECT s.registrar_id, (b.begins_at AT TIME ZONE 'Europe/London')::date AS day
  FROM booking b JOIN session s ON s.id = b.session_id JOIN family f ON f.id = b.family_id
 WHERE b.state = 'booked' AND b.begins_at > now() + interval '4 days' AND f.locale = 'en' AND f.email IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.registrar_id = s.registrar_id)
 GROUP BY 1, 2 HAVING count(DISTINCT s.id) = 1 AND count(*) > 2 ORDER BY count(*) DESC, 2, 1 LIMIT 1
"""


@pytest.fixture
def eyes(come, service) -> Looks:
    """The rota manager of the demonstration, signed in and looking closely."""
    looking = Looks(come())
    looking.visitor.open("/staff/sign-in")
    password = demonstration_password(service.app.config["SECRET_KEY"], "rota_manager")
    looking.visitor.answer({"email": demonstration_email("rota_manager"), "password": password})
    return looking


def when(first: date) -> dict[str, str]:
    """Give one whole day as it is typed."""
    return {
        f"{name}-{part}": str(getattr(first, part)) for name in ("first", "last") for part in ("day", "month", "year")
    }


def planned(eyes, service) -> None:
    """Plan cover for the busiest registrar of a coming day."""
    who = service.rows(BUSIEST)[0]
    eyes.visitor.open(f"/cover/new?registrar={who.registrar_id}&from={who.day}&to={who.day}")
    eyes.visitor.go_on()


def family_link(service) -> str:
    """Give the secret link of the latest family that was offered a time."""
    from registration.common.links import secret

    number = service.one("""
        SELECT b.public_id FROM offer o JOIN booking b ON b.id = o.booking_id JOIN family f ON f.id = b.family_id
         WHERE o.state = 'sent' AND f.locale = 'en' AND EXISTS (SELECT 1 FROM occupancy h WHERE h.offer_id = o.id)
         ORDER BY o.id LIMIT 1""")
    with service.app.app_context():
        return f"/booking/{secret('booking', str(number))}"


def ways_are_found(eyes, service) -> None:
    """Look for other ways to staff the sessions of a plan that was sent, and back to it."""
    from registration.balancing import jobs

    member = eyes.visitor
    plan = member.path
    member.page.get_by_role("link", name="Look for other ways").click()
    eyes.look("nobody has looked")
    member.page.get_by_role("button", name="Find ways").click()
    member.open(f"{plan}/staffing?still=1")
    eyes.look("being looked for")
    with service.app.app_context():
        jobs.work()
    member.open(f"{plan}/staffing")
    eyes.look("ways found")
    assert "from tomorrow on" in member.main.inner_text()
    member.open(plan)


def test_a_plan_is_made_changed_sent_and_answered(eyes, service, come):
    member = eyes.visitor
    member.open("/cover/new")
    eyes.look()
    member.answer({"registrar": ""})
    eyes.refused("nobody")
    planned(eyes, service)
    eyes.look("draft")
    plan = member.path

    member.page.get_by_role("link", name="Change").first.click()
    eyes.look("session")
    member.page.get_by_role("button", name="Propose this instead").click()
    eyes.refused("nothing chosen")
    member.page.get_by_label("Nobody").check()
    member.page.get_by_role("button", name="Propose this instead").click()
    assert member.path == plan
    member.page.get_by_role("link", name="Change").first.click()
    eyes.look("row")
    member.page.get_by_role("button", name="Propose this instead").click()
    eyes.refused("nothing chosen")
    member.open(plan)
    member.page.get_by_role("button", name="Send the plan").click()
    eyes.look("sent")

    ways_are_found(eyes, service)

    link = family_link(service)
    parent = Looks(come())
    parent.visitor.open(link)
    parent.look("its time does not stand")
    parent.visitor.open(f"{link}/offer")
    parent.look()
    parent.visitor.page.get_by_role("button", name="Take this appointment").click()
    assert parent.visitor.path.endswith("/moved")
    link = family_link(service)
    parent.visitor.open(f"{link}/offer")
    parent.visitor.page.get_by_role("button", name="It does not suit me").click()
    parent.look("rung")
    parent.visitor.open(link)
    parent.look("without an offer")

    member.open(plan)
    eyes.look("answered")
    assert "Accepted" in member.main.inner_text()
    assert "said no" in member.main.inner_text()
    member.page.get_by_role("button", name="Rung and settled").first.click()
    assert "Rung and settled: 1" in member.main.inner_text()


def test_a_plan_is_put_away_with_the_keyboard_alone(eyes, service):
    member = eyes.visitor
    planned(eyes, service)
    member.page.get_by_role("button", name="Put the plan away").focus()
    with member.page.expect_navigation():
        member.page.keyboard.press("Enter")
    eyes.look("undone")
    member.open("/cover/")
    eyes.look()


BUSIEST_CENTRE = """
SELECT b.centre_id, (now() AT TIME ZONE 'Europe/London')::date + 7 AS day
  FROM booking b JOIN centre c ON c.id = b.centre_id JOIN family f ON f.id = b.family_id
 WHERE b.state = 'booked' AND b.begins_at > now() + interval '8 days' AND f.locale = 'en' AND f.email IS NOT NULL
   AND c.kind <> 'register_office' AND c.participating_to IS NULL
 GROUP BY 1 ORDER BY count(*), 1 LIMIT 1
"""


def test_a_centre_closes_and_its_families_answer(eyes, service, come):
    member = eyes.visitor
    member.open("/cover/close")
    eyes.look()
    member.answer({"centre": ""})
    eyes.refused("no centre")
    which = service.rows(BUSIEST_CENTRE)[0]
    typed = {f"first-{part}": str(getattr(which.day, part)) for part in ("day", "month", "year")}
    member.open("/cover/close")
    member.answer({"centre": str(which.centre_id), "successor": ""} | typed)
    eyes.look("a centre, before it closes")
    plan = member.path
    assert "Closing the centre does this" in member.main.inner_text()
    member.page.get_by_role("button", name="Close the centre").click()
    assert member.path == plan
    eyes.look("a centre that closes")

    link = family_link(service)
    parent = Looks(come())
    parent.visitor.open(link)
    parent.look("its centre closes")
    assert "the centre is closing" in parent.visitor.main.inner_text()
    parent.visitor.open(f"{link}/offer")
    parent.look("instead of a centre that closes")
    parent.visitor.page.get_by_role("button", name="Take this appointment").click()
    assert parent.visitor.path.endswith("/moved")

    member.open(plan)
    assert "Accepted" in member.main.inner_text()
    # The weekly patterns still name it, and other journeys plan with them.
    service.rows("UPDATE centre SET participating_to = NULL WHERE id = :id", id=which.centre_id)


def test_a_centre_without_families_is_closed_and_opened_again_with_the_keyboard(eyes, service):
    member = eyes.visitor
    which = service.rows("""
        SELECT c.id FROM centre c WHERE c.participating_to IS NULL AND c.kind <> 'register_office' ORDER BY c.id LIMIT 1""")[
        0
    ]
    last = service.one("SELECT (max(begins_at) AT TIME ZONE 'Europe/London')::date + 1 FROM booking")
    member.open(f"/cover/close?centre={which.id}")
    typed = {f"first-{part}": str(getattr(last, part)) for part in ("day", "month", "year")}
    member.answer(typed)
    for name in ("Close the centre", "Open the centre again"):
        member.page.get_by_role("button", name=name).focus()
        with member.page.expect_navigation():
            member.page.keyboard.press("Enter")
        eyes.look(name)
    assert "has been opened again" in member.main.inner_text()
