"""A family finds its booking again, and staff cancel one quietly when a baby has died."""

from __future__ import annotations

from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.pages import a_story

NOBODYS = "BCD-FGH-JKM"
TRIES = 5


def sign_in(member, service, role: str) -> None:
    """Sign in as the demonstration's member of staff."""
    password = demonstration_password(service.app.config["SECRET_KEY"], role)
    member.answer({"email": demonstration_email(role), "password": password})


def test_a_booking_is_found_by_its_reference_and_something_the_family_gave(service, come):
    reference = come(320).book(a_story("find@example.com"))
    elsewhere = come(320)
    elsewhere.open("/")
    elsewhere.follow("/find-booking")
    for given in ("O’Brien", "find@example.com"):
        elsewhere.answer({"reference": reference.lower().replace("-", " "), "given": given})
        assert elsewhere.path.startswith("/booking/")
        assert elsewhere.reference == reference
        elsewhere.open("/find-booking")

    said = []
    for wrong in ({"reference": reference, "given": "Smith"}, {"reference": NOBODYS, "given": "O’Brien"}):
        elsewhere.answer(wrong)
        assert elsewhere.step == "find-booking"
        assert wrong["given"] in elsewhere.values().values(), "what was typed stays"
        said.append(elsewhere.text)
    assert said[0] == said[1], "nobody learns which references there are"


def test_somebody_who_guesses_is_asked_to_wait_and_a_family_elsewhere_is_not(service, come):
    reference = come(320).book(a_story("guessed@example.com"))
    guesser = come(320)
    for number in range(TRIES):
        guesser.open("/find-booking")
        guesser.answer({"reference": reference, "given": f"guess {number}"})
        assert guesser.onward.is_visible()
    guesser.open("/find-booking")
    with guesser.page.expect_response("**/find-booking") as answered:
        guesser.answer({"reference": reference, "given": "O’Brien"})
    assert answered.value.status == 429
    assert reference not in guesser.text
    assert guesser.page.locator('main a[href^="tel:"]').count() >= 1

    other = come(320)
    reference = other.book(a_story("other@example.com"))
    guesser.open("/find-booking")
    guesser.answer({"reference": reference, "given": "other@example.com"})
    assert guesser.reference == reference


def test_staff_cancel_quietly_for_a_bereaved_family_and_nothing_reaches_it_again(service, come):
    family = come(320)
    reference = family.book(a_story("loss@example.com"))
    link = f"/booking/{family.token}"
    member = come()
    member.open("/desk/find")
    assert member.step == "sign-in"
    sign_in(member, service, "booking_desk")
    assert member.path.startswith("/desk/find"), "signing in leads on to the page that was asked for"
    member.answer({"line": reference})
    member.follow("/bereavement")
    member.go_on()
    assert reference in member.heading

    for page in ("", "/booked", "/move", "/cancel", "/calendar.ics"):
        family.open(link + page)
        words = family.page.locator("body").inner_text()
        assert "01632 960100".replace(" ", "\N{NO-BREAK SPACE}") in words, page
        assert reference not in words
        assert "baby" not in words.lower()
        assert family.page.locator("main form").count() == 0
    service.deliver()
    messages = service.rows("SELECT state, template FROM message WHERE address = 'loss@example.com'")
    assert messages
    assert {message.state for message in messages} <= {"withdrawn", "sent"}
    assert "booking_cancelled" not in {message.template for message in messages}
    waiting = [one for one in family.messages("loss@example.com") if "waiting" in one.inner_text()]
    assert waiting == []
    assert service.bookings("loss@example.com") == 0


def test_a_wrong_password_opens_nothing_and_another_role_does_not_see_families(service, come):
    member = come()
    member.open("/staff/sign-in")
    member.answer({"email": demonstration_email("booking_desk"), "password": "wrong password 12"})
    assert member.step == "sign-in"
    member.open("/staff/")
    assert member.step == "sign-in"
    sign_in(member, service, "registrar")
    assert member.step == ""
    member.open("/desk/find")
    assert member.main.locator("form").count() == 0
