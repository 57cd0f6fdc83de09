"""What a registrar meets on a day at a centre: the list, its buttons, walk-ins, and the sheet, by the keyboard too."""

from __future__ import annotations

import pytest

from registration.booking.actions import outcomes
from registration.booking.rules.outcomes import Marking
from registration.common.clock import civil_date, now, today
from registration.common.transaction import transaction
from registration.desk.sheet import COLUMNS
from tests.journeys.looks import Looks
from tests.journeys.pages import born


@pytest.fixture
def eyes(come) -> Looks:
    """A member of staff who looks closely."""
    return Looks(come())


@pytest.fixture
def past(service):
    """Two appointments of one list that is over, one not marked, the other registered: (centre, day, reference, reference)."""
    centre, begins, ids, references = service.rows("""
        SELECT centre_id, min(begins_at), array_agg(public_id ORDER BY reference), array_agg(reference ORDER BY reference)
          FROM booking WHERE outcome = 'registered' AND ends_at < now()
         GROUP BY centre_id, (begins_at AT TIME ZONE 'Europe/London')::date
        HAVING count(*) > 1 ORDER BY 2 DESC LIMIT 1""")[0]
    marked = service.one(
        "SELECT max(o.id) FROM outcome o JOIN booking b ON b.id = o.booking_id WHERE b.public_id = :id", id=ids[0]
    )
    with service.app.app_context(), transaction():
        outcomes.mark(ids[0], Marking(None), marked or 0, "service", now())
    return centre, civil_date(begins), *references[:2]


def a_sheet(service, filled_in, late):
    """Write a sheet by reference; of those that are `late` as it was before anything was marked."""
    lines = [",".join(COLUMNS)]
    for reference, outcome in filled_in.items():
        version, marked = service.rows(
            """SELECT version, coalesce((SELECT max(id) FROM outcome WHERE booking_id = booking.id), 0)
                 FROM booking WHERE reference = :reference""",
            reference=reference,
        )[0]
        seen = 0 if reference in late else marked
        cells = {"reference": reference, "version": str(version), "marked": str(seen), "outcome": outcome}
        lines.append(",".join(cells.get(name, "") for name in COLUMNS))
    return "\n".join(lines).encode()


def bring(member, content):
    file = {"name": "sheet.csv", "mimeType": "text/csv", "buffer": content}
    member.page.set_input_files("#file", files=[file])
    member.press(member.page.get_by_role("button", name="Read the sheet in"))


def test_the_pages_of_a_day(eyes, past):
    centre, day, waiting, _ = past
    member = eyes.visitor
    eyes.visitor.sign_in("registrar", f"/day/{day}")
    eyes.look()
    member.open(f"/day/{centre}/{day}")
    eyes.look("busy")
    row = member.page.get_by_role("row").filter(has_text=waiting)
    member.press(row.get_by_role("link", name="Unable"))
    eyes.empty_and(without_words={"reason": "other"})
    member.give({"reason": "other", "note": "Power cut"})
    member.go_on()
    assert "Unable: Power cut" in member.text
    eyes.look("unable")
    member.press(row.get_by_role("button", name="Undo"))
    member.press(row.get_by_role("link", name="Sharing and joining"))
    eyes.look()
    eyes.try_out("joins without an address", {"share": "yes", "join": "yes", "address": ""})
    member.give({"share": "yes", "join": "yes", "address": "3 Mill Lane, Halifax"})
    member.go_on()
    assert "joins the centre" in row.inner_text()
    member.open(f"/day/{centre}/{day.replace(year=day.year - 3)}")
    eyes.look("empty")


ROLLS = """() => [...document.body.querySelectorAll("*")].filter((one) => {
  const how = getComputedStyle(one).overflowY;
  return (how === "auto" || how === "scroll") && !one.matches("textarea") && one.scrollHeight > one.clientHeight + 1;
}).map((one) => one.className)"""


def test_no_page_for_staff_hides_the_end_of_a_list_in_a_box_of_its_own(eyes, service):
    member = eyes.visitor
    fullest = service.rows("""
        SELECT centre_id, (begins_at AT TIME ZONE 'Europe/London')::date FROM booking WHERE state = 'booked'
         GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 1""")[0]
    day = "/day/{}/{}".format(*fullest)
    member.sign_in("administrator", day)
    member.page.set_viewport_size({"width": 1280, "height": 800})
    lists = [f"/desk/lists/{name}" for name in ("without-a-time", "offers", "outcomes", "running-dry", "waiting-list")]
    pages = ["/staff/", "/history", "/staff/people", "/rota/absences", "/cover/", "/desk/find", f"{day}/sheet", day]
    for path in lists + pages:
        member.open(path)
        assert "not found" not in member.page.title()
        assert (path, member.page.evaluate(ROLLS)) == (path, [])
    assert member.page.get_by_role("row").count() > 8
    stay, name = (member.page.locator(one).bounding_box() for one in (".rs-stay", ".rs-header__name"))
    assert stay["y"] < name["y"] + name["height"], "until when one is signed in stands beside the council's name"


def test_the_pages_of_the_sheet(eyes, past, service):
    centre, day, waiting, marked = past
    member = eyes.visitor
    eyes.visitor.sign_in("registrar", f"/day/{centre}/{day}")
    member.follow("/sheet")
    eyes.look()
    eyes.try_out("without a file")
    with member.page.expect_download() as taken:
        member.page.get_by_role("button", name="Take the sheet out").click()
    assert taken.value.suggested_filename.endswith(f"-{day}.csv")
    bring(member, b"name\nAda\n")
    assert "Nothing was read in." in member.text
    eyes.look("faulty")
    bring(member, a_sheet(service, {waiting: "arrived", marked: "did not attend"}, {marked}))
    assert "1 row of the sheet can be marked as it stands" in member.text
    eyes.look()
    member.go_on()
    assert "1 outcome was read in. 1 left as they were." in member.text


def test_the_page_of_a_walk_in(eyes, service):
    centre = service.one("SELECT min(centre_id) FROM session WHERE begins_at > now()")
    member = eyes.visitor
    eyes.visitor.sign_in("registrar", f"/day/{centre}/{today()}")
    member.follow("/walk-in")
    eyes.empty_and(wrong={"name": "Sam Lee", "mobile": "12"})
    answers = {part.replace("born-0", "born"): value for part, value in born(3).items()}
    member.give(
        answers
        | {"district": "yes", "married": "yes", "attending": "mother", "name": "Sam Lee", "mobile": "07700 900984"}
        | {"share": "no", "time": "the first that is offered"}
    )
    member.go_on()
    assert "Sam Lee" in member.text


def test_a_registrar_marks_a_family_with_the_keyboard_alone(eyes, past):
    centre, day, waiting, _ = past
    member = eyes.visitor
    eyes.visitor.sign_in("registrar", f"/day/{centre}/{day}")
    row = member.page.get_by_role("row").filter(has_text=waiting)
    for _step in range(400):
        member.page.keyboard.press("Tab")
        if row.locator(":focus").count() and "Registered" in row.locator(":focus").inner_text():
            break
    member.page.keyboard.press("Enter")
    row.get_by_role("button", name="Undo").wait_for()
    assert "Registered" in row.inner_text()
    member.press(row.get_by_role("button", name="Undo"))
    assert "Nothing marked" in row.inner_text()
