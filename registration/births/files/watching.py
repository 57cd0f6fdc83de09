"""A folder into which sources push their files: each is taken in once, or its faults are written beside it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from registration.births.files.actions import take_in
from registration.births.files.looking import Brought, FileTakenBefore
from registration.births.files.queries import said_of
from registration.births.files.rules.columns import Kind
from registration.births.files.rules.sheet import read_sheet
from registration.common import clock
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.files import FileRefused
from registration.common.transaction import transaction

ACTOR = "service"
DONE = "done"
#: Beside a file that was refused: why. While it stands the file is left alone.
FAULTS = ".faults.txt"
#: A file that was written to a moment ago may be coming still.
SETTLES = timedelta(minutes=1)


def take_from(folder: Path) -> list[str]:
    """Take in every new file of a folder, <source>/*.csv; give what came of each, in words.

    A name that says losses or counts tells of those. A file that was taken in moves to done/; of a refused one the faults are
    written beside it, and it is tried again once they are removed or the file is newer.
    """
    return [_take(path) for path in _new(folder)]


def _new(folder: Path) -> Iterator[Path]:
    settled = (clock.now() - SETTLES).timestamp()
    for path in sorted(folder.glob("*/*.csv")):
        if path.parent.name != DONE and path.is_file() and path.stat().st_mtime <= settled and not _refused(path):
            yield path


def _refused(path: Path) -> bool:
    faults = path.with_name(path.name + FAULTS)
    return faults.exists() and faults.stat().st_mtime >= path.stat().st_mtime


def _take(path: Path) -> str:
    source, kind = path.parent.name, _kind(path.name)
    try:
        with transaction():
            db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("births_folder"))))
            said = said_of(source) if kind is not Kind.COUNTS else {}
            take_in(Brought(read_sheet(path.read_bytes()), source, kind, path.name, said), ACTOR, clock.now())
    except FileTakenBefore:
        pass
    except Refused as refused:
        lines = refused.lines() if isinstance(refused, FileRefused) else [refused.sentence]
        path.with_name(path.name + FAULTS).write_text("\n".join([*lines, ""]), encoding="utf-8")
        return f"{path.name}: refused"
    except OSError:
        return f"{path.name}: cannot be read"
    _put_away(path)
    return f"{path.name}: taken in"


def _kind(name: str) -> Kind:
    folded = name.casefold()
    return next((kind for kind in (Kind.LOSSES, Kind.COUNTS) if kind in folded), Kind.BIRTHS)


def _put_away(path: Path) -> None:
    """Move a file to done/, under a name of its own; what cannot be moved is known by its content the next time."""
    done = path.parent / DONE
    try:
        done.mkdir(exist_ok=True)
        path.rename(done / f"{clock.now():%Y%m%d%H%M%S}-{path.name}")
        path.with_name(path.name + FAULTS).unlink(missing_ok=True)
    except OSError:
        return
