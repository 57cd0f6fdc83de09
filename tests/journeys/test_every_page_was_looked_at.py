"""Looking back on all the pages that the other tests met, in whichever process; it comes last of all tests."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.kept import opened, walked
from tests.journeys.looks import ROOT

TEMPLATES = ROOT / "templates"
#: So many sorts of one page are enough: each test meets many that differ in a date only.
SORTS = 4
#: Programs that read them at once: nothing else of a run is left to do by then.
READERS = 2
USED = re.compile(r"""{%-?\s*(extends|include|from|import)\s+["']([^"']+)["']""")
NU = ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"
#: What the Nu checker advises and the design system's own parts do not follow.
ADVICE = ("The “group” role is unnecessary", "Section lacks heading")


@pytest.mark.long
def test_every_page_that_was_sent_is_valid_to_the_nu_checker_too(met, tmp_path):
    java = shutil.which(os.environ.get("JAVA", "java"))
    if java is None:
        pytest.skip("The Nu HTML checker needs Java: JAVA names none and none is installed.")
    sent = [(name, file) for name, files in met.sent().items() for file in files]
    assert sent, "nothing was sent"
    for number, (name, file) in enumerate(sent):
        shutil.copy(file, tmp_path / f"{re.sub(r'[^a-z]+', '-', name.removesuffix('.html'))}-{number}.html")
    command = [java, "-Xss4m", "-jar", NU, "--format", "json", "--stdout", "--exit-zero-always", tmp_path]
    checked = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(checked.stdout)["messages"]

    faults = {(one["url"].rpartition("/")[2], one["message"]) for one in said if not one["message"].startswith(ADVICE)}
    assert sorted(faults) == []


@pytest.mark.long
def test_the_keyboard_goes_through_every_page_from_its_beginning_to_its_end(met, browser):
    page = browser.new_page(viewport={"width": 320, "height": 256})
    faults = []
    for name, files in met.sent().items():
        opened(page, max(files, key=lambda file: file.stat().st_size))
        faults += [f"{name}: {fault}" for fault in walked(page)]
    page.close()

    assert faults == []


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
    files = sorted(tmp_path.glob("*.html"))
    readers = [
        subprocess.Popen(
            [*command, *files[part::READERS]],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PATH": path},
        )
        for part in range(READERS)
    ]
    said = "".join([reader.communicate()[0] for reader in readers])
    faults = [line.replace(f"{Path(tmp_path)}/", "") for line in said.splitlines()]
    assert [reader.returncode for reader in readers] == [0] * READERS, "\n".join(faults[:40])
