"""A registrar is absent, a centre closes: the manager plans, the families answer, in a browser."""

from __future__ import annotations

from datetime import date

import pytest

from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks
from tests.journeys.test_balance import press

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


#: A half-day with families in it, while as many colleagues as can be sit somewhere else just as long.
HALF_A_DAY = """
SELECT s.registrar_id, (s.begins_at AT TIME ZONE 'Europe/London')::date AS day
  FROM session s JOIN booking b ON b.session_id = s.id AND b.state = 'booked' JOIN family f ON f.id = b.family_id
 WHERE s.state = 'published' AND s.begins_at > now() + interval '4 days' AND s.ends_at - s.begins_at < interval '5 hours'
   AND extract(isodow FROM s.begins_at) < 6 AND f.locale = 'en' AND f.email IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.registrar_id = s.registrar_id)
   AND NOT EXISTS (SELECT 1 FROM session o WHERE o.registrar_id = s.registrar_id AND o.state = 'published' AND o.id <> s.id
                      AND o.begins_at::date = s.begins_at::date)
 GROUP BY s.id
 ORDER BY (SELECT count(*) FROM session o WHERE o.state = 'published' AND o.begins_at <= s.begins_at AND o.ends_at >= s.ends_at
              AND o.registrar_id <> s.registrar_id AND o.ends_at - o.begins_at < interval '5 hours') DESC,
       count(*) DESC, s.id LIMIT 1
"""


@pytest.fixture
def neighbours(service):
    """Let every registrar live beside a centre until the test is over, called with the centre: nobody is too far away."""
    homes = service.rows("SELECT id, home_postcode FROM registrar")
    yield lambda postcode: service.rows("UPDATE registrar SET home_postcode = :code", code=postcode)
    for who in homes:
        service.rows("UPDATE registrar SET home_postcode = :code WHERE id = :id", code=who.home_postcode, id=who.id)


#: The families of all colleagues who sit elsewhere while the session of the latest plan is held.
ELSEWHERE_THEN = """
SELECT b.public_id FROM booking b JOIN session o ON o.id = b.session_id
  JOIN session s ON o.begins_at < s.ends_at AND o.ends_at > s.begins_at AND o.registrar_id <> s.registrar_id
 WHERE b.state = 'booked' AND s.id = (SELECT was_session_id FROM cover_line ORDER BY id DESC LIMIT 1)
   AND o.ends_at - o.begins_at < interval '5 hours'
"""


def their_families_cancel(service) -> None:
    """Let the families of those colleagues cancel, so that one of them could sit somewhere else."""
    from registration.booking.actions import changes
    from registration.common.clock import now
    from registration.common.transaction import transaction

    for row in service.rows(ELSEWHERE_THEN):
        with service.app.app_context(), transaction():
            changes.cancel(row.public_id, now())
    service.rows("DELETE FROM occupancy o USING booking b WHERE b.id = o.booking_id AND b.state = 'cancelled'")


def when(first: date) -> dict[str, str]:
    """Give one whole day as it is typed."""
    return {
        f"{name}-{part}": str(getattr(first, part)) for name in ("first", "last") for part in ("day", "month", "year")
    }


def planned(eyes, service, which=BUSIEST) -> None:
    """Plan cover for a registrar on a coming day: the busiest, unless something else is asked for."""
    who = service.rows(which)[0]
    eyes.visitor.open(f"/cover/new?registrar={who.registrar_id}&from={who.day}&to={who.day}")
    eyes.visitor.go_on()


def family_link(service, order="ASC") -> str:
    """Give the secret link of the first family that was offered a time, or of the last."""
    from registration.common.links import secret

    number = service.one(f"""
        SELECT b.public_id FROM offer o JOIN booking b ON b.id = o.booking_id JOIN family f ON f.id = b.family_id
         WHERE o.state = 'sent' AND f.locale = 'en' AND EXISTS (SELECT 1 FROM occupancy h WHERE h.offer_id = o.id)
         ORDER BY o.id {order} LIMIT 1""")  # noqa: S608 -- ours
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


def test_another_way_to_staff_the_sessions_is_published_and_its_families_are_left_undisturbed(
    eyes, service, come, neighbours
):
    """Nobody was to take the session over and its families were offered other times: then a colleague sits there after all."""
    from registration.balancing import jobs as balancing
    from registration.cover import jobs as cover

    member = eyes.visitor
    planned(eyes, service, HALF_A_DAY)
    plan = member.path
    member.follow(member.page.get_by_role("link", name="Change").first)
    if "/session/" in member.path:
        member.page.get_by_label("Nobody").check()
        press(member, "Propose this instead")
    member.open(plan)
    press(member, "Send the plan")
    link = family_link(service, "DESC")
    their_families_cancel(service)
    there = "SELECT c.postcode FROM offer o JOIN booking b ON b.id = o.booking_id JOIN centre c ON c.id = b.centre_id"
    neighbours(service.one(f"{there} WHERE o.state = 'sent' ORDER BY o.id DESC LIMIT 1"))

    member.follow(member.page.get_by_role("link", name="Look for other ways"))
    press(member, "Find ways")
    with service.app.app_context():
        balancing.work()
    member.open(f"{plan}/staffing")
    eyes.look("ways to choose from")
    assert "Make way" in member.text, member.text
    member.press(member.page.get_by_role("button", name="Make way").last)
    assert member.path.startswith("/rota/drafts/")
    eyes.look("from a way of cover")
    assert "Taken over with its families" in member.text
    assert "Families who would lose their time: 0 sessions" in member.text
    press(member, "Publish this rota")
    assert "taken over with their families" in member.text
    with service.app.app_context():
        cover.look_again_at_families()

    member.open(plan)
    eyes.look("taken over after all")
    assert "Undisturbed, with" in member.text
    assert "Waiting for an answer" not in member.text
    parent = Looks(come())
    parent.visitor.open(link)
    assert "cannot go ahead" not in parent.visitor.text
    assert "registrar is away" not in parent.visitor.text
    parent.look("its time stands again")


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
