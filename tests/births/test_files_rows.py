"""Rows as babies, twins as one family, losses apart; and what a file does to what its source told before."""

from dataclasses import replace
from datetime import date

import pytest

from registration.births.files.rules.births import Reader
from registration.births.files.rules.columns import Kind, become
from registration.births.files.rules.counts import Count, counts
from registration.births.files.rules.deciding import DETAILS, Known, decide, pairs_of_twins
from registration.births.files.rules.sheet import read_sheet
from registration.common import contacts
from registration.common.files import FileRefused
from tests.births.brought import ITEMS, csv_of, row

TODAY = date(2026, 11, 22)


def told(*rows, kind=Kind.BIRTHS, items=ITEMS):
    sheet = read_sheet(csv_of(rows).encode())
    columns, faults = become(sheet, kind, items, {})
    faults.refuse()
    return Reader(sheet, columns, TODAY, contacts.mobile, contacts.email).told(kind)


def refused(*rows, **how):
    with pytest.raises(FileRefused) as refusal:
        told(*rows, **how)
    return refusal.value.lines()


def test_a_row_is_a_baby():
    [[baby]] = told(row(7)).families
    assert (baby.line, baby.key, baby.born, baby.birth_order, baby.sex) == (2, "N7", date(2026, 11, 5), 1, "F")
    assert (baby.baby_given, baby.baby_surname) == (None, "Ashworth7")
    assert (baby.mother_given, baby.mother_surname, baby.mother_born) == ("Amy", "Ashworth7", date(1996, 2, 1))
    assert (baby.house, baby.address, baby.postcode, baby.phone) == ("7", "Invented Street", "HX1 5ET", "+447700900123")


def test_every_fault_is_named_by_its_line_column_value_and_reason():
    assert refused(
        row(1, DOB="", Sex="q", Postcode="HX1"),
        row(2, **{"Mother Surname": "", "Birth Order": "x", "Mother DOB": "01/01/2025"}),
        row(3, DOB="11/22/2026"),
    ) == [
        "line 2: DOB, (empty), is missing",
        "line 2: Sex, q, is neither female nor male nor unknown",
        "line 2: Postcode, HX1, is not a UK postcode",
        "line 3: Mother Surname, (empty), is missing",
        "line 3: Birth Order, x, is not a birth order from 1 to 7",
        "line 3: Mother DOB, 01/01/2025, is no day that a mother of this baby was born",
        "line 4: DOB, 11/22/2026, has the month first: give the day first, like 22/11/2026, in the whole file",
    ]


def test_a_contact_that_cannot_be_used_is_left_out_and_said():
    found = told(row(1, Mobile="0123", Email="amy@example.org"), row(2, Mobile="", Email="x"))
    assert [(baby.phone, baby.email) for [baby] in found.families] == [(None, "amy@example.org"), (None, None)]
    assert found.warnings == (
        "line 2: Mobile cannot be used and is left out",
        "line 3: Email cannot be used and is left out",
    )


def test_a_whole_name_is_parted_where_there_are_no_parts():
    [[baby]] = told({"DOB": "05/11/2026", "Mother Name": "LEE, Ann"}).families
    assert (baby.mother_given, baby.mother_surname) == ("Ann", "LEE")
    assert refused({"DOB": "05/11/2026", "Mother Name": ""}) == ["line 2: Mother Name, (empty), is missing"]


def test_twins_are_one_family_in_the_order_they_came():
    mother = {"Mother Surname": "Lee", "House number": "4"}
    second = row(2, **{"Birth Order": "2"}, **mother)
    found = told(second, row(1, **mother), row(3))
    assert [[baby.key for baby in family] for family in found.families] == [["N1", "N2"], ["N3"]]


def test_twins_on_both_sides_of_midnight_are_one_family_and_another_birth_of_the_mother_is_not():
    mother = {"Mother Surname": "Lee", "House number": "4"}
    days = ("05/11/2026", "06/11/2026", "05/11/2024")
    families = told(*(row(number, DOB=day, **mother) for number, day in enumerate(days))).families
    assert sorted(len(family) for family in families) == [1, 2]


def test_mothers_of_one_name_are_two_where_their_homes_or_days_differ():
    same = {"Mother Surname": "Khan", "Mother Forename": "Aisha"}
    assert len(told(row(1, **same), row(2, Postcode="HX5 0AB", **same)).families) == 2
    assert len(told(row(1, **same), row(2, **{"Mother DOB": "03/03/1990"}, **same)).families) == 2


def test_the_same_row_again_is_counted_once():
    found = told(row(1), row(1), row(2))
    assert (len(found.families), found.repeated) == (2, 1)


