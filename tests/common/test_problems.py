"""Refusals for programs: each type is named, explained on a page, and never anything else than a problem."""

import html5lib
import pytest
from bs4 import BeautifulSoup

from registration.common.problems import TYPES, problem, problem_for


@pytest.mark.parametrize("name", TYPES)
def test_every_type_of_problem_has_a_page_that_says_what_to_do(client, name):
    answer = client.get(f"/api/problems/{name}?lang=ur")

    html5lib.HTMLParser(strict=True).parse(answer.text)
    page = BeautifulSoup(answer.text, "html.parser")
    assert (answer.status_code, page.html["lang"], page.html["dir"]) == (200, "en", "ltr")
    assert page.h1.text == TYPES[name].title
    assert str(TYPES[name].status) in page.main.text
    assert page.select_one("main p.govuk-body").text.endswith(".")
    assert "`" not in page.main.text


def test_a_type_nobody_knows_is_not_there(client):
    answer = client.get("/api/problems/no-such-problem")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize("name", TYPES)
def test_a_problem_leads_to_its_own_page(app, client, name):
    with app.test_request_context("/"):
        refused = problem(name, more=1)
    assert refused.mimetype == "application/problem+json"
    assert refused.status_code == refused.json["status"] == TYPES[name].status
    assert refused.json["detail"] == refused.json["title"] == TYPES[name].title
    assert refused.json["more"] == 1
    assert client.get(refused.json["type"]).status_code == 200
    assert ("Retry-After" in refused.headers) is (refused.status_code in {429, 503})


@pytest.mark.parametrize(
    ("status", "name"), [(400, "unreadable-body"), (404, "not-found"), (500, "server-error"), (502, "server-error")]
)
def test_what_the_framework_refuses_is_a_problem_too(app, status, name):
    with app.test_request_context("/"):
        refused = problem_for(status)
    assert refused.json["type"].endswith(f"/api/problems/{name}")


@pytest.mark.parametrize("status", [401, 403, 408, 418, 431])
def test_a_refusal_without_a_type_of_ours_is_called_what_http_calls_it(app, status):
    with app.test_request_context("/"):
        refused = problem_for(status)
    assert refused.status_code == refused.json["status"] == status
    assert refused.json["type"] == "about:blank"
    assert refused.mimetype == "application/problem+json"


def test_the_addresses_of_problems_are_those_the_service_is_known_by(app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://births.example/")
    with app.test_request_context("/"):
        assert problem("not-found").json["type"] == "https://births.example/api/problems/not-found"
