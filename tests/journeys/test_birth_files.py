"""The data officer brings a month of live births, looks, takes it in, brings it again, and then a faulty one."""

from __future__ import annotations

from datetime import timedelta

from registration.common.clock import today
from tests.births.brought import csv_of, row
from tests.journeys.looks import Looks

PATH = "/births/files"


def rows(number):
    """Give rows that the demonstration's agreement lets in, born last week, with what must never be taken."""
    day = f"{today() - timedelta(days=7):%d/%m/%Y}"
    return [row(f"J{each}", DOB=day, Postcode="HX1 1UJ", **{"Birth Weight": "3200"}) for each in range(number)]


def bring(officer, text, name="births.csv"):
    officer.page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    officer.go_on()


def test_a_month_of_births_is_brought_looked_at_and_taken_in_once(come, service):
    looking = Looks(come())
    officer = looking.visitor
    officer.sign_in("data_officer", PATH)
    looking.empty_and()
    before = service.one("SELECT count(*) FROM birth_record")

    bring(officer, csv_of(rows(3)))
    assert "3 babies are new" in officer.text
    assert "birth weight must not be taken" in officer.text
    looking.look("before it is taken in")
    assert service.one("SELECT count(*) FROM birth_record") == before
    officer.press(officer.page.get_by_role("button", name="Take it in"))
    assert "births.csv: 3 added" in officer.text
    assert service.one("SELECT count(*) FROM birth_record") == before + 3
    looking.look("what came")

    bring(officer, csv_of(rows(3)))
    assert "This file was taken in on" in officer.text

    bring(officer, csv_of([*rows(2), row("J9", DOB="11/22/2026")]), "faulty.csv")
    assert "has the month first" in officer.text
    looking.look("a faulty file")
    officer.press(officer.page.get_by_role("button", name="Throw the file away"))
    assert "Nothing of it is kept" in officer.text

    officer.page.get_by_label("Babies who were stillborn or died").check()
    bring(officer, "ID,Outcome\nNJ0,died\n", "losses.csv")
    officer.press(officer.page.get_by_role("button", name="Take it in"))
    assert "Tick the box once you have checked" in officer.text
    looking.look("losses that nobody checked")
    officer.press(officer.page.get_by_role("button", name="Throw the file away"))
    assert service.one("SELECT count(*) FROM birth_record") == before + 3
    assert service.one("SELECT count(*) FROM waiting_file") == 0
