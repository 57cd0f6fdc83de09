"""Restoring a backup: into a database beside the one that runs, which takes its place at one moment once it is whole."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from registration.backup import kept_list, package, settling, since
from registration.backup.kept_list import MARGIN, KeptList
from registration.backup.package import COUNCIL, DUMP, Manifest, Package
from registration.backup.programs import Failed, feed, fitting
from registration.backup.refusal import CannotBackUp, CannotRestore
from registration.backup.server import Server
from registration.backup.taking import count_rows, origin, scalar
from registration.backup.writing import PIPE, whole
from registration.booking.invariants import broken_rows
from registration.common.access import current_actor
from registration.common.authority import TEMPLATE, own_file
from registration.common.clock import now
from registration.common.db import db
from registration.common.transaction import transaction
from registration.pilot.disclosure.queries import verify

NOT_EMPTY = (
    "The database of this service holds data of families or staff. To put the backup in its place say --replace: what runs "
    "is kept as the database {}, and what was booked since {} is only there."
)
NEWER = "The backup was made by a newer release, with tables at {}; this one knows them up to {}. Use that release."
UNREADABLE = (
    "What must not come back (families’ noes, losses, deletions, what was sent) cannot be read from the database that runs: {} "
    "Bring it to this release first, or say --lose-since to do without."
)
NOTHING_TELLS = (
    "Nothing tells what happened after {}: families that said no, lost a baby or cancelled since, are as they were then. "
    "Give --must-not-return with the latest list, if there is one."
)
OTHER_KEY = (
    "This backup was made under another SECRET_KEY. With this one, links that families hold go on working, but new ones to the "
    "same appointments do not: run `flask links renew` afterwards, and have staff set up their authenticator apps again."
)
_PEOPLE = "SELECT EXISTS (SELECT 1 FROM family) OR EXISTS (SELECT 1 FROM staff_user) OR EXISTS (SELECT 1 FROM centre)"
#: From this version on a dump sets what earlier servers do not know, and refuse.
SETS_MORE = 17
#: How much more room a restored database takes than the one that was dumped, while it is being built.
ROOM = 1.5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What whoever restores says: replace what runs, heed this list, do without knowing what happened since."""

    replace: bool = False
    must_not_return: str = ""
    lose_since: bool = False


@dataclass(slots=True)
class Restored:
    """What came of it: the backup's manifest, what there is to warn of, how many messages wait for a person, what is kept."""

    manifest: Manifest
    warnings: list[str] = field(default_factory=list)
    held: int = 0
    deleted: int = 0
    replaced: str = ""


@contextmanager
def readable(path: str, instance: Path) -> Iterator[IO[bytes]]:
    """Open a backup for reading; standard input is put on the disk first, as it is read twice. Raises CannotRestore."""
    try:
        if path != PIPE:
            with Path(path).open("rb") as file:
                yield file
            return
        with tempfile.TemporaryFile(dir=instance) as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
            file.seek(0)
            yield file
    except OSError as fault:
        raise CannotRestore(f"{path} cannot be read: {fault.strerror or fault}.") from fault


def judge(backup: Package) -> list[str]:
    """Hold a backup to this installation, and read every byte of it: give what to warn of. Raises CannotRestore."""
    manifest, config = backup.manifest, current_app.config
    _known(manifest.revision)
    same_key = manifest.same_key(config["SECRET_KEY"])
    if same_key and not manifest.intact(config["SECRET_KEY"]):
        raise CannotRestore(package.CHANGED.format(package.MANIFEST))
    if config["DEMO"] and not manifest.demonstration:
        raise CannotRestore(
            "This backup is of a real council: a demonstration shows its data to everybody. Set DEMO=0."
        )
    backup.check()
    return [] if same_key else [OTHER_KEY]


def _known(revision: str) -> None:
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    if revision not in {each.revision for each in scripts.walk_revisions()}:
        raise CannotRestore(NEWER.format(revision, scripts.get_current_head()))


