"""What staff read of a plan, in words and numbers."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from registration.cover.queries import LineCard
from registration.cover.wording import counted, effects, rows, summary

TODAY = date(2026, 11, 22)
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
LINE = LineCard(
    id=1,
    booking_id=1,
    public_id=UUID(int=1),
    reference="7K4-XWM",
    name="Aoife O’Brien",
    reach="",
    state="booked",
    last_lawful_day=date(2026, 12, 31),
    was=NINE,
    was_centre="Sunshine",
    now=NINE,
    now_centre="Sunshine",
    displaced=True,
    way="other_centre",
    chosen=False,
    session_id=2,
    start=datetime(2026, 11, 25, 9, tzinfo=UTC),
    centre_id=2,
    centre="Elland",
    taker="Bo",
    offer_id=1,
    offer_state="sent",
    answer_by=datetime(2026, 11, 23, 20, tzinfo=UTC),
    kept=True,
    called_at=None,
    called_by="",
)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ((2026, 11, 26), "1 day"),
        ((2026, 11, 25), "0 days"),
        ((2026, 11, 24), "1 day late"),
        ((2026, 11, 20), "5 days late"),
    ],
)
def test_the_days_left_after_are_counted_from_the_time_proposed(last, said):
    [row] = rows([replace(LINE, last_lawful_day=date(*last))], TODAY)
    assert row.left == said


def test_who_is_to_be_rung_has_days_from_today_on():
    [row] = rows([replace(LINE, way="call", start=None, last_lawful_day=date(2026, 11, 23))], TODAY)
    assert (row.left, row.proposed) == ("1 day today", "A call")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Waiting for an answer until Mon 23 November, 8pm"),
        ({"offer_state": "declined", "kept": False}, "To be rung: said no"),
        ({"offer_state": "lapsed", "kept": False}, "To be rung: has not answered"),
        ({"offer_state": "", "kept": False}, "To be rung"),
        ({"displaced": False, "way": "take_over"}, "Undisturbed, with Bo"),
        ({"displaced": False, "offer_state": "accepted"}, "Accepted: Tue 24 November, 9am, Sunshine"),
        ({"displaced": False, "offer_state": "withdrawn"}, "Has another time: Tue 24 November, 9am, Sunshine"),
        ({"state": "cancelled"}, "Cancelled"),
        ({"called_at": NINE}, "Rung and settled"),
    ],
)
def test_how_far_a_family_has_come_is_said(app, changes, said):
    with app.test_request_context():
        assert rows([replace(LINE, **changes)], TODAY)[0].standing == said


def test_a_row_says_why(app):
    with app.test_request_context():
        assert rows([replace(LINE, chosen=True)], TODAY)[0].why == "you chose it"
        assert rows([replace(LINE, way="office")], TODAY)[0].why.startswith("no centre has a time")


def test_the_families_are_counted():
    near = replace(LINE, last_lawful_day=date(2026, 11, 27))
    assert summary([], TODAY) == "No family is booked in this time."
    assert summary([LINE], TODAY) == "1 family affected, none within 5 days of day 42."
    assert summary([LINE, near], TODAY) == "2 families affected, 1 within 5 days of day 42."
    assert counted([LINE, replace(LINE, kept=False), LINE]) == [("To be rung", 1), ("Waiting for an answer", 2)]
    assert effects([LINE, replace(LINE, way="call")]) == [
        "1 family is offered another time, kept until it answers.",
        "1 family goes on the list of those to ring.",
    ]
