"""Rows are asked for by one person, decided by another, and stand in the ledger once taken."""

import pytest

from registration.common import audit
from registration.common.clock import now
from registration.common.db import db
from registration.pilot.disclosure import actions
from registration.pilot.disclosure.queries import head, requests
from tests.staff.people import new_person, page, sent, sign_in_as

pytestmark = pytest.mark.pages

WANTED = {"evaluator": "Dr Rao", "purpose": "Replication", "days": "30"}


@pytest.fixture
def asked(client, database, at):
    """An evaluator has asked for rows; the client is theirs."""
    at("2026-11-22T09:00")
    sign_in_as(client, "evaluator")
    sent(client.post("/pilot/rows", data=WANTED), "/pilot/rows")
    [made] = requests()
    return made


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"evaluator": " "}, "Say who will use them"),
        ({"purpose": ""}, "Say what they are for"),
        ({"days": "91"}, "Enter a number of days from 1 to 90"),
        ({"days": "soon"}, "Enter a number of days from 1 to 90"),
    ],
)
def test_what_is_missing_is_said_where_it_stands(client, database, values, said):
    sign_in_as(client, "evaluator")

    assert said in page(client.post("/pilot/rows", data=WANTED | values), 422)
    assert requests() == []


def test_who_asks_and_who_approves_read_what_is_alike_and_what_is_not(officer):
    client, _ = officer
    pages = [page(client.get("/pilot/rows"))]
    sign_in_as(client, "evaluator")
    for said in (*pages, page(client.get("/pilot/rows"))):
        assert (
            "Ten births or more are alike in quarter of birth, deprivation, cluster and whether they were registered"
            in said
        )
        assert "can make a row the only one of its kind" in said


def test_who_asks_does_not_decide(client, asked):
    assert "You asked for these: a data officer or administrator decides." in page(client.get("/pilot/rows"))
    assert client.post(f"/pilot/rows/{asked.id}/approve").status_code == 403
    sign_in_as(client, "auditor")
    assert client.post(f"/pilot/rows/{asked.id}/approve").status_code == 403


def test_an_administrator_who_asked_does_not_approve(client, database):
    sign_in_as(client, "administrator")
    client.post("/pilot/rows", data=WANTED)
    [made] = requests()

    assert "Somebody else must decide: it was you who asked." in page(
        client.post(f"/pilot/rows/{made.id}/approve"), 409
    )


@pytest.fixture
def officer(client, database, at):
    """A data officer looks at what an evaluator asked for; give the request too."""
    at("2026-11-22T09:00")
    made = actions.ask("Dr Rao", "Replication", "staff:0", now())
    sign_in_as(client, "data_officer")
    return client, made


def test_an_officer_approves_what_an_evaluator_asked_for_once(officer):
    client, made = officer
    assert "Approve for 30 days" in page(client.get("/pilot/rows"))
    sent(client.post(f"/pilot/rows/{made.id}/approve"), "/pilot/rows")

    assert "Approved, until 22 December 2026" in page(client.get("/pilot/rows"))
    assert client.post(f"/pilot/rows/{made.id}/take").status_code == 403
    assert "Somebody has decided on this request already." in page(client.post(f"/pilot/rows/{made.id}/approve"), 409)


def test_a_request_says_who_asked_and_when_and_one_that_is_not_there_is_not_found(officer):
    client, made = officer
    who = new_person("evaluator")
    made.days, made.asked_by = 1, f"staff:{who.id}"
    db.session.commit()

    assert f"Asked for by {who.name} on 22 November 2026, for 1 day." in page(client.get("/pilot/rows"))
    assert "Approve for 1 day<" in client.get("/pilot/rows").text.replace("\n", "").replace(" <", "<")
    for way in ("approve", "refuse"):
        assert client.post(f"/pilot/rows/{made.id + 1}/{way}", data={"reason": "x"}).status_code == 404


def test_an_officer_refuses_with_a_reason(officer):
    client, made = officer
    assert "Say why not" in page(client.post(f"/pilot/rows/{made.id}/refuse"), 422)
    sent(client.post(f"/pilot/rows/{made.id}/refuse", data={"reason": "Tables do"}), "/pilot/rows")

    assert "Why not: Tables do" in page(client.get("/pilot/rows"))
    assert "Somebody has decided" in page(client.post(f"/pilot/rows/{made.id}/refuse", data={"reason": "x"}), 409)


def test_rows_that_were_approved_are_taken_and_stand_in_the_ledger(client, asked):
    assert "no approval for these rows" in page(client.post(f"/pilot/rows/{asked.id}/take"), 409)
    assert "Nothing has left yet." in page(client.get("/pilot/ledger"))
    officer = new_person("data_officer")
    actions.approve(asked.id, f"staff:{officer.id}", {"data_officer"}, now())
    db.session.commit()

    assert "Take the rows" in page(client.get("/pilot/rows"))
    taken = client.post(f"/pilot/rows/{asked.id}/take")
    assert taken.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert taken.data.decode("utf-8-sig").startswith("id,born,deprivation,cluster,")
    assert taken.headers["Content-Disposition"] == f'attachment; filename="rows-{asked.id}-1.csv"'
    shown = page(client.get("/pilot/ledger"))
    assert "The chain is whole." in shown
    assert str(head()) in shown
    assert f"Replication (for Dr Rao, approved by {officer.name})" in shown
    about = f"row_level_request:{asked.id}"
    shown = page(client.get("/pilot/rows"))
    assert "Dr Rao: Taken" in shown
    assert "Take the rows" not in shown
    assert "taken already" in page(client.post(f"/pilot/rows/{asked.id}/take"), 409)
    assert "took rows of the pilot" in [line.what for line in audit.history_of(about)]


def test_an_approval_that_is_over_by_the_clock_is_shown_so_before_the_hourly_job(client, asked, at):
    actions.approve(asked.id, asked.asked_by.replace(":", ":1"), {"data_officer"}, now())
    db.session.commit()
    at("2026-12-22T09:00")

    shown = page(client.get("/pilot/rows"))
    assert "Over since 22 December 2026" in shown
    assert "Take the rows" not in shown
    assert "Approved" not in shown
