"""Which lines and branches of ours the tests pass: a plugin of pytest for each process of a run, and the judgement on all of them.

slipcover writes its marks into the code as it is imported and takes them out once passed, so measuring costs next to nothing.
`pytest -p tests.covering -n 2` with COVERED naming a folder leaves a file of each process there; `python -m tests.covering FILE`
judges what they come to together.
"""

from __future__ import annotations

import json
import os
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import slipcover

if TYPE_CHECKING:
    import pytest

#: What decides for families and staff: no line of it, and no branch, may go untried.
DECISIONS = ("*/rules.py", "*/rules/*", "*/actions.py", "*/actions/*")
OURS = ["registration"]


class Marks:
    """The marks in this process's code, from before anything of ours is imported until a test that is not to count."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.counted = slipcover.Slipcover(branch=True, source=OURS)
        slipcover.ImportManager(self.counted, slipcover.FileMatcher(sources=OURS)).__enter__()

    def keep(self) -> None:
        """Keep what was passed so far; only the first call counts."""
        if not self.file.exists():
            self.file.write_text(json.dumps(self.counted.get_coverage()), encoding="utf-8")


worker = os.environ.get("PYTEST_XDIST_WORKER")
marks = Marks(Path(os.environ["COVERED"]) / f"{worker}.json") if worker and "COVERED" in os.environ else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stop counting at the first test that passes lines without judging them; the others are over by then."""
    if marks and item.get_closest_marker("no_cover"):
        marks.keep()


def pytest_sessionfinish() -> None:
    """Keep what a process passed that met no such test."""
    if marks:
        marks.keep()


def untried(covered: dict) -> list[str]:
    """List the decisions that no test tries: file, lines and branches."""
    found = []
    for name, seen in sorted(covered["files"].items()):
        missing = [*seen["missing_lines"], *(f"{a}->{b or 'exit'}" for a, b in seen["missing_branches"])]
        if missing and any(fnmatch(name, pattern) for pattern in DECISIONS):
            found.append(f"{name}: {', '.join(map(str, missing))}")
    return found


if __name__ == "__main__":
    wrong = untried(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write("".join(f"{line}\n" for line in wrong) or "Every line and branch is tried.\n")
    sys.exit(bool(wrong))
