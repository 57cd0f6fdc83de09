"""Finding a booking again: what leads to it, what does not, and that the answer tells nothing to anybody else."""

import re

import pytest
import sqlalchemy

from registration.booking import finding
from registration.booking.actions import changes
from registration.booking.finding import find_booking
from registration.common.limits import limiter
from registration.families.rules import last_name
from tests.booking.appointments import NOW, booked, link, two_mornings
from tests.booking.world import TUESDAY, at_time
from tests.conftest import settings
from tests.staff.people import page

HALF_PAST_NINE = at_time(TUESDAY, "9:30")
#: Well formed, but nobody's.
NOBODYS = "BCD-FGH-JKG"


@pytest.fixture
def world(client, at):
    at("2026-11-22T09:00")
    return two_mornings()


@pytest.fixture
def mine(world):
    return booked(world.centres["sunshine"], HALF_PAST_NINE)


def look(client, reference, given, **more):
    return client.post("/find-booking", data={"reference": reference, "given": given}, **more)


# ---- what leads to the booking


@pytest.mark.parametrize(
    "given",
    [
        "aoife@example.org",
        " Aoife@Example.ORG ",
        "07700 900982",
        "+44 7700 900 982",
        "O’Brien",
        "o'brien",
        "O`BRIEN",
        "Aoife O’Brien",
    ],
)
def test_the_reference_with_anything_the_family_gave_leads_to_its_link(client, mine, given):
    answer = look(client, mine.reference, given)
    assert (answer.status_code, answer.headers["Location"]) == (303, link(mine))
    assert page(client.get(answer.headers["Location"])).startswith("Your appointment")


@pytest.mark.parametrize("write", [str.lower, lambda r: r.replace("-", ""), lambda r: f"  {r.replace('-', ' ')} "])
def test_a_reference_may_be_typed_as_it_is_heard(client, mine, write):
    assert look(client, write(mine.reference), "O’Brien").headers["Location"] == link(mine)


def test_a_cancelled_booking_is_found_too_and_a_bereaved_familys_leads_to_the_quiet_page(client, mine):
    changes.cancel(mine.public_id, NOW)
    assert look(client, mine.reference, "O’Brien").headers["Location"] == link(mine)
    changes.cancel_for_bereavement(mine.public_id, NOW)
    assert page(client.get(look(client, mine.reference, "O’Brien").headers["Location"])).startswith("Please call us")


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Zoë Müller", "muller"), ("Ana María de la Cruz", "de la cruz"), ("Jo Smith-Jones", "SMITH–JONES")],
)
def test_a_last_name_is_the_same_however_a_telephone_writes_it(name, typed):
    assert last_name(name) == last_name(typed) != ""


# ---- what does not


def told(answer):
    """Give a page without what the visitor typed and what is made anew for each page."""
    assert answer.status_code == 422
    plain = re.sub(r'nonce="[^"]*"|nonce-[^\']*', "", answer.text)
    return re.sub(r'value="[^"]*"', "", plain)


@pytest.mark.parametrize(
    "given", ["b@example.org", "07700 900983", "Smith", "Aoife", "@", "+", "’", "\u0301", "aoife@example.org x"]
)
def test_something_the_family_did_not_give_gets_the_answer_of_no_booking_at_all(client, mine, given):
    wrong = look(client, mine.reference, given)
    assert "There is a problem We could not find a booking with those details" in page(wrong, 422)
    assert "call 01632" in page(wrong, 422)
    assert told(wrong) == told(look(client, NOBODYS, given))


@pytest.mark.parametrize("reference", [NOBODYS, "BCD-FGH-JKM", "nonsense", "1", "é" * 200, "'; DROP TABLE booking"])
def test_a_wrong_reference_gets_the_same_answer_whatever_it_looks_like(client, mine, reference):
    assert told(look(client, reference, "O’Brien")) == told(look(client, NOBODYS, "O’Brien"))


def test_somebody_elses_details_do_not_lead_to_this_booking(client, world, mine):
    booked(world.centres["elland"], HALF_PAST_NINE, name="Bo Smith", email="b@example.org", mobile=None)
    assert look(client, mine.reference, "b@example.org").status_code == 422


@pytest.mark.parametrize("given", ["", "-", "@", "07"])
def test_what_a_family_left_out_cannot_be_found_by_leaving_it_out(world, given):
    theirs = booked(world.centres["sunshine"], HALF_PAST_NINE, email=None, mobile=None, channel="telephone")
    assert find_booking(theirs.reference, given) is None


def test_the_headers_tell_nothing_either(client, mine):
    kept = [look(client, reference, "Smith").headers for reference in (mine.reference, NOBODYS)]
    of_each = {"Content-Security-Policy", "Content-Length", "X-Request-ID"}
    names = [{n: v for n, v in headers.items() if n not in of_each} for headers in kept]
    assert names[0] == names[1]
    assert "no-store" in kept[0]["Cache-Control"]


# ---- the same work


