"""The pages as a person meets them: by their questions, buttons and links, not by how they are written.

What a page asks is found by the names of its inputs, which its form promises; words are free to change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from registration.common.clock import today
from registration.staff.rules import demonstration_email, demonstration_password

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

    from tests.journeys.conftest import Service

Given = dict[str, str]

#: A time as its button says it: the number of a centre and the minutes since 1970.
FIRST = "the first that is offered"


def born(days_ago: int, baby: int = 0) -> Given:
    """Give a date of birth as it is typed."""
    day = today() - timedelta(days=days_ago)
    return {f"born-{baby}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def a_story(email: str, **changes: Given) -> dict[str, Given]:
    """Give what a family answers on each page; changes are named by the page, with underscores."""
    usual = {
        "where-born": {"place": "Calderdale Royal Hospital"},
        "other-district": {},
        "date-of-birth": born(3),
        "married": {"married": "yes"},
        "both-parents": {"both": "yes"},
        "who-is-coming": {"who": "mother"},
        "papers": {"plan": "both"},
        "language": {"language": "en"},
        "interpreter": {"interpreter": "arrange"},
        "access": {},
        "postcode": {"postcode": "HX1 1UJ"},
        "time": {"time": FIRST},
        "contact": {"name": "Aoife O’Brien", "email": email},
        "share": {"share": "no"},
        "join": {},
        "check": {},
    }
    return usual | {page.replace("_", "-"): given for page, given in changes.items()}


@dataclass
class Visitor:
    """Somebody with a browser: what they do on a page, and what they see."""

    page: Page
    service: Service
    complaints: list[str] = field(default_factory=list)
    typed: int = 0  # answers given by hand
    drawn: str = ""  # the template of the page they see

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.service.url, "data:")):
            self.complaints.append(f"{self.page.url} asked for {request.url}")

    def _answered(self, response: Response) -> None:
        self.drawn = response.headers.get("x-drawn", self.drawn)
        broken = response.status >= 500 or (response.status == 404 and response.request.resource_type != "document")
        if broken:
            self.complaints.append(f"{response.url} answered {response.status}")

    def another_tab(self) -> Visitor:
        """Open a second tab in the same browser."""
        return Visitor(self.page.context.new_page(), self.service, self.complaints)

    # -- what they see

    @property
    def heading(self) -> str:
        """The one first heading."""
        return self.page.get_by_role("heading", level=1).inner_text()

    @property
    def main(self) -> Locator:
        """What the page is about."""
        return self.page.get_by_role("main")

    @property
    def text(self) -> str:
        """Everything it says, on one line."""
        return " ".join(self.main.inner_text().split())

    @property
    def path(self) -> str:
        """Where they are, without the address of the service."""
        return self.page.url.removeprefix(self.service.url).partition("#")[0]

    @property
    def step(self) -> str:
        """The page of the journey they are on, by the last part of its address."""
        return self.path.partition("?")[0].rpartition("/")[2]

    @property
    def notices(self) -> Locator:
        """What the page says of itself, to those who only listen too."""
        return self.main.get_by_role("status")

    def values(self) -> Given:
        """What stands in the page's inputs, as somebody would read it there; no page gives a password back."""
        return self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll(
                "main :is(input, select, textarea):not([type=hidden], [type=password])")].map(
                  (one) => [one.type === "radio" ? `${one.name}: ${one.value}` : one.id,
                            one.matches("[type=radio], [type=checkbox]") ? one.checked : one.value]))"""
        )

    # -- what they do

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(path)

    def follow(self, link: Locator | str) -> None:
        """Follow a link, given itself or by the end of where it leads."""
        found = self.page.locator(f'main a[href$="{link}"]').first if isinstance(link, str) else link
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            found.click()

    def press(self, button: Locator | str) -> None:
        """Press a button that sends a form, given itself or by the name it goes by in its form."""
        found = self.page.locator(f'main button[name="{button}"]').first if isinstance(button, str) else button
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            found.click()

    @property
    def onward(self) -> Locator:
        """The button that goes on: the first that is drawn as the page's own."""
        return self.main.locator("form .govuk-button:not(.govuk-button--secondary)").first

    def go_on(self) -> None:
        """Press it."""
        self.press(self.onward)

    def give(self, given: Mapping[str, str]) -> None:
        """Fill in a page's inputs by their names."""
        for name, value in given.items():
            self._give(name, value)
            self.typed += 1

    def _give(self, name: str, value: str) -> None:
        inputs = self.main.locator(f'[name="{name}"]')
        kind = inputs.first.evaluate("(one) => one.type")
        if kind in {"radio", "checkbox"}:
            self._choose(inputs, value)
        elif kind == "select-one":
            inputs.select_option(value)
        else:
            inputs.fill(value)

    def _choose(self, inputs: Locator, value: str) -> None:
        if value == FIRST:
            inputs.first.check()
        elif " " in value:
            self.page.get_by_label(value).check()
        else:
            inputs.and_(self.page.locator(f'[value="{value}"]')).check()

    def answer(self, given: Mapping[str, str]) -> None:
        """Give a page what it asks and go on."""
        self.give(given)
        if self.step == "join" and not given:
            self.press(self.page.locator('button[name="join"][value="no"]'))
        else:
            self.go_on()

    def walk(self, story: Mapping[str, Given], until: str) -> list[str]:
        """Answer page after page until one is reached, its address ending so; give the pages walked through."""
        if not self.path.startswith("/book/"):
            self.open("/book/where-born")
        walked = [self.step]
        while self.step != until:
            here = self.step
            self.answer(story[here])
            assert self.step != here, f"{here} did not take the answer: {self.text}"
            walked.append(self.step)
        return walked

    def hurry(self, story: Mapping[str, Given], until: str) -> None:
        """Walk as a browser without a screen would, much faster, and open the last page: for what is met only there."""
        hand = self.page.context.request
        answer = hand.get(self.path if self.path.startswith("/book/") else "/book/where-born")
        while not urlsplit(answer.url).path.endswith(until):
            step = urlsplit(answer.url).path.rpartition("/")[2]
            form = BeautifulSoup(answer.text(), "html.parser").find(id="answers")
            hidden = {one["name"]: one["value"] for one in form("input", type="hidden")}
            before, answer = answer.url, hand.post(answer.url, form=hidden | _sent(form, step, story[step]))
            assert answer.url != before, f"{step} did not take the answer"
        self.open(answer.url)

    def book(self, story: Mapping[str, Given]) -> str:
        """Book in a hurry; give the reference."""
        self.hurry(story, "booked")
        return self.reference

    @property
    def reference(self) -> str:
        """The reference the page shows."""
        return re.search(r"\b[A-Z0-9]{3}-[A-Z0-9]{3}-[A-Z0-9]{3}\b", self.text)[0]

    @property
    def token(self) -> str:
        """The secret of the booking they look at."""
        return self.path.split("/")[2].partition("?")[0]

    def tab_to(self, name: str) -> None:
        """Press Tab until an input or a button of that name has the focus."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.name") == name:
                return
        raise AssertionError(f"{self.path}: the keyboard does not reach {name}")

    # -- those who work here

    def sign_in(self, role: str, path: str = "/staff/") -> None:
        """Come to a page, signed in with the demonstration's account of a role; the page for it has journeys of its own."""
        hand = self.page.context.request
        form = BeautifulSoup(hand.get("/staff/sign-in").text(), "html.parser").find("main").form
        given = {"email": demonstration_email(role)}
        given["password"] = demonstration_password(self.service.app.config["SECRET_KEY"], role)
        hidden = {one["name"]: one["value"] for one in form("input", type="hidden")}
        answer = hand.post(form["action"], form=hidden | given, max_redirects=0)
        assert answer.status == HTTPStatus.FOUND, f"{role} cannot sign in"
        self.open(path)

    # -- the outbox of the demonstration

    def messages(self, address: str) -> list[Locator]:
        """Open the outbox and find the messages to an address, the latest first."""
        self.open("/outbox")
        return self.page.get_by_role("article", name=re.compile(re.escape(address))).all()


def _sent(form: BeautifulSoup, step: str, given: Given) -> Given:
    """Give what a form sends for an answer: a choice named by its words, or the first, by its value."""
    values = {}
    for name, value in given.items():
        choices = form("input", attrs={"name": name, "type": "radio"})
        words = [one for one in choices if value in form.find("label", attrs={"for": one["id"]}).text]
        chosen = choices[:1] if value == FIRST else words
        values[name] = chosen[0]["value"] if chosen and " " in value else value
    return values or ({"join": "no"} if step == "join" else {})
