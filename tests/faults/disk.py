"""A disk that is soon full."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.harness import Service

MEGABYTES = 512


def small_disk(*, in_memory: bool) -> Path:
    """Give a folder on a small file system of its own, on the disk or for haste in memory; a plain one where we may mount none."""
    folder = Path(tempfile.mkdtemp(prefix="rs-faults-"))
    image = folder.with_suffix(".ext4")
    if in_memory:
        steps = [["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=700", "tmpfs", folder]]
    else:
        steps = [
            ["truncate", "-s", f"{MEGABYTES}M", image],
            ["mkfs.ext4", "-q", image],
            ["mount", "-o", "loop", image, folder],
        ]
    for step in steps:
        with suppress(OSError):
            if subprocess.run(step, capture_output=True, check=False).returncode:
                break
    return folder


def leave(folder: Path) -> None:
    """Remove a folder, and unmount what was mounted there."""
    if os.path.ismount(folder):
        subprocess.run(["umount", folder], check=True)
    shutil.rmtree(folder)
    folder.with_suffix(".ext4").unlink(missing_ok=True)


@contextmanager
def full(service: Service) -> Iterator[str]:
    """Leave no byte to the database: of its small disk, or else of what its processes may write. Give which it was."""
    if not os.path.ismount(service.instance):
        _forbid(service, 0)
        try:
            yield "RLIMIT_FSIZE"
        finally:
            _forbid(service, resource.RLIM_INFINITY)
        return
    ballast = service.instance / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(65536)):
                pass
        yield "a full file system"
    finally:
        ballast.unlink()


def _forbid(service: Service, most: int) -> None:
    """Let no file of the database grow beyond so many bytes; what is there may not be written beyond them either."""
    for process in service.database():
        with suppress(psutil.Error):
            hard = process.rlimit(psutil.RLIMIT_FSIZE)[1]
            process.rlimit(psutil.RLIMIT_FSIZE, (most, hard))
