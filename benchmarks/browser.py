"""A browser without a screen, two hundred of which fit in one thread: cookies, kept connections, forms, a stop-watch."""

import asyncio
import html
import re
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

TIMEOUT = 30.0
#: A connection that was quiet for longer may have been closed by the server at this very moment (its keepalive is 5 seconds).
QUIET = 4.0
MOST_HOPS = 4

_FORM = re.compile(r'<form [^>]*id="answers".*?</form>', re.DOTALL)
_INPUT = re.compile(r"<input ([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_ASSET = re.compile(r'(?:<link rel="stylesheet" href|<script type="module" src)="([^"]+)"')
#: What a form carries along unseen, whatever a family answers.
CARRIED = {"kept", "seen", "csrf_token", "shown_again", "checked"}


@dataclass
class Log:
    """What all clients saw: seconds by page, and what was not as expected."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    booked: Counter[str] = field(default_factory=Counter)

    def note(self, page: str, status: int, seconds: float) -> None:
        """Count an answer; whether it was the right one is for the caller to say."""
        self.seconds[page].append(seconds)
        self.statuses[status] += 1

    def fault(self, page: str, what: object) -> None:
        """Count something nobody should have met."""
        self.faults[f"{page}: {what}"] += 1


class WentWrong(Exception):
    """A page was not what it should be; the visit ends."""


@dataclass(frozen=True)
class Page:
    """One answer: its status, where it leads, its text, and the path it was got from."""

    status: int
    text: str
    path: str
    location: str = ""

    @property
    def step(self) -> str:
        """Give the page of the journey by the last part of its address."""
        return self.path.partition("?")[0].rpartition("/")[2]

    def inputs(self) -> list[dict[str, str]]:
        """Give the fields of the page's form, each by its attributes."""
        form = _FORM.search(self.text)
        found = _INPUT.findall(form[0]) if form else []
        return [{name: html.unescape(value) for name, value in _ATTRIBUTE.findall(each)} for each in found]

    def hidden(self) -> dict[str, str]:
        """Give what the form carries along."""
        named = [each for each in self.inputs() if each.get("name") in CARRIED]
        return {each["name"]: each.get("value", "") for each in named}

    def choices(self, name: str) -> list[str]:
        """Give the values of a group of buttons."""
        return [each["value"] for each in self.inputs() if each.get("name") == name]

    def assets(self) -> list[str]:
        """Give the styles and scripts the page asks for."""
        return [html.unescape(each) for each in _ASSET.findall(self.text)]


class Browser:
    """One family's browser at an address of its own."""

    def __init__(self, port: int, address: str, log: Log) -> None:
        self.port, self.address, self.log = port, address, log
        self.cookies: dict[str, str] = {}
        self.seen_assets: set[str] = set()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._last = 0.0

    async def get(self, path: str, page: str = "") -> Page:
        """Open a page as a link does, through redirects, with its styles and scripts the first time."""
        for _ in range(MOST_HOPS):
            answer = await self.ask("GET", path, page or f"GET {urlsplit(path).path}")
            if answer.status not in {302, 303}:
                break
            path, page = answer.location, ""
        if answer.status != 200 or "<h1" not in answer.text:
            raise WentWrong(f"{page or path.partition('?')[0]}, status {answer.status}")
        for asset in answer.assets():
            if asset not in self.seen_assets:
                self.seen_assets.add(asset)
                await self.ask("GET", asset, "styles and scripts")
        return answer

    async def post(self, path: str, fields: Mapping[str, str], page: str = "") -> Page:
        """Send a form, and give the answer without following it."""
        body = urlencode(fields).encode()
        return await self.ask(
            "POST", path, page or f"POST {path}", body, {"Content-Type": "application/x-www-form-urlencoded"}
        )

    async def ask(
        self, method: str, path: str, page: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Page:
        """Send one request and time it from the first byte sent to the last one read."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(TIMEOUT):
                status, told, text = await self._exchange(method, path, body, headers or {})
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as fault:
            self.close()
            raise WentWrong(f"{page}, {type(fault).__name__}") from fault
        self._last = time.monotonic()
        self.log.note(page, status, time.perf_counter() - began)
        if status >= 500 or status == 429:
            raise WentWrong(f"{page}, status {status}")
        return Page(status, text, path, told.get("location", ""))

    async def _exchange(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], str]:
        if self._streams is None or time.monotonic() - self._last > QUIET:
            self.close()
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        told = {
            "Host": f"127.0.0.1:{self.port}",
            "X-Forwarded-For": self.address,
            "Content-Length": str(len(body)),
            **headers,
        }
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        status, answered = self._head((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
        text = (await reader.readexactly(int(answered.get("content-length", "0")))).decode("utf-8", "replace")
        if answered.get("connection") == "close":
            self.close()
        return status, answered, text

    def _head(self, text: str) -> tuple[int, dict[str, str]]:
        first, *lines = text.split("\r\n")
        answered: dict[str, str] = {}
        for line in filter(None, lines):
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                cookie, _, kept = value.partition(";")[0].partition("=")
                self.cookies[cookie] = kept
            answered[name.lower()] = value
        return int(first.split(" ")[1]), answered

    def close(self) -> None:
        """Leave the server."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
