"""What the service is built on: the bill of materials from the lock files, and an audit that says when it saw nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from supply.audit import audit_npm, audit_python
from supply.locks import packages
from supply.sbom import bill

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def pinned():
    return packages()


def test_the_bill_names_every_pinned_package_once_with_its_digests(pinned):
    listed = bill()["components"]
    by_address = {each["purl"]: each for each in listed}

    assert len(by_address) == len(listed) == len(pinned) > 200
    flask = next(each for each in listed if each["name"] == "flask")
    assert flask["purl"] == f"pkg:pypi/flask@{flask['version']}"
    assert f"flask=={flask['version']} " in (ROOT / "requirements.txt").read_text()
    assert {each["alg"] for each in flask["hashes"]} == {"SHA-256"}
    assert all(digest["content"] in (ROOT / "requirements.txt").read_text() for digest in flask["hashes"])
    assert [each["purl"] for each in listed if not each["hashes"]] == [], "a pin without a digest"


def test_what_only_checks_the_service_is_told_apart_from_what_runs_in_it(pinned):
    scopes = {each.name: each.scope for each in pinned}

    assert (scopes["flask"], scopes["splink"], scopes["govuk-frontend"]) == ("required",) * 3
    assert (scopes["pytest"], scopes["uv"], scopes["axe-core"]) == ("excluded",) * 3


def test_a_package_of_several_lists_is_one_and_required_where_any_list_requires_it(pinned):
    assert [each.scope for each in pinned if each.name == "requests"] == ["required"]


def test_the_same_lock_files_give_the_same_bytes(tmp_path):
    for name in ("one.json", "other.json"):
        subprocess.run([sys.executable, "-m", "supply.sbom", str(tmp_path / name)], cwd=ROOT, check=True)

    one = (tmp_path / "one.json").read_bytes()
    assert one == (tmp_path / "other.json").read_bytes()
    assert json.loads(one)["specVersion"] == "1.6"
    assert b"timestamp" not in one


def looked_at(pinned, **faults):
    return {
        "dependencies": [
            {"name": each.name, "version": each.version, "vulns": faults.get(each.name, [])}
            for each in pinned
            if each.kind == "pypi"
        ]
    }


def test_an_audit_that_found_nothing_in_everything_is_a_success(pinned):
    assert audit_python(lambda _: json.dumps(looked_at(pinned))) == []
    assert audit_npm(lambda _: json.dumps({"vulnerabilities": {}})) == []


def test_a_known_fault_is_told_with_what_mends_it(pinned):
    fault = {"id": "PYSEC-2099-1", "fix_versions": ["9.9"]}
    [told] = audit_python(lambda _: json.dumps(looked_at(pinned, flask=[fault])))
    [npm] = audit_npm(lambda _: json.dumps({"vulnerabilities": {"sass": {"range": "<9", "severity": "high"}}}))

    assert told.startswith("flask ")
    assert told.endswith(": PYSEC-2099-1, mended in 9.9")
    assert npm == "sass <9: high"


@pytest.mark.parametrize("answer", ["", "No known vulnerabilities found", '{"dependencies": []}', "[]"])
def test_an_audit_that_could_not_look_at_everything_is_no_success(answer):
    [python] = audit_python(lambda _: answer)

    assert "packages were not looked at" in python


def test_a_package_that_was_skipped_was_not_looked_at(pinned):
    told = looked_at(pinned)
    told["dependencies"][0] = {"name": told["dependencies"][0]["name"], "skip_reason": "not found on PyPI"}

    assert audit_python(lambda _: json.dumps(told)) == [
        f"1 packages were not looked at: {told['dependencies'][0]['name']}"
    ]


@pytest.mark.parametrize("answer", ["", '{"error": {"code": "ENOAUDIT"}}'])
def test_npm_without_its_advisories_looked_at_nothing(answer):
    [told] = audit_npm(lambda _: answer)

    assert "packages were not looked at" in told


def test_pip_audit_is_asked_to_be_strict_and_about_every_lock_file():
    asked = []
    audit_python(lambda command: asked.extend(command) or "")

    assert "--strict" in asked
    assert sum(part.endswith(".txt") for part in asked) == 4
