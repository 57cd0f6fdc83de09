"""The evaluator's pages: protocols, figures made and looked at, and their release."""

import io
import json
import zipfile
from datetime import date

import pytest
from sqlalchemy import text

from registration.common.access import ROLES
from registration.common.clock import london, today
from registration.common.db import db
from registration.pilot.building import actions
from registration.pilot.building.queries import builds, file_of, protocols
from registration.pilot.disclosure.queries import releases
from registration.pilot.forms import LARGEST_PROTOCOL
from registration.pilot.report.protocol import DEFAULT, to_begin_from
from registration.pilot.views.showing import Shown, _laid_out, title_of
from registration.staff.queries import names_of
from tests.pilot.test_record_views import LOT, world  # noqa: F401 -- a fixture
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


def filled_in(words):
    """Fill in what the protocol to begin from leaves to who registers it."""
    said = words.decode().replace('on = ""', f'on = "{today()}"', 1).replace('by = ""', 'by = "A. Evaluator"', 1)
    return said.replace('as_of = ""', 'as_of = "2028-03-31"').encode()


def test_a_false_lot_is_named_beside_every_other_fault(evaluator):
    words = DEFAULT.read_bytes().replace(b'seed = ""\nunit = ""', b'seed = "x"\nunit = "centre"')
    said = page(
        bring(evaluator, words.replace(b"suppress = 10", b"suppress = 9").replace(b'as_of = ""', b'as_of = "soon"')),
        422,
    )

    for fault in (
        "thresholds.suppress: 9 is less than 10",
        "lot.seed: no lot was drawn here",
        "registered.on: it is empty",
    ):
        assert fault in said
    assert said.count("analysis.as_of:") == 1, "not faulty and empty at once"


def test_two_protocols_of_one_title_and_day_are_told_apart_by_their_digests(evaluator):
    one = filled_in(DEFAULT.read_bytes())
    for words in (one, one.replace(b"reach = 0.97", b"reach = 0.96")):
        bring(evaluator, words)
    offered = page(evaluator.get("/pilot/"))

    assert len(protocols()) == 2
    for each in protocols():
        assert f"({each.sha256[:8]})" in offered


def test_a_protocol_is_registered_as_it_was_written_and_taken_again(evaluator):
    words = evaluator.get("/pilot/protocols/to-begin-from.toml").data
    assert words.decode() == to_begin_from("Calder Valley Council", None)
    assert "registered.by: it is empty" in page(bring(evaluator, words), 422)
    words = filled_in(words)
    answer = bring(evaluator, words)
    [made] = protocols()

    sent(answer, f"/pilot/protocols/{made.id}")
    shown = page(evaluator.get(f"/pilot/protocols/{made.id}"))
    assert made.sha256 in shown
    name = names_of([int(made.registered_by.removeprefix("staff:"))]).popitem()[1]
    assert f" by {name}. Digest" in shown
    listed = page(evaluator.get("/pilot/protocols"))
    assert "Births registered in children’s centres" in listed
    assert name in listed
    assert evaluator.get(f"/pilot/protocols/{made.id}.toml").data == words
    assert "This very protocol is registered already." in page(bring(evaluator, words), 422)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"", "Choose the file"),
        (b"title = 1", "a line of at most 200 letters is wanted"),
        (b"\xff\xfe", "written in UTF-16. Save it as UTF-8"),
        (b"a = " + b"1" * 20_000, "not TOML that can be read"),
        (b"a = " + b"[" * 1_500, "not TOML that can be read"),
        (DEFAULT.read_bytes().replace(b'on = ""', b"on = 2026-11-23", 1), "2026-11-23 is still to come"),
        (
            DEFAULT.read_bytes().replace(b'seed = ""\nunit = ""', b'seed = "x"\nunit = "centre"'),
            "no lot was drawn here",
        ),
        (b'title = "\x00"', "not TOML"),
        (b"# " + b"x" * LARGEST_PROTOCOL, "far longer than a protocol is"),
        (DEFAULT.read_bytes() + b"\nsuprise = 1\n", "a protocol has no such name"),
    ],
    ids=[
        "empty",
        "not a title",
        "not text",
        "digits",
        "nested",
        "a day to come",
        "no lot of ours",
        "zero byte",
        "too long",
        "a name unknown",
    ],
)
def test_a_protocol_that_cannot_be_used_is_refused_with_every_fault(evaluator, words, said):
    answer = bring(evaluator, words, name="protocol.toml" if words else "")

    assert said in page(answer, 422)
    assert protocols() == []


def test_a_lot_that_was_drawn_here_stands_in_a_protocol_that_is_registered(world, evaluator):  # noqa: F811 -- the fixture
    evaluator.post("/pilot/roll-out/lot", data=LOT)
    words = evaluator.get("/pilot/protocols/to-begin-from.toml").data
    assert b'seed = "lottery 7"' in words

    sent(bring(evaluator, filled_in(words)), f"/pilot/protocols/{protocols()[0].id}")
    assert "was drawn of centres on 2026-11-22" in page(bring(evaluator, words.replace(b'"centre"', b'"cluster"')), 422)


