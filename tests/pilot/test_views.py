"""The evaluator's pages: protocols, figures made and looked at, and their release."""

import io
from datetime import date

import pytest
from sqlalchemy import text

from registration.common.access import ROLES
from registration.common.db import db
from registration.pilot.building import actions
from registration.pilot.building.queries import builds, protocols
from registration.pilot.forms import LARGEST_PROTOCOL
from registration.pilot.report.protocol import DEFAULT
from tests.staff.people import page, sent, sign_in_as

pytestmark = pytest.mark.pages

READERS = {"evaluator", "administrator", "data_officer", "auditor"}
WORKERS = {"evaluator", "administrator"}


@pytest.fixture
def evaluator(client, at):
    at("2026-11-22T09:00")
    sign_in_as(client, "evaluator")
    return client


def bring(client, words, name="protocol.toml"):
    return client.post("/pilot/protocols", data={"file": (io.BytesIO(words), name)})


# ---- who may look


@pytest.mark.parametrize("role", ROLES)
def test_evaluators_work_and_officers_and_auditors_read(client, done, role):
    sign_in_as(client, role)
    for path in ("/pilot/", "/pilot/protocols", f"/pilot/builds/{done.id}"):
        answer = client.get(path)
        assert answer.status_code == (200 if role in READERS else 403), path
        changes = any(
            word in answer.text for word in ("Make the figures", "Register a protocol", "Release these figures")
        )
        assert changes == (role in WORKERS), path


def test_the_first_page_of_an_evaluator_leads_here(evaluator):
    assert 'href="/pilot/"' in evaluator.get("/staff/").text


@pytest.mark.parametrize(
    "path", ["builds/0", "builds/0/tables/x", "builds/0/files/report.pdf", "protocols/0", "protocols/0.toml"]
)
def test_what_is_not_there_is_not_found(evaluator, path):
    assert evaluator.get(f"/pilot/{path}").status_code == 404


# ---- protocols


def test_a_protocol_is_registered_as_it_was_written_and_taken_again(evaluator):
    words = evaluator.get("/pilot/protocols/to-begin-from.toml").data
    assert words == DEFAULT.read_bytes()
    answer = bring(evaluator, words)
    [made] = protocols()

    sent(answer, f"/pilot/protocols/{made.id}")
    assert made.sha256 in page(evaluator.get(f"/pilot/protocols/{made.id}"))
    assert evaluator.get(f"/pilot/protocols/{made.id}.toml").data == words
    assert "This very protocol is registered already." in page(bring(evaluator, words), 422)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"", "Choose the file"),
        (b"title = 1", "a line of at most 200 letters is wanted"),
        (b"\xff\xfe", "not TOML"),
        (b'title = "\x00"', "not TOML"),
        (b"# " + b"x" * LARGEST_PROTOCOL, "far longer than a protocol is"),
        (DEFAULT.read_bytes() + b"\nsuprise = 1\n", "a protocol has no such name"),
    ],
    ids=["empty", "not a title", "not text", "zero byte", "too long", "a name unknown"],
)
def test_a_protocol_that_cannot_be_used_is_refused_with_every_fault(evaluator, words, said):
    answer = bring(evaluator, words, name="protocol.toml" if words else "")

    assert said in page(answer, 422)
    assert protocols() == []


# ---- figures asked for


