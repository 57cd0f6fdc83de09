"""The pages of files: brought, looked at, taken in or thrown away; what came and what was deleted."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, update

from registration.births.files.actions import erase_due
from registration.births.files.models import WaitingFile
from registration.births.files.queries import said_of
from registration.births.files.rules.sheet import MOST_BYTES
from registration.births.models import BirthFile, BirthRecord
from registration.centres.models import ReachArea
from registration.common.clock import now
from registration.common.db import db
from registration.families.models import SharingAgreement
from tests.births.brought import SOURCE, agree, csv_of, many, row
from tests.booking.world import make_world
from tests.staff.people import page, sent, sign_in_as

PATH = "/births/files"


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    agree()
    made = make_world()
    database.commit()  # or what is refused would undo it too
    return made


@pytest.fixture
def officer(client, world):
    sign_in_as(client, "data_officer")
    return client


def bring(client, text, name="october.csv", **changes):
    content = text if isinstance(text, bytes) else text.encode()
    data = {"source": SOURCE, "kind": "births", "file": (BytesIO(content), name)}
    return client.post(PATH, data=data | changes)


def waiting():
    db.session.expire_all()
    return db.session.scalars(select(WaitingFile)).one()


def test_a_file_is_brought_looked_at_and_taken_in(officer):
    text = csv_of([row(1, **{"Birth Weight": "3200"}), row(2, Postcode="M1 1AE"), row(3, Mobile="1", Postcode="")])
    answer = bring(officer, text)
    file = waiting()
    sent(answer, f"{PATH}/{file.id}")
    shown = page(officer.get(f"{PATH}/{file.id}"))
    for words in (
        "october.csv from calderdale-nhs: live births, one row for each baby, 3 rows. Nothing has been taken in yet.",
        "2 babies are new",
        "1 lives outside the area, and is left at the door",
        "1 has no home that can be placed in a reach area",
        "1 contact cannot be used and is left out",
        "Dropped: birth weight must not be taken",
        "Ashworth1",
    ):
        assert words in shown, words
    assert "3200" not in shown
    assert db.session.scalars(select(BirthRecord)).all() == []
    sent(officer.post(f"{PATH}/{file.id}/take-in"), PATH)
    told = page(officer.get(PATH))
    assert "october.csv: 2 added, 0 changed, 0 as before, 1 outside the area." in told
    assert "took a file of live births in" in told
    assert db.session.scalars(select(WaitingFile)).all() == []
    assert len(db.session.scalars(select(BirthRecord)).all()) == 2


def test_the_same_file_again_is_said_to_be_there(officer):
    bring(officer, csv_of([row(1)]))
    officer.post(f"{PATH}/{waiting().id}/take-in")
    told = page(bring(officer, csv_of([row(1)])), 422)
    assert "This file was taken in on 22 November 2026: nothing is to be done." in told
    assert "Nothing was read in" not in told
    assert "What to put right" not in told


def test_a_faulty_file_shows_its_faults_and_cannot_be_taken_in(officer):
    bring(officer, csv_of([row(1, DOB="11/22/2026"), row(2)]))
    number = waiting().id
    shown = page(officer.get(f"{PATH}/{number}"))
    assert "It cannot be taken in like this" in shown
    assert "line 2: DOB, 11/22/2026, has the month first" in shown
    assert "Take it in" not in shown
    told = page(officer.post(f"{PATH}/{number}/take-in"), 409)
    assert "has the month first" in told
    assert db.session.scalars(select(BirthFile)).all() == []


def test_what_is_no_table_is_refused_at_once(officer):
    told = page(bring(officer, b"PK\x03\x04", "sheet.xlsx"), 422)
    assert "is an Excel workbook (.xlsx) or a zip archive: save the sheet as CSV" in told
    assert "Nothing was read in." in told


def test_columns_are_said_to_become_something_else_and_that_is_kept_for_the_next_file(officer):
    bring(officer, "Day,Mum,Mobile,Road\n05/11/2026,Lee,07700 900123,High Street\n")
    number = waiting().id
    assert "has no column, and nothing can be read without it" in page(officer.get(f"{PATH}/{number}"))
    chosen = {"column-0": "born", "column-1": "mother_surname", "column-2": "", "column-3": "address", "column-9": "x"}
    sent(officer.post(f"{PATH}/{number}/columns", data=chosen), f"{PATH}/{number}")
    assert waiting().said == {"born": "Day", "mother_surname": "Mum", "phone": ""}
    shown = page(officer.get(f"{PATH}/{number}"))
    assert "1 baby is new" in shown
    assert "Dropped: it was said not to take it" in shown
    sent(officer.post(f"{PATH}/{number}/take-in"), PATH)
    assert said_of(SOURCE) == {"born": "Day", "mother_surname": "Mum", "phone": ""}
    [record] = db.session.scalars(select(BirthRecord))
    assert (record.phone, record.address) == (None, "High Street")


def test_a_file_is_thrown_away(officer):
    bring(officer, csv_of([row(1)]))
    number = waiting().id
    sent(officer.post(f"{PATH}/{number}/throw-away"), PATH)
    assert "The file was thrown away. Nothing of it is kept." in page(officer.get(PATH))
    assert officer.get(f"{PATH}/{number}").status_code == 404


def test_a_file_whose_hour_is_over_is_gone(officer, at):
    bring(officer, csv_of([row(1)]))
    at("2026-11-22T10:00")
    assert officer.post(f"{PATH}/{waiting().id}/take-in").status_code == 404


def test_an_agreement_that_ended_meanwhile_is_told(officer, at):
    from registration.families.models import SharingAgreement

    bring(officer, csv_of([row(1)]))
    db.session.scalars(select(SharingAgreement)).one().state = "ended"
    db.session.flush()
    told = page(officer.get(f"{PATH}/{waiting().id}"))
    assert "No agreement is in force with this source today" in told
    assert "No agreement is in force, so no file may be read." in page(officer.get(PATH))
    assert "No agreement is in force, so no file may be read." in page(bring(officer, "x"), 409)


def test_counts_are_looked_at_and_taken_in(officer):
    bring(officer, "Centre,Month,Births\nElland Children’s Centre,2026-10,12\n", kind="counts")
    number = waiting().id
    assert "1 month of an area counted" in page(officer.get(f"{PATH}/{number}"))
    sent(officer.post(f"{PATH}/{number}/take-in"), PATH)
    assert "October 2026" in page(officer.get(PATH))


def test_a_loss_is_told_in_words(officer):
    bring(officer, csv_of([row(1)]))
    officer.post(f"{PATH}/{waiting().id}/take-in")
    bring(officer, "ID,Outcome\nN1,died\n", kind="losses")
    number = waiting().id
    shown = page(officer.get(f"{PATH}/{number}"))
    assert "1 was stillborn or died" in shown
    assert "no record: nobody" not in shown
    assert "1 record leaves every list, 0 appointments are cancelled and 0 messages are withdrawn, at once." in shown
    assert "It cannot be undone here." in shown
    told = page(officer.post(f"{PATH}/{number}/take-in"), 422)
    assert "Tick the box once you have checked that these babies were stillborn or have died." in told
    assert len(db.session.scalars(select(BirthFile)).all()) == 1
    sent(officer.post(f"{PATH}/{number}/take-in", data={"checked": "y"}), PATH)
    assert "1 family left for a loss" in page(officer.get(PATH))


def test_losses_of_nobody_known_are_counted_apart(officer):
    bring(officer, csv_of([row(1)]))
    officer.post(f"{PATH}/{waiting().id}/take-in")
    bring(officer, "ID,Outcome\nN1,died\nN8,died\nN9,died\n", kind="losses")
    shown = page(officer.get(f"{PATH}/{waiting().id}"))
    assert "1 record leaves every list" in shown
    assert "2 rows match no record: nobody leaves for them." in shown


def test_what_came_says_how_many_lived_outside_the_area(officer):
    bring(officer, csv_of([row(1), row(2, Postcode="M1 1AE")]))
    officer.post(f"{PATH}/{waiting().id}/take-in")
    assert 'data-label="Outside the area">1<' in officer.get(PATH).text


def test_two_columns_that_become_the_same_are_a_fault_and_neither_is_dropped_silently(officer):
    bring(officer, "Day,Mum,Also\n05/11/2026,Lee,Khan\n")
    number = waiting().id
    chosen = {"column-0": "born", "column-1": "mother_surname", "column-2": "mother_surname"}
    sent(officer.post(f"{PATH}/{number}/columns", data=chosen), f"{PATH}/{number}")
    shown = page(officer.get(f"{PATH}/{number}"))
    assert "Also, becomes the same as Mum: say which of them becomes “Mother’s surname”" in shown
    assert "Dropped" not in shown
    sent(officer.post(f"{PATH}/{number}/throw-away"), PATH)
    assert said_of(SOURCE) == {}, "what cannot be read so is not kept"


def test_what_was_said_of_columns_is_kept_though_the_file_is_thrown_away(officer):
    bring(officer, "Day,Mum\n05/11/2026,Lee\n")
    number = waiting().id
    officer.post(f"{PATH}/{number}/columns", data={"column-0": "born", "column-1": "mother_surname"})
    sent(officer.post(f"{PATH}/{number}/throw-away"), PATH)
    assert said_of(SOURCE) == {"born": "Day", "mother_surname": "Mum"}


def test_a_file_whose_agreement_ended_leaves_nothing_when_it_is_thrown_away(officer):
    bring(officer, "Day,Mum\n05/11/2026,Lee\n")
    number = waiting().id
    officer.post(f"{PATH}/{number}/columns", data={"column-0": "born", "column-1": "mother_surname"})
    db.session.execute(update(SharingAgreement).values(state="ended"))
    sent(officer.post(f"{PATH}/{number}/throw-away"), PATH)
    assert said_of(SOURCE) == {}


def test_births_brought_as_losses_are_refused(officer):
    bring(officer, csv_of([row(1)]), kind="losses")
    number = waiting().id
    assert "none says that a baby was stillborn or died. Is this a file of live births?" in page(
        officer.get(f"{PATH}/{number}")
    )
    assert officer.post(f"{PATH}/{number}/take-in", data={"checked": "y"}).status_code == 409


def test_a_file_that_was_taken_in_in_another_tab_is_said_to_be(officer):
    bring(officer, csv_of([row(1)]))
    number = waiting().id
    for _ in range(2):
        sent(officer.post(f"{PATH}/{number}/take-in"), PATH)
    assert "This file was taken in already. What came of it is listed here." in page(officer.get(PATH))
    sent(officer.get(f"{PATH}/{number}"), PATH)


def test_rows_that_are_none_are_told_with_all_else_that_is_wrong(officer):
    told = page(bring(officer, "DOB,Mother Surname\n05/11/2026\n11/22/2026,Lee\n"), 422)
    assert "line 2: row, 05/11/2026, has 1 cells where the header has 2" in told
    assert "line 3: DOB, 11/22/2026, has the month first" in told
    told = page(bring(officer, "Day,Mum\n05/11/2026\n11/22/2026,Lee\n"), 422)
    assert "has no column, and nothing can be read without it" in told
    assert "line 2: row" in told


def test_a_file_that_is_far_too_large_is_told_the_limit(officer, client):
    def bring_large():
        said = {"CONTENT_LENGTH": str(MOST_BYTES + 1024 * 1024)}
        return client.post(PATH, data=b"x", content_type="multipart/form-data; boundary=x", environ_overrides=said)

    assert "The file is larger than 20 MB: give one month at a time." in page(bring_large(), 413)
    client.post("/staff/sign-out")
    client.delete_cookie("session")
    assert "20 MB" not in bring_large().text
    sign_in_as(client, "auditor")
    assert "20 MB" not in page(bring_large(), 403)


def test_what_was_not_chosen_is_asked_for(officer):
    told = page(officer.post(PATH), 422)
    assert "Choose who sends it" in told
    assert "Choose the file" in told


def test_what_was_deleted_and_whose_reach_areas_are_shown(officer, world):
    bring(officer, csv_of([row(1)]))
    officer.post(f"{PATH}/{waiting().id}/take-in")
    db.session.add(ReachArea(lsoa="E01010975", centre_id=world.centres["elland"]))
    [erased] = erase_due(now() + timedelta(days=366), "service")
    told = page(officer.get(PATH))
    assert erased.rule in told
    assert "Elland Children’s Centre: 1" in told


def test_a_file_larger_than_other_pages_take_may_be_brought_by_those_who_may_and_nobody_else(officer, client):
    text = csv_of(many(2500, ["HX1 5ET"]))
    assert len(text) > 256 * 1024
    assert bring(officer, text).status_code == 303
    client.post("/staff/sign-out")
    client.delete_cookie("session")
    assert bring(client, text).status_code in {302, 413}


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_the_auditor_sees_what_came_and_brings_nothing(client, world, role):
    sign_in_as(client, role)
    assert ("Bring a file" in page(client.get(PATH))) is (role == "administrator")
