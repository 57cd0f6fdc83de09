"""Signing in through the council's own accounts, against a provider made by others."""

import re
import socket
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import requests
from sqlalchemy import text

from registration.common.transaction import transaction
from registration.staff.actions import add_account, end_account
from tests.applications import applications
from tests.staff.people import page

NOT_KNOWN = "Your council account is not set up for this service."
FAILED = "The council’s single sign-on did not work just now."
MFA = {"amr": ["pwd", "mfa"]}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """A provider of single sign-on on the loopback: its address."""
    address = f"http://127.0.0.1:{free_port()}"
    log = (tmp_path_factory.mktemp("provider") / "log").open("w")
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", address.rpartition(":")[2]]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    for _ in range(100):
        try:
            requests.get(f"{address}/.well-known/openid-configuration", timeout=1)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)
    log.close()


@pytest.fixture(scope="module")
def service(new_database, provider, tmp_path_factory):
    with applications(tmp_path_factory.mktemp("instance")) as make:
        yield make(
            new_database("single_sign_on"),
            DEMO=False,
            SMTP_URL="smtp://127.0.0.1:9",
            OIDC_ISSUER=provider,
            OIDC_CLIENT_ID="right-start",
            OIDC_CLIENT_SECRET="a secret of the provider",
            OIDC_LABEL="Sign in as a Calderdale colleague",
        )


@pytest.fixture
def person(service):
    """Make an account and give its number."""

    def make(email, role="registrar"):
        with service.app_context(), transaction():
            return add_account(email, role=role).id

    return make


def known(provider, subject, **claims):
    """Tell the provider what it knows of somebody."""
    requests.put(f"{provider}/users/{subject}", json=claims, timeout=5).raise_for_status()


def agree(answer, subject):
    """Sign in at the provider we were sent to; give where it sends the browser back to."""
    assert answer.status_code == 302, page(answer)
    back = requests.post(answer.headers["Location"], data={"sub": subject}, allow_redirects=False, timeout=5)
    where = urlsplit(back.headers["Location"])
    return f"{where.path}?{where.query}"


def sign_on(client, subject, **query):
    return client.get(agree(client.get("/staff/single-sign-on", query_string=query), subject))


def row(service, staff_id):
    with service.app_context():
        from registration.common.db import db

        wanted = text("SELECT oidc_subject, login_count FROM staff_user WHERE id = :id")
        with db.engine.connect() as connection:
            return connection.execute(wanted, {"id": staff_id}).one()


def events(service, staff_id):
    with service.app_context():
        from registration.common.db import db

        wanted = text("SELECT event, actor FROM audit_event WHERE about = :about ORDER BY id")
        with db.engine.connect() as connection:
            return [tuple(line) for line in connection.execute(wanted, {"about": f"staff:{staff_id}"})]


def test_the_sign_in_page_offers_single_sign_on_first(service):
    shown = service.test_client().get("/staff/sign-in?next=/history")

    assert page(shown).index("Sign in as a Calderdale colleague") < page(shown).index("Or with a password")
    assert 'href="/staff/single-sign-on?next=/history"' in shown.text


def test_without_a_provider_there_is_no_single_sign_on(client):
    assert "single-sign-on" not in client.get("/staff/sign-in").text
    assert client.get("/staff/single-sign-on").status_code == 404
    assert client.get("/staff/single-sign-on/back").status_code == 404


def test_we_ask_for_a_code_bound_to_this_browser(service, provider):
    asked = urlsplit(service.test_client().get("/staff/single-sign-on").headers["Location"])
    query = {name: value[0] for name, value in parse_qs(asked.query).items()}

    assert f"{asked.scheme}://{asked.netloc}" == provider
    assert query["redirect_uri"] == "http://127.0.0.1:8000/staff/single-sign-on/back"
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) >= 20


def test_a_verified_address_finds_the_account_once_and_its_lasting_name_ever_after(service, provider, person):
    number = person("first@council.gov.uk")
    known(provider, "sub-1", email="First@Council.gov.uk", email_verified=True, **MFA)
    first = service.test_client()
    assert sign_on(first, "sub-1").headers["Location"] == "/staff/"
    assert "first@council.gov.uk" in page(first.get("/staff/"))

    known(provider, "sub-1", email="married@council.gov.uk", email_verified=False, **MFA)
    assert sign_on(service.test_client(), "sub-1").headers["Location"] == "/staff/"

    assert tuple(row(service, number)) == ("sub-1", 2)
    assert events(service, number)[1:] == [
        ("staff.single_sign_on_linked", f"staff:{number}"),
        ("staff.signed_in", f"staff:{number}"),
        ("staff.signed_in", f"staff:{number}"),
    ]


def test_signing_in_leads_to_the_page_that_was_asked_for(service, provider, person):
    person("next@council.gov.uk", role="auditor")
    known(provider, "sub-next", email="next@council.gov.uk", email_verified="true", **MFA)

    assert sign_on(service.test_client(), "sub-next", next="/history").headers["Location"] == "/history"
    assert sign_on(service.test_client(), "sub-next", next="https://evil.example/").headers["Location"] == "/staff/"


def test_who_is_signed_in_already_is_not_sent_away(service, provider, person):
    person("again@council.gov.uk")
    known(provider, "sub-again", email="again@council.gov.uk", email_verified=True, **MFA)
    client = service.test_client()
    sign_on(client, "sub-again")

    assert client.get("/staff/single-sign-on").headers["Location"] == "/staff/"


