"""The application as a whole: what every answer carries, what no answer lets in, and what a browser may keep."""

import gzip
import logging
import re
import subprocess
import sys
from pathlib import Path

import brotli
import pytest
from sqlalchemy import text

from registration.common.assets import asset_url
from registration.config import SettingRefused
from registration.factory import create_app
from tests.applications import applications
from tests.test_access import address, routes

ROOT = Path(__file__).parent.parent
NOWHERE = "postgresql+psycopg://nobody@/nothing"
#: A page, one that is not there, one of staff, a program's answer, one that is refused.
ADDRESSES = ("/cookies", "/no-such-page", "/staff/sign-in", "/api/v1/openapi.json", "/api/v1/nothing", "/desk/find")


def policy(answer):
    """Give the content security policy of an answer: {directive: [sources]}."""
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {part.split()[0]: part.split()[1:] for part in parts if part.strip()}


@pytest.fixture
def secure(tmp_path):
    """A browser at the service as a council has it, behind a secure address."""
    with applications(tmp_path) as make:
        yield make(NOWHERE, PUBLIC_URL="https://births.example.gov.uk", SESSION_COOKIE_SECURE=True).test_client()


# ---- what every answer carries


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_says_what_a_browser_must_not_do_with_it(client, path):
    headers = client.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_no_answer_lets_a_page_run_or_load_what_is_not_ours(client, path):
    sources = policy(client.get(path))

    assert sources["default-src"] == ["'self'"]
    assert sources["object-src"] == sources["frame-ancestors"] == sources["base-uri"] == ["'none'"]
    assert sources["form-action"] == ["'self'"]
    everything = {source for listed in sources.values() for source in listed}
    assert not everything & {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}
    assert {source for source in everything if "nonce" not in source} <= {"'self'", "'none'", "data:"}


def test_what_stands_in_a_page_itself_is_let_in_by_a_word_nobody_can_know_before(client):
    nonces = []
    for _ in range(2):
        answer = client.get("/cookies")
        [nonce] = re.findall(r"<style nonce=\"([^\"]+)\">", answer.text)
        assert f"'nonce-{nonce}'" in policy(answer)["style-src"]
        assert "<script>" not in answer.text
        assert not re.search(r"\sstyle=\"|\son[a-z]+=\"", answer.text)
        nonces.append(nonce)

    assert nonces[0] != nonces[1]
    assert min(map(len, nonces)) >= 22


def test_a_refusal_is_dressed_as_a_page_of_ours(app, client, monkeypatch):
    """What is refused before any view still has the word that lets its own styles in."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post("/staff/sign-in", headers={"Origin": "https://elsewhere.example"})

    assert answer.status_code == 400
    [nonce] = re.findall(r"<style nonce=\"([^\"]+)\">", answer.text)
    assert f"'nonce-{nonce}'" in policy(answer)["style-src"]


# ---- secure addresses


def test_behind_a_secure_address_everything_else_is_sent_there(secure):
    answer = secure.get("/cookies", base_url="http://births.example.gov.uk")

    assert answer.status_code in {301, 302}
    assert answer.headers["Location"] == "https://births.example.gov.uk/cookies"


def test_behind_a_secure_address_browsers_are_told_to_stay_there(secure):
    answer = secure.get("/cookies", base_url="https://births.example.gov.uk")

    assert answer.status_code == 200
    assert re.match(r"max-age=\d{8,}", answer.headers["Strict-Transport-Security"])


def test_the_demonstration_on_this_machine_needs_no_secure_address(client):
    answer = client.get("/cookies")

    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("behind", ["secure", "plain"])
def test_a_session_cookie_is_for_this_service_only(new_database, tmp_path, behind):
    public = (
        {"PUBLIC_URL": "https://births.example.gov.uk", "SESSION_COOKIE_SECURE": True} if behind == "secure" else {}
    )
    with applications(tmp_path) as make:
        browser = make(new_database("cookies"), WTF_CSRF_ENABLED=True, **public).test_client()
        answer = browser.get("/find-booking", base_url="https://births.example.gov.uk")

    name = "__Host-session=" if behind == "secure" else "session="
    [cookie] = [line.split("; ") for line in answer.headers.getlist("Set-Cookie") if line.startswith(name)]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie)
    assert ("Secure" in cookie) is (behind == "secure")
    assert not [part for part in cookie if part.startswith("Domain")]


# ---- what no answer lets in


def test_no_page_does_what_another_site_makes_a_browser_ask_for(app, client, database, monkeypatch):
    """Without the key of the session nothing is done, on any page; programs and carriers sign in other ways."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    pages = [
        rule for rule in routes(app) if "POST" in rule.methods and not rule.endpoint.startswith(("api.", "receipts."))
    ]
    from_there = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answers = {rule.rule: client.post(address(app, rule), headers=from_there) for rule in pages}

    assert len(pages) > 25
    # A family that was away for long is shown its booking again, and told to press once more.
    asked_again = {path for path, answer in answers.items() if answer.headers.get("Location", "").endswith("?away=1")}
    assert all(path.startswith(("/booking/<token>", "/your-details/<token>")) for path in asked_again)
    assert {
        path: answer.status_code for path, answer in answers.items() if answer.status_code != 400
    }.keys() == asked_again
    done = (
        "SELECT (SELECT count(*) FROM audit_event) + (SELECT count(*) FROM journey) + (SELECT count(*) FROM occupancy)"
    )
    assert database.execute(text(done)).scalar_one() == 0


