"""Two records side by side: what is shown, what is marked, and what is nobody's business."""

from dataclasses import replace
from datetime import date

import pytest

from registration.births.same_families.rules.sides import Side, only_one, side_by_side

BORN = date(2026, 11, 5)
FULL = Side("booking", "Amy Ashworth", (BORN,), ("Leo",), "HX1 5ET", "3 Mill Lane", "+447700900123", "amy@example.org")


def shown(left, right):
    """Give each line as (label, left, right, same), what differs in brackets."""
    return {
        line.label: (
            *(" ".join(f"[{p.text}]" if p.differs else p.text for p in side) for side in (line.left, line.right)),
            line.same,
        )
        for line in side_by_side(left, right)
    }


def test_everything_both_tell_is_shown_and_contacts_no_further_than_needed():
    assert shown(FULL, FULL) == {
        "Parent’s name": ("Amy Ashworth", "Amy Ashworth", True),
        "Born": ("5 November 2026", "5 November 2026", True),
        "Baby’s name": ("Leo", "Leo", True),
        "Postcode": ("HX1 5ET", "HX1 5ET", True),
        "Address": ("3 Mill Lane", "3 Mill Lane", True),
        "Mobile number": ("ends in 123", "ends in 123", True),
        "Email address": ("a…@example.org", "a…@example.org", True),
    }


def test_what_only_one_tells_is_named_and_not_shown():
    least = Side("live_births", "Amy Ashworth", (BORN,))

    assert list(shown(FULL, least)) == ["Parent’s name", "Born"]
    assert only_one(FULL, least) == [
        "a baby’s name",
        "a postcode",
        "an address",
        "a mobile number",
        "an email address",
    ]
    assert only_one(FULL, FULL) == only_one(least, least) == []


@pytest.mark.parametrize(
    ("changes", "label", "left", "right"),
    [
        ({"name": "Amy Ashcroft"}, "Parent’s name", "Amy [Ashworth]", "Amy [Ashcroft]"),
        ({"name": "Amy Jane Ashworth"}, "Parent’s name", "Amy Ashworth", "Amy [Jane] Ashworth"),
        ({"born": (date(2026, 11, 6),)}, "Born", "[5] November 2026", "[6] November 2026"),
        ({"postcode": "HX1 5EX"}, "Postcode", "HX1 [5ET]", "HX1 [5EX]"),
        ({"address": "5 Mill Lane"}, "Address", "[3] Mill Lane", "[5] Mill Lane"),
        ({"phone": "+447700900199"}, "Mobile number", "ends in [123]", "ends in [199]"),
        ({"email": "zoe@example.org"}, "Email address", "[a…@example.org]", "[z…@example.org]"),
        ({"babies": ("Max",)}, "Baby’s name", "[Leo]", "[Max]"),
    ],
)
def test_what_differs_is_marked_word_by_word(changes, label, left, right):
    assert shown(FULL, replace(FULL, **changes))[label] == (left, right, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "AMY ASHWÓRTH"},
        {"postcode": "hx15et"},
        {"address": "3, Mill Lane"},
        {"email": "AMY@example.org"},
        {"babies": ("LEO",)},
    ],
)
def test_ways_of_writing_are_no_difference(changes):
    assert all(same for *_, same in shown(FULL, replace(FULL, **changes)).values())


def test_two_numbers_with_the_same_end_are_told_apart_all_the_same():
    assert shown(FULL, replace(FULL, phone="+447700911123"))["Mobile number"][-1] is False


def test_addresses_are_compared_without_their_postcodes_and_one_that_holds_the_other_is_partly_the_same():
    def compared(one, other, **changes):
        left, right = replace(FULL, address=one), replace(FULL, address=other, **changes)
        [line] = [line for line in side_by_side(left, right) if line.label == "Address"]
        return line.same, line.partly, [part.text for part in line.right if part.differs]

    assert compared("Invented Street", "19 Invented Street HX1 5ET") == (False, True, ["19"])
    assert compared("19 Invented Street\nHX15ET", "19 Invented Street, hx1 5et") == (True, False, [])
    assert compared("19 Invented Street", "20 Invented Street") == (False, False, ["20"])
    assert compared("19 Invented Street", "19 Invented Street", postcode="") == (True, False, [])
    assert "Address" not in shown(replace(FULL, address="HX1 5ET"), FULL)
