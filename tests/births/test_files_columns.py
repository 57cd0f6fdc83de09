"""What each heading becomes, what is dropped and why, and what a mapping may say."""

import pytest

from registration.births.files.rules.columns import TITLES, Kind, Why, become, columns_of, meant, never, squashed
from registration.births.files.rules.sheet import Sheet
from tests.births.brought import ITEMS


def sheet(*header):
    return Sheet("0" * 64, header, 1, ())


def becomes(*header, items=ITEMS, kind=Kind.BIRTHS, **said):
    columns, faults = become(sheet(*header), kind, items, said)
    return columns, [str(fault) for fault in faults.found]


#: Headings of the NHS birth notification, of eStart and other systems, and of lists made by hand.
SEEN = {
    "Baby's Forename": "baby_given",
    "Baby’s Surname": "baby_surname",
    "BABY_FORENAME": "baby_given",
    "Child First Name": "baby_given",
    "Baby's Sex": "sex",
    "Gender": "sex",
    "Baby's Date and Time of Birth": "born",
    "DOB": "born",
    "Date of Birth": "born",
    "DateOfBirth": "born",
    "Baby's Usual Address": "address",
    "Address Line 1": "address",
    "Street": "address",
    "Town": "address",
    "Birth Order": "birth_order",
    "Live or Still Born Indicator": "outcome",
    "Date of Death": "died_on",
    "Mother Surname": "mother_surname",
    "Mother's Forename": "mother_given",
    "Mothers DOB": "mother_born",
    "Childs Surname": "baby_surname",
    "Child Sex": "sex",
    "Mother's DOB": "mother_born",
    "Mother Name": "mother_name",
    "PrimaryParentFirstName": "mother_given",
    "PrimaryParentLastName": "mother_surname",
    "PrimaryParentPhone": "phone",
    "PrimaryParentEmail": "email",
    "AddressHouseNo": "house",
    "House number": "house",
    "Postcode": "postcode",
    "Usual Postcode": "postcode",
    "InternalCode": "key",
    "Record ID": "key",
    "Mobile": "phone",
    "FirstName": "baby_given",
    "Baby's Discharge Address": None,
    "Discharge Address Effective To Date": None,
    "Number of Births in Confinement": None,
    "Baby's Othername": None,
    "Family ID": None,
    "": None,
}


@pytest.mark.parametrize("heading", SEEN)
def test_headings_are_known_by_their_words(heading):
    assert meant(heading, Kind.BIRTHS) == SEEN[heading]


@pytest.mark.parametrize(
    ("heading", "what"),
    [
        ("Baby's NHS Number", "NHS number"),
        ("NhsNumber", "NHS number"),
        ("Mother NHSNo", "NHS number"),
        ("nhsnumber", "NHS number"),
        ("Birth Weight (in grams)", "birth weight"),
        ("birthweight", "birth weight"),
        ("Gestation Period (in weeks)", "gestation"),
        ("GESTATIONPERIOD", "gestation"),
        ("Ethnic Category", "ethnicity"),
        ("ethniccategory", "ethnicity"),
        ("GP", "GP"),
        ("GPCode", "GP"),
        ("gppractice", "GP"),
        ("Registered practice", "GP"),
        ("generalpractitioner", "GP"),
        ("Suspected Congenital Abnormality Indicator", "health"),
        ("Smoking status", "health"),
        ("Religion", "religion"),
    ],
)
def test_what_must_not_be_taken_is_dropped_whatever_is_said(heading, what):
    assert never(heading) == what
    columns, faults = becomes("DOB", "Mother Surname", heading, items=[*ITEMS, heading])
    assert faults == []
    assert (columns[2].why, columns[2].ours) == (Why.NEVER, None)
    assert columns[2].in_words == f"Dropped: {what} must not be taken"
    _, faults = becomes("DOB", "Mother Surname", heading, phone=heading)
    assert faults == [f"line 1: mapping, {heading}, must not be taken: {what}"]


@pytest.mark.parametrize("heading", ["Baby's Forename", "Postcode", "Hospital", "Graph", "Weightless"])
def test_other_headings_are_not_taken_for_it(heading):
    assert never(heading) == ""