def test_a_protocol_without_a_title_is_called_so():
    assert [title_of(words) for words in ("title = 'A'", "", "title = ")] == ["A", *["A protocol without a title"] * 2]


# ---- figures asked for


def test_figures_are_asked_for_as_of_a_day_and_watched(evaluator):
    bring(evaluator, filled_in(DEFAULT.read_bytes()))
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


def test_the_first_page_shows_the_latest_day_of_what_was_made_and_by_what_and_whom(evaluator, done, bundle):
    bring(evaluator, filled_in(DEFAULT.read_bytes()))
    again = actions.ask(date(2026, 11, 20), protocols()[0].id, date(2026, 11, 22), protocols()[0].registered_by)
    actions.take_next()
    actions.settle(again.id, *bundle)
    db.session.commit()

    shown = page(evaluator.get("/pilot/"))
    assert "As of 21 November 2026" in shown
    assert "The figures as of the latest day, made on" in shown
    assert "Protocol: None: the built-in one." in shown
    assert f"Births registered in children’s centres, {london(protocols()[0].registered_at):%-d %B %Y}" in shown
    assert names_of([int(again.asked_by.removeprefix("staff:"))]).popitem()[1] in shown


# ---- figures looked at and released


def test_a_table_writes_thousands_apart_as_every_page_does():
    head = "metric,geography,place,characteristic,group,quarter,measure,value,mark\n"
    line = "M01,authority,all,none,all,{},count,{},{}\n"
    words = (
        head + line.format("2026-Q1", 3840, "") + line.format("2026-Q2", "", "[c]") + line.format("2026-Q3", "12.5", "")
    )

    assert [row[-1] for row in _laid_out("Births", words, {}).rows] == ["3,840", "[c]", "12.5"]


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
    assert shown.count("The numbers of this picture") == len(json.loads(file_of(done, "report.json"))["charts"])
    assert "Families left out of the effect in (b)" in shown
    assert "Methods: every formula and its source" in shown
    assert "M02 Families known to a centre or to the council" in shown


def test_a_table_of_the_catalogue_is_read_with_its_margins(evaluator, done):
    shown = page(evaluator.get(f"/pilot/builds/{done.id}/tables/m02-reach-known-families-authority-none"))

    assert "Families known to a centre or to the council, in the whole area by quarter of birth" in shown
    assert "Quarter of birth" in shown
    assert "2026-Q1" in shown
    laid = Shown(done).table("m02-reach-known-families-cluster-none", {"K0": "Elland"})
    assert {row[0] for row in laid.rows} == {"Elland", "K1", "K2", "all"}
    assert evaluator.get(f"/pilot/builds/{done.id}/tables/..%2Frestricted").status_code == 404


def test_files_are_taken_once_figures_are_released_and_exact_ones_never(evaluator, done):
    whole = f"/pilot/builds/{done.id}"
    assert evaluator.get(f"{whole}/files/charts/reach.svg").mimetype == "image/svg+xml"
    assert evaluator.get(f"{whole}/files/report.pdf").status_code == 404
    assert "Say what the release is for" in page(evaluator.post(f"{whole}/release", data={"purpose": " "}), 422)

    assert evaluator.get(f"{whole}/everything.zip").status_code == 404
    sent(evaluator.post(f"{whole}/release", data={"purpose": "  For   the board "}), whole)
    assert "Released for: For the board." in page(evaluator.get(whole))
    assert "For the board" in page(evaluator.get("/pilot/"))
    taken = evaluator.get(f"{whole}/files/report.pdf")
    assert taken.data.startswith(b"%PDF-")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="pilot-2026-11-21-report.pdf"'
    for name in ("restricted/metrics.csv", "../manifest.json", "nothing.csv"):
        assert evaluator.get(f"{whole}/files/{name}").status_code == 404
    for name in ("charts/reach.csv", "csv/m01-births-resident-authority-none-metadata.json", "pool.csv", "tables.csv"):
        assert evaluator.get(f"{whole}/files/{name}").headers["Content-Type"].count("charset") <= 1
    with zipfile.ZipFile(io.BytesIO(evaluator.get(f"{whole}/everything.zip").data)) as everything:
        left = set(everything.namelist())
    [entry] = [link.entry for link in releases()]
    assert left == set(entry.files) == set(done.manifest["files"]) - {"restricted/metrics.csv"} | {"manifest.json"}
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
    sent(evaluator.post(f"/pilot/builds/{done.id}/release", data={"purpose": "Too"}), f"/pilot/builds/{done.id}")
    shown = page(evaluator.get(f"/pilot/builds/{done.id}"))
    assert "These figures cannot be released: others were released since they were made" in shown
    assert "What is this release for?" not in shown
    assert done.released_at is None