@pytest.mark.parametrize("step", ["time", "check"])
def test_a_page_sent_too_early_and_without_its_key_leads_to_what_comes_first(app, client, monkeypatch, step):
    client.get("/book/where-born")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    client.post("/book/where-born")

    answer = client.post(f"/book/{step}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/book/where-born"


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/find-booking", b"reference=" + b"x" * 300_000, "application/x-www-form-urlencoded"),
        ("/find-booking", b"a=&" * 100_000, "application/x-www-form-urlencoded"),
        ("/staff/sign-in", b"email=" + b"x" * 300_000, "application/x-www-form-urlencoded"),
        ("/api/v1/holds", b'{"centre": "' + b"x" * 300_000 + b'"}', "application/json"),
    ],
)
def test_more_than_anybody_types_is_refused_before_it_is_read(client, path, content, kind):
    answer = client.post(path, data=content, content_type=kind)

    assert answer.status_code == 413
    assert len(answer.data) < 20_000


def test_a_file_in_a_form_is_refused_by_its_size_too(client):
    from io import BytesIO

    answer = client.post("/find-booking", data={"reference": (BytesIO(b"x" * 300_000), "photo.jpg")})

    assert answer.status_code == 413
    assert "That is too much to send" in answer.text


# ---- files


def test_a_file_that_bears_its_own_digest_is_kept_for_ever_and_checked_for_nothing(client):
    answer = client.get(asset_url("app.css"), buffered=True)

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert int(re.search(r"max-age=(\d+)", answer.headers["Cache-Control"])[1]) >= 365 * 24 * 3600
    assert "public" in answer.headers["Cache-Control"]


def test_a_file_is_not_taken_for_another_kind_of_file(client):
    answer = client.get(asset_url("app.js"), buffered=True)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "text/javascript"


@pytest.mark.parametrize(("coding", "read"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_file_travels_compressed_and_arrives_the_same(client, coding, read):
    plain = client.get(asset_url("app.css"), headers={"Accept-Encoding": "identity"}, buffered=True)
    answer = client.get(asset_url("app.css"), headers={"Accept-Encoding": coding}, buffered=True)

    assert answer.headers["Content-Encoding"] == coding
    assert read(answer.data) == plain.data
    assert len(answer.data) < len(plain.data) / 2
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/build/../../factory.py", "/static/%2e%2e/config.py", "/static/", "/static/x.css"],
)
def test_nothing_but_what_was_built_is_given_out(client, path):
    assert client.get(path).status_code == 404


def test_a_page_is_not_kept_for_others(client):
    answer = client.get("/find-booking")

    assert "public" not in answer.headers.get("Cache-Control", "")
    assert "immutable" not in answer.headers.get("Cache-Control", "")


# ---- settings


def test_without_settings_of_a_caller_those_of_the_environment_are_read(monkeypatch, tmp_path):
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.setenv("SMTP_HOST", "mail.example")

    with pytest.raises(SettingRefused, match="SMTP_HOST is not a setting of this service"):
        create_app()


def test_two_applications_share_no_settings(tmp_path):
    with applications(tmp_path) as make:
        one = make(NOWHERE, LOG_LEVEL="ERROR", SECRET_KEY="the key of one, 32 letters ......")
        other = make("", SECRET_KEY="the key of the other, 32 letters")

        assert (one.secret_key, other.secret_key) == (one.config["SECRET_KEY"], other.config["SECRET_KEY"])
        assert one.secret_key != other.secret_key
        assert (one.config["EMBEDDED"], other.config["EMBEDDED"]) == (False, True)
        assert one.config["SQLALCHEMY_DATABASE_URI"] == NOWHERE
        assert str(tmp_path.name) in other.config["SQLALCHEMY_DATABASE_URI"]


@pytest.mark.parametrize("level", ["DEBUG", "WARNING", "ERROR"])
def test_the_log_says_as_much_as_it_was_asked_to(tmp_path, level):
    with applications(tmp_path) as make:
        assert make(NOWHERE, LOG_LEVEL=level).logger.level == getattr(logging, level)


# ---- what is loaded


def loaded(statement, names):
    """Give which of these libraries a fresh Python has loaded after a statement."""
    program = f"import sys; {statement}; print(*[name for name in {names!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_the_web_process_carries_no_tools_it_does_not_use():
    heavy = [
        "pandas",
        "numpy",
        "scipy",
        "highspy",
        "lifelines",
        "statsmodels",
        "splink",
        "duckdb",
        "altair",
        "matplotlib",
    ]

    assert loaded("import registration.factory", heavy) == []


RULES = [path.parent.name for path in ROOT.glob("registration/*/rules.py")]


@pytest.mark.parametrize("capability", sorted(RULES))
def test_the_rules_of_a_capability_load_no_framework(capability):
    assert loaded(f"import registration.{capability}.rules", ["flask", "sqlalchemy", "wtforms", "procrastinate"]) == []
