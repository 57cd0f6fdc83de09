"""What families do at their telephones: look, read, ask for times, come back to their appointment, and book."""

import asyncio
import html
import json
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from benchmarks.browser import Browser, Log, Page, WentWrong

#: Seconds a person thinks before the next page: 5 on average.
THINKING = (2.5, 7.5)
_HOUR_OF_PAGES = 30
_LINK = re.compile(r'href="(/book/every-time\?[^"]+)"')
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Known:
    """A family that has an appointment: its reference, what it gave, and its link."""

    reference: str
    email: str
    token: str


@dataclass
class Town:
    """All families of a run, by chance that is the same each time: where they ask, on which day, and what they may look for."""

    port: int
    today: date
    postcodes: list[str]
    known: list[Known]
    log: Log
    chance: random.Random
    numbers: "count[int]"
    thinking: tuple[float, float] = THINKING

    async def think(self) -> None:
        """Read what is there."""
        await asyncio.sleep(self.chance.uniform(*self.thinking))

    def browser(self) -> Browser:
        """Give a family that was not here before a browser of its own, at an address of its own."""
        number = next(self.numbers)
        return Browser(self.port, f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", self.log)

    @property
    def born(self) -> date:
        """Give a day of birth that leaves most of the 42 days."""
        return self.today - timedelta(days=self.chance.randint(1, 10))


# ---- the journey


class Journey:
    """One family on its way through the questions."""

    def __init__(self, town: Town, browser: Browser) -> None:
        self.town, self.browser = town, browser
        self.page = Page(0, "", "")
        born, number = town.born, next(town.numbers)
        self.answers: dict[str, dict[str, str]] = {
            "where-born": {},
            "date-of-birth": {
                "born-0-day": str(born.day),
                "born-0-month": str(born.month),
                "born-0-year": str(born.year),
            },
            "married": {"married": "yes"},
            "both-parents": {"both": "yes"},
            "who-is-coming": {"who": "mother"},
            "papers": {"plan": "both"},
            "language": {"language": "en"},
            "interpreter": {"interpreter": "arrange"},
            "access": {},
            "postcode": {"postcode": town.chance.choice(town.postcodes)},
            "contact": {"name": f"Anna Walker{number}", "email": f"walker{number}@example.com"},
            "share": {"share": town.chance.choice(["yes", "no"])},
            "join": {"join": "no"},
            "tell": {"tell": "yes"},
            "check": {},
        }

    async def begin(self) -> None:
        """Open the start page and the first question."""
        await self.browser.get("/")
        await self.town.think()
        self.page = await self.browser.get("/book/where-born")
        self.answers["where-born"] = {"place": self.page.choices("place")[0]}

    async def answer(self) -> None:
        """Answer the page one stands on; WentWrong where it is shown again."""
        await self.town.think()
        step = self.page.step
        fields = self._time() if step == "time" else self.answers[step]
        answer = await self.browser.post(f"/book/{step}", self.page.hidden() | fields)
        if answer.status in {302, 303}:
            self.page = await self.browser.get(answer.location, f"GET {_shown(answer.location)}")
        elif step == "time" and answer.status == 200:  # somebody else was quicker: others are offered
            self.page = answer
        if answer.status not in {200, 302, 303} or (self.page.step == step and step != "time"):
            raise WentWrong(f"{step} was shown again, status {answer.status}")

    def _time(self) -> dict[str, str]:
        offered = self.page.choices("time")
        if not offered:
            raise WentWrong("no time is offered")
        return {"time": self.town.chance.choice(offered)}

    async def to(self, wanted: str) -> None:
        """Answer page after page until one is reached."""
        for _ in range(_HOUR_OF_PAGES):
            if self.page.step == wanted:
                return
            await self.answer()
        raise WentWrong(f"{wanted} was never reached")


def _shown(path: str) -> str:
    """Name a page by its address without what is secret in it."""
    parts = path.partition("?")[0].split("/")
    return "/".join("<link>" if number == 2 and parts[1] == "booking" else part for number, part in enumerate(parts))


# ---- those who look


async def look_at_times(town: Town, browser: Browser) -> None:
    """Answer the questions up to the times, look through the lists, and leave."""
    journey = Journey(town, browser)
    await journey.begin()
    await journey.to("time")
    for way in town.chance.sample(["day", "centre", "late"], 2):
        await town.think()
        page = await browser.get(f"/book/every-time?by={way}", f"GET /book/every-time, {way}")
        links = [html.unescape(each) for each in _LINK.findall(page.text) if "centre=" in each or "page=" in each]
        if links and way != "late":
            await town.think()
            await browser.get(town.chance.choice(links), "GET /book/every-time, further")


async def nearly_book(town: Town, browser: Browser) -> None:
    """Answer everything, keep a time, and think better of it on the last page."""
    journey = Journey(town, browser)
    await journey.begin()
    await journey.to("check")
    await town.think()
    answer = await browser.post("/book/start-again", journey.page.hidden())
    if answer.status not in {302, 303}:
        raise WentWrong(f"status {answer.status}")


async def read(town: Town, browser: Browser) -> None:
    """Read what the service is and what it does with what one says."""
    for path in ("/", *town.chance.sample(["/privacy", "/accessibility", "/cookies", "/your-details/"], 2)):
        await browser.get(path)
        await town.think()


async def ask_for_times(town: Town, browser: Browser) -> None:
    """Ask as a council's own page does: the centres near a postcode, what is free at them, and at one of them on a day."""
    near = town.chance.choice(town.postcodes).replace(" ", "%20")
    centres = json.loads((await browser.ask("GET", f"/api/v1/centres?postcode={near}", "GET /api/v1/centres")).text)
    born = town.born
    await town.think()
    whole = await browser.ask(
        "GET", f"/api/v1/availability?born={born}&postcode={near}", "GET /api/v1/availability, six weeks"
    )
    _expect(whole, 200, right=json.loads(whole.text)["centres"])
    await town.think()
    one, day = town.chance.choice(centres[:6])["id"], town.today + timedelta(days=town.chance.randint(2, 20))
    path = f"/api/v1/availability?born={born}&centre={one}&from={day}&to={day}"
    _expect(await browser.ask("GET", path, "GET /api/v1/availability, a centre and day"), 200)


async def come_back(town: Town, browser: Browser) -> None:
    """Find one's appointment by its reference, look at it, fetch its calendar file, and see what else there would be."""
    family = town.chance.choice(town.known)
    asked = await browser.get("/find-booking")
    await town.think()
    token = _CSRF.search(asked.text)
    fields = {
        "reference": family.reference,
        "given": family.email,
        "csrf_token": html.unescape(token[1]) if token else "",
    }
    found = await browser.post("/find-booking", fields)
    _expect(found, 303, right=family.token in found.location)
    await browser.get(found.location, "GET /booking/<link>")
    await town.think()
    _expect(await browser.ask("GET", f"/booking/{family.token}/calendar.ics", "GET /booking/<link>/calendar.ics"), 200)
    await town.think()
    await browser.get(f"/booking/{family.token}/move", "GET /booking/<link>/move")


def _expect(page: Page, status: int, *, right: object = True) -> None:
    if page.status != status or not right:
        raise WentWrong(f"status {page.status}")


# ---- those who book


async def book_by_pages(town: Town, browser: Browser) -> None:
    """Book through the pages, and read the confirmation."""
    journey = Journey(town, browser)
    await journey.begin()
    await journey.to("check")
    await journey.answer()
    if journey.page.step != "booked":
        raise WentWrong(f"led to {journey.page.step}")
    town.log.booked["pages"] += 1


async def book_by_api(town: Town, browser: Browser) -> None:
    """Look, keep a time and book it as a program of the council does for a family."""
    number, born = next(town.numbers), town.born
    near = town.chance.choice(town.postcodes).replace(" ", "%20")
    for _ in range(5):
        free = await browser.ask(
            "GET", f"/api/v1/availability?born={born}&postcode={near}", "GET /api/v1/availability, six weeks"
        )
        starts = [
            (each["id"], start)
            for each in json.loads(free.text)["centres"]
            for day in each["days"]
            for start in day["starts"]
        ]
        centre, start = town.chance.choice(starts)
        await town.think()
        held = await _send(
            browser, "/api/v1/holds", {"centre": centre, "start": start, "born": [str(born)], "interpreter": False}
        )
        if held.status != 409 or "slot-taken" not in held.text:
            break
    _expect(held, 201)
    await town.think()
    body = {
        "hold": json.loads(held.text)["hold"],
        "married_or_civil_partners": True,
        "both_parents_named": True,
        "attending": "mother",
        "name": f"Berta Walker{number}",
        "email": f"berta{number}@example.com",
        "language": "en",
        "access_needs": "",
        "share_with_centre": True,
        "born_in_district": True,
    }
    _expect(await _send(browser, "/api/v1/bookings", body, {"Idempotency-Key": str(uuid4())}), 201)
    town.log.booked["API"] += 1


async def _send(browser: Browser, path: str, body: object, headers: dict[str, str] | None = None) -> Page:
    kinds = {"Content-Type": "application/json"} | (headers or {})
    return await browser.ask("POST", path, f"POST {path}", json.dumps(body).encode(), kinds)


# ---- all of them

Visit = Callable[[Town, Browser], Awaitable[None]]
#: Of a hundred visits of those who look, and of those who book.
LOOKING: list[tuple[Visit, int]] = [
    (look_at_times, 45),
    (nearly_book, 15),
    (read, 15),
    (ask_for_times, 10),
    (come_back, 15),
]
BOOKING: list[tuple[Visit, int]] = [(book_by_pages, 50), (book_by_api, 50)]


async def client(town: Town, kinds: list[tuple[Visit, int]]) -> None:
    """Be one family after the other, until the run ends."""
    visits, weights = zip(*kinds, strict=True)
    await asyncio.sleep(town.chance.uniform(0, town.thinking[1]))
    while True:
        [visit] = town.chance.choices(visits, weights)
        browser = town.browser()
        try:
            await visit(town, browser)
        except WentWrong as fault:
            town.log.fault(visit.__name__, fault)
        finally:
            browser.close()
        await town.think()
