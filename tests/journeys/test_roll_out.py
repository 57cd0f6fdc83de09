"""An evaluator looks at which centre begins when, is told what a lot lacks, and moves a centre that has not begun."""

from __future__ import annotations

from tests.journeys.looks import Looks


def test_an_evaluator_says_from_when_a_centre_is_in_the_pilot(come):
    eyes = Looks(come())
    evaluator = eyes.visitor
    evaluator.sign_in("evaluator", "/pilot/roll-out")
    eyes.look()
    assert "To compare with" in evaluator.text
    eyes.try_out("no centre")
    draw = evaluator.page.get_by_role("button", name="Draw the lot")
    evaluator.press(draw)
    eyes.refused("an empty lot")
    evaluator.give({"seed": "lottery 7", "unit": "centre", "steps": "2", "first": "2027-01-04", "weeks": "8"})
    evaluator.press(draw)
    eyes.refused("the pilot has begun")
    assert "The pilot began at this centre already" in evaluator.text
    evaluator.open("/pilot/roll-out")
    still = evaluator.main.get_by_role("row").filter(has_text="From ").first.get_by_role("rowheader").inner_text()
    evaluator.page.get_by_label("Centre", exact=True).select_option(still)
    evaluator.answer({"begins": "2030-01-07"})
    assert "From 7 January 2030" in evaluator.text


def test_an_auditor_reads_the_roll_out(come):
    eyes = Looks(come())
    eyes.visitor.sign_in("auditor", "/pilot/roll-out")
    eyes.look("an auditor")
