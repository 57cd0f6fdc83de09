"""The pages of a centre's timetable: whose it is to see and change, and what families then read."""

from datetime import time
from io import BytesIO

import pytest
from bs4 import BeautifulSoup

from registration.centres.services.actions import keep_service
from registration.centres.services.queries import timetables
from registration.centres.services.rules import Details, Kind
from tests.booking.appointments import booked, link, two_mornings
from tests.booking.world import MONDAY, NOW, TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page, sent, sign_in_as

PLAY = {"title": "Stay and play", "kind": "stay_and_play", "weekday": "3", "starts": "10:00", "ends": "11:30"}


@pytest.fixture
def world(database, at):
    at(NOW)
    return two_mornings()


@pytest.fixture
def here(world):
    return world.centres["sunshine"]


@pytest.fixture
def worker(client, here):
    sign_in_as(client, "centre_worker", centres=[here])
    return client


def where(centre, *more):
    return "/".join(["/reach/services", str(centre), *map(str, more)])


def the_one(centre):
    return timetables([centre])[centre][0]


def test_a_worker_sees_the_timetables_of_own_centres_and_no_other(worker, world, here):
    listed = page(worker.get("/reach/services"))
    assert "Sunshine Children’s Centre 1" in listed
    assert "Elland" not in listed
    assert "Read a timetable in" not in listed
    assert "Tuesday 9:30am to 11:30am Weighing clinic" in page(worker.get(where(here)))
    assert worker.get(where(world.centres["elland"])).status_code == 403
    assert worker.post(where(world.centres["elland"]), data=PLAY).status_code == 403
    assert worker.get(where(999)).status_code == 404
    assert "Elland" not in worker.get("/reach/services/timetables.csv").text


def test_a_worker_of_no_centre_is_told_so(client, world):
    sign_in_as(client, "centre_worker")
    assert "You belong to no centre" in page(client.get("/reach/services"))


def test_what_is_added_is_shown_to_families_with_their_appointment(worker, here):
    mine = booked(here, at_time(TUESDAY, "9:30"))
    sent(worker.post(where(here), data=PLAY), where(here))
    for end in ("/booked", ""):
        told = page(worker.get(link(mine) + end))
        assert "While you are there Weighing clinic, 9:30am to 11:30am" in told
        assert "in the week after your appointment: Wednesday 25 November, 10am to 11:30am: Stay and play" in told
        assert "Tuesday 1 December, 9:30am to 11:30am: Weighing clinic" in told


def test_a_family_whose_appointment_is_over_reads_what_is_on_from_now(worker, here, at):
    mine = booked(here, at_time(TUESDAY, "9:30"))
    at("2026-12-10T09:00")
    told = page(worker.get(link(mine)))
    assert "in the next seven days: Tuesday 15 December, 9:30am to 11:30am: Weighing clinic" in told


def test_a_service_is_changed_on_a_page_of_its_own(worker, here):
    number = the_one(here).id
    assert 'value="Weighing clinic"' in worker.get(where(here, number)).text
    more = {
        "title": "Clinic",
        "kind": "weighing_clinic",
        "first_on": "2026-12-01",
        "term_time": "y",
        "note": "Ring first",
    }
    sent(worker.post(where(here, number), data=PLAY | more), where(here))
    shown = page(worker.get(where(here)))
    assert "Wednesday 10am to 11:30am Clinic Weighing clinic in term time, from 1 December 2026, Ring first" in shown
    assert "wrote down a service of the timetable" in shown
    assert "weekday: from Tuesday to Wednesday" in shown
    assert worker.get(where(here, 999)).status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "Enter what it is called"),
        ({"title": "x" * 81}, "This must be 80 letters or fewer"),
        ({"ends": "10:00"}, "It must end after it begins"),
        ({"starts": ""}, "Enter when it begins"),
        ({"last_on": "2026-11-21"}, "The last day must be today or a day to come"),
        ({"first_on": "2026-12-02", "last_on": "2026-12-01"}, "The last day must not be before the first"),
        (
            {"weekday": "2", "first_on": "2026-12-02", "last_on": "2026-12-04"},
            "No Tuesday lies between the first and the last day",
        ),
    ],
)
def test_what_cannot_be_kept_is_told_beside_it(worker, here, change, sentence):
    assert sentence in page(worker.post(where(here), data=PLAY | change), 422)
    assert sentence in page(worker.post(where(here, the_one(here).id), data=PLAY | change), 422)
    assert len(timetables([here])[here]) == 1


def test_the_same_twice_is_refused_in_words(worker, here):
    worker.post(where(here), data=PLAY)
    assert "has a service of this name at this time" in page(worker.post(where(here), data=PLAY), 409)
    number = the_one(here).id
    assert "has a service of this name at this time" in page(worker.post(where(here, number), data=PLAY), 409)


