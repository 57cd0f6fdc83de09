"""The page of the roll-out: who may look, who may draw, what is refused and why."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from registration.common.db import db
from registration.pilot.record.models import CentreRollOut, PilotLot
from tests.booking.appointments import two_mornings
from tests.staff.people import page, sign_in_as

PAGE = "/pilot/roll-out"
LOT = {"seed": "lottery 7", "unit": "centre", "steps": "2", "first": "2027-01-04", "weeks": "8"}


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    return two_mornings()


@pytest.fixture
def evaluator(client, world):
    sign_in_as(client, "evaluator")
    return client


def test_an_evaluator_draws_a_lot_and_reads_which_centre_begins_when(evaluator):
    before = evaluator.get(PAGE).text
    assert before.count("Not in the pilot") == 3
    assert "None yet." in before

    drawn = evaluator.post(f"{PAGE}/lot", data=LOT | {"last_stays_out": "y"}, follow_redirects=True)
    lot = db.session.scalars(select(PilotLot)).one()
    assert drawn.text.count("From 4 January 2027") == 2
    assert drawn.text.count("To compare with") == 1
    assert f"4 January 2027: {lot.drawn[0]}; {lot.drawn[1]}" in drawn.text
    assert "drew a lot for the roll-out of the pilot" in drawn.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"seed": ""}, "Enter the seed"),
        ({"unit": ""}, "Choose what begins together"),
        ({"steps": "0"}, "Enter a number of steps from 1 to 50"),
        ({"first": "soon"}, "Enter a date like 24/11/2026"),
        ({"weeks": "53"}, "Enter a number of weeks from 1 to 52"),
    ],
)
def test_what_a_lot_lacks_is_said(evaluator, wrong, said):
    refused = evaluator.post(f"{PAGE}/lot", data=LOT | wrong)

    assert refused.status_code == 422
    assert said in refused.text
    assert db.session.scalars(select(PilotLot)).all() == []


def test_a_lot_of_more_steps_than_centres_is_refused_and_nothing_is_kept(evaluator):
    refused = evaluator.post(f"{PAGE}/lot", data=LOT | {"steps": "4"})

    assert refused.status_code == 409
    assert "no more steps than units" in refused.text
    assert db.session.scalars(select(PilotLot)).all() == []


def test_a_day_that_has_been_is_kept_once_it_is_confirmed_and_then_stays(evaluator, world):
    elland = {"centre": world.centres["elland"], "begins": "2026-11-01"}
    asked = evaluator.post(f"{PAGE}/beginning", data=elland)
    assert "1 November 2026 has been, and cannot be changed once it is kept." in page(asked, 422)
    assert db.session.scalars(select(CentreRollOut)).all() == []

    kept = evaluator.post(f"{PAGE}/beginning", data=elland | {"certain": "y"}, follow_redirects=True)
    assert "Since 1 November 2026" in page(kept)
    assert "No lot can be drawn any more: the pilot began at Elland" in page(kept)
    assert "Draw the lot" not in kept.text
    refused = evaluator.post(f"{PAGE}/beginning", data=elland | {"begins": ""})
    assert "The pilot began at this centre already" in page(refused, 409)
    assert "The pilot began at Elland" in page(evaluator.post(f"{PAGE}/lot", data=LOT), 409)
    assert evaluator.post(f"{PAGE}/beginning", data={"centre": "", "begins": ""}).status_code == 422
    assert db.session.scalars(select(CentreRollOut.pilot_from)).all() != [None]


def test_a_centre_of_a_lot_begins_otherwise_than_drawn_for_a_reason_that_is_shown(evaluator):
    evaluator.post(f"{PAGE}/lot", data=LOT | {"last_stays_out": "y"})
    [out] = db.session.scalars(select(CentreRollOut.centre_id).where(CentreRollOut.pilot_from.is_(None)))
    other = {"centre": out, "begins": "2026-01-01", "certain": "y", "reason": "The room is ready"}
    assert "choose today or a later day" in page(evaluator.post(f"{PAGE}/beginning", data=other), 409)
    other |= {"begins": "2027-02-01"}
    assert "Say why it begins otherwise." in page(
        evaluator.post(f"{PAGE}/beginning", data=other | {"reason": " "}), 422
    )

    kept = evaluator.post(f"{PAGE}/beginning", data=other, follow_redirects=True)
    assert "Otherwise than drawn" in page(kept)
    assert "drawn to stay out. Why: The room is ready" in page(kept)
    assert "reason: The room is ready" in page(kept)
    evaluator.post(f"{PAGE}/beginning", data=other | {"begins": "", "reason": ""})
    assert "Otherwise than drawn" not in evaluator.get(PAGE).text


def test_an_auditor_reads_and_changes_nothing(client, world):
    sign_in_as(client, "auditor")

    assert "Draw the lot" not in client.get(PAGE).text
    assert client.post(f"{PAGE}/lot", data=LOT).status_code == 403