def restore(server: Server, path: str, wanted: Wanted) -> Restored:
    """Restore a backup whole, or leave everything as it is. Raises CannotRestore.

    It is loaded into a database beside the one that runs, brought to this release, told again what must not be undone, and then
    takes its place at one moment.
    """
    instance = Path(current_app.config["INSTANCE"])
    try:
        with readable(path, instance) as file, package.opened(file) as backup, _alone(server):
            done = Restored(backup.manifest, judge(backup))
            heeded = _heeded(server, wanted, done)
            _room(backup.manifest, instance)
            _build(server, backup, heeded, done)
            council = backup.council()
            _change_over(server, heeded, done)
            _council(council, instance, done)
            return done
    except (psycopg.Error, SQLAlchemyError, Failed, CannotBackUp) as fault:
        raise CannotRestore(f"Nothing was restored: {_plain(fault)}") from fault


def _plain(fault: Exception) -> str:
    return " ".join(str(getattr(fault, "orig", None) or fault).split())[:500]


@contextmanager
def _alone(server: Server) -> Iterator[None]:
    """Let one restore at a time work on the databases of a service."""
    with server.connected() as connection:
        if not scalar(connection, "SELECT pg_try_advisory_lock(hashtext(%s))", [server.restoring]):
            raise CannotRestore("Another restore of this database is under way.")
        yield


# -- what must not be undone


@dataclass(frozen=True, slots=True)
class _Heeded:
    """What must not be undone: lists, and whether the last of them is of the database that runs, up to this moment."""

    lists: Sequence[KeptList]
    live: bool
    anything: bool  # there was a database of this service before


def _heeded(server: Server, wanted: Wanted, done: Restored) -> _Heeded:
    """Read what must not be undone, wherever it stands. Raises CannotRestore where it should be readable and is not."""
    manifest = done.manifest
    given = [_given(wanted.must_not_return, manifest)] if wanted.must_not_return else []
    if _vacant(server):
        if not given:
            done.warnings.append(NOTHING_TELLS.format(manifest.made_at))
        return _Heeded(given, live=False, anything=False)
    if not wanted.replace:
        raise CannotRestore(NOT_EMPTY.format(server.replaced, manifest.made_at))
    with server.connected(server.live) as connection:
        related = origin(connection) == manifest.origin
    if wanted.lose_since or not related:
        done.warnings.append(NOTHING_TELLS.format(manifest.made_at))
        return _Heeded(given, live=False, anything=True)
    return _Heeded([*given, _running(manifest)], live=True, anything=True)


def _vacant(server: Server) -> bool:
    """Say whether the database that runs has nobody's data in it. Raises CannotRestore where its tables are not ours."""
    if server.is_empty():
        return True
    try:
        with server.connected(server.live) as connection:
            return not scalar(connection, _PEOPLE)
    except psycopg.errors.UndefinedTable as fault:
        raise CannotRestore(f"The database {server.live} holds tables, and not those of this service.") from fault


def _given(path: str, manifest: Manifest) -> KeptList:
    found = kept_list.opened(path)
    if found.origin != manifest.origin:
        raise CannotRestore(f"{path} is of another service than the backup.")
    if found.revision != _head():
        raise CannotRestore(f"{path} is of tables at {found.revision}; this release reads {_head()}.")
    if found.since > manifest.since - MARGIN:
        raise CannotRestore(
            f"{path} goes back to {found.since.isoformat()}, and the backup is older. Take a longer list."
        )
    return found


def _running(manifest: Manifest) -> KeptList:
    """Read what must not be undone from the database that runs."""
    try:
        if kept_list.revision() != _head():
            raise CannotRestore(UNREADABLE.format(f"its tables are at {kept_list.revision()}."))
        return kept_list.current(manifest.since - MARGIN)
    except SQLAlchemyError as fault:
        raise CannotRestore(UNREADABLE.format(_plain(fault))) from fault
    finally:
        db.session.remove()


def _head() -> str:
    return str(ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head())


# -- building the restored database beside the one that runs


def _room(manifest: Manifest, instance: Path) -> None:
    """Refuse where the disk cannot hold a second database; a server elsewhere says so itself, and what was begun is dropped."""
    needed, free = manifest.database_bytes * ROOM, shutil.disk_usage(instance).free
    if current_app.config["EMBEDDED"] and needed > free:
        raise CannotRestore(
            f"The restored database needs some {needed / 1e6:.0f} MB beside the one that runs, and {free / 1e6:.0f} MB are free."
        )


