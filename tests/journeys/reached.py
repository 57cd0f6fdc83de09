"""What the keyboard reaches on a page, and what is left of it in a person's own colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: What the keyboard reaches shows that it is reached, in turn, and nothing that stands still on the window hides it (WCAG 2.1.1,
#: 2.4.3, 2.4.7, 2.4.11). A radio's or a tick's box is drawn by its label.
#: Of controls of one kind the first few are tried; `most` says how many, all of them if it is left out.
FOCUS = """(most) => {
  const what = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor", "borderTopColor", "borderTopWidth"];
  const faults = [];
  const drawn = (one) => [one, ...(one.labels || [])].flatMap((each) => [null, "::before"].flatMap((part) => {
    const style = getComputedStyle(each, part);
    return what.map((name) => style[name]);
  })).join();
  const stands = (one) => one && (["fixed", "sticky"].includes(getComputedStyle(one).position) || stands(one.parentElement));
  const hides = (one) => {
    const box = one.getBoundingClientRect();
    const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [box.left + x * box.width, box.top + y * box.height]));
    const own = [one, ...(one.labels || [])];
    return points.every(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return top && !own.some((each) => each.contains(top) || top.contains(each)) && stands(top);
    });
  };
  const reached = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
    (one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.checkVisibility({visibilityProperty: true}));
  const tried = {};
  for (const one of reached) {
    const kind = `${one.parentElement.className} ${one.localName}.${one.className}`;
    tried[kind] = (tried[kind] || 0) + 1;
    if (tried[kind] > (most ?? Infinity)) continue;
    const name = `${one.localName}.${one.className} (${(one.textContent.trim() || one.name || "").slice(0, 40)})`;
    document.activeElement.blur();
    const before = drawn(one);
    one.focus();
    if (one.tabIndex > 0) faults.push(`${name} is reached out of turn`);
    if (document.activeElement !== one) faults.push(`${name} does not take the focus`);
    else if (drawn(one) === before) faults.push(`${name} does not show that it has the focus`);
    else if (hides(one)) faults.push(`${name} has the focus behind something`);
  }
  document.activeElement.blur();
  scrollTo(0, 0);
  return faults;
}"""

#: With a person's own colours nothing is told by ours: what one writes in or presses has an edge (WCAG 1.4.11). Where help is,
#: it is first at the foot of the page, with the telephone (WCAG 3.2.6). Nothing moves by itself (WCAG 2.2.2).
EDGES = """() => {
  const faults = [], edge = (style) => ["Top", "Bottom"].some((side) => style[`border${side}Style`] !== "none"
    && parseFloat(style[`border${side}Width`]) > 0) || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
  for (const one of document.querySelectorAll(".govuk-button, .rs-chip, .govuk-input, .govuk-select, .govuk-textarea")) {
    const parts = [getComputedStyle(one), getComputedStyle(one, "::before")];
    if (one.checkVisibility({visibilityProperty: true}) && one.type !== "file" && !parts.some(edge))
      faults.push(`${one.localName}.${one.className} has no edge`);
  }
  for (const one of document.querySelectorAll("input[type=radio], input[type=checkbox]")) {
    const label = one.labels[0];
    if (one.checkVisibility() && getComputedStyle(one).opacity === "0" && !(label && edge(getComputedStyle(label, "::before"))))
      faults.push(`${one.name} has no edge`);
  }
  if (document.getAnimations().length) faults.push("something moves");
  const help = document.querySelector("footer .rs-footer__help");
  const called = help?.querySelector('a[href^="tel:"]');
  if (help && !(called && help.contains(document.querySelector("footer h2")))) faults.push("help is elsewhere");
  return faults;
}"""

#: Of controls of one kind so many get the focus at each look; all of them, where every page is walked through once more.
OF_A_KIND = 2
#: A desk of 1280 by 1024 enlarged to 400 %.
ENLARGED = {"width": 320, "height": 256}
SEEN_IN_OWN_COLOURS: set[str] = set()


def faults_of_focus(page: Page, template: str) -> list[str]:
    """Give the focus to the controls of a page enlarged to 400 %; once for each template with the person's own colours too."""
    before, held = page.viewport_size, page.evaluate_handle("document.activeElement")
    page.set_viewport_size(ENLARGED)
    page.keyboard.press("Tab")  # a browser shows the focus to who moves it by keyboard
    faults = page.evaluate(FOCUS, OF_A_KIND)
    if template not in SEEN_IN_OWN_COLOURS:
        SEEN_IN_OWN_COLOURS.add(template)
        page.emulate_media(forced_colors="active", reduced_motion="reduce")
        own = [*page.evaluate(FOCUS, OF_A_KIND), *page.evaluate(EDGES)]
        page.emulate_media(forced_colors="none", reduced_motion="no-preference")
        faults += [f"in a person's own colours, {fault}" for fault in own]
    page.set_viewport_size(before)
    held.evaluate("(one) => { one.focus(); scrollTo(0, 0); }")  # whoever comes after finds the page as it was
    return faults
