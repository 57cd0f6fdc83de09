"""The pages of accounts and of the history, as an administrator and an auditor meet them."""

from __future__ import annotations

import msgspec
import pytest

from registration.common.links import digest
from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks


@pytest.fixture
def come_as(come, service):
    """Somebody who looks closely, signed in with a demonstration account, on a page."""

    def sign_in(role: str, address: str) -> Looks:
        eyes = Looks(come())
        eyes.visitor.open(address)
        password = demonstration_password(service.app.config["SECRET_KEY"], role)
        eyes.visitor.answer({"email": demonstration_email(role), "password": password})
        return eyes

    return sign_in


def test_the_pages_of_accounts(come_as):
    eyes = come_as("administrator", "/staff/people")
    member = eyes.visitor
    eyes.look()
    member.follow("/staff/people/add")
    eyes.empty_and()
    member.give({"name": "Amina Khan", "email": "amina@council.example"})
    member.page.get_by_label("Registrar", exact=True).first.check()
    member.go_on()
    eyes.look("added")
    member.page.get_by_role("link", name="Amina Khan").click()
    eyes.look()
    member.page.get_by_role("button", name="End this account").click()
    eyes.look("ended")
    member.page.get_by_role("button", name="Open this account again").click()
    member.open("/staff/sign-ins")
    eyes.look()


def away_for_half_an_hour(service, page):
    """Let somebody's sign-in run out, as if they had done nothing for so long."""
    [cookie] = [one["value"] for one in page.context.cookies() if one["name"] == "session"]
    key = digest(cookie)
    kept = msgspec.msgpack.decode(service.one("SELECT data FROM browser_session WHERE token_digest = :key", key=key))
    kept["staff_seen"] -= 1801
    data = msgspec.msgpack.encode(kept)
    service.rows("UPDATE browser_session SET data = :data WHERE token_digest = :key", data=data, key=key)


def test_what_was_typed_when_the_sign_in_was_over_is_there_again(come_as, service):
    eyes = come_as("administrator", "/staff/people/add")
    member = eyes.visitor
    typed = {"name": "Amina Khan", "email": "amina.again@council.example"}
    member.give(typed)
    away_for_half_an_hour(service, member.page)
    member.go_on()
    password = demonstration_password(service.app.config["SECRET_KEY"], "administrator")
    eyes.look("kept meanwhile")
    member.answer({"email": demonstration_email("administrator"), "password": password})
    eyes.look()
    member.go_on()
    eyes.look("as typed")
    assert typed.items() <= member.values().items()
    member.open("/staff/no-such-page")
    eyes.look("not there")


def test_the_pages_of_the_history(come_as):
    eyes = come_as("auditor", "/history")
    eyes.look()
    eyes.visitor.page.get_by_label("About").fill("nothing of ours")
    eyes.visitor.go_on()
    eyes.look("nothing found")
    eyes.visitor.open("/staff/people")
    eyes.look("read only")
    eyes.visitor.page.get_by_role("link", name="Demonstration registrar").click()
    eyes.look("read only")


def test_history_and_accounts_by_keyboard(come_as):
    page = come_as("administrator", "/history").visitor.page
    page.get_by_label("Who").focus()
    page.keyboard.press("End")
    for name in ("What", "About", "From"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.labels[0].textContent.trim()") == name
    page.get_by_label("About").focus()
    page.keyboard.type("staff:1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/history?**about=staff*")
