"""A family that walks through the journey's pages as a browser without a screen would."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from tests.booking.world import TUESDAY, minute_of
from tests.strict import read

CARRIED = ("kept", "seen", "csrf_token", "shown_again", "checked")


@dataclass
class Family:
    """One browser with the answers it gives; change some to tell another story."""

    client: object
    world: object
    answers: dict = field(default_factory=dict)

    def __post_init__(self):
        self.page = None
        self.path = ""
        hospital = self.world.hospitals["Calderdale Royal Hospital"]
        usual = {
            "where-born": {"place": f"place-{hospital}"},
            "other-district": {},
            "date-of-birth": {"born-0-day": "19", "born-0-month": "11", "born-0-year": "2026"},
            "married": {"married": "yes"},
            "both-parents": {"both": "yes"},
            "who-is-coming": {"who": "mother"},
            "papers": {"plan": "both"},
            "language": {"language": "en"},
            "interpreter": {"interpreter": "arrange"},
            "access": {},
            "postcode": {"postcode": "hx1 1uz"},
            "time": {"time": self.time("sunshine", TUESDAY, "9:30")},
            "contact": {"name": "Aoife O’Brien", "email": "aoife@example.org"},
            "share": {"share": "yes"},
            "join": {"join": "no"},
            "tell": {"tell": "yes"},
            "check": {},
        }
        self.answers = {step: usual[step] | self.answers.get(step, {}) for step in usual} | {
            step: given for step, given in self.answers.items() if step not in usual
        }

    def time(self, place, day, clock):
        """Give a time as the page of times sends it: the place's number and the minute."""
        return f"{self.world.centres[place]}.{minute_of(day, clock)}"

    def get(self, path):
        """Ask for a page, or for a step of the journey, and stand on it."""
        answer = self.client.get(path if path.startswith("/") else f"/book/{path}", follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        return self._at(answer)

    def post(self, step, values=None, query=""):
        """Send a page's form with its hidden fields as the page last seen has them."""
        sent = {**self.hidden(), **(self.answers.get(step, {}) if values is None else values)}
        path = step if step.startswith("/") else f"/book/{step}{query}"
        answer = self.client.post(path, data=sent, follow_redirects=False)
        if answer.status_code not in {302, 303}:
            return self._at(answer, path)
        self.moved_to = answer.location
        if re.match(r".*/booking/[\w-]+/booked$", answer.location):
            self.path = urlsplit(answer.location).path
            return answer
        return self.get(answer.location)

    def _at(self, answer, path=None):
        self.page = parsed(answer)
        self.path = path or answer.request.path
        return answer

    def hidden(self):
        """Give the answers the page carries along unseen."""
        found = self.page.select("#answers input[type=hidden]") if self.page else []
        return {tag["name"]: tag["value"] for tag in found if tag["name"] in CARRIED}

    @property
    def step(self):
        """The page of the journey, by the last part of its address."""
        return self.path.rpartition("/")[2].partition("?")[0]

    @property
    def text(self):
        """What a person reads, on one line."""
        for unread in self.page(["script", "style", "template"]):
            unread.extract()
        return re.sub(r" (?=[.,:;])", "", " ".join(self.page.get_text(" ").split()))

    @property
    def wrong(self):
        """The sentences of the error summary, each checked to lead to an input that says the same."""
        links = self.page.select(".govuk-error-summary a")
        for link in links:
            target = self.page.find(id=link["href"].removeprefix("#"))
            assert target is not None, link
            near = target.find_parents(class_="govuk-form-group")[-1]
            assert link.text in " ".join(near.get_text(" ").split()), link
        assert bool(links) == self.page.title.text.startswith("Error: ")
        return [link.text for link in links]

    def walk_to(self, wanted, first="where-born"):
        """Answer page after page until one is reached; give the steps walked through."""
        if not self.path.startswith("/book/"):
            self.get(first)
        walked = [self.step]
        while self.step != wanted:
            before = self.step
            self.post(before)
            assert self.step != before, f"{before} was not accepted: {self.text}"
            walked.append(self.step)
        return walked

    def book(self):
        """Walk to the last page and book."""
        self.walk_to("check")
        return self.post("check")


def parsed(answer):
    """Read a page strictly; give it to look things up in."""
    read(answer.text)
    return BeautifulSoup(answer.text, "lxml")
