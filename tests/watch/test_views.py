"""/metrics: for whoever shows the token, cheap, and there while the database is not."""

from time import monotonic

import pytest
from sqlalchemy import text

from registration.watch import queries, views
from tests.applications import applications

TOKEN = "a-token-of-the-council"
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


def test_without_a_token_of_the_councils_there_is_no_such_page(client):
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer another-token-of-16", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_who_does_not_show_the_token_is_told_nothing(app, client, monkeypatch, shown):
    monkeypatch.setitem(app.config, "METRICS_TOKEN", TOKEN)

    answer = client.get("/metrics", headers={"Authorization": shown})

    assert (answer.status_code, answer.text, answer.headers["WWW-Authenticate"]) == (401, "", "Bearer")


def test_it_is_plain_text_that_nobody_keeps_and_nobody_is_remembered_for(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "METRICS_TOKEN", TOKEN)

    answer = client.get("/metrics", headers=SHOWN)

    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_every_line_is_a_meaning_a_kind_or_a_number_and_no_name_comes_twice(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "METRICS_TOKEN", TOKEN)
    lines = client.get("/metrics", headers=SHOWN).text.splitlines()

    kinds = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(kinds) == len(set(kinds)) > 10
    samples = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]
    assert len(samples) == len(set(samples))
    assert all(name.startswith(tuple(kinds)) for name in samples)


def test_the_database_is_asked_once_in_fifteen_seconds_and_requests_are_counted_always(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "METRICS_TOKEN", TOKEN)
    asked, present = [], [monotonic()]
    monkeypatch.setattr(views, "clock_skew", lambda: asked.append(1) or 0.0)
    monkeypatch.setattr(views, "monotonic", lambda: present[0])
    monkeypatch.setitem(app.extensions, "watch", views._Memory())

    def privacy():
        line = 'rightstart_requests_total{endpoint="pages.privacy",status="2xx"} '
        found = [each for each in client.get("/metrics", headers=SHOWN).text.splitlines() if each.startswith(line)]
        return int(found[0].removeprefix(line)) if found else 0

    before = privacy()
    client.get("/privacy")
    present[0] += 14.9
    assert (privacy(), len(asked)) == (before + 1, 1)
    present[0] += 0.2
    privacy()
    assert len(asked) == 2


def test_without_a_database_it_says_so_and_tells_what_it_knows(tmp_path):
    with applications(tmp_path) as make:
        said = make(NOWHERE, METRICS_TOKEN=TOKEN).test_client().get("/metrics", headers=SHOWN)

    assert said.status_code == 200
    assert "rightstart_database_answers 0\nrightstart_" not in said.text
    assert "\nrightstart_database_answers 0\n" in said.text
    assert "\nrightstart_figures_complete 0\n" in said.text
    assert "rightstart_requests_total{" in said.text


def test_a_question_that_takes_too_long_is_left_and_said(read, monkeypatch, world):
    monkeypatch.setattr(queries, "_HOLDS", text("SELECT pg_sleep(5)"))
    monkeypatch.setattr(queries, "_LIMIT", text("SET LOCAL statement_timeout = 50"))

    said = read()

    assert (said["database_answers"], said["figures_complete"]) == (1, 0)
    assert "holds" not in said


def test_prometheus_asks_inside_the_house_without_tls(tmp_path):
    with applications(tmp_path) as make:
        browser = make(NOWHERE, METRICS_TOKEN=TOKEN, SESSION_COOKIE_SECURE=True).test_client()

        assert browser.get("/metrics", headers=SHOWN).status_code == 200
