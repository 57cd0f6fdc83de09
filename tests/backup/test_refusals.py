"""What is refused is said in a sentence, with status 1, and changes nothing: neither data nor files are left half done."""

import json
import os
import resource
import shutil
import stat
import tarfile
import tempfile
from pathlib import Path

import psycopg
import pytest

from registration.backup.programs import fitting
from registration.backup.refusal import CannotBackUp
from registration.backup.server import Server
from registration.common import embedded
from registration.common.authority import TEMPLATE
from tests.applications import applications
from tests.backup.council import ask, forged, run

WHOLE = "SELECT count(*) FROM family WHERE name = 'Dilys Lloyd'"
MADE_BY_RESTORE = "SELECT count(*) FROM pg_database WHERE datname LIKE 'backed\\_up\\_%'"


def refused(council, file, *options):
    """Restore what must not be restored: give the sentence, once it is seen that nothing has changed."""
    status, said, warned = run(council.app, "restore", file, "--replace", *options)
    with council.app.app_context():
        assert ask(WHOLE) == 1
        assert ask(MADE_BY_RESTORE) == 0
    assert (status, said) == (1, "")
    assert warned.count("\n") == 0, warned
    return warned


@pytest.mark.parametrize("part", [0, 1, 511, 600, 3000, 0.5, 0.999])
def test_a_backup_that_is_cut_short_is_refused(council, tmp_path, part):
    content = council.backup.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(content[: part if isinstance(part, int) else int(len(content) * part)])

    assert "cut short" in refused(council, cut) or "damaged" in refused(council, cut)


def test_one_changed_byte_is_found_wherever_it_is(council, tmp_path):
    content = council.backup.read_bytes()
    for place in (700, content.index(b"minutes_per_baby"), len(content) // 2):
        changed = tmp_path / "changed"
        changed.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])

        assert "damaged" in refused(council, changed) or "not a backup" in refused(council, changed)


def test_a_file_of_something_else_is_refused(council, tmp_path):
    text, archive, other = tmp_path / "text", tmp_path / "other.tar", tmp_path / "names.tar"
    text.write_text("holiday" * 1000)
    with tarfile.open(archive, "w") as tar:
        tar.add(text, "text")
    with tarfile.open(other, "w") as tar:
        for name in ("manifest.json", "authority.toml", "database.dump"):
            tar.add(text, name)

    for file in (text, archive, other):
        assert "not a backup of this service" in refused(council, file)
    assert "cannot be read: No such file" in refused(council, tmp_path / "nowhere")


def test_claims_that_were_changed_by_hand_are_refused_and_those_of_another_key_warned_of(council, tmp_path):
    with tarfile.open(council.backup) as archive:
        said = json.load(archive.extractfile("manifest.json"))
    content = council.backup.read_bytes()
    changed = tmp_path / "changed"
    changed.write_bytes(content.replace(said["made_at"].encode(), said["made_at"].replace("2026", "2025").encode()))

    assert "manifest.json is not what was written" in refused(council, changed)

    status, said, warned = run(
        council.app, "restore", "--check", forged(council.backup, tmp_path / "b", "another key of 32 letters")
    )
    assert status == 0
    assert "another SECRET_KEY" in warned
    assert "flask links renew" in warned


def test_a_backup_of_a_newer_release_or_form_or_of_a_real_council_is_refused(council, tmp_path):
    newer = forged(council.backup, tmp_path / "a", revision="9999")
    form = forged(council.backup, tmp_path / "b", format="right-start-backup/2")
    real = forged(council.backup, tmp_path / "c", demonstration=False)

    assert "made by a newer release, with tables at 9999" in refused(council, newer)
    assert "has the form right-start-backup/2" in refused(council, form)
    assert "Set DEMO=0" in refused(council, real)


def test_what_a_release_looks_like_that_cannot_be_read_is_said(council, tmp_path):
    """A claim that is missing or of another kind is no fault of ours to show as a traceback."""
    for number, changes in enumerate(({"rows": {"family": "many"}}, {"clock": "soon"}, {"clock": "2026-11-22T09:00"})):
        assert "not a backup of this service" in refused(
            council, forged(council.backup, tmp_path / str(number), **changes)
        )