def test_only_what_the_agreement_names_is_taken():
    columns, faults = becomes("DOB", "Mother Surname", "Mobile", "Shoe size", items=["born", "mother_surname"])
    assert faults == []
    assert [column.why for column in columns] == [Why.TAKEN, Why.TAKEN, Why.NOT_AGREED, Why.UNKNOWN]
    assert columns[0].in_words == "Baby’s date of birth"
    assert columns[2].in_words == "Dropped: the agreement does not name it (Telephone)"
    assert columns[3].in_words == "Dropped: it is not known here"


def test_the_number_of_a_record_and_a_death_need_no_item():
    columns, _ = becomes("DOB", "Mother Surname", "ID", "Outcome", "Died", items=["born", "mother_surname"])
    assert {column.why for column in columns} == {Why.TAKEN}


def test_a_whole_name_needs_both_items():
    columns, faults = becomes("DOB", "Mother Name", items=["born", "mother_surname"])
    assert columns[1].why is Why.NOT_AGREED
    assert faults == [
        "line 1: header, Mother’s surname, is in the file but not in the agreement, and nothing can be read without it"
    ]
    assert becomes("DOB", "Mother Name")[1] == []


def test_needed_columns_that_are_missing_are_named():
    assert becomes("Postcode", "Sex")[1] == [
        "line 1: header, Baby’s date of birth, has no column, and nothing can be read without it",
        "line 1: header, Mother’s surname, has no column, and nothing can be read without it",
    ]
    assert becomes("DOB", "Mother Surname", items=["mother_surname"])[1] == [
        "line 1: header, Baby’s date of birth, is in the file but not in the agreement, and nothing can be read without it",
    ]


def test_a_table_of_one_column_is_told_what_may_part_it():
    assert becomes("DOB/Mother Surname")[1][-1] == (
        "line 1: header, DOB/Mother Surname, is the only column found: part columns by comma, semicolon, tab or |"
    )


def test_two_columns_that_mean_one_are_a_fault_but_parts_of_an_address_are_not():
    _, faults = becomes("DOB", "Date of Birth", "Mother Surname", "Address 1", "Address 2")
    assert faults == [
        "line 1: header, Date of Birth, becomes the same as DOB: say which of them becomes “Baby’s date of birth”"
    ]


def test_a_mapping_says_otherwise():
    columns, faults = becomes(
        "Day", "Mum", "Postcode", "Town", "Road", born="day", mother_surname="Mum", postcode="", address="Road + Town"
    )
    assert faults == []
    assert [column.ours for column in columns] == ["born", "mother_surname", None, "address", "address"]
    assert columns[2].in_words == "Dropped: it was said not to take it"


def test_what_a_mapping_names_in_vain_is_a_fault():
    _, faults = becomes("DOB", "Mother Surname", born="Day", shoe="x", phone="DOB", email="DOB")
    assert faults == [
        "line 1: mapping, Day, is no column of this file, and was to be born",
        f"line 1: mapping, shoe, is not one of {', '.join(sorted(columns_of(Kind.BIRTHS)))}",
        "line 1: mapping, DOB, is said to be both phone and email",
    ]


def test_losses_need_a_number_or_the_mother_and_the_day():
    assert becomes("ID", "Outcome", kind=Kind.LOSSES)[1] == []
    assert becomes("DOB", "Mother Surname", "Died", kind=Kind.LOSSES)[1] == []
    assert len(becomes("DOB", "Sex", "Died", kind=Kind.LOSSES)[1]) == 1


def test_losses_need_a_column_that_says_so():
    _, faults = becomes("ID", "DOB", "Mother Surname", "Sex", kind=Kind.LOSSES)
    reason = "none says that a baby was stillborn or died. Is this a file of live births? Bring it as one"
    assert faults == [f"line 1: header, Live or stillborn, has no column: {reason}"]
    assert len(becomes("ID", "Outcome", kind=Kind.LOSSES, outcome="")[1]) == 1


def test_counts_have_columns_of_their_own():
    columns, faults = becomes("Ward code", "Month", "Live births", "DOB", kind=Kind.COUNTS)
    assert faults == []
    assert [column.ours for column in columns] == ["area", "month", "births", None]
    assert len(becomes("Ward code", kind=Kind.COUNTS)[1]) == 3


def test_a_heading_of_any_length_is_read_quickly():
    assert meant("parentcarer" * 10_000, Kind.BIRTHS) is None
    assert len(squashed("x" * 10_000)) == 80


def test_every_column_of_ours_has_a_title():
    assert set(TITLES) == {ours for kind in Kind for ours in columns_of(kind)}
