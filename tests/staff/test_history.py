"""The page of the history: found by who, what, about what and when; told in words; saved as a file."""

import csv
from io import StringIO

import pytest
from sqlalchemy import text

from registration.common import audit
from registration.common.audit import record
from registration.staff.views import history
from tests.staff.people import new_person, page, sign_in_as


@pytest.fixture
def lines(database):
    """Three lines of different days, actors, events and things; give who did the first."""
    jo = new_person("booking_desk", email="jo@council.gov.uk")
    for moment, event, about, actor in (
        ("2026-07-01T22:59:00+00", "looked up", "booking:7", f"staff:{jo.id}"),
        ("2026-07-01T23:01:00+00", "moved", "booking:7", "family"),
        ("2026-07-03T09:00:00+00", "moved", "booking:8", "service"),
    ):
        database.execute(
            text(
                "INSERT INTO audit_event (at, event, about, actor, before, after)"
                " VALUES (CAST(:at AS timestamptz), :event, :about, :actor, '{\"start\": \"2026-07-06T09:00:00Z\"}', '{}')"
            ),
            {"at": moment, "event": event, "about": about, "actor": actor},
        )
    database.commit()
    return jo


@pytest.fixture
def auditor(client, lines):
    return sign_in_as(client, "auditor")


def found(client, **asked):
    """Give the lines a search finds, as (who, what, about)."""
    answer = client.get("/history.csv", query_string=asked)
    assert answer.status_code == 200, page(answer, answer.status_code)
    rows = csv.reader(StringIO(answer.get_data().decode("utf-8-sig")))
    assert tuple(next(rows)) == history.COLUMNS
    return [(who, what, about) for _, _, who, _, what, about, _ in rows if about.startswith("booking")]


def test_the_newest_lines_come_first_and_in_words(client, auditor, lines):
    shown = page(client.get("/history"))

    assert "1 Jul 2026, 11:59pm Jo looked up booking 7 start: 6 July 2026, 10am, taken away" in shown
    assert shown.index("3 Jul 2026, 10am") < shown.index("2 Jul 2026, 12:01am") < shown.index("1 Jul 2026, 11:59pm")
    assert f'href="/staff/people/{lines.id}">Jo</a>' in client.get("/history").text


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["service", "family", "Jo"]),
        ({"who": "family"}, ["family"]),
        ({"event": "moved"}, ["service", "family"]),
        ({"about": " booking:7 "}, ["family", "Jo"]),
        ({"first": "2026-07-02"}, ["service", "family"]),
        ({"last": "2026-07-02"}, ["family", "Jo"]),
        ({"first": "2026-07-02", "last": "2026-07-02"}, ["family"]),
        ({"who": "family", "event": "looked up"}, []),
        ({"about": "nothing"}, []),
    ],
)
def test_lines_are_found_by_who_what_about_what_and_when(client, auditor, asked, expected):
    assert [who for who, _, _ in found(client, **asked)] == expected


def test_what_one_person_did_is_found_by_their_name(client, auditor, lines):
    assert found(client, who=f"staff:{lines.id}") == [("Jo", "looked up", "booking 7")]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"who": "staff:0"}, "Choose one of those offered"),
        ({"event": "unknown"}, "Choose one of those offered"),
        ({"first": "2026-02-30"}, "Enter a real date, like 2027-01-04"),
        ({"first": "2026-07-02", "last": "2026-07-01"}, "The last day must not be before the first"),
        ({"about": "x" * 81}, "Enter at most 80 characters"),
        ({"about": "\x00"}, "Error: "),
    ],
)
def test_a_search_that_cannot_be_is_said(client, auditor, asked, sentence):
    assert sentence in page(client.get("/history", query_string=asked), 422)
    assert sentence in page(client.get("/history.csv", query_string=asked), 422)


def test_older_lines_are_a_page_away_with_the_same_search(client, auditor, monkeypatch):
    monkeypatch.setattr(history, "PAGE", 1)

    first = client.get("/history?event=moved")
    second = client.get(first.text.split(">Older<")[0].rsplit('href="', 1)[1].rstrip('"').replace("&amp;", "&"))

    assert ("booking 8" in page(first), "booking 7" in page(first)) == (True, False)
    assert ("booking 8" in page(second), "booking 7" in page(second)) == (False, True)
    assert ">Older<" not in second.text
    assert 'href="/history?event=moved">Newest<' in second.text


@pytest.mark.parametrize("before", ["0", "-1", "x", "99999999999999999999", "-99999999999999999999"])
def test_a_page_number_made_up_is_no_trouble(client, auditor, before):
    page(client.get("/history", query_string={"before": before}))


def test_a_cell_of_the_file_computes_nothing(client, auditor, database):
    record("=1+1", about="booking:9", actor="family")
    database.commit()

    assert found(client, about="booking:9") == [("family", "'=1+1", "booking 9")]


def test_a_thing_is_found_by_what_people_call_it(app, client, auditor, monkeypatch):
    monkeypatch.setitem(app.extensions, "audit_finders", [lambda said: ["booking:8"] if said == "BRB-7K4-XWM" else []])

    assert found(client, about="BRB-7K4-XWM") == [("service", "moved", "booking 8")]
    assert audit.keys_of("other") == ["other"]


def test_a_name_leads_only_where_the_reader_may_go(app, client, lines):
    from flask import render_template_string

    from registration.staff.views.first import may_open

    macro = '{% from "common/history.html" import named %}{{ named(it) }}'
    leads = {}
    for role in ("administrator", "registrar"):
        client.delete_cookie("session")
        sign_in_as(client, role)
        with client:
            client.get("/staff/")
            name = audit.Named("Jo", "staff.show_person", {"staff_id": lines.id})
            leads[role] = (may_open("staff.show_person"), "href" in render_template_string(macro, it=name))
    assert leads == {"administrator": (True, True), "registrar": (False, False)}
