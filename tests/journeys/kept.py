"""Pages that were met on journeys, opened once more: what takes long to look at is looked at when every journey is over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from registration.common import assets
from tests.journeys.reached import FOCUS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, Route

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png"}
HASH = re.compile(r"-[0-9a-f]{12}\.")

#: The controls the keyboard stops at, in their order: of radios with one name the one chosen, or the first. Each gets a number.
STOPS = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  const seen = new Set(), stops = all.filter((one) => {
    if (one.tabIndex < 0 || one.disabled || one.type === "hidden" || !one.checkVisibility({visibilityProperty: true})) return false;
    if (one.type !== "radio") return true;
    const chosen = all.find((each) => each.type === "radio" && each.name === one.name && each.form === one.form && each.checked);
    const group = `${one.form?.id} ${one.form?.action} ${one.name}`;
    if (chosen ? chosen !== one : seen.has(group)) return false;
    seen.add(group);
    return true;
  });
  stops.forEach((one, number) => { one.stop = number; });
  stops[0].focus();
  return stops.map((one) => `${one.localName}.${one.className} ${one.name || one.textContent.trim().slice(0, 40)}`);
}"""
#: Where the keyboard is: the number of a stop, -1 where it has left the page, -2 in a part that only scrolls.
AT = "() => document.activeElement === document.body ? -1 : document.activeElement.stop ?? -2"
#: Presses of Tab beyond which somebody is trapped, or has fallen asleep.
MOST_STOPS = 150


def opened(page: Page, file: Path) -> None:
    """Open a page that was kept, with the styles and scripts as they are built."""
    built = {HASH.sub(".", each.name): each for each in assets.BUILT.iterdir()}

    def answer(route: Route) -> None:
        name = HASH.sub(".", urlsplit(route.request.url).path.rpartition("/")[2])
        if name in built:
            route.fulfill(body=built[name].read_bytes(), content_type=KINDS[name.rpartition(".")[2]])
        else:
            route.fulfill(body=file.read_bytes(), content_type="text/html; charset=utf-8")

    page.unroute_all()
    page.route("**/*", answer)
    page.goto("http://service.test/")


def walked(page: Page) -> list[str]:
    """Go through a page with the Tab key from its beginning; say what was not reached, out of turn, or a trap."""
    stops = page.evaluate(STOPS)[:MOST_STOPS]
    reached = [0]
    for _ in range(5 * len(stops) + 20):  # a date has stops of its own inside
        page.keyboard.press("Tab")
        at = page.evaluate(AT)
        if at in {-1, 0} or len(reached) == len(stops):
            break
        reached += [at] if at > 0 and at != reached[-1] else []
    faults = [f"{stop} is not reached" for number, stop in enumerate(stops) if number not in reached]
    faults += page.evaluate(FOCUS)
    return faults + (["the order is another than that of the page"] if reached != sorted(reached) else [])
