"""The programs the service starts: each is started again when it dies, and ends before the service does."""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent.parent
#: Seconds to wait before a program that died is started again: doubled each time, back to the first after a calm while. The
#: longest is short enough for the service to heal within ten seconds, however often it was hit before.
FIRST_PAUSE, LONGEST_PAUSE, CALM = 0.5, 4.0, 20.0
#: Seconds a program may take to end after being asked.
GRACE = 20.0
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """Ask Linux to stop this program should the service be killed, so that no web server stays on without it."""
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One program of the service, its name in plain words, and how it fares."""

    name: str
    arguments: Sequence[str]
    inherited: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float | None = None
    pause: float = field(default=FIRST_PAUSE)

    @property
    def lives(self) -> bool:
        """Say whether it runs at this moment."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C in a terminal is for the service, which ends all in order."""
        self.process = subprocess.Popen(  # noqa: S603 -- our own programs
            [sys.executable, *self.arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=self.inherited,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 -- one system call, prepared before the fork
        )
        self.started_at, self.start_again_at = time.monotonic(), None

    def tend(self) -> None:
        """Start it again if it died, after a pause that grows while it keeps dying."""
        if self.lives or self.process is None:
            return
        now = time.monotonic()
        if self.start_again_at is None:
            self.pause = FIRST_PAUSE if now - self.started_at > CALM else self.pause
            self.start_again_at = now + self.pause
            click.echo(f"The {self.name} ended ({self.outcome}); it is started again in {self.pause:.0f} s.", err=True)
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif now >= self.start_again_at:
            self.start()

    @property
    def outcome(self) -> str:
        """How it ended, in words."""
        code = self.process.poll() if self.process else None
        if code is None:
            return "still runs" if self.process else "not started"
        return f"status {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    def ask_to_end(self) -> None:
        """Ask it to finish what it has in hand and end."""
        if self.process is not None:
            self.process.terminate()  # does nothing to one that ended

    def see_it_end(self, deadline: float) -> bool:
        """Wait until it ended; kill it at the deadline (of time.monotonic) and say False."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True


def end_all(children: Sequence[Child]) -> list[str]:
    """Ask all to end, wait for them, and name those that had to be killed."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + GRACE
    return [child.name for child in children if not child.see_it_end(deadline)]