def test_the_same_number_with_other_details_is_a_fault():
    assert refused(row(1), row(1, Sex="M")) == [
        "line 3: Record ID, N1, is there already, with other details, on line 2"
    ]


def nameless(**changes):
    return {name: cell for name, cell in row(1, **changes).items() if name != "Record ID"}


def test_without_a_number_the_same_birth_with_other_details_is_a_fault():
    assert refused(nameless(), nameless(Sex="M")) == [
        "line 3: row, Ashworth1, is there already, with other details, on line 2"
    ]


def test_babies_without_a_birth_order_are_numbered_as_the_file_has_them():
    babies = [nameless(Sex=sex, **{"Birth Order": ""}) for sex in "FMF"]
    found = told(*babies)
    assert [[(baby.birth_order, baby.sex) for baby in family] for family in found.families] == [[(1, "F"), (2, "M")]]
    assert found.repeated == 1


@pytest.mark.parametrize(
    "changes", [{"Outcome": "stillborn"}, {"Outcome": "live", "Died": "07/11/2026"}, {"Died": "garbled"}]
)
def test_of_a_baby_who_died_only_what_finds_it_is_read(changes):
    found = told(row(1, Sex="q", Postcode="nowhere", Outcome="live") | changes, row(2, Outcome="live", Died="no"))
    assert [baby.key for [baby] in found.families] == ["N2"]
    [loss] = found.losses
    assert (loss.line, loss.key, loss.born, loss.names) == (2, "N1", date(2026, 11, 5), ("amy", "ashworth1"))
    assert loss.unchanging == "2026-11-05|amy ashworth1"


def test_a_twin_told_living_in_the_same_file_is_left_out_with_the_family():
    mother = {"Mother Surname": "Lee"}
    found = told(row(1, Outcome="live", **mother), row(2, Outcome="stillborn", **mother), row(3, Outcome="live"))
    assert [baby.key for [baby] in found.families] == ["N3"]


def test_a_baby_told_living_and_lost_by_its_number_is_lost():
    found = told(row(1, Outcome="live"), {"Record ID": "N1", "Outcome": "died"}, kind=Kind.BIRTHS)
    assert (found.families, len(found.losses)) == ((), 1)


def test_a_file_of_losses_tells_of_nothing_else():
    found = told({"ID": "N1", "Outcome": "SB"}, {"ID": "N2", "Outcome": "died"}, kind=Kind.LOSSES)
    assert found.families == ()
    assert [(loss.key, loss.born, loss.unchanging) for loss in found.losses] == [("N1", None, None), ("N2", None, None)]
    assert refused({"DOB": "", "Mother Surname": "", "Postcode": "HX1 5ET", "Died": "yes"}, kind=Kind.LOSSES) == [
        "line 2: DOB, (empty), is missing",
        "line 2: Mother Surname, (empty), is missing",
    ]


def test_each_row_of_a_file_of_losses_says_that_the_baby_was_lost():
    rows = [{"ID": f"N{number}", "Died": died} for number, died in enumerate(("06/11/2026", "", "no"))]
    reason = "does not say that the baby was stillborn or died, as each row of such a file must"
    assert refused(*rows, kind=Kind.LOSSES) == [f"line 3: Died, (empty), {reason}", f"line 4: Died, no, {reason}"]
    assert refused({"ID": "N1", "Outcome": "live", "Died": ""}, kind=Kind.LOSSES) == [
        f"line 2: Outcome, live, {reason}"
    ]
    assert len(told({"ID": "N1", "Outcome": "live", "Died": "06/11/2026"}, kind=Kind.LOSSES).losses) == 1


def test_a_row_that_is_none_is_told_with_what_is_wrong_in_the_others():
    text = "DOB,Mother Surname\n05/11/2026\nx,Lee\n"
    sheet = read_sheet(text.encode())
    columns, _ = become(sheet, Kind.BIRTHS, ITEMS, {})
    with pytest.raises(FileRefused) as refusal:
        Reader(sheet, columns, TODAY, contacts.mobile, contacts.email).told(Kind.BIRTHS)
    assert [line[:12] for line in refusal.value.lines()] == ["line 2: row,", "line 3: DOB,"]
    sheet = read_sheet(b"Area,Month,Births\nE01010975\nE01010975,2026-10,x\n")
    with pytest.raises(FileRefused) as refusal:
        counts(sheet, become(sheet, Kind.COUNTS, (), {})[0], TODAY)
    assert [line[:12] for line in refusal.value.lines()] == ["line 2: row,", "line 3: Birt"]


