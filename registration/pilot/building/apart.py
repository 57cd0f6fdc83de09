"""A bundle built in a program of its own: it needs neither database nor settings, gives way to all else, and ends with us.

It is the command `flask pilot evaluate` as anybody runs it on an extract; what it says on the way is how far it is.
"""

import io
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from queue import Empty, SimpleQueue

#: Seconds between looks at whether to stop.
LOOK = 1.0
#: So much less urgent than the web server and the messages (nice values of Linux).
GIVES_WAY = 15
#: Lines of faults that are kept.
MOST_FAULTS = 50
#: The earliest date a zip file can have: equal files give equal bytes.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


class NotBuilt(Exception):
    """Nothing came of it: `faults` say why."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


class LeftOff(Exception):
    """Whoever looked on asked for it to be left off."""


def build_apart(
    extract: Path, as_of: date, out: Path, protocol: Path | None, earlier: list[Path], look: Callable[[str], bool]
) -> None:
    """Build a bundle into a folder, telling `look` every line that is said of it, and '' once a LOOK; it says True to leave off.

    Raises NotBuilt where the extract is refused or the figures cannot be released, LeftOff where `look` asked for that.
    """
    words = ["evaluate", str(extract), "--as-of", as_of.isoformat(), "--out", str(out)]
    words += ["--protocol", str(protocol)] if protocol else []
    for folder in earlier:
        words += ["--earlier", str(folder)]
    with _started(words) as (process, lines):
        said: list[str] = []
        while True:
            line = _next(lines)
            if line is None:
                break
            said += [line] if line else []
            if look(line):
                raise LeftOff
        if process.wait() != 0:
            raise NotBuilt(said[-MOST_FAULTS:] or ["The program that builds ended without a result."])


@contextmanager
def _started(words: list[str]) -> Iterator[tuple[subprocess.Popen[str], SimpleQueue[str | None]]]:
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-m", __name__, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C in a terminal is for us
    )
    lines: SimpleQueue[str | None] = SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        yield process, lines
    finally:
        process.kill()
        process.wait()
        reader.join()
        for pipe in (process.stdin, process.stderr):
            if pipe is not None:
                pipe.close()


def _read(process: subprocess.Popen[str], lines: SimpleQueue[str | None]) -> None:
    for line in process.stderr or ():
        lines.put(line.strip())
    lines.put(None)


def _next(lines: SimpleQueue[str | None]) -> str | None:
    """Give the next line, an empty one where nothing came in time, None where it ended."""
    try:
        return lines.get(timeout=LOOK)
    except Empty:
        return ""


def packed(folder: Path) -> bytes:
    """Give a folder as one zip file; equal folders give equal bytes."""
    packet = io.BytesIO()
    with zipfile.ZipFile(packet, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _NO_DATE)
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packet.getvalue()


def unpacked(packet: bytes, folder: Path) -> Path:
    """Write a zip file's files into a folder, and give it."""
    with zipfile.ZipFile(io.BytesIO(packet)) as archive:
        archive.extractall(folder)
    return folder


# ---- the other program


def work() -> None:
    """Be the program that builds: the command, ended with whoever started it."""
    from registration.pilot.commands import pilot

    os.nice(GIVES_WAY)
    threading.Thread(target=_listen, daemon=True).start()
    pilot(prog_name="flask pilot")


def _listen() -> None:
    sys.stdin.read()
    os._exit(1)  # nobody is there to be told


if __name__ == "__main__":
    work()
