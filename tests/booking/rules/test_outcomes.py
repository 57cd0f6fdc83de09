"""What may be marked of an appointment, when, and what becomes of a sheet that comes back late."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.booking.rules.outcomes import (
    REASONS,
    TITLES,
    CannotMark,
    Kind,
    Marking,
    Outcome,
    ReasonMissing,
    SheetRow,
    Standing,
    TooEarlyToMark,
    Verdict,
    check,
    choices,
    done_for,
    judge,
    kept_apart,
    may_follow,
    says_the_same,
)

DAY = date(2026, 11, 24)
START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LATER = START + timedelta(hours=3)
STANDING = Standing("BRB-7K4-XWM", 0, "registration", False, START, START + timedelta(minutes=30), DAY, 1)
ARRIVED, REGISTERED, TAKEN, UNABLE, ABSENT = Outcome
KINDS = st.sampled_from(["registration", "declaration"])
OUTCOMES = st.sampled_from([None, *Outcome])


def marked(outcome, number=7, **more):
    return replace(STANDING, outcome=outcome, marked=number, by="Ann", **more)


def row(outcome, seen=0, version=0, reason="", note=""):
    return SheetRow(2, STANDING.reference, version, seen, Marking(outcome, reason, note, "sheet"))


def test_every_outcome_has_words():
    assert set(TITLES) == set(Outcome)


@given(KINDS, OUTCOMES)
def test_whatever_stands_can_be_taken_back_and_nothing_follows_itself(kind, outcome):
    following = may_follow(outcome, kind)
    assert (None in following) is (outcome is not None)
    assert outcome not in following


@given(KINDS, OUTCOMES)
def test_a_declaration_is_taken_only_of_a_declaration_and_an_entry_made_only_of_a_registration(kind, outcome):
    other = TAKEN if kind == "registration" else REGISTERED
    assert other not in may_follow(outcome, kind)
    assert done_for(kind) is not other


def test_who_arrived_did_attend_and_who_did_not_may_still_come():
    assert ABSENT not in may_follow(ARRIVED, "registration")
    assert ARRIVED in may_follow(ABSENT, "registration")


def test_what_belongs_to_the_other_kind_can_only_be_taken_back():
    assert may_follow(TAKEN, "registration") == (None,)


@given(OUTCOMES, st.integers(-50_000, 50_000))
def test_nothing_is_marked_before_the_day_and_nobody_is_absent_before_the_time(outcome, minutes):
    now = START + timedelta(minutes=minutes)
    possible = choices(marked(outcome), now.date(), now)
    if now.date() < DAY:
        assert possible == ()
    elif now < START:
        assert ABSENT not in possible
    else:
        assert possible == may_follow(outcome, "registration")


def test_a_cancelled_appointment_is_marked_by_nobody():
    gone = replace(STANDING, cancelled=True)
    assert choices(gone, DAY, LATER) == ()
    with pytest.raises(CannotMark):
        check(Marking(ARRIVED), gone, DAY, LATER)


@pytest.mark.parametrize(
    ("marking", "standing", "now", "refusal"),
    [
        (Marking(REGISTERED), marked(REGISTERED), LATER, CannotMark),
        (Marking(TAKEN), STANDING, LATER, CannotMark),
        (Marking(None), STANDING, LATER, CannotMark),
        (Marking(REGISTERED, "coroner"), STANDING, LATER, CannotMark),
        (Marking(ARRIVED), STANDING, START - timedelta(days=1), TooEarlyToMark),
        (Marking(ABSENT), STANDING, START - timedelta(minutes=1), TooEarlyToMark),
        (Marking(UNABLE), STANDING, LATER, ReasonMissing),
        (Marking(UNABLE, "tired"), STANDING, LATER, ReasonMissing),
        (Marking(UNABLE, "other", " "), STANDING, LATER, ReasonMissing),
    ],
)
def test_what_may_not_be_marked_is_refused_with_its_reason(marking, standing, now, refusal):
    with pytest.raises(refusal):
        check(marking, standing, now.date(), now)


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_can_be_given(reason):
    check(Marking(UNABLE, reason, "in a few words"), STANDING, DAY, LATER)


def test_the_same_again_is_the_same_only_with_the_same_reason():
    assert says_the_same(Marking(ARRIVED), marked(ARRIVED))
    assert says_the_same(Marking(UNABLE, "coroner"), marked(UNABLE, reason="coroner"))
    assert not says_the_same(Marking(UNABLE, "coroner"), marked(UNABLE, reason="came_late"))
    assert not says_the_same(Marking(REGISTERED), marked(ARRIVED))


@pytest.mark.parametrize(
    ("sheet", "standing", "kind", "why"),
    [
        (row(None), marked(REGISTERED), Kind.NOTHING, ""),
        (row(REGISTERED), marked(REGISTERED), Kind.NOTHING, ""),
        (row(REGISTERED), STANDING, Kind.MARK, ""),
        (row(REGISTERED, seen=7), marked(ARRIVED), Kind.MARK, ""),
        (row(REGISTERED), marked(ARRIVED), Kind.CONFLICT, "it is now arrived, by Ann."),
        (row(REGISTERED), marked(None), Kind.CONFLICT, "it is now not marked, by Ann."),
        (row(REGISTERED), replace(marked(ARRIVED), by=""), Kind.CONFLICT, "it is now arrived."),
        (row(REGISTERED, version=1), STANDING, Kind.CONFLICT, "The booking was changed after the sheet was made."),
        (row(ABSENT), marked(ARRIVED), Kind.LOST, "This cannot be marked"),
        (row(TAKEN), STANDING, Kind.LOST, "This cannot be marked"),
        (row(REGISTERED), replace(STANDING, cancelled=True, version=1), Kind.LOST, "The booking is cancelled."),
        (row(REGISTERED), replace(STANDING, day=DAY + timedelta(days=9)), Kind.LOST, "Nothing can be marked before"),
    ],
)
def test_a_row_of_a_sheet_is_held_against_what_stands_now(sheet, standing, kind, why):
    verdict = judge(sheet, standing, DAY, LATER)
    assert verdict.kind is kind
    assert why in verdict.why


@given(OUTCOMES, OUTCOMES, st.integers(0, 2), st.integers(0, 2))
def test_a_sheet_never_writes_over_what_it_has_not_seen(written, stands, version, seen):
    standing = replace(marked(stands, 1 if stands else 0), version=1)
    sheet = row(written, seen, version, "coroner" if written is UNABLE else "")
    verdict = judge(sheet, standing, DAY, LATER)
    if verdict.kind is Kind.MARK:
        assert (sheet.version, sheet.marked) == (standing.version, standing.marked)
        assert written in may_follow(stands, "registration")


def test_verdicts_are_sorted_by_what_is_to_become_of_them():
    one, other = Verdict(row(None), STANDING, Kind.NOTHING), Verdict(row(REGISTERED), STANDING, Kind.MARK)
    assert kept_apart([one, other]) == {Kind.NOTHING: [one], Kind.MARK: [other], Kind.CONFLICT: [], Kind.LOST: []}


def test_a_declaration_is_taken_and_never_registered_here():
    declared = replace(STANDING, kind="declaration")
    check(Marking(TAKEN), declared, DAY, LATER)
    assert TAKEN in choices(declared, DAY, LATER)
    assert REGISTERED not in choices(declared, DAY, LATER)
    with pytest.raises(CannotMark):
        check(Marking(REGISTERED), declared, DAY, LATER)


@pytest.mark.parametrize(
    ("sheet", "standing", "kind", "why"),
    [
        (row(None), STANDING, Kind.NOTHING, ""),
        (row(ARRIVED), STANDING, Kind.MARK, ""),
        (row(ARRIVED), replace(STANDING, cancelled=True), Kind.LOST, "The booking is cancelled."),
        (
            row(ARRIVED),
            replace(STANDING, version=1),
            Kind.CONFLICT,
            "The booking was changed after the sheet was made.",
        ),
        (
            row(ARRIVED, seen=3),
            marked(None),
            Kind.CONFLICT,
            "Changed after the sheet was made: it is now not marked, by Ann.",
        ),
    ],
)
def test_what_becomes_of_a_row_is_told_with_the_row_the_booking_and_why(sheet, standing, kind, why):
    verdict = judge(sheet, standing, DAY, LATER)
    assert (verdict.row, verdict.standing, verdict.kind) == (sheet, standing, kind)
    assert verdict.why.startswith(why)
    assert bool(verdict.why) is bool(why)
