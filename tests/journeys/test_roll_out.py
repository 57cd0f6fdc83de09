"""An evaluator looks at which centre begins when, and moves a centre that has not begun, for a reason."""

from __future__ import annotations

from tests.journeys.looks import Looks


def test_an_evaluator_says_from_when_a_centre_is_in_the_pilot(come):
    eyes = Looks(come())
    evaluator = eyes.visitor
    evaluator.sign_in("evaluator", "/pilot/roll-out")
    eyes.look()
    assert "To compare with" in evaluator.text
    eyes.try_out("no centre")
    assert "No lot can be drawn any more: the pilot began at" in evaluator.text
    still = evaluator.main.get_by_role("row").filter(has_text="From ").first.get_by_role("rowheader").inner_text()
    evaluator.page.get_by_label("Centre", exact=True).select_option(still)
    evaluator.answer({"begins": "2030-01-07"})
    eyes.refused("another day than drawn")
    evaluator.answer({"reason": "The room is not ready before"})
    assert "From 7 January 2030" in evaluator.text
    assert "Why: The room is not ready before" in evaluator.text
    eyes.look("otherwise than drawn")


def test_an_auditor_reads_the_roll_out(come):
    eyes = Looks(come())
    eyes.visitor.sign_in("auditor", "/pilot/roll-out")
    eyes.look("an auditor")
