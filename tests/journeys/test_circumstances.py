"""No two families are the same: who the parents are, where and when the baby was born, and in which language they read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registration.booking.rules.attendance import Attending
from registration.common.authority import current_authority
from tests.journeys.pages import a_story, born

LATE, OVER_A_YEAR = 60, 400


def telephone(service) -> str:
    with service.app.app_context():
        return current_authority().telephone


def asks_to_call(family, service) -> None:
    """See that the page ends with the number and with no question."""
    number = telephone(service)
    assert "/call-us/" in family.path
    assert family.main.locator(f'a[href="tel:{number.replace(" ", "")}"]').is_visible()
    assert family.main.locator("form").count() == 0


def test_an_unmarried_father_alone_is_told_what_he_needs_before_he_sees_a_time(service, phone):
    story = a_story("father@example.com", married={"married": "no"}, who_is_coming={"who": "other_parent"})
    phone.hurry(story, "papers")
    assert phone.main.get_by_role("listitem").count() >= 3
    phone.open("/book/time")
    assert phone.step == "papers", "no time is shown before he has said what he will do"

    phone.go_on()
    assert phone.step == "papers"
    phone.answer({"plan": "papers"})
    phone.hurry(story, "check")
    phone.go_on()
    assert "statutory declaration" in phone.text
    coming = service.one(
        "SELECT attending FROM booking b JOIN family f ON f.id = b.family_id WHERE f.email = 'father@example.com'"
    )
    assert coming == Attending.OTHER_PARENT.value


def test_a_birth_in_another_district_becomes_a_declaration_which_is_explained(service, phone):
    story = a_story("bradford@example.com", where_born={"place": "Bradford Royal Infirmary"})
    phone.hurry(story, "other-district")
    assert "Bradford" in phone.text
    assert "by post" in phone.text
    phone.hurry(story, "check")
    phone.go_on()
    assert "office where your baby was born" in phone.text
    kind = service.one(
        "SELECT kind FROM booking b JOIN family f ON f.id = b.family_id WHERE f.email = 'bradford@example.com'"
    )
    assert kind == "declaration"


def test_births_that_are_not_registered_here_lead_to_the_telephone(service, phone):
    phone.open("/book/where-born")
    phone.answer({"place": "abroad"})
    asks_to_call(phone, service)

    phone.open("/book/where-born")
    phone.hurry(a_story("", date_of_birth=born(OVER_A_YEAR)), "twelve-months")
    asks_to_call(phone, service)

    phone.open("/book/where-born")
    phone.hurry(a_story(""), "married")
    phone.follow("/call-us/different")
    asks_to_call(phone, service)

    phone.open("/book/where-born")
    phone.follow("/call-us/loss")
    asks_to_call(phone, service)
    everything = phone.page.locator("body").inner_text().lower()
    assert "congratulat" not in everything
    assert "register your baby" not in everything
    assert phone.page.locator("main img, main svg").count() == 0


def test_twins_with_an_interpreter_have_a_longer_appointment(service, phone):
    twins = born(3, 0) | born(2, 1)
    story = a_story("twins@example.com", language={"language": "other", "other": "ur"})
    phone.hurry(story, "date-of-birth")
    phone.give(born(3, 0))
    phone.press("add")
    assert phone.values()["born-0-day"] == twins["born-0-day"], "what was typed stays"
    phone.answer(twins)
    phone.hurry(story, "check")
    phone.go_on()
    minutes = service.one(
        "SELECT extract(epoch FROM ends_at - begins_at) / 60 FROM booking WHERE reference = :reference",
        reference=phone.reference,
    )
    with service.app.app_context():
        council = current_authority()
        assert minutes == 2 * council.minutes_per_baby + council.interpreter_minutes


def test_a_family_that_is_late_reads_honest_words_and_books(service, phone):
    story = a_story("late@example.com", date_of_birth=born(LATE))
    phone.hurry(story, "time")
    assert "You can still register" in phone.text
    phone.hurry(story, "check")
    phone.go_on()
    assert "You can still register" in phone.text
    assert "too late" not in phone.text.lower()
    assert service.bookings("late@example.com") == 1
    last_day, begins = service.rows(
        "SELECT last_lawful_day, begins_at FROM booking b JOIN family f ON f.id = b.family_id WHERE f.email = 'late@example.com'"
    )[0]
    assert last_day < begins.date() - timedelta(days=LATE - 43)


@pytest.mark.parametrize(("language", "direction"), [("ur", "rtl"), ("pl", "ltr")])
def test_a_family_books_in_its_own_language_on_a_telephone(service, phone, language, direction):
    email = f"{language}@example.com"
    phone.open(f"/?lang={language}")
    story = a_story(email, language={"language": "other", "other": language}, share={"share": "yes"})
    story |= {"join": {"address": "1 High Street\nHX1 1UJ", "preference": "text"}}
    met = []
    while not met or met[-1] != "booked":
        met.append(phone.step or "start")
        html = phone.page.locator("html")
        assert (html.get_attribute("lang"), html.get_attribute("dir")) == (language, direction), phone.path
        assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{phone.path} scrolls sideways"
        )
        if met[-1] == "start":
            phone.follow("/book/where-born")
        elif met[-1] != "booked":
            phone.answer(story[met[-1]])
    locale = service.one("SELECT locale FROM family WHERE email = :email", email=email)
    assert locale == language
    service.deliver()
    message = phone.messages(email)[0].locator("[lang]").first
    assert (message.get_attribute("lang"), message.get_attribute("dir")) == (language, direction)
