"""A bundle built in a program of its own, which needs neither database nor settings.

It is the command `flask pilot evaluate` as anybody runs it on an extract; what it says on the way is how far it is.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from registration.common.apart import give_way, hear, started

#: Seconds between looks at whether to stop.
LOOK = 1.0
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
    with started(__name__, words, says_by="stderr") as builder:
        said: list[str] = []
        for line in builder.lines(LOOK):
            said += [line.strip()] if line.strip() else []
            if look(line.strip()):
                raise LeftOff
        if not builder.ended_well():
            raise NotBuilt(said[-MOST_FAULTS:] or ["The program that builds ended without a result."])


def packed(folder: Path) -> bytes:
    """Give a folder as one zip file; equal folders give equal bytes."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return zipped({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Give files by name as one zip file; equal files give equal bytes."""
    packet = io.BytesIO()
    with zipfile.ZipFile(packet, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), content, zipfile.ZIP_DEFLATED)
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

    give_way()
    hear()
    pilot(prog_name="flask pilot")


if __name__ == "__main__":
    work()
