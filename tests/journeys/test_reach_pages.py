"""A centre worker calls on families by keyboard, lets one join, writes a letter; others read how far the centres reach."""

from __future__ import annotations

import re

import pytest

from registration.staff.rules import demonstration_email
from tests.journeys.looks import Looks


@pytest.fixture
def eyes(come) -> Looks:
    """The centre worker of the demonstration, signed in."""
    looking = Looks(come())
    looking.visitor.sign_in("centre_worker")
    return looking


@pytest.fixture
def own(service) -> int:
    """The worker's own centre."""
    return service.one(
        "SELECT c.centre_id FROM staff_user_centre c JOIN staff_user u ON u.id = c.user_id WHERE u.email = :email",
        email=demonstration_email("centre_worker"),
    )


def test_a_centre_worker_calls_on_families_with_one_key_each(eyes, own, service):
    member = eyes.visitor
    member.open("/reach/")
    eyes.look("own centre")
    member.follow(f"/reach/{own}")
    eyes.look("centre worker")
    member.follow("/outreach")
    eyes.look()
    before, rows = service.one("SELECT count(*) FROM family_contact"), member.main.locator("tbody tr")
    first = rows.nth(0).locator("th a")
    first.focus()
    member.page.keyboard.press("j")
    member.page.keyboard.press("k")
    with member.page.expect_navigation():
        member.page.keyboard.press("c")
    assert service.one("SELECT count(*) FROM family_contact") == before + 1
    assert member.page.evaluate("document.activeElement.id").startswith("f-"), (
        "the keyboard goes on with the next family"
    )
    undo = member.main.get_by_role("button", name=re.compile("^Undo")).bounding_box()
    assert undo is not None
    assert undo["y"] >= 0, "what was just written down, and its Undo, are in sight"


def test_without_a_script_the_buttons_do_the_same(come, own, service):
    member = come(width=320, java_script_enabled=False)
    member.sign_in("centre_worker", f"/reach/{own}/outreach")
    before = service.one("SELECT count(*) FROM family_contact")
    member.press(member.main.get_by_role("button", name=re.compile("^Letter")).first)
    assert service.one("SELECT count(*) FROM family_contact") == before + 1


def test_a_family_joins_and_gets_a_letter_that_is_printed_and_posted(eyes, own):
    member = eyes.visitor
    member.open(f"/reach/{own}/families/new")
    eyes.look()
    eyes.try_out("empty")
    member.give({"share": "yes", "name": "Zofia Arrived", "born-day": "1", "born-month": "11", "born-year": "2026"})
    member.give({"address": "5 New Street", "postcode": "HX1 1UJ", "join": "yes", "preference": "letter"})
    member.go_on()
    assert member.heading == "Zofia Arrived"
    eyes.look("a member")
    member.press(member.main.get_by_role("button", name="Letter of welcome"))
    eyes.look()
    member.page.emulate_media(media="print")
    assert not member.page.locator(".rs-header").is_visible()
    member.page.emulate_media(media="screen")
    member.press(member.main.get_by_role("button", name="I have posted it"))
    assert "Left or sent something" in member.text
    member.open(f"/reach/{own}/members")
    eyes.look()
    assert "Zofia Arrived" in member.text
    member.open(f"/reach/{own}/invitations")
    eyes.look()
    eyes.try_out("nothing chosen")
    member.give({"kind": "welcome"})
    member.go_on()
    assert member.heading.startswith("Send ")
    eyes.look("asked before it goes out")


def test_a_manager_sees_who_waits_and_a_data_officer_sends_notice(come, service):
    manager = Looks(come())
    manager.visitor.sign_in("rota_manager", "/reach/")
    manager.look("every centre")
    manager.visitor.follow("/reach/waiting")
    manager.look()
    officer = Looks(come())
    officer.visitor.sign_in("data_officer", "/reach/notices")
    a_family_to_be_told(service)
    officer.visitor.open("/reach/notices")
    officer.look("with letters")
    officer.visitor.go_on()
    officer.look()
    officer.visitor.go_on()
    assert "None: every family has been told." in officer.visitor.text
    officer.look("none")


def a_family_to_be_told(service) -> None:
    """Let live birth data tell of a family that hears from the council first."""
    service.rows("""
        WITH a AS (INSERT INTO sharing_agreement (source, state, provider, recipient, purpose, items, lawful_basis, gateway,
                     frequency, method, access_roles, retention_days, notice, provider_contact, recipient_contact, starts_on,
                     review_on, made_by)
                   VALUES ('of this journey', 'in_force', 'Invented Trust', 'us', 'welcome', '{born}', 'e', 's.3', 'monthly',
                     'portal', 'officer', 365, 'by_letter', 'a', 'b', '2020-01-01', '2099-01-01', 'staff:1') RETURNING id),
             f AS (INSERT INTO birth_file (agreement_id, source, name, sha256, rows, added, changed, unchanged, removed,
                     received_at, actor)
                   SELECT id, 'of this journey', 'a.csv', 'x', 1, 1, 0, 0, 0, now(), 'staff:1' FROM a RETURNING id),
             m AS (INSERT INTO family (name, born, source, agreement_id, home_centre_id)
                   SELECT 'Nina Noticed', ARRAY[current_date - 20], 'live_births', a.id,
                          (SELECT min(id) FROM centre WHERE kind <> 'register_office') FROM a RETURNING id)
        INSERT INTO birth_record (agreement_id, source, source_key, file_id, family_id, born, address, postcode, received_on)
        SELECT a.id, 'of this journey', '1', f.id, m.id, current_date - 20, '7 Told Street, Halifax', 'HX1 1UJ', current_date
          FROM a, f, m""")