def test_a_dump_that_does_not_load_or_loads_otherwise_is_dropped_again(council, tmp_path):
    half = council.backup.read_bytes()
    broken = forged(council.backup, tmp_path / "a", dump=b"PGDMP" + half[:2000])
    other = forged(council.backup, tmp_path / "b", rows={"family": 4})

    assert "Nothing was restored: pg_restore" in refused(council, broken)
    assert "other numbers of rows" in refused(council, other)


def test_a_list_that_does_not_fit_the_backup_is_refused(council, tmp_path):
    short, damaged = tmp_path / "short", tmp_path / "damaged"
    damaged.write_bytes(council.kept.read_bytes()[:-40])
    assert run(council.app, "backup", "--must-not-return", "--days", "1", short)[0] == 0

    older = forged(council.backup, tmp_path / "older", clock="2026-11-18T09:00:00+00:00")

    assert "Take a longer list" in refused(council, older, "--must-not-return", short)
    foreign = forged(council.backup, tmp_path / "foreign", origin="0" * 64)
    assert "of another service" in refused(council, foreign, "--must-not-return", council.kept)
    assert "is damaged" in refused(council, council.backup, "--must-not-return", damaged)
    assert "is not a list" in refused(council, council.backup, "--must-not-return", council.backup)
    assert "No such file" in refused(council, council.backup, "--must-not-return", tmp_path / "nowhere")


def test_where_the_database_that_runs_cannot_be_read_it_is_not_replaced_unasked(council):
    address = council.app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as hand:
        hand.execute("ALTER TABLE stopped_number RENAME TO elsewhere")
        try:
            assert "say --lose-since" in refused(council, council.backup)
        finally:
            hand.execute("ALTER TABLE elsewhere RENAME TO stopped_number")
        hand.execute("UPDATE alembic_version SET version_num = '0025'")
        try:
            assert "its tables are at 0025" in refused(council, council.backup)
        finally:
            hand.execute("UPDATE alembic_version SET version_num = '0026'")


