"""PostgreSQL's own programs for backups, pg_dump and pg_restore: which of them fits the server, and running it."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from registration.backup.refusal import CannotBackUp
from registration.common.embedded.account import programs


class Failed(RuntimeError):
    """A program ended with a fault; the message is the last thing it said."""


def fitting(name: str, version: int) -> Path:
    """Give the program of this name and major version: the one on PATH, else ours, else a newer.

    Raises CannotBackUp where there is none: an older one refuses, for it does not know what a newer server has.
    """
    found = shutil.which(name)
    places = [*([Path(found)] if found else []), programs() / name]
    versions = {place: major(place) for place in places}
    for place in places:
        if versions[place] == version:
            return place
    newer = [place for place in reversed(places) if versions[place] > version]
    if not newer:
        raise CannotBackUp(
            f"Install {name} of version {version} or newer: that of PostgreSQL {version} is needed here."
        )
    return newer[0]


def major(program: Path) -> int:
    """Give the major version of a program; 0 where it does not say."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 -- PostgreSQL's own
    match = re.search(r"(\d+)", said)
    return int(match[1]) if match else 0


def run(program: Path, url: URL, options: Sequence[str], *, write: IO[bytes]) -> None:
    """Run a program on the database of this address and write down what it gives. Raises Failed with what it said last."""
    with _started(program, url, options, stdin=subprocess.DEVNULL, stdout=write):
        pass


def feed(program: Path, url: URL, options: Sequence[str], pieces: Iterable[bytes]) -> None:
    """Run a program on the database of this address and give it these pieces to read. Raises Failed with what it said last."""
    with _started(program, url, options, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        for piece in pieces:
            process.stdin.write(piece)  # type: ignore[union-attr]


@contextmanager
def _started(
    program: Path, url: URL, options: Sequence[str], *, stdin: int, stdout: IO[bytes] | int
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a program, and see how it ends; it ends with us."""
    address = url.set(drivername="postgresql")._replace(password=None).render_as_string()
    command: list[str | Path] = [program, "--no-password", f"--dbname={address}", *options]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 -- PostgreSQL's own program with our options
            command, env=_environment(url), cwd="/", stdin=stdin, stdout=stdout, stderr=said
        )
        try:
            with process:
                yield process
        except BrokenPipeError:  # it ended before it had read everything, and says why
            process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            raise Failed(lines[-1] if lines else f"{program.name} ended with status {process.returncode}")


def _environment(url: URL) -> dict[str, str]:
    """Give the environment of the program, the password in it: on a command line every account could read that."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
    return ours | ({"PGPASSWORD": str(url.password)} if url.password else {})
