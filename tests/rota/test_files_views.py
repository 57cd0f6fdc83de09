"""The page of the rota's files: taken out, and read in whole or not at all."""

from io import BytesIO

import pytest
from sqlalchemy import select

from registration.rota.models import Registrar, Session, WorkingPattern
from tests.rota.plans import half, works
from tests.staff.people import page, sign_in_as

PATTERN = "registrar,valid_from,weekday,centre,from,to\nRegistrar Ann,2027-01-04,Monday,{},9:00,12:30\n"


def bring(client, what, text):
    return client.post("/rota/files", data={"what": what, "file": (BytesIO(text.encode()), "file.csv")})


def test_files_of_each_kind_are_read_in(manager, database):
    told = page(bring(manager, "registrars", "name\nJo Lee\n"))
    assert "Registrars: 1 added, 0 changed, 0 as before." in told
    told = page(bring(manager, "patterns", PATTERN.format("Elland Children's Centre")))
    assert "Weekly patterns: 1 added" in told
    told = page(
        bring(
            manager,
            "sessions",
            "registrar,centre,room,date,from,to\nJo Lee,Halifax Register Office,Room 1,2026-12-25,9:00,12:00\n",
        )
    )
    assert "Sessions: 1 added" in told
    assert "line 2: date, 2026-12-25, is a bank holiday (Christmas Day)" in told
    for model, count in ((Registrar, 5), (WorkingPattern, 1), (Session, 1)):
        assert len(database.scalars(select(model)).all()) == count


def test_a_file_with_an_unknown_centre_is_refused_with_its_line(manager, database):
    answer = bring(manager, "patterns", PATTERN.format("Nowhere"))
    assert page(answer, 422).count("Nothing was read in. Put right what is listed, and choose the file again.") == 2
    assert "<title>Error: Files of the rota" in answer.text
    assert "line 2: centre, Nowhere, is no centre known here" in page(answer, 422)
    assert database.scalars(select(WorkingPattern)).all() == []


def test_what_was_not_chosen_is_asked_for(manager):
    told = page(manager.post("/rota/files"), 422)
    assert "Choose what the file tells of" in told
    assert "Choose the file" in told


def test_another_import_of_the_same_moment_is_a_sentence(manager, monkeypatch):
    from registration.rota.actions.sessions import SessionTaken
    from registration.rota.views import files

    def taken(*_):
        raise SessionTaken

    monkeypatch.setattr(files, "_read", taken)
    assert "Import the file again" in page(bring(manager, "sessions", "x"), 422)


@pytest.mark.parametrize("role", ["rota_manager", "auditor"])
def test_files_are_taken_out(client, world, role):
    works(world, "ann", half(world))
    sign_in_as(client, role)
    assert ("Read it in" in client.get("/rota/files").text) is (role == "rota_manager")
    for what, line in (
        ("registrars", "Registrar Ann,registrar,yes"),
        ("patterns", "Registrar Ann,2026-01-05,,Monday"),
        ("sessions", "registrar,centre,room,date"),
    ):
        answer = client.get(f"/rota/files/{what}.csv")
        assert line in answer.text
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{what}.csv"'
        assert answer.mimetype == "text/csv"


@pytest.mark.parametrize("role", ["registrar", "booking_desk", "centre_worker"])
def test_others_do_not_get_them(client, world, role):
    sign_in_as(client, role)
    for path in ("", "/registrars.csv", "/patterns.csv", "/sessions.csv"):
        page(client.get(f"/rota/files{path}"), 403)
