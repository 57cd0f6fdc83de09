"""Work done in a program of its own: it gives way to all else, tells by lines how far it is, and ends with whoever started it.

The worker that starts it holds none of the packages for it, and gets its memory back. Should the worker die, the program's input
ends, and with it the program.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import IO, Literal

#: So much less urgent than the web server and the messages (nice values of Linux).
GIVES_WAY = 15


class Apart:
    """A program that was started: what it says line by line, and what is said to it."""

    def __init__(self, process: "subprocess.Popen[str]", said: IO[str]) -> None:
        self._process = process
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, args=(said,), daemon=True)
        self._reader.start()

    def _read(self, said: IO[str]) -> None:
        for line in said:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def lines(self, look: float) -> Iterator[str]:
        """Give each line it says as it comes, and an empty one after every `look` seconds without; end where it ends."""
        while True:
            try:
                line = self._lines.get(timeout=look)
            except Empty:
                line = ""
            if line is None:
                return
            yield line

    def tell(self, words: str) -> None:
        """Say a line to it. Where it has ended, its lines, or their end, say the rest."""
        with suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.write(words + "\n")
                self._process.stdin.flush()

    def ended_well(self) -> bool:
        """Wait for its end, and say whether it did what it was for."""
        return self._process.wait() == 0

    def end(self) -> None:
        """End it at once, wherever it is."""
        self._process.kill()
        self._process.wait()
        self._reader.join()


@contextmanager
def started(
    module: str, words: Sequence[str] = (), *, says_by: Literal["stdout", "stderr"] = "stdout"
) -> Iterator[Apart]:
    """Start a module as a program, with these words on its command line; it ends when the block does, at the latest.

    `says_by` names where it tells how far it is; with stderr, what it writes to stdout is nobody's.
    """
    by_error = says_by == "stderr"
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-m", module, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL if by_error else subprocess.PIPE,
        stderr=subprocess.PIPE if by_error else None,
        text=True,
        start_new_session=True,  # Ctrl-C in a terminal is for us
    )
    said = process.stderr if by_error else process.stdout
    assert said is not None  # noqa: S101 -- asked for above
    apart = Apart(process, said)
    try:
        yield apart
    finally:
        apart.end()
        for pipe in filter(None, (process.stdin, said)):
            with suppress(BrokenPipeError):  # it had ended before it read all
                pipe.close()


# ---- inside that program


def give_way() -> None:
    """Let everything else on the machine go first."""
    os.nice(GIVES_WAY)


def hear(stop: threading.Event | None = None) -> None:
    """Listen from now on: a line asks for a stop, where there is one to ask for; the end of all lines ends this program."""
    threading.Thread(target=_listen, args=(stop,), daemon=True).start()


def _listen(stop: threading.Event | None) -> None:
    for _line in sys.stdin:
        if stop is not None:
            stop.set()
    os._exit(1)  # nobody is there to be told
