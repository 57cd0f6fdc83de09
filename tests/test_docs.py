"""The documents say what is so: every link leads somewhere, and nothing of the service is left out of its reference."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import click
import pytest
from flask.cli import FlaskGroup, ScriptInfo

from registration.common.authority import Authority, Balance, Retention
from registration.common.db import Model
from registration.config import KNOWN, Config, SettingRefused

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
#: Where the documents call a setting otherwise than Flask-SQLAlchemy does.
CALLED = {"DEMO_SAID": "DEMO", "SQLALCHEMY_DATABASE_URI": "DATABASE_URL"}
#: Of the tests and the benchmark, not of the service.
OTHER_SETTINGS = {"REAL_DATA", "CHROMIUM", "BENCH_SECONDS"}
#: Folders of a machine on which the service was made, and its tools: put together so that this file does not hold them.
ELSEWHERE = re.compile(
    "|".join(
        ["/wo" + "rk/", r"\.\./sha" + "red", "/tm" + "p/", "skele" + "ton", "design" + r"\.md", r"brief" + r"\.md"]
    ),
    re.IGNORECASE,
)


def said(name):
    return (REFERENCE / name).read_text(encoding="utf-8")


def targets(page):
    """Give the links of a page that lead to files of ours, as (file, heading)."""
    for target in LINK.findall(re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)):
        if not re.match(r"[a-z]+:", target):
            path, _, heading = target.partition("#")
            yield (page.parent / path).resolve() if path else page, heading


def headings(page):
    """Give the names under which GitHub and the like link to a page's headings."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = (
        re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()) for line in text.splitlines() if line.startswith("#")
    )
    return {name.replace(" ", "-") for name in found}


class Asked(dict):
    """An environment without anything, that remembers what it was asked for."""

    def __init__(self, **values):
        super().__init__(values)
        self.names = set()

    def get(self, name, default=None):
        self.names.add(name)
        return super().get(name, default)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_there(page):
    lost = [
        f"{path.name}#{heading}"
        for path, heading in targets(page)
        if not path.exists() or (heading and heading not in headings(path))
    ]

    assert lost == []


def test_every_document_can_be_reached_from_the_first():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += [path for path, _ in targets(page) if path.suffix == ".md" and path.exists()]

    assert set(PAGES) - reached == set()


def test_every_picture_is_shown_somewhere():
    shown = {path for page in PAGES for path, _ in targets(page)}
    listed = subprocess.run(["git", "ls-files", "docs/images"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert [name for name in listed.stdout.split() if ROOT / name not in shown] == []


def test_every_setting_stands_in_the_reference(tmp_path):
    asked = Asked(INSTANCE=str(tmp_path))
    Config.from_environment(asked)
    names = asked.names | KNOWN | {CALLED.get(field.name, field.name) for field in fields(Config)}

    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", said("settings.md"))] == []


def test_no_setting_in_the_reference_is_one_the_service_does_not_know(tmp_path):
    asked = Asked(INSTANCE=str(tmp_path))
    Config.from_environment(asked)
    known = asked.names | KNOWN | {field.name for field in fields(Config)} | OTHER_SETTINGS
    told = set(re.findall(r"^\| ([A-Z][A-Z_]+(?:, [A-Z_]+)*) \|", said("settings.md"), re.MULTILINE))

    assert {name for names in told for name in names.split(", ")} - known == set()


def test_a_setting_misspelt_is_refused_as_the_reference_says():
    with pytest.raises(SettingRefused, match="TWILIO_TOKEN"):
        Config.from_environment({"TWILIO_TOKEN": "x"})


def test_every_key_of_the_councils_file_stands_in_the_reference():
    keys = {field.name for kind in (Authority, Balance, Retention) for field in fields(kind)}
    told = {
        name
        for cell in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", said("settings.md"), re.MULTILINE)
        for name in re.findall(r"\w+", cell)
    }

    assert told == keys


def commands(command, name="flask"):
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from commands(inner, f"{name} {inner.name}")
    else:
        yield name


def test_every_command_stands_in_the_reference_and_no_other(app):
    whole = FlaskGroup(create_app=lambda: app)
    # Looking a command up opens the application's context: it ends with the terminal's.
    with click.Context(whole, obj=ScriptInfo(create_app=lambda: app)) as context:
        ours = {
            name
            for first in whole.list_commands(context)
            for name in commands(whole.get_command(context, first), f"flask {first}")
        }
    told = set(re.findall(r"`(flask [a-z-]+(?: [a-z][a-z-]*){0,2})", said("commands.md")))

    assert ours - told == set()
    assert told - ours == set()


def test_every_target_of_make_stands_in_the_reference():
    targets = re.findall(r"^([a-z-]+):.*?##", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert [name for name in targets if name != "help" and f"`make {name}`" not in said("commands.md")] == []


def test_every_address_stands_in_the_reference_or_the_description_of_the_api(app):
    """An address of the API is described by the service itself, at /api/v1/openapi.json."""
    described = {
        re.sub(r"{(\w+)}", r"<\1>", path) for path in app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    }
    told = set(re.findall(r"`([^`]+)`", said("pages.md"))) | set(re.findall(r"`([^`]+)`", said("api.md"))) | described
    ours = {re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule.rule) for rule in app.url_map.iter_rules()}

    assert sorted(ours - told) == []


def test_no_page_in_the_reference_is_one_the_service_does_not_have(app):
    ours = {re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule.rule) for rule in app.url_map.iter_rules()}
    told = {name for name in re.findall(r"`(/[^`]*)`", said("pages.md")) if not name.endswith(("...", "/api/"))}

    assert sorted(told - ours) == []


def test_every_table_stands_in_the_reference():
    assert [name for name in Model.metadata.tables if f"`{name}`" not in said("database.md")] == []


def test_every_direct_dependency_has_its_reason():
    decision = (ROOT / "docs" / "decisions" / "0016-dependencies.md").read_text(encoding="utf-8")
    lines = [
        line.partition("#")[0].strip()
        for name in sorted(path.name for path in ROOT.glob("requirements*.in"))
        for line in (ROOT / name).read_text().splitlines()
    ]
    names = [re.split(r"[\[<>=~ ]", line)[0] for line in lines if line and not line.startswith("-")]

    assert [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", decision)] == []


def test_decisions_are_numbered_without_a_gap_and_listed():
    folder = ROOT / "docs" / "decisions"
    names = sorted(path.name for path in folder.glob("0*.md"))

    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert [name for name in names if f"({name})" not in (folder / "README.md").read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("name", [path.name for path in sorted((ROOT / "docs" / "decisions").glob("0*.md"))])
def test_every_decision_has_its_three_parts(name):
    text = (ROOT / "docs" / "decisions" / name).read_text(encoding="utf-8")

    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[:3] == ["Context", "Decision", "Consequences"]


def test_no_document_speaks_of_a_machine_on_which_it_was_written():
    found = [
        f"{page.name}: {match[0]}" for page in PAGES for match in ELSEWHERE.finditer(page.read_text(encoding="utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "docs" / "reference" / "files.md"], ids=lambda page: page.name
)
def test_whose_data_these_are_is_said(page):
    words = " ".join(page.read_text(encoding="utf-8").replace(">", "").split())

    for owner in (
        "Open Government Licence v3.0",
        "OS data © Crown copyright",
        "Royal Mail data © Royal Mail",
        "Office for National Statistics",
    ):
        assert owner in words
