"""Looking back on all the pages that the other tests met, in whichever process; it comes last of all tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.looks import ROOT

TEMPLATES = ROOT / "templates"
#: So many sorts of one page are enough: each test meets many that differ in a date only.
SORTS = 4
USED = re.compile(r"""{%-?\s*(extends|include|from|import)\s+["']([^"']+)["']""")


def pages_of_ours() -> set[str]:
    """List the templates that are pages: those that have a frame and are none."""
    names = {str(path.relative_to(TEMPLATES)): path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
    uses = {name: USED.findall(text) for name, text in names.items()}
    parts = {used for found in uses.values() for _, used in found}
    framed = {name for name, found in uses.items() if any(how == "extends" for how, _ in found)}
    return framed - parts


def whole_run(request: pytest.FixtureRequest) -> None:
    """Leave the test out where only some of the tests that meet pages are run."""
    here = [item for item in request.session.items if item.path.parent == request.path.parent]
    met = {item.path.name for item in here}
    if not {path.name for path in request.path.parent.glob("test_*.py")} <= met:
        pytest.skip("It looks back on the whole folder, and only a part of it was run.")


def test_every_page_of_ours_was_looked_at_closely(met, request):
    whole_run(request)
    assert pages_of_ours() - met.looked() == set()


def test_every_page_that_was_sent_is_valid_html(met, tmp_path):
    sent = met.sent()
    assert sent, "nothing was sent"
    for name, files in sent.items():
        for number, file in enumerate(files[:SORTS]):
            shutil.copy(file, tmp_path / f"{re.sub(r'[^a-z]+', '-', name.removesuffix('.html'))}-{number}.html")
    command = [ROOT / "node_modules/.bin/html-validate", "--config", ROOT / ".htmlvalidate.json", "--formatter", "text"]
    path = os.pathsep.join([str(ROOT / ".venv/bin"), os.environ["PATH"]])
    checked = subprocess.run(
        [*command, *sorted(tmp_path.glob("*.html"))],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        check=False,
    )
    faults = [line.replace(f"{Path(tmp_path)}/", "") for line in checked.stdout.splitlines()]
    assert checked.returncode == 0, "\n".join(faults[:40]) + checked.stderr
