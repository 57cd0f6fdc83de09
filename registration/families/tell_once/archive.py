"""The way out for files: a zip archive under AES-256 that holds one CSV, put whole into a service's own folder."""

import os
from collections.abc import Sequence
from pathlib import Path

from registration.common.files import written
from registration.families.tell_once.rules import ITEMS, Letter

HEADER = ("id", "event", "made_at", "family", *ITEMS)
INSIDE = "families.csv"


def csv_of(letters: Sequence[Letter]) -> bytes:
    """Write tellings as CSV, one line each; what a service does not get stays empty."""
    return written(HEADER, [_cells(letter) for letter in letters])


def _cells(letter: Letter) -> list[str]:
    details = [letter.details.get(name) for name in ITEMS]
    return [letter.id, letter.event.value, letter.made_at.isoformat(), letter.reference, *map(_cell, details)]


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " ".join(str(each) for each in value)
    return "" if value is None else str(value)


def put(folder: Path, name: str, content: bytes, password: str) -> Path:
    """Put an archive into a folder, readable by its owner alone; whoever looks meets it whole or not at all."""
    from pyzipper.zipfile import ZIP_DEFLATED  # only where a file is written: no web process needs it
    from pyzipper.zipfile_aes import WZ_AES, AESZipFile

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target, growing = folder / name, folder / f".{name}.part"
    handle = os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        with AESZipFile(stream, "w", compression=ZIP_DEFLATED, encryption=WZ_AES) as archive:
            archive.setpassword(password.encode())
            archive.setencryption(WZ_AES, nbits=256)
            archive.writestr(INSIDE, content)
        stream.flush()
        os.fsync(stream.fileno())
    growing.replace(target)
    return target


def folder_of(instance: Path, service_id: int) -> Path:
    """Give the folder that a service's files are put into."""
    return instance / "tell-once" / str(service_id)
