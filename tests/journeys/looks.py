"""What every page must be for everybody who looks at it, listens to it, enlarges it or works it with a thumb."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.journeys.reached import faults_of_focus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.journeys.pages import Visitor

ROOT = Path(__file__).parents[2]
#: A desk, and a small telephone, which is also what a desk of 1280 by 1024 becomes when enlarged to 400 % (WCAG 1.4.10).
WIDTHS = {320: 256, 1280: 1024}
TALLEST_PICTURE = 12_000
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
#: What the width alone can break, where a desk shows nothing that a telephone did not.
RULES_OF_WIDTH = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}

#: Where the tests' own service lends the checker.
AXE_ADDRESS = "/axe.js"

#: Asked of a page at one width, all at once, as every question put to a browser by itself costs: what axe finds, and
#: whatever stands outside the window, is cut off or is too small to hit (WCAG 1.4.10, 1.4.12, 2.5.8), as it comes and with
#: the spacing that readers may set for themselves (1.4.12). Where this width shows nothing that the width before did not,
#: only the rules of width are asked. The sheet with the spacing is made here and so needs no leave of the page's policy.
LOOK = """async ([every, ofWidth, before]) => {
  const shown = [...document.body.querySelectorAll("*")].map((one) => one.checkVisibility() ? "1" : "0").join("");
  const nothingNew = before.length === shown.length && ![...shown].some((now, at) => now > before[at]);
  const options = {runOnly: nothingNew ? ofWidth : every, resultTypes: ["violations"], preload: false};
  const where = (node) => `${node.target} ${node.html.slice(0, 160)}`;
  const found = (await axe.run(document, options)).violations.map(
    (one) => `${one.id}: ${one.help}: ${one.nodes.map(where).join(" | ")}`);

  const clips = (how) => how === "hidden" || how === "clip";
  const layout = (how) => {
    const fault = (text) => found.push(how + text), root = document.documentElement, hidden = new Map();
    const unseen = (one) => {
      if (!one) return false;
      if (!hidden.has(one)) hidden.set(one, unseen(one.parentElement) || getComputedStyle(one).clipPath === "inset(50%)");
      return hidden.get(one);
    };
    if (root.scrollWidth > root.clientWidth) fault(`the page scrolls sideways: ${root.scrollWidth} px`);
    for (const one of document.body.querySelectorAll("*")) {
      const style = getComputedStyle(one), box = one.getBoundingClientRect();
      if (!box.width || style.visibility === "hidden" || one.closest("svg") || unseen(one)) continue;
      const wrong = (text) => fault(`${one.localName}.${one.className} (${one.textContent.trim().slice(0, 40)}) ${text}`);
      const rolls = style.overflowY === "auto" || style.overflowY === "scroll";
      if (rolls && !one.matches("textarea, select") && one.scrollHeight > one.clientHeight + 1)
        wrong("scrolls up and down inside the page");
      if (one.parentElement.closest(".rs-scroll")) continue;  // a wide table scrolls in a frame of its own
      if (box.right > innerWidth + 1 || box.left < -1) wrong("stands outside the window");
      const control = one.matches("button, select, textarea, summary, input");
      if (control && Math.min(box.width, box.height) < 24) wrong(`is ${box.width} by ${box.height} px small`);
      if (one.localName === "input") continue;  // what is longer than its box scrolls inside it
      const wide = clips(style.overflowX) && one.scrollWidth > one.clientWidth + 1;
      if (wide || (clips(style.overflowY) && one.scrollHeight > one.clientHeight + 1)) wrong("is cut off");
    }
  };
  layout("");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important}
                     p {margin-bottom: 2em !important}`);
  document.adoptedStyleSheets = [sheet];
  layout("spaced out, ");
  document.adoptedStyleSheets = [];
  return [found, shown];
}"""

#: Whether the link that has the focus leads to the page's content and can be seen; the focus is given back.
SKIPS = """() => {
  const one = document.activeElement;
  const skips = one.getAttribute("href") === "#main-content" && one.getBoundingClientRect().width > 1;
  one.blur();
  return skips;
}"""


@dataclass
class Looks:
    """Somebody who looks closely at each page they come to. SHOTS names a folder for a picture of each."""

    visitor: Visitor

    def look(self, name: str = "") -> None:
        """Look at a page on a desk and on a telephone; say everything that is wrong with it at once."""
        page = self.visitor.page
        self.visitor.service.met.look(self.visitor.drawn)
        page.add_script_tag(url=AXE_ADDRESS)
        faults, seen = self._skips(), ""
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            self._picture(name, width)
            found, seen = page.evaluate(LOOK, [RULES, RULES_OF_WIDTH, seen])
            faults += [f"{self.visitor.path} {name} at {width} px: {fault}" for fault in found]
        assert not faults, "\n".join(faults)
        reached = faults_of_focus(page, self.visitor.drawn)
        assert not reached, f"{self.visitor.path} {name}: " + "\n".join(reached)

    def _skips(self) -> list[str]:
        """See that the first thing the keyboard reaches on a fresh page skips to its content."""
        page = self.visitor.page
        if "#" in page.url or page.evaluate("document.activeElement !== document.body"):  # it begins further down
            return []
        page.keyboard.press("Tab")
        skips = page.evaluate(SKIPS)
        return [] if skips else [f"{self.visitor.path}: the first thing reached skips to nothing"]

    def _picture(self, name: str, width: int) -> None:
        folder = os.environ.get("SHOTS")
        if folder:
            drawn = re.sub(r"\W+", "-", f"{self.visitor.drawn.removesuffix('.html')} {name}").strip("-")
            path = Path(folder) / f"{drawn}.{width}.png"
            height = self.visitor.page.evaluate("document.documentElement.scrollHeight")
            self.visitor.page.screenshot(path=path, full_page=height < TALLEST_PICTURE)

    def refused(self, name: str) -> None:
        """Look at a page that could not take an answer: it says so first, leads to what is wrong, and keeps what was typed."""
        page = self.visitor.page
        assert page.title().startswith("Error: "), page.title()
        summary = page.locator(".govuk-error-summary")
        assert summary.evaluate("(one) => one === document.activeElement"), "the summary has the focus"
        for link in summary.get_by_role("link").all():
            target = link.get_attribute("href").removeprefix("#")
            link.click()
            assert page.evaluate("document.activeElement.id") == target
            assert page.locator(f'[id="{target}"]').evaluate("(one) => one.matches('input, select, textarea')"), target
        self.look(name)

    def try_out(self, name: str, given: Mapping[str, str] | None = None) -> None:
        """Give a page what it cannot take and look at how it says so."""
        visitor = self.visitor
        visitor.give(given or {})
        before = visitor.values()
        visitor.go_on()
        after = visitor.values()
        # A time nobody chose may be taken meanwhile: it is no longer offered, and nothing that was typed is lost by that.
        typed = {field: value for field, value in before.items() if value is not False or field in after}
        assert {field: after.get(field) for field in typed} == typed, "what was typed stays"
        self.refused(name)

    def empty_and(self, **wrong: Mapping[str, str]) -> None:
        """Look at a page as it is, sent empty, and sent with each of these wrong answers."""
        self.look()
        self.try_out("empty")
        for name, given in wrong.items():
            self.try_out(name.replace("_", " "), given)
