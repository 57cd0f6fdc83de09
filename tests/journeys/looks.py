"""What every page must be for everybody who looks at it, listens to it, enlarges it or works it with a thumb."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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
AXE = """async (rules) => {
  const options = {runOnly: rules, resultTypes: ["violations"], preload: false};
  const found = await axe.run(document, options);
  const where = (node) => `${node.target} ${node.html.slice(0, 160)}`;
  return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map(where).join(" | ")}`);
}"""

SHOWN = "() => [...document.body.querySelectorAll('*')].map((one) => one.checkVisibility())"

#: Nothing stands outside the window or is cut off, and every control can be hit (WCAG 1.4.10, 1.4.12, 2.5.8).
LAYOUT = """() => {
  const faults = [], root = document.documentElement, clips = (how) => how === "hidden" || how === "clip";
  const unseen = (one) => one && (getComputedStyle(one).clipPath === "inset(50%)" || unseen(one.parentElement));
  if (root.scrollWidth > root.clientWidth) faults.push(`the page scrolls sideways: ${root.scrollWidth} px`);
  for (const one of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (!box.width || style.visibility === "hidden" || one.closest("svg") || unseen(one)) continue;
    const name = `${one.localName}.${one.className} (${one.textContent.trim().slice(0, 40)})`;
    const rolls = style.overflowY === "auto" || style.overflowY === "scroll";
    if (rolls && !one.matches("textarea, select") && one.scrollHeight > one.clientHeight + 1)
      faults.push(`${name} scrolls up and down inside the page`);
    if (one.parentElement.closest(".rs-scroll")) continue;  // a wide table scrolls in a frame of its own
    if (box.right > innerWidth + 1 || box.left < -1) faults.push(`${name} stands outside the window`);
    const control = one.matches("button, select, textarea, summary, input");
    if (control && Math.min(box.width, box.height) < 24) faults.push(`${name} is ${box.width} by ${box.height} px small`);
    if (one.localName === "input") continue;  // what is longer than its box scrolls inside it
    const wide = clips(style.overflowX) && one.scrollWidth > one.clientWidth + 1;
    if (wide || (clips(style.overflowY) && one.scrollHeight > one.clientHeight + 1)) faults.push(`${name} is cut off`);
  }
  return faults;
}"""

#: What a reader may set for themselves (WCAG 1.4.12); a sheet made so needs no leave of the page's content policy.
SPACED = """(on) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important}
                     p {margin-bottom: 2em !important}`);
  document.adoptedStyleSheets = on ? [sheet] : [];
}"""


def _nothing_new(seen: list[bool], before: list[bool]) -> bool:
    """Say whether all that is seen of a page's elements was seen before, when the window had another width."""
    return len(seen) == len(before) and not any(now and not then for now, then in zip(seen, before, strict=True))


@dataclass
class Looks:
    """Somebody who looks closely at each page they come to. SHOTS names a folder for a picture of each."""

    visitor: Visitor

    def look(self, name: str = "") -> None:
        """Look at a page on a desk and on a telephone; say everything that is wrong with it at once."""
        page = self.visitor.page
        self.visitor.service.met.look(self.visitor.drawn)
        page.add_script_tag(url=AXE_ADDRESS)
        faults, seen = self._skips(), []
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            self._picture(name, width)
            before, seen = seen, page.evaluate(SHOWN)
            rules = RULES_OF_WIDTH if _nothing_new(seen, before) else RULES
            found = [*page.evaluate(AXE, rules), *page.evaluate(LAYOUT)]
            page.evaluate(SPACED, True)
            found += [f"spaced out, {fault}" for fault in page.evaluate(LAYOUT)]
            page.evaluate(SPACED, False)
            faults += [f"{self.visitor.path} {name} at {width} px: {fault}" for fault in found]
        assert not faults, "\n".join(faults)

    def _skips(self) -> list[str]:
        """See that the first thing the keyboard reaches on a fresh page skips to its content."""
        page = self.visitor.page
        if "#" in page.url or page.evaluate("document.activeElement !== document.body"):  # it begins further down
            return []
        page.keyboard.press("Tab")
        skips = page.evaluate("document.activeElement.getAttribute('href') === '#main-content'")
        seen = page.evaluate("document.activeElement.getBoundingClientRect().width > 1")
        page.evaluate("document.activeElement.blur()")
        return [] if skips and seen else [f"{self.visitor.path}: the first thing reached skips to nothing"]

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
