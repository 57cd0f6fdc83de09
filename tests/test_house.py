"""The laws of the house, checked on its own source."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "registration"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "node_modules" not in path.parts)
MEASURING = sorted((ROOT / "benchmarks").glob("*.py"))
TWINNED = {"rules", "actions", "views"}
STORED_ROUTES = Path(__file__).parent / "routes.txt"
#: Words that say a thing is not finished; put together here so that this file is not found by its own search.
UNFINISHED = re.compile(
    rf"(?<![a-z])({'|'.join(['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'lorem ' + 'ipsum'])})",  # not in pycryptodomex
    re.IGNORECASE,
)


FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """What the laws ask of one source file, found in one reading of it; each thing with its line."""

    commits: list[int]
    functions: list[tuple[str, int]]
    stubs: list[str]
    silent: list[str]
    sentences: list[tuple[int, str]]


@cache
def source(path: Path) -> Source:
    tree = ast.parse(path.read_text())
    nodes = list(ast.walk(tree))
    at = path.relative_to(ROOT)
    functions = [(f"{at}:{node.lineno} {node.name}", node) for node in nodes if isinstance(node, FUNCTION)]
    return Source(
        commits=[node.lineno for node in nodes if commits(node)],
        functions=[(name, length(node)) for name, node in functions],
        stubs=[name for name, node in functions if is_stub(node)],
        silent=[f"{at}:{node.lineno} {node.name}" for node in public_parts(tree) if not ast.get_docstring(node)],
        sentences=sentences_of(nodes),
    )


def commits(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node):
        said = node.body[0]
        lines -= (said.end_lineno or 0) - said.lineno + 1
    return lines


def test_only_one_file_commits():
    committing = [
        f"{path.relative_to(ROOT)}:{line}" for path in [*MODULES, *MEASURING] for line in source(path).commits
    ]

    assert [at for at in committing if not at.startswith("registration/common/transaction.py:")] == []


def test_every_file_of_rules_actions_and_views_has_a_test_of_its_own():
    """A part of a package may be told together with the package: actions/sending.py in test_actions.py."""

    def told(part: Path) -> bool:
        folder = ROOT / "tests" / part.parts[0]
        names = {path.stem.removeprefix("test_") for path in folder.rglob("test_*.py")}
        said = {stem for name in names for stem in (name, *name.split("_"))}
        return bool(said & {step.removesuffix(".py") for step in part.parts[1:]})

    parts = [path.relative_to(SOURCE) for path in MODULES if path.stem != "__init__"]
    twinned = [part for part in parts if TWINNED & {step.removesuffix(".py") for step in part.parts}]

    assert [str(part) for part in twinned if not told(part)] == []


def test_functions_are_short_enough_to_read_at_once():
    functions = [each for path in MODULES for each in source(path).functions]
    lengths = sorted(lines for _, lines in functions)

    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 25
    assert [name for name, lines in functions if lines > 60] == []


def test_files_are_short_enough_to_find_ones_way():
    assert [str(p) for p in MODULES if p.read_text().count("\n") > 400] == []


def public_parts(tree: ast.Module) -> list[ast.FunctionDef | ast.ClassDef]:
    """Give the classes and functions of a file that others may use, the methods of those classes too."""
    found: list[ast.FunctionDef | ast.ClassDef] = []
    waiting = list(tree.body)
    for node in waiting:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found.append(node)
            waiting += node.body if isinstance(node, ast.ClassDef) else []
    return found


def test_every_public_function_class_and_method_says_what_it_means():
    assert [part for path in MODULES for part in source(path).silent] == []


def is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    raises = [part for part in node.body if isinstance(part, ast.Raise) and "NotImplementedError" in ast.unparse(part)]
    return bool(raises) or (bool(body) and all(isinstance(part, ast.Pass) for part in body))


def test_nothing_is_a_stub():
    assert [name for path in MODULES for name in source(path).stubs] == []


def test_no_word_says_that_something_is_unfinished():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    kinds = (".py", ".html", ".md", ".toml", ".scss", ".js", ".txt", ".sh")
    found = [
        name
        for name in listed
        if name.endswith(kinds)
        and (ROOT / name).is_file()
        and UNFINISHED.search((ROOT / name).read_text(errors="replace"))
    ]

    assert found == []


#: A letter, a typewriter's apostrophe, a letter: in a sentence shown it should be the printer's, ’.
TYPEWRITTEN = re.compile(r"[a-z]'[a-z]", re.IGNORECASE)
NOT_SHOWN = re.compile(r"\b(SELECT|UPDATE|INSERT|DELETE|WHERE|CREATE|ALTER)\b")


def sentences_of(nodes: list[ast.AST]) -> list[tuple[int, str]]:
    """Give the texts of a source file that may be shown: all but what says what the code means, save refusals, and SQL."""
    meaning = {
        node.body[0].value
        for node in nodes
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and ast.get_docstring(node)
        and not any("Refused" in ast.unparse(base) for base in getattr(node, "bases", []))
    }
    texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [(node.lineno, node.value) for node in texts if node not in meaning and not NOT_SHOWN.search(node.value)]


def test_apostrophes_in_sentences_are_the_printers():
    shown = [(path, *text) for path in MODULES for text in source(path).sentences]
    for path in sorted((ROOT / "templates").rglob("*.*")):
        without_notes = re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL)
        shown += [(path, number, line) for number, line in enumerate(without_notes.splitlines(), 1)]

    assert [
        f"{path.relative_to(ROOT)}:{number} {text}" for path, number, text in shown if TYPEWRITTEN.search(text)
    ] == []


def test_a_page_that_only_reads_never_commits(app):
    """Save one: OpenID Connect sends the browser back by GET, and that is the sign-in."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if (
            not (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
            and rule.endpoint != "staff.single_sign_on_back"
        ):
            assert not getattr(view, "commits", False), rule.endpoint


def test_no_address_vanishes(app):
    """Links in letters, texts and calendars live for months: an address once given goes on answering or is redirected."""
    now = {rule.rule for rule in app.url_map.iter_rules()}
    before = set(STORED_ROUTES.read_text().split())

    assert before - now == set(), "gone: give a redirect, or it was never released: take it out of tests/routes.txt"
    assert now - before == set(), "new: add to tests/routes.txt"


def test_models_and_migrations_agree_and_migrations_go_back_and_forth(new_database, tmp_path):
    import sqlalchemy
    from flask_migrate import check, downgrade, upgrade

    from registration.common.db import db
    from registration.factory import create_app
    from tests.conftest import settings

    app = create_app(settings(new_database("migrating"), tmp_path))
    folder = app.extensions["migrate"].directory
    with app.app_context():
        check(directory=folder)
        downgrade(directory=folder, revision="base")
        left = sqlalchemy.inspect(db.engine).get_table_names()
        assert left == ["alembic_version"]
        upgrade(directory=folder)
        check(directory=folder)
        db.engine.dispose()
