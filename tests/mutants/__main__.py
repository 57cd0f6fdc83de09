"""Try the mutants of one part after the other, two parts at a time: python -m tests.mutants [PART ...]."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.mutants.choosing import Part, parts
from tests.mutants.making import ROOT

#: What the quick tests leave is tried again with all of a capability's.
LEFT = "survived,not reached"


def try_part(part: Part) -> int:
    """Try one part; give the exit status of the worse of its two rounds."""
    first = _round(part.name, part.tests, "") if "wide" not in os.environ.get("MUTANTS_ROUND", "") else 0
    return max(first, _round(part.name, part.wide, LEFT)) if part.wide else first


def _round(name: str, tests: tuple[str, ...], again: str) -> int:
    command = [sys.executable, "-m", "pytest", "-p", "tests.mutants.plugin", "--hypothesis-profile=mutants"]
    command += ["-p", "no:cacheprovider", "-q", "-s", "--tb=native", "--assert=plain", "-m", "not long", *tests]
    told = {"MUTANTS": name, "MUTANTS_AGAIN": again}
    return subprocess.run(command, cwd=ROOT, env=os.environ | told, check=False).returncode


if __name__ == "__main__":
    asked = [part for part in parts() if not sys.argv[1:] or part.name in sys.argv[1:]]
    with ThreadPoolExecutor(int(os.environ.get("MUTANTS_AT_ONCE", "2"))) as pool:
        statuses = list(pool.map(try_part, asked))
    sys.exit(max(statuses))
