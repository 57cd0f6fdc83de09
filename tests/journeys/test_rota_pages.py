"""The pages of the rota as managers meet them: the week, who registers, who is away, extra sessions, calendars."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from importlib.resources import files
from io import StringIO

import pytest

from registration.common.clock import today
from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks


@pytest.fixture
def eyes(come, service) -> Looks:
    """A rota manager who looks closely."""
    member = come()
    member.open("/rota/week")
    password = demonstration_password(service.app.config["SECRET_KEY"], "rota_manager")
    member.answer({"email": demonstration_email("rota_manager"), "password": password})
    return Looks(member)


def typed(name, day):
    return {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def a_session_with_bookings(service):
    """Give a registrar, and the day of a session of theirs in the next weeks in which families are booked."""
    return service.rows("""
        SELECT s.registrar_id, r.name, (s.begins_at AT TIME ZONE 'Europe/London')::date AS day, s.id
          FROM session s JOIN registrar r ON r.id = s.registrar_id JOIN booking b ON b.session_id = s.id
         WHERE s.begins_at > now() + interval '3 days' AND b.state = 'booked' AND r.left_on IS NULL
           AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.registrar_id = r.id AND a.state = 'planned')
         GROUP BY 1, 2, 3, 4 HAVING count(*) > 1 ORDER BY s.begins_at LIMIT 1""")[0]


def test_the_week_in_every_view_also_where_a_session_cannot_be_held(eyes, service):
    found = a_session_with_bookings(service)
    service.rows(
        "INSERT INTO absence (registrar_id, begins_at, ends_at, reason, made_by)"
        " SELECT registrar_id, begins_at, ends_at, 'sickness', 'staff:1' FROM session WHERE id = :id",
        id=found.id,
    )
    member = eyes.visitor
    for by in ("centres", "registrars", "clusters"):
        member.open(f"/rota/week?from={found.day}&by={by}")
        eyes.look(by)
    assert f"{found.name} is away (sickness)" in member.text
    service.rows("UPDATE absence SET state = 'withdrawn' WHERE registrar_id = :id", id=found.registrar_id)
    member.open("/rota/week?cluster=0")
    eyes.look("nobody")


#: Leave in the table what the demonstration has in its week, whatever other tests have added to the council.
AS_LOADED = """names => {
  const plain = text => text.replaceAll("’", "'");
  for (const head of document.querySelectorAll(".rs-week tbody th[scope=row]"))
    if (!names.some(name => plain(head.textContent).startsWith(plain(name)))) head.parentElement.remove();
  for (const row of document.querySelectorAll(".rs-week__entry:has(strong), .rs-week__wrong")) row.remove();
  for (const body of document.querySelectorAll(".rs-week tbody:not(:has(th[scope=row]))")) body.remove();
  for (const who of document.querySelectorAll(".rs-week__people li"))
    if (!names.some(name => plain(who.textContent).trim().endsWith(plain(name)))) who.remove();
}"""
CUT = """() => [...document.querySelectorAll(".rs-week tr")].filter(row => getComputedStyle(row).breakInside !== "avoid").length"""
HEAD = """() => getComputedStyle(document.querySelector(".rs-week thead")).display"""


def demonstration(file, column="name"):
    """Give the names in one of the demonstration's files."""
    text = files("registration.demo").joinpath(f"data/{file}.csv").read_text("utf-8-sig")
    return {line[column] for line in csv.DictReader(StringIO(text))}


def printed(visitor):
    """Print a page; give how many sheets, and that every one lies on its side."""
    paper = visitor.page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", paper)
    assert all(float(width) > float(height) for width, height in boxes)
    return len(re.findall(rb"/Type\s*/Page\b", paper))


@pytest.mark.parametrize("by", ["centres", "registrars", "clusters"])
def test_the_week_of_the_demonstration_is_one_page_of_paper_on_its_side(eyes, by):
    names = {
        "centres": demonstration("centres") | demonstration("registrars"),
        "registrars": demonstration("registrars"),
        "clusters": demonstration("centres", "cluster"),
    }[by]
    eyes.visitor.open(f"/rota/week?by={by}&from={today() + timedelta(days=7)}")
    eyes.visitor.page.evaluate(AS_LOADED, sorted(names))
    assert eyes.visitor.page.locator(".rs-week tbody th[scope=row]").count() >= 3
    assert printed(eyes.visitor) == 1


def test_a_longer_week_goes_on_with_its_head_and_cuts_no_row_in_two(eyes):
    page = eyes.visitor.page
    eyes.visitor.open(f"/rota/week?by=centres&from={today() + timedelta(days=7)}")
    page.evaluate("""() => { const body = document.querySelector(".rs-week tbody:last-of-type");
        for (let n = 0; n < 6; n++) body.after(body.cloneNode(true)); }""")
    assert printed(eyes.visitor) > 1
    page.emulate_media(media="print")
    assert (page.evaluate(CUT), page.evaluate(HEAD)) == (0, "table-header-group")


def test_the_week_is_walked_with_the_keyboard(eyes):
    member = eyes.visitor
    before = member.heading
    member.page.get_by_role("link", name="Next week").focus()
    with member.page.expect_navigation():
        member.page.keyboard.press("Enter")
    assert member.heading != before
    region = member.page.get_by_role("region", name=member.heading)
    region.focus()
    member.page.keyboard.press("Tab")
    assert member.page.evaluate("document.activeElement.matches('.rs-week a')")


def test_the_pages_of_registrars(eyes, service):
    member = eyes.visitor
    found = a_session_with_bookings(service)
    member.open("/rota/registrars")
    eyes.look()
    member.open("/rota/registrars/add")
    eyes.empty_and(wrong={"name": "Ida", "languages": "klingonish", "minutes_per_baby": "1"})
    member.open(f"/rota/registrars/{found.registrar_id}/change")
    eyes.look("change")
    member.page.locator("#may_register_births").uncheck()
    member.go_on()
    eyes.refused("still booked")
    member.open(f"/rota/registrars/{found.registrar_id}/leave")
    eyes.empty_and(booked=typed("day", found.day))
    member.open(f"/rota/registrars/{found.registrar_id}")
    eyes.look()


def test_the_pages_of_absences(eyes, service):
    member = eyes.visitor
    found = a_session_with_bookings(service)
    member.open("/rota/absences/add")
    whole = {"registrars": str(found.registrar_id), "reason": "annual_leave"}
    day = typed("first", found.day) | typed("last", found.day)
    eyes.empty_and(backwards=whole | typed("first", found.day) | typed("last", found.day - timedelta(days=1)))
    member.give(day)
    member.go_on()
    assert "booked in this time" in member.text
    eyes.refused("families booked")
    far = today() + timedelta(days=300)
    member.give(typed("first", far) | typed("last", far))
    member.go_on()
    assert f"{found.name} " in member.text
    eyes.look("planned")
    member.press(member.page.get_by_role("button", name=f"Take back the absence of {found.name}"))
    eyes.look("taken back")


def test_the_page_of_extra_sessions(eyes):
    eyes.visitor.open("/rota/extra")
    eyes.empty_and(wrong={"begins": "9", "ends": "8", "reason": "Illness"})


def test_the_page_of_calendars(eyes, service):
    member = eyes.visitor
    member.open("/rota/calendars")
    eyes.empty_and()
    centre = service.one("SELECT min(id) FROM centre")
    member.answer({"of": f"centre:{centre}"})
    eyes.look("open")
    member.press(member.page.get_by_role("button", name="Revoke"))
    eyes.look("revoked")