def test_a_database_of_something_else_is_never_replaced(council, empty):
    app = empty()
    with app.app_context(), psycopg.connect(app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")) as hand:
        hand.execute("CREATE TABLE orders (id int)")
        hand.commit()

        status, _, warned = run(app, "restore", council.backup, "--replace")

    assert status == 1
    assert "and not those of this service" in warned
    assert run(app, "backup", council.backup.with_name("none"))[2].endswith("no tables of this service.")
    assert not council.backup.with_name("none").exists()


def test_an_account_that_may_make_no_database_is_told_so(council, server_url):
    address = Server.of(council.app.config["SQLALCHEMY_DATABASE_URI"]).url
    with psycopg.connect(server_url.format("postgres").replace("+psycopg", ""), autocommit=True) as hand:
        hand.execute("CREATE ROLE plain LOGIN")
        hand.execute("GRANT pg_read_all_data TO plain")
    with applications(Path(council.app.config["INSTANCE"])) as make:
        app = make(address.set(username="plain").render_as_string(hide_password=False))
        status, _, warned = run(app, "restore", council.backup, "--replace")

    assert status == 1
    assert "ALTER ROLE ... CREATEDB" in warned


@pytest.mark.long
def test_without_room_on_the_disk_nothing_is_begun(council, tmp_path):
    instance = Path(tempfile.mkdtemp(prefix="rs-"))  # pytest's own folders are closed to the account of the server
    with applications(instance) as make:
        app = make("")
        try:
            huge = forged(council.backup, tmp_path / "huge", database_bytes=10**15)
            status, _, warned = run(app, "restore", huge)
        finally:
            embedded.stop(instance)
            shutil.rmtree(instance)

    assert status == 1
    assert "needs some 1500000000 MB" in warned


def test_a_backup_that_cannot_be_written_leaves_nothing(council, tmp_path):
    earlier = tmp_path / "a.backup"
    earlier.write_text("the last one")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        status, _, warned = run(council.app, "backup", earlier)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert status == 1
    assert warned.startswith("Error: ")
    assert [path.name for path in tmp_path.iterdir()] == ["a.backup"]
    assert earlier.read_text() == "the last one"
    assert "is not there" in run(council.app, "backup", tmp_path / "nowhere" / "a")[2]
    # A folder that takes no file, from root neither.
    status, _, said = run(council.app, "backup", earlier / "a")
    assert (status, len(said.splitlines())) == (1, 1)
    assert said.startswith(f"Error: Nothing can be written in {earlier}: ")


def test_only_its_owner_can_read_a_backup_and_no_key_is_in_it(council):
    content = council.backup.read_bytes()

    assert stat.S_IMODE(council.backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(council.kept.stat().st_mode) == 0o600
    assert council.app.config["SECRET_KEY"].encode() not in content
    assert run(council.app, "restore", "--check", council.backup)[0] == 0
    status, said, _ = run(council.app, "backup", "--list", council.backup)
    assert status == 0
    assert json.loads(said)["rows"]["booking"] == 3
    assert "browser_session" not in json.loads(said)["rows"]


def test_a_backup_goes_to_standard_output_as_it_goes_to_a_file(council, tmp_path):
    result = council.app.test_cli_runner().invoke(args=["backup", "-"])
    piped = tmp_path / "piped"
    piped.write_bytes(result.stdout_bytes)

    assert result.exit_code == 0
    assert "rows of" in result.stderr
    assert run(council.app, "restore", "--check", piped)[0] == 0


def test_a_command_without_a_file_or_with_too_much_is_wrong_use(council):
    assert run(council.app, "restore")[0] == 2
    assert run(council.app, "restore", council.backup, "--drop-replaced")[0] == 2
    assert run(council.app, "backup")[0] == 2


@pytest.mark.long
def test_the_councils_own_file_is_put_back_where_there_is_none_and_beside_where_it_differs(council, empty, tmp_path):
    own = Path(council.app.config["INSTANCE"]) / "authority.toml"
    kept = own.read_text()
    other = kept.replace("minutes_per_baby = ", "# ours\nminutes_per_baby = ")
    own.write_text(other)
    backup = tmp_path / "own.backup"
    try:
        assert run(council.app, "backup", backup)[0] == 0
    finally:
        own.write_text(kept)
    app = empty()
    there = Path(app.config["INSTANCE"]) / "authority.toml"
    assert there.read_bytes() == TEMPLATE.read_bytes()

    assert run(app, "restore", backup)[0] == 0
    assert there.read_text() == other

    there.write_text("# another\n" + other)
    status, _, warned = run(app, "restore", backup, "--replace")
    assert status == 0
    assert "lies beside it" in warned
    assert there.with_name("authority.toml.of-backup").read_text() == other


def test_the_servers_own_programs_are_taken_first_and_older_ones_never(tmp_path, monkeypatch):
    ours = fitting("pg_dump", 18)
    for version in (15, 99):
        folder = tmp_path / str(version)
        folder.mkdir()
        program = folder / "pg_dump"
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.2'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / '15'}:{os.environ['PATH']}")

    assert fitting("pg_dump", 15) == tmp_path / "15" / "pg_dump"
    assert fitting("pg_dump", 17) == ours
    with pytest.raises(CannotBackUp, match="Install pg_dump of version 98 or newer"):
        fitting("pg_dump", 98)
    monkeypatch.setenv("PATH", f"{tmp_path / '99'}:{os.environ['PATH']}")
    assert fitting("pg_dump", 98) == tmp_path / "99" / "pg_dump"


def test_no_password_stands_on_a_command_line(council, tmp_path):
    """Whoever lists the processes of a machine reads what they were called with."""
    from registration.backup.programs import run as run_program

    seen = tmp_path / "seen"
    program = tmp_path / "pg_dump"
    program.write_text(f'#!/bin/sh\necho "$@" > {seen}; echo "$PGPASSWORD" >> {seen}\n')
    program.chmod(0o755)
    url = Server.of("postgresql+psycopg://us:hu%40sh@db.example:5433/rs?sslmode=require").url
    with (tmp_path / "out").open("wb") as out:
        run_program(program, url, ["--format=custom"], write=out)

    called, password = seen.read_text().splitlines()
    assert called == "--no-password --dbname=postgresql://us@db.example:5433/rs?sslmode=require --format=custom"
    assert password == "hu@sh"


def test_a_restore_that_is_killed_leaves_what_runs_and_the_next_one_clears_away(council):
    """What a killed restore leaves is a database that nobody uses; the next one drops it first."""
    server = Server.of(council.app.config["SQLALCHEMY_DATABASE_URI"])
    server.make_beside()
    assert server.is_there(server.restoring)
    server.make_beside()
    server.drop(server.restoring)
    assert not server.is_there(server.restoring)