@pytest.mark.parametrize(
    ("subject", "claims"),
    [
        ("unverified", {"email": "known@unverified.example", "email_verified": False}),
        ("unsaid", {"email": "known@unsaid.example"}),
        ("stranger", {"email": "stranger@stranger.example", "email_verified": True}),
        ("nameless", {}),
        ("odd", {"email": ["known@odd.example"], "email_verified": True}),
    ],
)
def test_nobody_else_gets_in_and_no_account_is_made(service, provider, person, subject, claims):
    number = person(f"known@{subject}.example")
    known(provider, subject, **claims, **MFA)
    client = service.test_client()

    assert sign_on(client, subject).headers["Location"] == "/staff/sign-in"
    assert NOT_KNOWN in page(client.get("/staff/sign-in"))
    assert client.get("/staff/").status_code == 302
    assert tuple(row(service, number)) == (None, 0)


def test_an_address_given_to_a_new_person_is_not_the_account_of_the_former(service, provider, person):
    number = person("desk@council.gov.uk")
    for subject in ("former", "new"):
        known(provider, subject, email="desk@council.gov.uk", email_verified=True, **MFA)
    sign_on(service.test_client(), "former")

    assert sign_on(service.test_client(), "new").headers["Location"] == "/staff/sign-in"
    assert tuple(row(service, number)) == ("former", 1)


def test_an_ended_account_stays_ended(service, provider, person):
    from registration.staff.queries import account_by_id

    person("chief@council.gov.uk", role="administrator")
    number = person("ended@council.gov.uk")
    known(provider, "ended", email="ended@council.gov.uk", email_verified=True, **MFA)
    sign_on(service.test_client(), "ended")
    with service.app_context(), transaction():
        end_account(account_by_id(number))

    assert sign_on(service.test_client(), "ended").headers["Location"] == "/staff/sign-in"


def test_without_a_second_factor_of_the_provider_ours_is_asked(service, provider, person):
    number = person("weak@council.gov.uk")
    known(provider, "weak", email="weak@council.gov.uk", email_verified=True, amr=["pwd"], acr="1")
    client = service.test_client()

    assert sign_on(client, "weak", next="/staff/password").headers["Location"].startswith("/staff/two-factor")
    assert client.get("/staff/").status_code == 302
    shown = client.post("/staff/two-factor", data={"setup": "authenticator"})
    app = pyotp.TOTP(re.search(r"<code>([A-Z2-7-]+)</code>", shown.text)[1].replace("-", ""))
    assert client.post("/staff/code", data={"code": app.now()}).status_code == 302
    assert client.get("/staff/").status_code == 200

    second = service.test_client()
    assert sign_on(second, "weak").headers["Location"].startswith("/staff/code")
    assert second.get("/staff/").status_code == 302
    assert row(service, number).login_count == 1


def test_where_the_provider_did_ask_ours_is_not_asked_again(service, provider, person):
    person("strong@council.gov.uk")
    known(provider, "strong", email="strong@council.gov.uk", email_verified=True, acr="https://refeds.org/profile/mfa")
    client = service.test_client()

    sign_on(client, "strong")

    assert client.get("/staff/").status_code == 200


@pytest.fixture
def back(service, provider, person):
    """A browser and the address the provider sends it back to."""
    person(f"{time.monotonic_ns()}@council.gov.uk")
    known(provider, "sub-back", email="nobody@council.gov.uk", email_verified=True, **MFA)
    client = service.test_client()
    return client, agree(client.get("/staff/single-sign-on"), "sub-back")


def refused(client, answer):
    assert answer.headers["Location"] == "/staff/sign-in"
    assert FAILED in page(client.get("/staff/sign-in"))


def test_an_answer_counts_in_the_browser_that_asked_only(service, back):
    other = service.test_client()

    refused(other, other.get(back[1]))


def test_an_answer_counts_once(back):
    client, address = back
    client.get(address)
    client.get("/staff/sign-in")

    refused(client, client.get(address))


@pytest.mark.parametrize(
    "change",
    [
        lambda address: re.sub("code=[^&]+", "code=made-up", address),
        lambda address: re.sub("state=[^&]+", "state=made-up", address),
        lambda address: address.partition("?")[0],
        lambda address: f"{address}&error=access_denied&error_description=no",
    ],
)
def test_an_answer_that_was_changed_counts_for_nothing(back, change):
    client, address = back

    refused(client, client.get(change(address)))


def test_an_answer_of_another_issuer_counts_for_nothing(service, back, monkeypatch):
    monkeypatch.setitem(service.config, "OIDC_ISSUER", "http://other.example")

    refused(back[0], back[0].get(back[1]))


def test_a_provider_that_is_out_stops_nobody_from_using_a_password(new_database, tmp_path):
    with applications(tmp_path) as make:
        service = make(
            new_database("sign_on_out"),
            OIDC_ISSUER=f"http://127.0.0.1:{free_port()}",
            OIDC_CLIENT_ID="right-start",
            OIDC_CLIENT_SECRET="a secret of the provider",
        )
        client = service.test_client()

        refused(client, client.get("/staff/single-sign-on"))
        assert "Sign in with your council account" in page(client.get("/staff/sign-in"))
