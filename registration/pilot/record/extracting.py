"""Write an extract: put together, read back with every check of a reader, and only then put in its place."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from registration.common.errors import Refused
from registration.pilot.extract.files import COLUMNS, read, write
from registration.pilot.extract.rules import Extract
from registration.pilot.record.rules.assembling import Rows


class HoldsSomethingElse(Refused):
    """The folder holds something else than an extract: name another one, or an empty one."""


@dataclass(frozen=True, slots=True)
class Written:
    """An extract that was written: the rows of each file and its SHA-256."""

    rows: Mapping[str, int]
    digests: Mapping[str, str]


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier extract: raises HoldsSomethingElse."""
    if folder.exists() and not (folder.is_dir() and {path.name for path in folder.iterdir()} <= set(COLUMNS)):
        raise HoldsSomethingElse


def put(rows: Rows, folder: Path, as_of: date) -> Written:
    """Write an extract into a folder, in place of an earlier one.

    Raises ExtractRefused naming every fault where it could not be read again, and HoldsSomethingElse; then the folder is as before.
    """
    check_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".extract-", dir=folder.parent))
    try:
        write(made, rows)
        extract = read(made, as_of)
        _replace(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return Written({name: _count(extract, name) for name in extract.digests}, extract.digests)


def _count(extract: Extract, name: str) -> int:
    return len(getattr(extract, name.removesuffix(".csv")))


def _replace(made: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for path in made.iterdir():
        path.replace(folder / path.name)
