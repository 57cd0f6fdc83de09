"""What a protocol says of its registration and its lot is held against the calendar and the lots that were drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from registration.pilot.building.registering import untrue
from registration.pilot.report.protocol import DEFAULT, Lot, read_protocol

TODAY = date(2026, 11, 22)
SHIPPED = replace(read_protocol(DEFAULT), registered_on=TODAY, registered_by="A. Evaluator", as_of=date(2028, 3, 31))
DRAWN = Lot("lottery 7", "centre", date(2026, 11, 2))


def said(**changes):
    return untrue(replace(SHIPPED, **changes), TODAY, [Lot("another", "centre", TODAY), DRAWN])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"registered_on": TODAY, "lot": DRAWN},
        {
            "registered_on": date(2026, 11, 2),
            "registered_where": "https://osf.io/abc",
            "lot": replace(DRAWN, drawn_on=None),
        },
        {"lot": replace(DRAWN, seed="lottery   7")},
    ],
)
def test_what_can_be_is_taken(changes):
    assert said(**changes) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"registered_on": date(2026, 11, 23)}, "registered.on: 2026-11-23 is still to come"),
        ({"registered_on": date(2026, 11, 21)}, "registered.where: it is registered here today; where it was"),
        ({"lot": replace(DRAWN, seed="chosen")}, "lot.seed: no lot was drawn here from this seed"),
        ({"lot": replace(DRAWN, unit="cluster")}, "lot: the one from this seed was drawn of centres on 2026-11-02"),
        ({"lot": replace(DRAWN, drawn_on=date(2026, 11, 1))}, "lot: the one from this seed was drawn of centres on"),
        (
            {"registered_on": date(2026, 11, 1), "registered_where": "osf.io", "lot": DRAWN},
            "lot.drawn_on: 2026-11-02 is after the day of registration, 2026-11-01",
        ),
    ],
)
def test_what_cannot_be_is_told(changes, line):
    [told] = said(**changes)

    assert told.startswith(line)


def test_what_a_protocol_is_for_is_not_left_empty_and_the_evaluation_may_be_still_to_come():
    """As the shipped one is: all three are named; where it can be read may stay empty, for that is here."""
    told = untrue(read_protocol(DEFAULT), TODAY, [])

    assert [line.partition(":")[0] for line in told] == ["registered.on", "registered.by", "analysis.as_of"]
    assert "2026-11-22 where that is today" in told[0]


def test_a_lot_still_to_come_is_no_lot_of_ours_either():
    assert said(lot=replace(DRAWN, drawn_on=date(2026, 11, 23))) == [
        "lot.drawn_on: 2026-11-23 is still to come",
        "lot: the one from this seed was drawn of centres on 2026-11-02",
    ]
