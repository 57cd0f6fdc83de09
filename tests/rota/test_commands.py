"""`flask registrars import` and `flask sessions import`, as typed."""

from datetime import date

import pytest
from sqlalchemy import func, select

from registration.rota.models import Registrar, Session
from tests.booking.world import make_world

SESSIONS = "registrar,centre,room,date,from,to\nRegistrar Ann,Elland Children's Centre,Room 1,25/12/2026,9:00,12:30\n"


@pytest.fixture
def typed(runner, tmp_path):
    """Run a command on a file with this content: typed("sessions", content)."""

    def run(what, content):
        file = tmp_path / "file.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return runner.invoke(args=[what, "import", str(file)])

    return run


def test_registrars_are_loaded_and_loaded_again(typed, database):
    file = "name,grade\nZoë Lee,registrar\n".encode("cp1252")
    assert typed("registrars", file).output == "registrars: 1 added, 0 changed, 0 as before.\n"
    again = typed("registrars", file)
    assert (again.exit_code, again.output) == (0, "registrars: 0 added, 0 changed, 1 as before.\n")
    assert database.scalar(select(Registrar.name)) == "Zoë Lee"


def test_sessions_are_loaded_and_loaded_again(typed, database):
    make_world()
    database.commit()
    first = typed("sessions", SESSIONS)
    assert first.exit_code == 0
    assert first.output == (
        "warning: line 2: date, 25/12/2026, is a bank holiday (Christmas Day)\n"
        "sessions: 1 added, 0 changed, 0 as before.\n"
    )
    again = typed("sessions", SESSIONS)
    assert again.exit_code == 0
    assert again.output.endswith("sessions: 0 added, 0 changed, 1 as before.\n")


def test_a_refused_file_names_each_fault_loads_nothing_and_ends_with_1(typed, database):
    make_world()
    database.commit()
    result = typed("sessions", f"{SESSIONS}Nobody,Nowhere,Room 1,2026-12-01,10:00,9:00\n")
    assert result.exit_code == 1
    assert result.output == "line 3: to, 9:00, is not after the beginning\n"
    assert database.scalar(select(func.count(Session.id))) == 0


def test_more_than_50_faults_are_counted(typed):
    result = typed("registrars", "name,grade\n" + "Jo,clerk\n" * 30)
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 51
    assert result.output.splitlines()[-1] == "and 9 more faults"


def test_a_session_that_another_import_was_first_with_ends_with_1_and_a_sentence(typed, database, monkeypatch):
    from registration.rota.actions import sessions as actions

    make_world().session("elland", "ann", date(2026, 12, 25), "8:00", "10:00")
    database.commit()
    monkeypatch.setattr(actions, "_near", lambda _: [])
    result = typed("sessions", SESSIONS)
    assert result.exit_code == 1
    assert "Import the file again." in result.output


@pytest.mark.parametrize("what", ["registrars", "sessions"])
def test_each_has_help_and_a_missing_file_is_wrong_use(runner, what):
    assert runner.invoke(args=[what, "import", "--help"]).exit_code == 0
    assert runner.invoke(args=[what, "import", "/nowhere.csv"]).exit_code == 2


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04zip", b"name\n\x07\n"])
def test_rubbish_is_refused(typed, content):
    result = typed("registrars", content)
    assert result.exit_code == 1
    assert result.output.startswith("line ")


def test_what_was_imported_is_exported_in_the_same_form(typed, runner, database):
    make_world()
    database.commit()
    assert typed("registrars", "name,grade\nJo Lee,registrar\n").exit_code == 0
    patterns = (
        "registrar,valid_from,weekday,centre,from,to\nJo Lee,2027-01-04,Monday,Elland Children's Centre,9:00,12:30\n"
    )
    result = typed("patterns", patterns)
    assert (result.exit_code, result.output) == (0, "patterns: 1 added, 0 changed, 0 as before.\n")
    written = {
        what: runner.invoke(args=[what, "export", "-"]).output for what in ("registrars", "patterns", "sessions")
    }
    assert "Jo Lee,registrar,yes" in written["registrars"]
    assert "Jo Lee,2027-01-04,,Monday,Elland Children’s Centre,,09:00,12:30" in written["patterns"]
    assert written["sessions"].startswith("\ufeffregistrar,centre")
    dated = runner.invoke(args=["sessions", "export", "-", "--from", "2026-11-01", "--to", "2026-11-30"])
    assert dated.exit_code == 0


def test_a_centre_nobody_knows_is_told_with_its_line(typed, database):
    make_world()
    database.commit()
    header = "registrar,valid_from,weekday,centre,from,to\n"
    result = typed("patterns", f"{header}Registrar Ann,2027-01-04,Monday,Nowhere,9:00,12:30\n")
    assert (result.exit_code, result.output) == (1, "line 2: centre, Nowhere, is no centre known here\n")
