"""Make the pictures of docs/images from a running demonstration.

`PYTHONPATH=. .venv/bin/python docs/make_screenshots.py [ADDRESS]`, the address being http://127.0.0.1:8000 where none is
given, with the INSTANCE of the demonstration in the environment where it is not ./instance: its key makes the passwords of
staff. Walks through a booking as a parent does and through a day's work as staff do, in the machine's Chromium (or the one
CHROMIUM names), on a telephone of 320 pixels and on a screen of 1280. Names are always the same for the same day; a
demonstration started with CLOCK on the morning of a working day has families on its day list. Where ImageMagick's `convert`
is installed, the pictures are kept at 256 colours.
"""
# ruff: noqa: INP001 -- a program, not a package

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from registration.staff.rules import demonstration_email, demonstration_password

IMAGES = Path(__file__).parent / "images"
#: Width, height, and points of the picture for each of the screen.
SCREENS = {"320": (320, 760, 2), "1280": (1280, 900, 1)}
#: A box for a day shows it as the browser's own language writes it, and many a browser without a person has American alone.
BRITISH_DAYS = """() => document.querySelectorAll("input[type=date]").forEach(box => {
  const day = box.value.split("-").reverse().join("/");
  box.style.width = `${box.offsetWidth}px`;
  box.type = "text";
  box.value = day;
})"""
#: Narrower than this, a page's own words begin below the first screen.
NARROW = 640
#: The pages of parents that are taken, of all that are walked through; documents show each of them.
TAKEN = frozenset({"start", "start-urdu", "times", "check", "confirmation", "manage"})
#: The pages of staff, each with the screens it is taken on.
STAFF = {
    "rota-week": ("1280",),
    "draft": ("1280",),
    "day-list": ("320", "1280"),
    "telephone": ("1280",),
    "cover": ("1280",),
    "work-list": ("320", "1280"),
    "first-page": ("320",),
    "promised-and-sent": ("1280",),
    "two-records": ("1280",),
    "reach": ("1280",),
    "families-to-call-on": ("320", "1280"),
}
#: How ImageMagick makes a picture of a page small without anybody seeing it.
SMALLER = ("-strip", "+dither", "-colors", "256", "-define", "png:compression-level=9")
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
                    take(page, f"{name}-{screen}")
        for role, work in WORK.items():
            with browser_of(screen) as page:
                sign_in(page, address, role)
                for name in work(page, address):
                    if screen in STAFF[name]:
                        take(page, f"{name}-{screen}")


def take(page: Page, name: str) -> None:
    """Take a picture of what the screen shows."""
    path = IMAGES / f"{name}.png"
    page.evaluate("document.activeElement.blur()")
    page.evaluate(BRITISH_DAYS)
    page.screenshot(path=path)
    if shutil.which("convert"):
        squeeze = ["convert", path, *SMALLER, f"png8:{path}"]
        subprocess.run(squeeze, check=True)  # noqa: S603 -- our own words
    sys.stdout.write(f"{path.name} {path.stat().st_size // 1024} kB\n")


@contextmanager
def browser_of(screen: str) -> Iterator[Page]:
    """Open a browser with a screen of that width."""
    width, height, points = SCREENS[screen]
    with sync_playwright() as tools:
        own = os.environ.get("CHROMIUM") or shutil.which("chromium") or tools.chromium.executable_path
        browser = tools.chromium.launch(executable_path=own, args=["--no-sandbox"])
        screen_of = {"viewport": {"width": width, "height": height}, "device_scale_factor": points}
        page = browser.new_page(**screen_of, locale="en-GB")
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


# -- staff


def sign_in(page: Page, address: str, role: str) -> None:
    """Sign in as the demonstration's account of a role."""
    key = (Path(os.environ.get("INSTANCE") or "instance") / "secret_key").read_text(encoding="utf-8").strip()
    page.goto(f"{address}/staff/sign-in")
    page.fill("[name=email]", demonstration_email(role))
    page.fill("[name=password]", demonstration_password(key, role))
    page.get_by_role("button", name="Sign in").click()
    at(page, "/staff/")


