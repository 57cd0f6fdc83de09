"""`make audit`: whether a fault is known of any pinned package. It fails where it could not look at every one.

pip-audit alone says "No known vulnerabilities found" when it skipped everything: it is strict here, and its answer is counted.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from supply.locks import PYTHON, ROOT, packages

#: So many of the packages that were not looked at are named.
SHOWN = 5
#: Runs a program and gives its standard output; its exit status says less than what it wrote.
Run = Callable[[Sequence[str]], str]


def audit_python(run: Run, root: Path = ROOT) -> list[str]:
    """Give what is wrong with Python's packages, in sentences: known faults, and packages that nobody looked at."""
    locks = [part for name in PYTHON for part in ("-r", str(root / name))]
    asked = [
        sys.executable,
        "-m",
        "pip_audit",
        "--strict",
        "--require-hashes",
        "--disable-pip",
        "--no-deps",
        "-f",
        "json",
    ]
    told = _read(run([*asked, *locks]), "pip-audit")
    looked_at = [each for each in told.get("dependencies", []) if "skip_reason" not in each]
    faults = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'nothing yet'}"
        for each in looked_at
        for fault in each["vulns"]
    ]
    pinned = {_known_as(each.name) for each in packages(root) if each.kind == "pypi"}
    missed = pinned - {_known_as(each["name"]) for each in looked_at}
    return faults + _not_looked_at(missed)


def audit_npm(run: Run, root: Path = ROOT) -> list[str]:
    """Give what is wrong with npm's packages, in sentences."""
    told = _read(run(["npm", "--prefix", str(root), "audit", "--json"]), "npm audit")
    if "vulnerabilities" not in told:
        return _not_looked_at({each.name for each in packages(root) if each.kind == "npm"})
    return [f"{name} {each['range']}: {each['severity']}" for name, each in sorted(told["vulnerabilities"].items())]


def _not_looked_at(names: set[str]) -> list[str]:
    shown = ", ".join(sorted(names)[:SHOWN]) + (" and others" if len(names) > SHOWN else "")
    return [f"{len(names)} packages were not looked at: {shown}"] if names else []


def _known_as(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _read(written: str, tool: str) -> dict[str, Any]:
    """Read a tool's answer; nothing where it gave none, which then counts as nothing looked at."""
    try:
        told = json.loads(written)
    except ValueError:
        print(f"{tool} gave no answer that can be read.", file=sys.stderr)
        return {}
    return told if isinstance(told, dict) else {}


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout


def main() -> int:
    """Ask about all, say what was found, and give 1 unless everything was looked at and nothing found."""
    wrong = audit_python(_run) + audit_npm(_run)
    print("\n".join(wrong) or f"All {len(packages())} packages were looked at; no fault is known.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