def _build(server: Server, backup: Package, heeded: _Heeded, done: Restored) -> None:
    """Make the restored database whole and ready; where anything fails it is dropped again."""
    server.make_beside()
    try:
        _load(server, backup)
        with _application(server.at(server.restoring)):
            upgrade(directory=current_app.extensions["migrate"].directory)
            _ready(heeded, done)
    except BaseException:
        server.drop(server.restoring)
        raise


def _load(server: Server, backup: Package) -> None:
    """Load the dump in one transaction, and count what came of it. Raises CannotRestore and Failed."""
    with server.connected(server.restoring) as connection:
        server_major, dumped_by = connection.info.server_version // 10000, backup.manifest.program
        if server_major < SETS_MORE <= dumped_by:
            raise CannotRestore(
                f"The backup is of PostgreSQL {dumped_by}, and the server of {server_major}: use a newer server."
            )
        program = fitting("pg_restore", max(server_major, dumped_by))
        options = ["--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction"]
        feed(program, server.at(server.restoring), options, backup.pieces(DUMP))
        counted = count_rows(connection)
    if counted != dict(backup.manifest.rows):
        raise CannotRestore("The restored tables have other numbers of rows than the backup says.")


@contextmanager
def _application(url: URL) -> Iterator[Flask]:
    """Work on another database of the same service, with everything else as it is set here."""
    make: Callable[[str], Flask] = current_app.extensions["on_another_database"]
    app = make(url.render_as_string(hide_password=False))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _ready(heeded: _Heeded, done: Restored) -> None:
    """Do again what must not be undone, forget what is due, and see that every promise holds."""
    moment = now()
    with transaction():
        settling.settle()
        for each in heeded.lists:
            since.do_again(each.found, moment)
        done.held = 0 if heeded.live else settling.hold_back(moment)
        settling.note(done.manifest.id, done.manifest.made_at, current_actor())
    done.deleted = settling.forget_again(moment)
    broken = {name: rows for name, rows in broken_rows().items() if rows}
    if broken:
        done.warnings.append(f"Promises broken in the restored data, as `flask invariants` counts them: {broken}.")
    if verify():
        done.warnings.append("The ledger of the pilot is broken: `flask pilot ledger verify` names the entries.")


# -- putting it in the place of the one that runs


def _change_over(server: Server, heeded: _Heeded, done: Restored) -> None:
    """Change the two databases, and do again what came in the very last moments."""
    db.session.remove()
    db.engine.dispose()
    try:
        server.swap()
    except BaseException:
        server.drop(server.restoring)
        raise
    done.replaced = server.replaced if heeded.anything else ""
    with _only_warned(done, "What ran before could not be dropped or read once more"):
        if not heeded.anything:
            server.drop(server.replaced)
        elif heeded.live:
            _last_moments(server, heeded.lists[-1])


@contextmanager
def _only_warned(done: Restored, what: str) -> Iterator[None]:
    """Warn of what fails now: the restored database is in its place already."""
    try:
        yield
    except (psycopg.Error, SQLAlchemyError, CannotBackUp, OSError) as fault:
        done.warnings.append(f"{what}: {_plain(fault)}")


def _last_moments(server: Server, before: KeptList) -> None:
    """Whoever was cut off may have said no a moment before: nobody writes there any more, and it is read once again."""
    with _application(server.at(server.replaced)):
        late = kept_list.current(before.made_at - MARGIN)
    with transaction():
        since.do_again(late.found, now())


def _council(content: bytes, instance: Path, done: Restored) -> None:
    """Put the council's file back where there is none of its own; beside its own where that differs."""
    place = own_file(instance)
    present = place.read_bytes()
    if present == content:
        return
    if present != TEMPLATE.read_bytes():
        place = place.with_name(f"{COUNCIL}.of-backup")
        done.warnings.append(f"The council’s file differs from that of the backup, which lies beside it: {place}.")
    with _only_warned(done, "The council’s file of the backup could not be written"), whole(str(place)) as file:
        file.write(content)
