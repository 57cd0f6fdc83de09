"""What the service says of itself: enough to find a fault, nothing of a family, and no line that somebody else wrote."""

import io
import json
import logging
import subprocess
import sys

import pytest
import sqlalchemy as sa
from flask import abort
from sqlalchemy import text

from registration.common import log
from registration.common.queue import defer, queue
from registration.config import Config
from tests.applications import applications
from tests.conftest import settings

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
MOTHER = "Jane Smith"


@pytest.fixture
def written(caplog):
    """Give what was logged since, each line as a council's service writes it."""
    caplog.set_level("DEBUG", "registration")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log.Lines(as_json=True, words=False))
    logging.getLogger("registration").addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger("registration").removeHandler(handler)


@pytest.fixture
def failing(tmp_path):
    """Give a browser on a service one of whose pages fails in each way we know."""

    def typed(name):
        int(name)

    def twice(name):
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            connection.execute(text("CREATE TABLE family (name TEXT UNIQUE)"))
            connection.execute(text("INSERT INTO family VALUES (:name)"), [{"name": name}] * 2)

    with applications(tmp_path) as make:
        app = make(NOWHERE, TESTING=False, DEMO=False)
        for number, view in enumerate((typed, twice)):
            app.add_url_rule(f"/fails-{number}/<name>", f"tests.{view.__name__}", view)
        app.add_url_rule("/gone", "tests.gone", lambda: abort(410))
        app.session_interface.open_session = lambda app, _request: app.session_interface.session_class(sid="x")
        yield app.test_client()


def error_of(words, fault, *, as_json=True):
    try:
        raise fault
    except type(fault):
        record = logging.LogRecord("registration.x", logging.ERROR, "x.py", 1, "it failed", (), sys.exc_info())
    return log.Lines(as_json=as_json, words=words).format(record)


def plain(message, *args, name="registration.x"):
    record = logging.LogRecord(name, logging.WARNING, "x.py", 1, message, args, None)
    return log.Lines(as_json=False, words=False).format(record)


def test_a_request_is_one_line_with_its_endpoint_and_never_its_address(client, written):
    token = "a-secret-of-a-family"
    answer = client.get(f"/booking/{token}?email=jane@example.com")

    (line,) = [each for each in written() if each["logger"] == "registration.requests"]
    assert line["endpoint"] == "manage.show"
    assert (line["method"], line["status"], line["level"], line["message"]) == ("GET", 404, "INFO", "request")
    assert line["ms"] > 0
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert token not in json.dumps(line)
    assert "jane" not in json.dumps(written())


def test_what_matches_no_page_and_no_method_of_ours_is_named_by_neither(client, written):
    client.open("/nowhere/jane@example.com", method="JANE")

    assert [(each["endpoint"], each["method"], each["status"]) for each in written() if "endpoint" in each] == [
        (None, "other", 404)
    ]


def test_what_machines_ask_every_few_seconds_is_told_only_to_who_wants_everything(client, written):
    client.get("/health/live")
    assert [each["level"] for each in written() if each["logger"] == "registration.requests"] == ["DEBUG"]


@pytest.mark.parametrize("name", ["a" * 8, "0f" * 16, "b57406d5-55f1-40ed-868d-12c0f5661ca2", "b" * 64, "A-z_0123"])
def test_a_request_keeps_the_name_that_the_web_server_in_front_gave_it(client, name):
    assert client.get("/privacy", headers={"X-Request-ID": name}).headers["X-Request-ID"] == name


@pytest.mark.parametrize(
    "name", ["short", "c" * 65, "a b c d e f", "x\u2028" * 8, 'abcdefgh"', "abcdefgh;", "<script>alert", "ééééééééé"]
)
def test_a_name_that_is_not_safe_is_replaced(client, name):
    given = client.get("/privacy", headers={"X-Request-ID": name.encode("utf-8").decode("latin-1")})

    assert len(given.headers["X-Request-ID"]) == 32
    assert given.headers["X-Request-ID"].isalnum()


def test_a_page_that_fails_is_told_with_its_stack_and_without_what_was_typed(failing, written):
    assert failing.get(f"/fails-0/{MOTHER}").status_code == 500

    failed, request = [each for each in written() if each["level"] != "DEBUG"]
    assert (failed["message"], failed["logger"]) == ("a request failed", "registration")
    assert failed["request_id"] == request["request_id"]
    assert request["status"] == 500
    (fault,) = failed["exception"]
    assert fault["type"] == "builtins.ValueError"
    assert fault["stack"][-1].startswith("tests/common/test_log.py:")
    assert MOTHER not in json.dumps(written())


def test_a_fault_of_the_database_tells_its_kind_and_none_of_the_values(failing, written):
    failing.get(f"/fails-1/{MOTHER}")

    assert "sqlalchemy.exc.IntegrityError" in [
        fault["type"] for each in written() for fault in each.get("exception", ())
    ]
    assert MOTHER not in json.dumps(written())


def test_what_the_database_refused_is_told_by_its_code_and_constraint(database):
    """PostgreSQL names the value: Key (email)=(jane@example.com) already exists."""
    insert = text("INSERT INTO try_count (key, count, expires_at) VALUES (:key, 1, now())")
    with pytest.raises(sa.exc.IntegrityError) as twice:
        database.execute(insert, [{"key": "jane@example.com"}] * 2)

    line = json.loads(error_of(False, twice.value))

    assert [(each["type"], each.get("sqlstate"), each.get("constraint")) for each in line["exception"]] == [
        ("sqlalchemy.exc.IntegrityError", None, None),
        ("psycopg.errors.UniqueViolation", "23505", "pk_try_count"),
    ]
    assert "jane" not in json.dumps(line)


