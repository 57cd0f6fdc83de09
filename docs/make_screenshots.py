"""Make the pictures of docs/images from a running demonstration.

`.venv/bin/python docs/make_screenshots.py [ADDRESS]`, the address being http://127.0.0.1:8000 where none is given.
Walks through a booking as a parent does, in the machine's Chromium (or the one CHROMIUM names), on a telephone of 320
pixels and on a screen of 1280. The names are always the same; dates and times are the demonstration's.
"""
# ruff: noqa: INP001 -- a program, not a package

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
#: Width, height, and points of the picture for each of the screen.
SCREENS = {"320": (320, 760, 2), "1280": (1280, 900, 1)}
#: The pages that are taken, of all that are walked through; documents show each of them.
TAKEN = frozenset({"start", "start-urdu", "times", "check", "confirmation", "manage"})
#: The pages of a journey in order, each with what is filled in: names of radio buttons and boxes with their values.
JOURNEY = (
    ("where-born", {}),
    ("date-of-birth", {}),
    ("married", {"married": "no"}),
    ("both-parents", {"both": "yes"}),
    ("who-is-coming", {"who": "both"}),
    ("language", {"language": "en"}),
    ("access", {}),
    ("postcode", {"postcode": "HX1 1AA"}),
    ("time", {}),
    ("contact", {"name": "Amina Khan"}),
    ("share", {"share": "yes"}),
    ("join", {}),
    ("check", {}),
)
#: What a page's picture is called where that is not the last part of its address.
CALLED = {"time": "times"}
#: The button that leads on where the page has several.
ONWARD = {"join": "button[name=join][value=no]"}


def main(address: str) -> None:
    """Take every picture on both screens."""
    IMAGES.mkdir(exist_ok=True)
    for screen in SCREENS:
        with browser_of(screen) as page:
            for name in walk(page, address, screen):
                if name in TAKEN:
                    page.screenshot(path=IMAGES / f"{name}-{screen}.png")
                    sys.stdout.write(f"{name}-{screen}.png\n")


@contextmanager
def browser_of(screen: str) -> Iterator[Page]:
    """Open a browser with a screen of that width."""
    width, height, points = SCREENS[screen]
    with sync_playwright() as tools:
        own = os.environ.get("CHROMIUM") or shutil.which("chromium") or tools.chromium.executable_path
        browser = tools.chromium.launch(executable_path=own, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=points)
        page.emulate_media(reduced_motion="reduce")
        yield page
        browser.close()


def walk(page: Page, address: str, screen: str) -> Iterator[str]:
    """Go through a booking; stop at each page that is to be taken, and give its name."""
    page.goto(f"{address}/?lang=ur")
    yield "start-urdu"
    page.goto(f"{address}/?lang=en")
    yield "start"
    page.goto(f"{address}/book")
    for step, answers in JOURNEY:
        at(page, f"/book/{step}")
        fill(page, step, answers, screen)
        yield CALLED.get(step, step)
        page.locator(ONWARD.get(step, "#answers button:not([name])")).last.click()
    at(page, "/booked")
    yield "confirmation"
    page.goto(page.url.removesuffix("/booked"))
    yield "manage"


def at(page: Page, path: str) -> None:
    """Make sure that the browser is where the walk believes it to be."""
    if path not in page.url:
        complaints = page.locator(".govuk-error-summary").all_inner_texts()
        raise RuntimeError(f"wanted {path}, is at {page.url} {complaints}")


def fill(page: Page, step: str, answers: dict[str, str], screen: str) -> None:
    """Answer the page's question."""
    if step == "where-born":
        page.locator("input[type=radio]").first.check()
    if step == "date-of-birth":
        born = datetime.now(UTC).date() - timedelta(days=12)
        for part in ("day", "month", "year"):
            page.fill(f"[name=born-0-{part}]", str(getattr(born, part)))
    if step == "time":
        page.locator("input[name=time]").first.check()
    if step == "contact":
        page.fill("[name=email]", f"amina.{screen}.{os.getpid()}@example.org")
    for name, value in answers.items():
        field = page.locator(f"[name={name}]")
        if field.first.get_attribute("type") == "radio":
            page.check(f"[name={name}][value={value}]")
        elif field.first.evaluate("tag => tag.tagName") == "SELECT":
            field.first.select_option(value)
        else:
            field.first.fill(value)
    page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if sys.argv[1:] else "http://127.0.0.1:8000")