def manage(page: Page, address: str) -> Iterator[str]:
    """Look at the first page and the week; make a draft and a plan for an absence, and put both away."""
    sessions = page.locator("[aria-labelledby=sessions] tbody tr").all()
    if not sessions:
        raise RuntimeError("nobody registers today: start the demonstration with CLOCK on a working day")
    fullest = max(sessions, key=lambda row: number_in(row, 3))
    who = fullest.locator("td").nth(2).inner_text()
    today = date.fromisoformat((fullest.get_by_role("link").get_attribute("href") or "").rpartition("/")[2])
    show(page, "#today")
    yield "first-page"
    page.goto(f"{address}/rota/week")
    yield "rota-week"
    draft_with_a_conflict(page, address)
    yield "draft"
    page.get_by_role("button", name="Put this draft aside").click()
    page.goto(f"{address}/cover/new?from={today + timedelta(days=1)}&to={today + timedelta(days=4)}")
    page.locator("[name=registrar]").select_option(label=who)
    page.get_by_role("button", name="Show the families").click()
    take_nobody_over(page)
    yield "cover"
    page.get_by_role("button", name="Put the plan away").click()


def draft_with_a_conflict(page: Page, address: str) -> None:
    """Draft the weeks that are proposed, and have the registrar of its first session sit in the second one, too."""
    page.goto(f"{address}/rota/drafts")
    page.get_by_role("button", name="Make a draft").click()
    sessions = page.locator("[aria-labelledby=week] tbody tr")
    first = sessions.nth(0).locator("td").nth(2).inner_text()
    sessions.nth(1).get_by_role("link", name="Change").click()
    page.locator("[name=registrar]").select_option(label=first)
    page.get_by_role("button", name="Keep it in the draft").click()
    show(page, "#changes")


def take_nobody_over(page: Page) -> None:
    """Have nobody sit in the session of the first family of a plan, so that its families are offered other times."""
    at(page, "/cover/")
    page.get_by_role("link", name="Change").first.click()
    if "/session/" in page.url:
        page.locator("input[type=radio]").last.check()
        page.get_by_role("button", name="Propose this instead").click()
    page.goto(page.url.partition("/session/")[0].partition("/family/")[0])


def show_on_telephone(page: Page) -> None:
    """Let a small screen begin with the page's heading."""
    if page.evaluate("window.innerWidth") < NARROW:
        show(page, "h1")


def show(page: Page, where: str) -> None:
    """Let the screen begin where something of a page stands."""
    page.locator(where).evaluate("tag => tag.scrollIntoView()")


def number_in(row: Locator, cell: int) -> int:
    """Read the number in a cell of a table's row; a word is nought."""
    text = row.locator("td").nth(cell).inner_text()
    return int(text) if text.isdecimal() else 0


def serve(page: Page, address: str) -> Iterator[str]:
    """Look at the families without a time, and find times for a family that calls."""
    page.goto(f"{address}/desk/lists/without-a-time")
    show_on_telephone(page)
    yield "work-list"
    page.goto(f"{address}/desk/phone")
    born = datetime.now(UTC).date() - timedelta(days=12)
    page.fill("[name=born]", f"{born:%d/%m/%Y}")
    page.check("[name=married][value=yes]")
    page.check("[name=attending][value=mother]")
    page.fill("[name=postcode]", "HX1 1AA")
    page.get_by_role("button", name="Find times").click()
    show(page, "#times")
    yield "telephone"


def work_the_day(page: Page, address: str) -> Iterator[str]:
    """Mark what came of the first families of the fullest centre's day."""
    page.goto(f"{address}/day/")
    if page.locator("form.rs-day-go").count() == 0:
        fullest = max(page.locator("tbody tr").all(), key=lambda row: number_in(row, 0))
        fullest.get_by_role("link").click()
    for family, mark in enumerate(("Registered", "Did not attend", "Arrived")):
        button = page.locator("tbody tr").nth(family).get_by_role("button", name=re.compile(f"^{mark}"))
        if button.count():
            button.click()
    page.goto(page.url.partition("#")[0])
    show_on_telephone(page)
    yield "day-list"


def know(page: Page, address: str) -> Iterator[str]:
    """Look at how births come against what was promised, and at two records that may be one family's."""
    page.goto(f"{address}/births/")
    yield "promised-and-sent"
    page.goto(f"{address}/births/same-families")
    page.locator("main form button").first.click()
    yield "two-records"


def reach_out(page: Page, address: str) -> Iterator[str]:
    """Look at how far the own centre reaches, and at the families it may call on."""
    page.goto(f"{address}/reach/")
    page.locator("main tbody").get_by_role("link").first.click()
    yield "reach"
    page.goto(f"{page.url.partition('?')[0]}/outreach")
    show_on_telephone(page)
    yield "families-to-call-on"


#: What is done as whom.
WORK = {
    "rota_manager": manage,
    "booking_desk": serve,
    "registrar": work_the_day,
    "data_officer": know,
    "centre_worker": reach_out,
}


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if sys.argv[1:] else "http://127.0.0.1:8000")
