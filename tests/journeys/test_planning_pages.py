"""The pages on which a rota is planned: weekly patterns, days, rooms, files, and drafts until they are published."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registration.common.clock import today
from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks


@pytest.fixture
def eyes(come, service) -> Looks:
    """A rota manager who looks closely."""
    member = come()
    member.open("/rota/patterns")
    password = demonstration_password(service.app.config["SECRET_KEY"], "rota_manager")
    member.answer({"email": demonstration_email("rota_manager"), "password": password})
    return Looks(member)


def button(member, name):
    return member.page.get_by_role("button", name=name).first


def test_the_pages_of_weekly_patterns(eyes, service):
    member = eyes.visitor
    eyes.look()
    member.follow(member.main.get_by_role("link", name="Thomas Okafor"))
    eyes.look("with exceptions")
    eyes.try_out("exception", {"day": "2027-11-01", "place": str(service.one("SELECT min(id) FROM centre"))})
    member.follow("/new")
    soon = (today() + timedelta(days=10)).isoformat()
    eyes.empty_and(
        overlaps={"valid_from": soon, "begins_2_morning": "09:00", "ends_2_morning": "08:00"}
        | {"place_2_morning": str(service.one("SELECT min(id) FROM centre"))}
    )
    member.answer({"ends_2_morning": "12:00"})
    assert "until further notice" in member.text
    eyes.look("two versions")
    member.follow("/new")
    later = today() + timedelta(days=20)
    member.answer({"valid_from": later.isoformat(), "valid_to": (later + timedelta(days=9)).isoformat()})
    assert "without an end" in member.text
    eyes.refused("what comes after")
    member.answer({"then": "resume"})
    assert member.heading == "The week of Thomas Okafor"
    member.follow("/new")
    member.follow(member.main.get_by_role("link", name="Every second week is otherwise"))
    eyes.look("in turns")


def test_the_pages_of_days_rooms_and_files(eyes):
    member = eyes.visitor
    member.open("/rota/days")
    eyes.empty_and()
    member.answer({"day": "2027-12-24", "state": "closed", "reason": "Early closing"})
    eyes.look("decided")
    member.open("/rota/rooms")
    eyes.empty_and()
    member.open("/rota/files")
    eyes.empty_and()
    member.page.locator("#file").set_input_files(
        {
            "name": "patterns.csv",
            "mimeType": "text/csv",
            "buffer": b"registrar,valid_from,weekday,centre,from,to\nx,,,,,\n",
        }
    )
    member.answer({"what": "patterns"})
    eyes.look("refused")


def test_a_draft_is_looked_at_put_right_and_published(eyes, service):
    member = eyes.visitor
    member.open("/rota/drafts")
    eyes.look()
    eyes.try_out("backwards", {"first": "2028-05-01", "last": "2028-04-01"})
    first = today() + timedelta(days=200)
    member.answer(
        {"first": first.isoformat(), "last": (first + timedelta(days=6)).isoformat(), "name": "A week to come"}
    )
    assert member.heading == "A week to come"
    eyes.look("draft")
    draft = member.path
    member.follow(member.main.get_by_role("link", name="Add a session"))
    eyes.empty_and()
    registrar, place = service.rows("""
        SELECT d.registrar_id::text, d.centre_id::text FROM draft_session d JOIN rota_draft r ON r.id = d.draft_id
         WHERE r.name = 'A week to come' ORDER BY d.begins_at LIMIT 1""")[0]
    day = service.one("""
        SELECT min(begins_at AT TIME ZONE 'Europe/London')::date FROM draft_session d JOIN rota_draft r ON r.id = d.draft_id
         WHERE r.name = 'A week to come'""")
    member.answer({"registrar": registrar, "place": place, "day": day.isoformat(), "begins": "09:00", "ends": "09:20"})
    assert "It is shorter than one appointment" in member.text
    eyes.look("with conflicts")
    member.press(member.main.get_by_role("row", name="shorter than one").get_by_role("button", name="Take out"))
    assert "Conflicts: 0" in member.text
    member.press(button(member, "Publish this rota"))
    assert "Published" in member.text
    eyes.look("published")
    assert member.path == draft
    member.open("/rota/drafts")
    member.follow(member.main.get_by_role("link", name="The next four weeks"))
    member.press(button(member, "Put this draft aside"))
    assert "Put aside" in member.text