@pytest.fixture
def work(database, monkeypatch):
    """Everything looked up and compared, in order."""
    done = []
    compare = finding.compare_digest

    def counting(one, other):
        done.append((len(one), len(other)))
        return compare(one, other)

    def note(_connection, _cursor, statement, *_rest):
        done.append(statement)

    monkeypatch.setattr(finding, "compare_digest", counting)
    connection = database.connection()
    sqlalchemy.event.listen(connection, "before_cursor_execute", note)
    yield done
    sqlalchemy.event.remove(connection, "before_cursor_execute", note)


def test_the_work_is_one_look_up_and_three_comparisons_of_equal_length_whatever_is_true(database, mine, work):
    database.connection()
    works = []
    for reference, given in (
        (mine.reference, "O’Brien"),
        (mine.reference, "Smith"),
        (NOBODYS, "Smith"),
        ("nonsense", "Smith"),
        ("", ""),
    ):
        work.clear()
        find_booking(reference, given)
        works.append(list(work))
    assert [type(step) for step in works[0]] == [str, tuple, tuple, tuple]
    assert works[0][1:] == [(32, 32)] * 3
    assert works == [works[0]] * 5


# ---- the form


def test_the_page_asks_two_things_and_helps_who_has_no_reference(client, world):
    said = page(client.get("/find-booking"))
    assert said.startswith("Find your appointment")
    assert "Booking reference" in said
    assert "The email address, mobile number or last name you gave" in said
    assert "If you do not have the reference" in said


def test_empty_answers_are_asked_for_beside_their_fields(client, world):
    answer = look(client, " ", "")
    said = page(answer, 422)
    assert "Enter your booking reference Enter the email address, mobile number or last name you gave" in said
    assert 'href="#reference"' in answer.text
    assert 'href="#given"' in answer.text


def test_what_was_typed_stays(client, world):
    answer = look(client, NOBODYS, "Smith <b>")
    assert f'value="{NOBODYS}"' in answer.text
    assert 'value="Smith &lt;b&gt;"' in answer.text


@pytest.mark.parametrize("field", ["reference", "given"])
@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 5000])
def test_what_cannot_be_kept_or_is_far_too_long_is_refused_with_a_sentence(client, world, field, text):
    data = {"reference": NOBODYS, "given": "Smith"} | {field: text.encode("utf-8", "surrogatepass")}
    assert "There is a problem" in page(client.post("/find-booking", data=data), 422)


def test_a_page_that_lay_open_too_long_comes_back_with_what_was_typed(app, client, world, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = look(client, NOBODYS, "Smith")
    assert "You were away for a while." in page(answer, 400)
    assert f'value="{NOBODYS}"' in answer.text


def test_a_browser_that_keeps_no_cookies_is_told_so_the_second_time(app, client, world, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert 'name="away"' in look(client, NOBODYS, "Smith").text
    sent = {"reference": NOBODYS, "given": "Smith", "away": "1"}
    assert "You were away for a while." in page(client.post("/find-booking", data=sent), 400)
    client.delete_cookie("session")
    answer = page(client.post("/find-booking", data=sent), 400)
    assert "Your browser does not keep our cookie" in answer
    assert "You were away" not in answer


# ---- how often


@pytest.fixture(scope="module")
def council(new_database, tmp_path_factory):
    """The service as a council runs it, with tries counted: give the application and one booking's reference."""
    from registration.common.db import db
    from registration.factory import create_app

    app = create_app(settings(new_database("finding"), tmp_path_factory.mktemp("instance"), RATE_LIMITS=True))
    with app.app_context():
        reference = booked(two_mornings().centres["sunshine"], HALF_PAST_NINE).reference
    yield app, reference
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def counted(council):
    """A browser whose tries are counted from nought."""
    app, _ = council
    with app.app_context():
        limiter.reset()
    return app.test_client()


def from_client(number):
    return {"environ_overrides": {"REMOTE_ADDR": f"192.0.2.{number}"}}


@pytest.mark.parametrize("exists", [True, False])
def test_one_reference_can_be_tried_five_times_in_a_quarter_of_an_hour_from_wherever(counted, council, exists):
    reference = council[1] if exists else NOBODYS
    ways = [reference, reference.lower(), reference.replace("-", ""), f" {reference} ", reference.replace("-", " ")]
    for number, way in enumerate(ways):
        assert look(counted, way, "Smith", **from_client(number)).status_code == 422
    answer = look(counted, reference, "O’Brien", **from_client(9))
    assert "Please wait a few minutes" in page(answer, 429)
    assert "Call 01632" in page(answer, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 901


def test_one_client_can_try_thirty_times_in_a_quarter_of_an_hour(counted):
    for number in range(30):
        assert look(counted, f"try {number}", "Smith").status_code == 422
    page(look(counted, "another", "Smith"), 429)
    assert look(counted, "another", "Smith", **from_client(7)).status_code == 422
    page(counted.get("/find-booking"))
