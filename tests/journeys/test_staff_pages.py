"""Every page that staff meet, as it is, sent empty and sent wrong."""

from __future__ import annotations

import pyotp
import pytest

from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks

PASSWORD = "correct horse battery"


@pytest.fixture
def eyes(come) -> Looks:
    """A member of staff who looks closely."""
    return Looks(come())


@pytest.fixture
def account(service, request) -> str:
    """The address of an administrator of the test's own."""
    from registration.common.transaction import transaction
    from registration.staff import actions

    email = f"{request.node.name}@council.example"
    with service.app.app_context(), transaction():
        actions.set_password(actions.add_account(email, role="administrator", name="Ada Looks"), PASSWORD)
    return email


def sign_in(eyes: Looks, email: str) -> None:
    eyes.visitor.open("/staff/sign-in")
    eyes.visitor.answer({"email": email, "password": PASSWORD})


def test_the_pages_of_signing_in(eyes, account, service):
    from registration.staff.actions import account as account_of
    from registration.staff.security import reset_link

    member = eyes.visitor
    member.open("/staff/sign-in")
    eyes.empty_and(wrong={"email": account, "password": "wrong"})
    member.follow("/staff/reset")
    eyes.look()
    member.answer({"email": account})
    eyes.look("asked")
    with service.app.app_context():
        link = reset_link(account_of(account))
    member.open(link)
    eyes.empty_and(short={"password": "short", "password_confirm": "other"})

    sign_in(eyes, account)
    eyes.look()
    member.open("/staff/password")
    eyes.empty_and()
    member.open("/staff/confirm-password")
    eyes.empty_and()


def test_the_pages_of_signing_in_with_a_code(eyes, account):
    member = eyes.visitor
    sign_in(eyes, account)
    member.open("/staff/two-factor")
    eyes.look()
    member.go_on()
    eyes.empty_and(wrong={"code": "000000"})
    member.open("/staff/two-factor")
    member.go_on()
    app = pyotp.TOTP(member.main.locator("code").first.inner_text().replace("-", ""))
    member.answer({"code": app.now()})
    eyes.look("with a code")
    member.open("/staff/recovery-codes")
    eyes.look()
    member.go_on()
    eyes.look("made")
    member.open("/staff/")
    member.press(member.page.get_by_role("button", name="Sign out", exact=True))

    sign_in(eyes, account)
    eyes.empty_and(wrong={"code": "000000"})
    member.open("/staff/recovery-code")
    eyes.empty_and()


def test_the_pages_of_messages(eyes, service):
    failed, letter = service.rows("""
        (SELECT id FROM message WHERE channel = 'sms' AND state = 'sent' LIMIT 1) UNION ALL
        (SELECT id FROM message WHERE channel = 'letter' LIMIT 1)""")
    service.rows("UPDATE message SET state = 'bounced', problem = 'Unknown number' WHERE id = :id", id=failed.id)
    service.rows("UPDATE message SET state = 'queued', settled_at = NULL WHERE id = :id", id=letter.id)
    service.rows("INSERT INTO staff_task (kind, sentence, created) VALUES ('call', 'Please call the family.', now())")
    member = eyes.visitor
    member.open("/staff/messages")
    password = demonstration_password(service.app.config["SECRET_KEY"], "booking_desk")
    member.answer({"email": demonstration_email("booking_desk"), "password": password})
    eyes.look("busy")
    member.open(f"/staff/letters/{letter.id}")
    eyes.look()
