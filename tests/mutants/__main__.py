"""Try the mutants of one part after the other, two parts at a time: python -m tests.mutants [PART ...]."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.mutants.choosing import Part, parts
from tests.mutants.making import ROOT
from tests.mutants.table import left, table

#: What an earlier run left is tried again, as there may be new tests.
LEFT = "survived,not reached"


def try_part(part: Part) -> int:
    """Try one part in a process of pytest's; give its exit status."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.mutants.plugin", "--hypothesis-profile=mutants"]
    command += ["-p", "no:cacheprovider", "-q", "-s", "--tb=native", "--assert=plain", "-m", "not long", *part.tests]
    told = {"MUTANTS": part.name, "MUTANTS_AGAIN": LEFT}
    return subprocess.run(command, cwd=ROOT, env=os.environ | told, check=False).returncode


if __name__ == "__main__":
    asked = [part for part in parts() if not sys.argv[1:] or part.name in sys.argv[1:]]
    with ThreadPoolExecutor(int(os.environ.get("MUTANTS_AT_ONCE", "2"))) as pool:
        statuses = list(pool.map(try_part, asked))
    for sort in ("rules", "actions"):
        if names := [part.name for part in asked if part.name.startswith(sort)]:
            sys.stdout.write(f"\n{table(names)}\n\n{left(names)}\n")
    sys.exit(max(statuses))
