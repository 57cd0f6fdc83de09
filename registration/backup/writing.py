"""Files that are there whole or not at all, and that nobody else can read."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from registration.backup.refusal import CannotBackUp

#: What stands for standard input or output in place of a file's name.
PIPE = "-"


@contextmanager
def whole(path: str) -> Iterator[IO[bytes]]:
    """Write a file beside its place, readable by its owner alone, and move it there once it is on the disk; - is standard output.

    An earlier file of that name stands until then. Raises CannotBackUp where it cannot be written.
    """
    if path == PIPE:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    place = Path(path).resolve()
    try:
        handle, fresh = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part")
    except OSError as fault:
        raise CannotBackUp(f"{path} cannot be written: {fault.strerror}.") from fault
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(place)
        _keep_name(place.parent)
    except OSError as fault:
        raise CannotBackUp(f"{path} cannot be written: {fault.strerror or fault}.") from fault
    finally:
        Path(fresh).unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """Have the disk keep the new name, too, before it is said to be done."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def scratch(path: str, instance: Path) -> Iterator[IO[bytes]]:
    """Give a file without a name, on the disk where `path` is to lie, that vanishes however this ends. Raises CannotBackUp."""
    folder = instance if path == PIPE else Path(path).resolve().parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            yield file
    except FileNotFoundError as fault:
        raise CannotBackUp(f"The folder {folder} is not there.") from fault
    except OSError as fault:  # whose other faults, while the file is written, have sentences of their own
        raise CannotBackUp(f"Nothing can be written in {folder}: {fault.strerror or fault}.") from fault
