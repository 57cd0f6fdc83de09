"""What staff read of a plan, in words and numbers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from registration.cover.models import CoverPlan
from registration.cover.queries import Able, LineCard
from registration.cover.wording import able_words, away_sentence, counted, effects, rows, sent, summary, to_ask
from tests.cover.helpers import whole_day

TODAY = date(2026, 11, 22)
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
LINE = LineCard(
    id=1,
    booking_id=1,
    public_id=UUID(int=1),
    reference="7K4-XWM",
    name="Aoife O’Brien",
    reach="",
    told_by=["text message", "email"],
    state="booked",
    last_lawful_day=date(2026, 12, 31),
    was=NINE,
    was_centre="Sunshine",
    now=NINE,
    now_centre="Sunshine",
    displaced=True,
    own=False,
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
    session_begins=NINE,
)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


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
    [row] = rows([replace(LINE, last_lawful_day=date(*last))], NOW)
    assert row.left == said


def test_who_is_to_be_rung_has_days_from_today_on():
    [row] = rows([replace(LINE, way="call", start=None, last_lawful_day=date(2026, 11, 23))], NOW)
    assert (row.left_now, row.left, row.proposed, row.warning) == ("1 day", "", "A call", "")


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ((2026, 11, 28), ""),
        ((2026, 11, 27), "Within the 3 days kept in hand"),
        ((2026, 11, 25), "Within the 3 days kept in hand"),
        ((2026, 11, 24), "Past day 42"),
    ],
)
def test_a_time_near_day_42_or_past_it_is_pointed_out(last, said):
    [row] = rows([replace(LINE, last_lawful_day=date(*last))], NOW)
    assert row.warning == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "By text message and email"),
        ({"told_by": ["email"]}, "By email"),
        ({"told_by": ["letter"]}, "By letter: the time to answer allows for the post"),
        ({"way": "take_over"}, "Nobody: nothing changes"),
        ({"way": "call"}, "By telephone"),
        ({"way": "call", "told_by": ["email"]}, "No telephone number: by email"),
        ({"way": "call", "told_by": ["letter"]}, "No telephone number or email: by a letter or a visit"),
        ({"way": "call", "told_by": []}, "No way to reach it is known"),
    ],
)
def test_how_each_family_is_told_is_said(changes, said):
    assert rows([replace(LINE, **changes)], NOW)[0].told == said


@pytest.mark.parametrize(
    ("state", "at", "taken_back", "said"),
    [
        ("draft", NINE, False, "Registrar Ann is to be put down as away: Tuesday 24 November 2026"),
        ("undone", NINE, False, "Registrar Ann was not put down as away: Tuesday 24 November 2026"),
        ("sent", NINE - timedelta(days=1), False, "Registrar Ann will be away: Tuesday 24 November 2026"),
        ("sent", NINE, False, "Registrar Ann is away: Tuesday 24 November 2026"),
        ("settled", NINE + timedelta(days=1), False, "Registrar Ann was away: Tuesday 24 November 2026"),
        ("settled", NINE, True, "That absence has been taken back, so that time is offered again."),
    ],
)
def test_who_is_away_is_said_as_it_stands_now(state, at, taken_back, said):
    begins, ends = whole_day(date(2026, 11, 24))
    plan = CoverPlan(begins_at=begins, ends_at=ends, state=state)
    assert said in away_sentence(plan, "Registrar Ann", at, taken_back=taken_back)


def test_sending_says_what_it_has_done():
    quiet, rung = replace(LINE, way="take_over"), replace(LINE, way="call")
    assert sent([], "Registrar Ann") == "Registrar Ann is put down as away. No family was booked then."
    assert sent([LINE, LINE, quiet, rung], "") == (
        "The plan is sent. Offers of another time go to 2 families. 1 family keeps their time and is told nothing. "
        "1 family is to be rung."
    )
    assert "2 families keep their times and are told nothing. 2 families are to be rung." in sent([quiet, rung] * 2, "")


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
        ({"displaced": False, "own": True, "called_at": NINE}, "Have their own time again"),
    ],
)
def test_how_far_a_family_has_come_is_said(app, changes, said):
    with app.test_request_context():
        assert rows([replace(LINE, **changes)], NOW)[0].standing == said


def test_a_row_says_why(app):
    with app.test_request_context():
        assert rows([replace(LINE, chosen=True)], NOW)[0].why == "you chose it"
        assert rows([replace(LINE, way="office")], NOW)[0].why.startswith("no centre has a time for them")


def test_the_families_are_counted():
    near = replace(LINE, last_lawful_day=date(2026, 11, 27))
    assert summary([], TODAY) == "No family is booked in this time."
    assert summary([LINE], TODAY) == "1 family affected, none within 5 days of day 42."
    assert summary([LINE, near], TODAY) == "2 families affected, 1 within 5 days of day 42."
    assert counted([LINE, replace(LINE, kept=False), LINE]) == [("To be rung", 1), ("Waiting for an answer", 2)]
    assert effects([LINE, replace(LINE, way="call")]) == [
        "1 family is offered another time, kept until they answer.",
        "1 family goes on the list of those to ring.",
    ]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NINE, "Has begun: ring the centre now"),
        (NINE + timedelta(minutes=10), "Has begun: ring the centre now"),
        (NINE - timedelta(minutes=59), "Begins in less than an hour: ring the centre now"),
        (NINE - timedelta(hours=1), ""),
    ],
)
def test_a_session_that_begins_or_has_begun_is_marked_for_a_call_to_the_centre(at, said):
    later = replace(LINE, was=NINE + timedelta(hours=2), way="take_over")
    assert rows([later], at)[0].soon == said


def test_a_time_earlier_than_theirs_is_called_so():
    earlier, later = (replace(LINE, start=NINE + timedelta(days=days)) for days in (-1, 1))
    assert rows([earlier], NOW)[0].proposed == "Mon 23 November, 9am, Elland, earlier than theirs"
    assert rows([later], NOW)[0].proposed == "Wed 25 November, 9am, Elland"


def test_who_is_to_sit_in_whose_place_is_said_once_a_session():
    taken = replace(LINE, way="take_over")
    assert to_ask([taken, replace(taken, was=NINE + timedelta(hours=1)), LINE]) == [
        "Bo: Tue 24 November, 9am, Sunshine"
    ]


@pytest.mark.parametrize(
    ("able", "said"),
    [
        (Able(1, "Bo", 5, 3, 4.4), "Bo, 4 km from home, 5 of 8 half-days that week"),
        (Able(1, "Bo", 1, None, None), "Bo, 1 half-day that week"),
        (Able(1, "Bo", 0, None, 11.6), "Bo, 12 km from home, 0 half-days that week"),
    ],
)
def test_who_could_sit_there_is_told_with_the_way_and_the_week(able, said):
    assert able_words(able) == said
