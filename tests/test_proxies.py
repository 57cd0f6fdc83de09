"""Who asks: whoever connects, or whom as many web servers in front name as the council says there are."""

import pytest
from flask import request

from registration.common.limits import client
from registration.factory import create_app
from tests.conftest import settings


@pytest.fixture
def asked_by(server_url, tmp_path):
    """Give the client, as limits count it, of a request through so many trusted web servers with these headers."""

    def ask(number, **headers):
        app = create_app(settings(server_url.format("postgres"), tmp_path, TRUSTED_PROXIES=number))
        app.add_url_rule("/who", "who", client)
        app.add_url_rule("/where", "where", lambda: request.host_url)
        sent = {f"X-Forwarded-{name}": value for name, value in headers.items()}
        browser = app.test_client()
        return browser.get("/who", headers=sent).text, browser.get("/where", headers=sent).text

    return ask


def test_without_a_trusted_web_server_nobody_can_pass_for_another(asked_by):
    assert asked_by(0, For="203.0.113.7", Host="evil.example", Proto="https") == asked_by(0)


def test_behind_one_web_server_families_are_told_apart(asked_by):
    one, where = asked_by(1, For="203.0.113.7", Host="births.example.gov.uk", Proto="https")
    other, _ = asked_by(1, For="203.0.113.8")

    assert one != other
    assert where == "https://births.example.gov.uk/"


def test_what_a_family_claims_itself_before_the_web_server_is_not_believed(asked_by):
    claimed, _ = asked_by(1, For="198.51.100.1, 203.0.113.7")

    assert claimed == asked_by(1, For="203.0.113.7")[0]