def test_of_invented_families_an_exception_tells_its_words_too():
    assert json.loads(error_of(True, ValueError("of Jane")))["exception"][0]["said"] == "of Jane"
    assert "of Jane" in error_of(True, ValueError("of Jane"), as_json=False)


def test_an_exception_that_leads_back_to_itself_is_told_once():
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first

    assert len(json.loads(error_of(False, first))["exception"]) == 2


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("sign", ["\n", "\r", "\x00", "\x1b[31m", "\u2028", "\x85", "\x0b"])
def test_nothing_that_is_told_begins_a_line_of_its_own(as_json, sign):
    forged = f"Jane{sign}2026-11-23T00:00:00 INFO all is well"
    record = logging.LogRecord("registration.x", logging.INFO, "x.py", 1, "%s", (forged,), None)

    line = log.Lines(as_json=as_json, words=False).format(record)

    assert len(line.splitlines()) == 1
    assert sign not in line


def test_the_lines_of_a_stack_are_set_apart_from_events():
    first, *others = error_of(True, ValueError("x\n2026 INFO registration.x all is well"), as_json=False).splitlines()

    assert first.endswith("ERROR registration.x it failed")
    assert others
    assert all(line.startswith("  | ") for line in others)


def test_of_other_libraries_the_sentence_is_kept_without_its_values():
    assert plain("retrying %s", MOTHER, name="urllib3.connectionpool").endswith("urllib3.connectionpool retrying %s")
    assert plain("worker %s", 7, name="gunicorn.error").endswith("worker 7")


ENDS = """
from registration.common.log import begin_log
from registration.config import Config
begin_log(Config(SECRET_KEY="x" * 16, LOG_FORMAT="JSON", DEMO={demo}))
raise ValueError("aoife@example.org is there twice")
"""


@pytest.mark.parametrize("demo", [False, True])
def test_what_ends_a_program_is_told_without_what_the_fault_says(demo):
    ended = subprocess.run([sys.executable, "-c", ENDS.format(demo=demo)], capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert ("aoife@example.org" in ended.stderr) is demo
    if not demo:
        told = json.loads(ended.stderr)
        assert (told["level"], told["exception"][0]["type"]) == ("CRITICAL", "builtins.ValueError")


def test_the_log_is_begun_once_for_a_process(monkeypatch, capsys):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(logging.getLogger("registration"), "level", 0)
    config = Config(SECRET_KEY="x" * 16, LOG_FORMAT="JSON", LOG_LEVEL="ERROR")
    for _ in range(2):
        log.begin_log(config)

    logging.getLogger("registration.x").warning("too little to be told")
    logging.getLogger("registration.x").error("told", extra={"facts": {"rows": 3}})
    logging.getLogger("procrastinate.worker").error("with arguments", extra={"job": {"id": 1}})
    logging.getLogger("procrastinate.worker").error("no database")

    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(each["message"], each.get("rows")) for each in told] == [("told", 3), ("no database", None)]
    assert logging.raiseExceptions is False


# ---- jobs


def test_a_job_runs_in_the_name_of_the_request_that_asked_for_it(app, database, register, written):
    seen = []
    register("tests.named", lambda number: seen.append((number, log.request_id.get())))
    with log.in_hand("a request", "a-request-of-a-family", periodic=False):
        defer("tests.named", number=7)
    arguments = database.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'tests.named'")).scalar()

    queue.tasks["tests.named"](**arguments)

    assert seen == [(7, "a-request-of-a-family")]
    assert log.request_id.get() == ""
    assert [(each["job"], each["request_id"]) for each in written() if each["message"] == "job done"][-1:] == [
        ("tests.named", "a-request-of-a-family")
    ]


def test_a_job_that_fails_is_told_without_its_arguments(app, register, written):
    def fail(details):
        raise KeyError(details)

    register("tests.fails", fail)
    with pytest.raises(KeyError):
        queue.tasks["tests.fails"](details=MOTHER, request_id="the-request")

    (line,) = written()
    assert (line["message"], line["job"], line["request_id"]) == ("job failed", "tests.fails", "the-request")
    assert MOTHER not in json.dumps(line)


def test_what_falls_due_every_minute_is_told_only_to_who_wants_everything(app, register, written):
    register("tests.due", lambda _due: None, every="* * * * *")
    queue.tasks["tests.due"](timestamp=0)

    assert [each["level"] for each in written()] == ["DEBUG"]


def test_settings_of_a_demonstration_are_for_a_person_and_a_councils_for_a_program(tmp_path):
    def read(**given):
        return Config.from_environment({"INSTANCE": str(tmp_path), "SECRET_KEY": "x" * 32} | given)

    assert (read(DEMO="1").LOG_FORMAT, read(DEMO="1").LOG_LEVEL) == ("TEXT", "WARNING")
    assert (read(DEMO="0").LOG_FORMAT, read(DEMO="0").LOG_LEVEL) == ("JSON", "INFO")
    assert read(DEMO="0", LOG_FORMAT="text").LOG_FORMAT == "TEXT"
    assert settings(NOWHERE, tmp_path).LOG_FORMAT == "TEXT"