def test_figures_are_asked_for_as_of_a_day_and_watched(evaluator):
    bring(evaluator, DEFAULT.read_bytes())
    [protocol] = protocols()
    assert f'<option value="{protocol.id}">' in evaluator.get("/pilot/").text
    answer = evaluator.post("/pilot/", data={"as_of": "2026-11-20", "protocol": str(protocol.id)})
    [made] = builds()

    sent(answer, f"/pilot/builds/{made.id}")
    assert (made.as_of, made.protocol_id) == (date(2026, 11, 20), protocol.id)
    watched = evaluator.get(f"/pilot/builds/{made.id}")
    assert "begun as soon as the worker is free" in page(watched)
    assert watched.headers["Refresh"] == "3"
    assert "Refresh" not in evaluator.get(f"/pilot/builds/{made.id}?still=1").headers
    sent(evaluator.post(f"/pilot/builds/{made.id}/stop"), f"/pilot/builds/{made.id}")
    assert "Nothing was kept." in page(evaluator.get(f"/pilot/builds/{made.id}"))
    sent(evaluator.post(f"/pilot/builds/{made.id}/stop"), f"/pilot/builds/{made.id}")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"as_of": ""}, "Enter a day"),
        ({"as_of": "2026-11-23"}, "choose today or an earlier day"),
        ({"as_of": "2026-02-31"}, "Enter a date like 24/11/2026"),
        ({"as_of": "2026-11-20", "protocol": "999"}, "Choose one of those offered"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(evaluator, values, said):
    answer = evaluator.post("/pilot/", data={"protocol": ""} | values)

    assert said in page(answer, 422)
    assert builds() == []


def test_how_far_figures_are_and_why_they_could_not_be_made(evaluator):
    made = actions.ask(date(2026, 11, 22), None, date(2026, 11, 22), "staff:1")
    actions.take_next()
    actions.note(made.id, "Protecting the tables", 0.42)
    db.session.commit()

    shown = evaluator.get(f"/pilot/builds/{made.id}")
    assert "Protecting the tables" in page(shown)
    assert '<progress max="100" value="42"' in shown.text
    evaluator.post(f"/pilot/builds/{made.id}/stop")
    assert "You asked for it to be stopped" in page(evaluator.get(f"/pilot/builds/{made.id}"))
    actions.give_up(made.id, ["births.csv: line 2: dob, x, is not a date like 2026-11-22"])
    db.session.commit()
    assert "births.csv: line 2" in page(evaluator.get(f"/pilot/builds/{made.id}"))


# ---- figures looked at and released


def test_figures_answer_both_questions_with_every_number_explained(evaluator, done):
    shown = page(evaluator.get(f"/pilot/builds/{done.id}"))
    first = page(evaluator.get("/pilot/"))

    for words in (
        "identify and contact new families?",
        "enable centres to reach more families?",
        "Strength of the design.",
    ):
        assert words in shown
        assert words in first
    assert "Families known from live birth data, a booking or registration" in shown
    assert "M10 Joined within 90 days of registering" in shown
    assert "Not yet observable" in shown


def test_a_table_of_the_catalogue_is_read_with_its_margins(evaluator, done):
    shown = page(evaluator.get(f"/pilot/builds/{done.id}/tables/m02-reach-known-families-authority-none"))

    assert "Families known to a centre or to the council, in the whole area by quarter of birth" in shown
    assert "Quarter of birth" in shown
    assert "2026-Q1" in shown
    assert evaluator.get(f"/pilot/builds/{done.id}/tables/..%2Frestricted").status_code == 404


def test_files_are_taken_once_figures_are_released_and_exact_ones_never(evaluator, done):
    whole = f"/pilot/builds/{done.id}"
    assert evaluator.get(f"{whole}/files/charts/reach.svg").mimetype == "image/svg+xml"
    assert evaluator.get(f"{whole}/files/report.pdf").status_code == 404
    assert "Say what the release is for" in page(evaluator.post(f"{whole}/release", data={"purpose": " "}), 422)

    sent(evaluator.post(f"{whole}/release", data={"purpose": "  For   the board "}), whole)
    assert "Released for: For the board." in page(evaluator.get(whole))
    assert "For the board" in page(evaluator.get("/pilot/"))
    taken = evaluator.get(f"{whole}/files/report.pdf")
    assert taken.data.startswith(b"%PDF-")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="pilot-2026-11-21-report.pdf"'
    for name in ("restricted/metrics.csv", "../manifest.json", "nothing.csv"):
        assert evaluator.get(f"{whole}/files/{name}").status_code == 404
    wanted = text("SELECT actor FROM audit_event WHERE event = 'pilot.released' AND about = :about")
    assert db.session.scalar(wanted, {"about": f"pilot_build:{done.id}"}).startswith("staff:")


def test_figures_are_released_once_and_not_after_others(evaluator, done, bundle):
    later = actions.ask(date(2026, 11, 22), None, date(2026, 11, 22), "staff:1")
    actions.take_next()
    actions.settle(later.id, *bundle)
    db.session.commit()
    evaluator.post(f"/pilot/builds/{later.id}/release", data={"purpose": "For the board"})

    again = evaluator.post(f"/pilot/builds/{later.id}/release", data={"purpose": "Again"})
    sent(again, f"/pilot/builds/{later.id}")
    assert later.released_for == "For the board"
    older = evaluator.post(f"/pilot/builds/{done.id}/release", data={"purpose": "For the board"})
    assert "Other figures were released since these were built" in page(older, 422)
