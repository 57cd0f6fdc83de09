"""What a row of the day list says, and how little of it a centre's own worker reads."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from registration.booking.rules.attendance import Attending, Parents
from registration.booking.rules.outcomes import REASONS, TITLES, Outcome, Standing
from registration.desk.rules.day import (
    NAMELESS,
    Line,
    for_centre_worker,
    papers_in_short,
    state_in_words,
    who_in_short,
)

TODAY = date(2026, 11, 24)
START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
STANDING = Standing("BRB-7K4-XWK", 0, "registration", False, START, START + timedelta(minutes=30), TODAY, 1)
LINE = Line(
    key="0c2f",
    reference="BRB-7K4-XWK",
    time="9:30am",
    name="Aoife O’Brien",
    babies=2,
    declaration=True,
    with_whom="Registrar Ann",
    room="Room 1",
    who="Mother, with papers",
    papers="declaration of parentage, agreement or court order",
    language="Urdu",
    needs="A wide door",
    mobile="07700 900982",
    email="aoife@example.org",
    joins=True,
    state="Unable: no papers",
    outcome="unable",
    by="Registrar Ann, 10:05am",
    marked=7,
    version=3,
    marks=(None,),
)
#: What no centre learns of any family: who must come tells whether its parents are married, a reason why they could not register.
NEVER = {"reference": "", "who": "", "papers": "", "mobile": "", "email": "", "by": ""}


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("", "Expected"),
        ("arrived", "Came"),
        ("registered", "Came"),
        ("declaration_taken", "Came"),
        ("unable", "Came"),
        ("did_not_attend", "Did not come"),
    ],
)
def test_of_a_family_it_may_know_a_centre_reads_who_comes_and_what_they_need_and_nothing_more(outcome, state):
    line = replace(LINE, outcome=outcome)
    assert asdict(for_centre_worker(line, known=True)) == asdict(line) | NEVER | {"state": state}


def test_of_any_other_family_a_centre_reads_that_one_comes_when_and_to_whom():
    left = {
        "name": NAMELESS,
        "babies": 1,
        "declaration": False,
        "joins": False,
        "language": "",
        "needs": "",
        "state": "",
        "outcome": "",
    }
    assert asdict(for_centre_worker(LINE, known=False)) == asdict(LINE) | NEVER | left


@pytest.mark.parametrize(
    ("parents", "who", "papers"),
    [
        (
            Parents(True, True, Attending.MOTHER),
            "Either parent (mother comes)",
            "marriage or civil partnership certificate",
        ),
        (
            Parents(True, True, Attending.OTHER_PARENT),
            "Either parent (father or second parent comes)",
            "marriage or civil partnership certificate",
        ),
        (Parents(False, True, Attending.BOTH), "Both parents", ""),
        (Parents(False, False, Attending.MOTHER), "Mother", ""),
        (
            Parents(False, True, Attending.MOTHER),
            "Mother, with papers",
            "declaration of parentage, agreement or court order",
        ),
    ],
)
def test_the_list_says_who_has_to_be_there_and_the_papers_of_this_family_in_particular(parents, who, papers):
    assert (who_in_short(parents), papers_in_short(parents)) == (who, papers)


@pytest.mark.parametrize(
    ("changes", "displaced", "words"),
    [
        ({}, False, "Expected"),
        ({"day": TODAY - timedelta(days=1)}, False, "Nothing marked"),
        ({}, True, "The registrar is away or the centre has closed"),
        ({"outcome": Outcome.REGISTERED}, True, TITLES[Outcome.REGISTERED]),
        ({"outcome": Outcome.UNABLE, "reason": next(iter(REASONS))}, False, f"Unable: {next(iter(REASONS.values()))}"),
        (
            {"outcome": Outcome.UNABLE, "reason": "other", "note": "the mother fell ill"},
            False,
            "Unable: the mother fell ill",
        ),
        ({"outcome": Outcome.UNABLE, "reason": ""}, False, "Unable"),
    ],
)
def test_how_an_appointment_stands_is_said_in_a_few_words(changes, displaced, words):
    assert state_in_words(replace(STANDING, **changes), TODAY, displaced=displaced) == words