def test_a_service_is_cancelled_on_one_day_and_takes_place_after_all(worker, here):
    number = the_one(here).id
    day = {"day": TUESDAY.isoformat()}
    sent(worker.post(where(here, number, "cancel"), data=day | {"reason": "The nurse is ill"}), where(here))
    told = "Tuesday 24 November 2026: Weighing clinic. The nurse is ill"
    assert told in page(worker.get(where(here)))
    assert told in page(worker.get(where(here, "sheet")))
    mine = booked(here, at_time(TUESDAY, "9:30"))
    assert "While you are there" not in page(worker.get(link(mine)))
    sent(worker.post(where(here, number, "takes-place"), data=day), where(here))
    assert "While you are there" in page(worker.get(link(mine)))
    again = page(worker.post(where(here, number, "takes-place"), data=day), 409)
    assert "It takes place on that day already." in again
    assert "Cancelled" in page(worker.post(where(here, number, "takes-place"), data={"day": "soon"}), 422)
    assert "no longer in the timetable" in page(worker.post(where(here, 999, "cancel"), data=day), 409)
    other = {"day": WEDNESDAY.isoformat()}
    assert "does not happen on this day" in page(worker.post(where(here, number, "cancel"), data=other), 409)


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        ({"day": ""}, 422, "Enter the day"),
        ({"day": "31/02/2027"}, 422, "Enter a date like 24/11/2026"),
        ({"day": "9999-01-05"}, 422, "Enter a year from 2000 to 2100"),
        ({"day": "2026-11-17"}, 422, "Enter today or a day to come"),
        ({"day": "2026-11-24", "reason": "x" * 121}, 422, "This must be 120 letters or fewer"),
        ({"day": WEDNESDAY.isoformat(), "reason": "Snow"}, 409, "It does not happen on this day anyway"),
    ],
)
def test_a_day_that_cannot_be_cancelled_is_told_beside_the_box_which_stays_open(worker, here, typed, code, sentence):
    number = the_one(here).id
    answer = worker.post(where(here, number, "cancel"), data=typed)
    assert f"There is a problem {sentence}" in page(answer, code)
    opened = BeautifulSoup(answer.text, "html.parser").find("details", open=True)
    assert sentence in opened.text
    assert opened.find(id=f"reason-{number}")["value"] == typed.get("reason", "")
    summary = BeautifulSoup(answer.text, "html.parser").find(class_="govuk-error-summary").find("a")["href"]
    assert opened.find(id=summary[1:])["aria-invalid"] == "true"


def past(centre):
    over = Details("Over", Kind.OTHER, 4, time(9), time(10), last_on=MONDAY.replace(day=1))
    return keep_service(centre, None, over, "staff:1")


def test_what_is_over_stands_as_past_and_is_not_offered_to_be_cancelled(worker, here):
    number = past(here)
    shown = worker.get(where(here))
    assert "Over Past until 1 November 2026" in page(shown)
    assert f"day-{number}" not in shown.text


def test_a_service_that_is_taken_out_is_gone(worker, here):
    number = the_one(here).id
    worker.post(where(here, number, "cancel"), data={"day": TUESDAY.isoformat(), "reason": "The nurse is ill"})
    asked = page(worker.get(where(here, number, "remove")))
    assert "Weighing clinic , Tuesday, 9:30am to 11:30am, at Sunshine Children’s Centre." in asked
    assert "go with it: Tuesday 24 November 2026. The nurse is ill" in asked
    assert worker.get(where(here, 999, "remove")).status_code == 404
    assert timetables([here])
    sent(worker.post(where(here, number, "remove")), where(here))
    assert "Nothing is in the timetable of this centre yet." in page(worker.get(where(here)))
    assert "Nothing is in the timetable" in page(worker.get(where(here, "sheet")))
    assert "no longer in the timetable" in page(worker.post(where(here, number, "remove")), 409)


def test_the_sheet_for_the_wall_has_the_week_and_leaves_out_what_is_over(worker, here):
    worker.post(where(here), data=PLAY)
    past(here)
    sheet = page(worker.get(where(here, "sheet")))
    assert "This week at Sunshine Children’s Centre" in sheet
    assert "Tuesday 9:30am to 11:30am Weighing clinic Wednesday 10am to 11:30am Stay and play" in sheet
    assert "Over" not in sheet


def test_the_auditor_reads_and_changes_nothing(client, here):
    sign_in_as(client, "auditor")
    assert "Add to the timetable" not in page(client.get(where(here)))
    assert client.post(where(here), data=PLAY).status_code == 403


def test_an_administrator_reads_a_file_in(client, here):
    sign_in_as(client, "administrator")
    content = client.get("/reach/services/timetables.csv").data
    said = client.post("/reach/services", data={"file": (BytesIO(content), "t.csv")}, follow_redirects=True)
    assert "0 added, 0 changed, 1 as before." in page(said)
    faulty = BytesIO(content.replace(b"Tuesday", b"Someday"))
    refused = page(client.post("/reach/services", data={"file": (faulty, "t.csv")}), 422)
    assert "line 2: weekday, Someday, is not a day of the week like Tuesday" in refused
    assert "Choose the file" in page(client.post("/reach/services", data={}), 422)


def test_on_paper_what_is_on_that_day_is_not_said_twice(worker, here):
    worker.post(where(here), data=PLAY)
    mine = booked(here, at_time(TUESDAY, "9:30"))
    printed = BeautifulSoup(worker.get(link(mine) + "/booked").text, "html.parser").find(class_="rs-print-only")
    assert "Stay and play" in printed.text
    assert "Weighing clinic" not in printed.text