def test_a_loss_without_a_first_name_is_not_looked_for_by_name():
    [loss] = told({"DOB": "05/11/2026", "Mother Surname": "Lee", "Died": "yes"}, kind=Kind.LOSSES).losses
    assert loss.unchanging is None


# ---- counts


def counted(*rows):
    sheet = read_sheet(csv_of(rows).encode())
    columns, faults = become(sheet, Kind.COUNTS, (), {})
    faults.refuse()
    return counts(sheet, columns, TODAY)


def test_counts_are_of_an_area_and_a_month():
    assert counted({"Area": "Elland", "Month": "Oct 2026", "Births": "12"}) == (
        Count(2, "Elland", date(2026, 10, 1), 12),
    )


def test_faults_of_counts_are_named():
    good = {"Area": "Elland", "Month": "Oct 2026", "Births": "12"}
    with pytest.raises(FileRefused) as refusal:
        counted(
            good,
            good | {"Area": "ELLAND"},
            good | {"Month": "Dec 2026"},
            good | {"Births": ""},
            good | {"Area": "x", "Births": "<5"},
        )
    assert refusal.value.lines() == [
        "line 3: Area, ELLAND, has this month already, on line 2",
        "line 4: Month, Dec 2026, is still to come",
        "line 5: Births, (empty), is missing",
        "line 6: Births, <5, is not a number of births",
    ]


# ---- what it does


def known(baby, family=5, *, closed=False, **details):
    return Known(1, family, closed, {name: getattr(baby, name) for name in DETAILS} | details)


def decided(families, before=None, lost=()):
    babies = [baby for family in families for baby in family]
    return decide(families, {baby: baby.key for baby in babies}, before or {}, lost)


def test_new_babies_are_added_each_family_once():
    mother = {"Mother Surname": "Lee"}
    decision = decided(told(row(1, **mother), row(2, **mother), row(3)).families)
    assert sorted((there, len(babies)) for there, babies in decision.added) == [(None, 1), (None, 2)]
    assert decision.babies_added == 3


def test_what_is_told_again_is_unchanged_and_what_is_told_otherwise_a_correction():
    families = told(row(1), row(2)).families
    [[one], [two]] = families
    before = {"N1": known(one), "N2": known(two, sex="M", phone="+447700900999")}
    decision = decided(families, before)
    assert (decision.added, decision.unchanged) == ([], 1)
    [correction] = decision.corrected
    assert correction.changes == {"sex": "F", "phone": "+447700900123"}


def test_an_empty_cell_leaves_what_is_known():
    families = told(row(1, Mobile="", **{"Baby’s Forename": ""})).families
    [[baby]] = families
    decision = decided(families, {"N1": known(baby, phone="+447700900999", baby_given="Zoë")})
    assert (decision.corrected, decision.unchanged) == ([], 1)


def test_what_was_deleted_or_lost_is_passed_over():
    families = told(row(1, Sex="M"), row(2)).families
    [[one], [_]] = families
    decision = decided(families, {"N1": known(one, closed=True, sex="F")}, lost={"N2"})
    assert (decision.added, decision.corrected, decision.unchanged) == ([], [], 2)


def test_a_second_twin_of_a_later_file_joins_its_family():
    mother = {"Mother Surname": "Lee"}
    [[first, second]] = told(row(1, **mother), row(2, DOB="06/11/2026", **mother)).families
    assert decided([(second,)], {"N1": known(first)}).added == [(5, (("N2", second),))]
    assert decided([(second,)], {"N1": known(first, born=date(2026, 11, 3))}).added[0][0] is None
    assert decided([(first, second)], {"N1": known(first)}).added == [(5, (("N2", second),))]
    assert decided([(second,)], {"N1": known(first, closed=True)}).added[0][0] is None
    assert decided([(replace(second, postcode="HX5 0AB"),)], {"N1": known(first)}).added[0][0] is None


def test_births_of_one_mother_within_a_day_are_twins_of_which_only_those_asked_for_are_paired():
    mother = {"Mother Surname": "Lee"}
    [[first, second], [other]] = told(row(1, **mother), row(2, DOB="06/11/2026", **mother), row(3)).families
    births = [known(first, 7), known(second, 5), known(other, 9)]
    assert pairs_of_twins(births, [5]) == pairs_of_twins(births, [7]) == {(5, 7)}
    assert pairs_of_twins(births, [9]) == frozenset()
    assert pairs_of_twins([known(first, 5), known(second, 5)], [5]) == frozenset()
    assert pairs_of_twins([known(first, 7), known(second, 5, born=date(2026, 11, 8))], [5]) == frozenset()
    assert pairs_of_twins([known(first, 7), known(second, 5, closed=True)], [5]) == frozenset()
