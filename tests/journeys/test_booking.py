"""A family books by itself: on a small telephone, without JavaScript, without a mouse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import vobject

from tests.journeys.pages import a_story

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.journeys.pages import Visitor

MOST_PAGES = 12
MOST_INPUTS = 12


def calendar_file(family: Visitor, link: Locator) -> object:
    """Download a calendar file and read its one entry as a calendar program does."""
    with family.page.expect_download() as download:
        link.click()
    name = download.value.suggested_filename
    assert name.endswith(".ics"), name
    return vobject.readOne(download.value.path().read_text(encoding="utf-8")).vevent


def starts_at(service, reference: str) -> datetime:
    return service.one("SELECT begins_at FROM booking WHERE reference = :reference", reference=reference)


def state(service, reference: str) -> str:
    return service.one("SELECT state FROM booking WHERE reference = :reference", reference=reference)


def test_a_parent_books_on_a_telephone_and_moves_cancels_and_takes_it_back_by_the_link_in_the_message(service, phone):
    phone.open("/")
    phone.follow("/book/where-born")
    walked = phone.walk(a_story("telephone@example.com"), "booked")

    assert len(walked) <= MOST_PAGES, walked
    assert phone.typed <= MOST_INPUTS
    reference = phone.reference
    entry = calendar_file(phone, phone.page.locator('a[href$="/calendar.ics"]'))
    assert entry.dtstart.value.astimezone(UTC) == starts_at(service, reference)
    assert entry.sequence.value == "0"

    service.deliver()
    (message,) = [one for one in phone.messages("telephone@example.com") if reference in one.inner_text()]
    assert starts_at(service, reference).strftime("%B") in message.inner_text()
    phone.follow(message.locator('a[href*="/booking/"]').first)

    first = starts_at(service, reference)
    phone.follow("/move")
    phone.answer({"time": "the first that is offered"})
    assert phone.step == "moved"
    assert starts_at(service, reference) != first
    moved = calendar_file(phone, phone.page.locator('a[href$="/calendar.ics"]'))
    assert (moved.uid.value, moved.sequence.value) == (entry.uid.value, "1")
    assert moved.dtstart.value.astimezone(UTC) == starts_at(service, reference)

    link = f"/booking/{phone.token}"
    phone.open(link)
    phone.follow("/cancel")
    phone.go_on()
    assert state(service, reference) == "cancelled"
    phone.press(phone.page.locator('form[action$="/undo"] button'))
    assert (phone.step, state(service, reference)) == ("kept", "booked")

    phone.open(f"{link}/cancel")
    phone.go_on()
    assert state(service, reference) == "cancelled"
    service.deliver()
    assert len(phone.messages("telephone@example.com")) >= 2


def test_everything_works_without_javascript(service, come):
    family = come(320, 640, java_script_enabled=False)
    story = a_story("noscript@example.com", married={"married": "no"}, share={"share": "yes"})
    family.walk(story, "time")
    family.follow(family.page.locator('main a[href*="every-time"]').first)
    chips = family.main.locator('button[name="time"]')
    if not chips.first.is_visible():
        family.main.locator("summary").first.click()
    family.press(chips.first)
    family.walk(story, "booked")

    reference = family.reference
    assert calendar_file(family, family.page.locator('a[href$="/calendar.ics"]')).dtstart
    family.follow(f"/booking/{family.token}")
    family.follow("/move")
    family.answer({"time": "the first that is offered"})
    assert family.step == "moved"
    family.open(f"/booking/{family.token}/cancel")
    family.go_on()
    family.press(family.page.locator('form[action$="/undo"] button'))
    assert state(service, reference) == "booked"


# -- without a mouse

FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const seen = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const label = one.matches("[type=radio], [type=checkbox]") && one.nextElementSibling;
  const box = (label || one).getBoundingClientRect();
  return {
    href: one.getAttribute("href") || "", name: one.getAttribute("name") || "", type: one.type || "",
    classes: one.className, tag: one.localName,
    visible: seen(getComputedStyle(one)) || Boolean(label && seen(getComputedStyle(label, "::before"))),
    inside: box.bottom > 0 && box.top < innerHeight && box.width > 1,
  };
}"""


class Hands:
    """Two hands on a keyboard; wherever they stop the eye must find them."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.keys = visitor, visitor.page.keyboard

    def at(self) -> dict:
        where = self.visitor.page.evaluate(FOCUS) or {}
        assert not where or (where["visible"] and where["inside"]), (
            f"{self.visitor.path}: the focus is not seen: {where}"
        )
        return where

    def tab_to(self, **wanted: str) -> dict:
        """Press Tab until something is reached."""
        for _ in range(80):
            self.keys.press("Tab")
            where = self.at()
            if all(where.get(what) == value for what, value in wanted.items()):
                return where
        raise AssertionError(f"{self.visitor.path}: never reached {wanted}")

    def skip(self) -> None:
        """Skip to the content of a page just opened; one that a form led to from there stays skipped."""
        if self.visitor.page.url.endswith("#main-content"):
            return
        self.keys.press("Tab")
        assert self.at()["href"] == "#main-content"
        self.keys.press("Enter")

    def send(self, key: str = "Enter") -> None:
        """Press the key that leads to another page."""
        with self.visitor.page.expect_navigation():
            self.keys.press(key)

    def choose(self, name: str, downs: int = 0) -> None:
        """Reach a group of choices and take one with the arrows."""
        self.skip()
        self.tab_to(name=name)
        self.keys.press("Space")
        for _ in range(downs):
            self.keys.press("ArrowDown")
            self.at()

    def go_on(self) -> None:
        self.tab_to(tag="button", type="submit", name="")
        self.send("Space")


def test_a_parent_books_with_the_keyboard_alone(service, come):
    family = come()
    family.open("/")
    hands = Hands(family)
    hands.skip()
    hands.tab_to(href="/book/where-born")
    hands.send()

    story = a_story("keyboard@example.com")
    choices = {"where-born": ("place", 1), "married": ("married", 1), "both-parents": ("both", 0)}
    choices |= {"who-is-coming": ("who", 2), "language": ("language", 0), "time": ("time", 1), "share": ("share", 1)}
    met = []
    while family.step != "booked":
        met.append(family.step)
        if family.step in choices:
            hands.choose(*choices[family.step])
        else:
            hands.skip()
            for name, value in story[family.step].items():
                hands.tab_to(name=name)
                family.page.keyboard.type(value)
        hands.go_on()
        assert family.step not in met, family.text

    assert service.bookings("keyboard@example.com") == 1
    hands.skip()
    hands.tab_to(href=f"/booking/{family.token}")
    hands.send()
    hands.skip()
    hands.tab_to(href=f"/booking/{family.token}/cancel")
    hands.send("Enter")
    hands.skip()
    hands.go_on()
    assert service.bookings("keyboard@example.com") == 0
