"""Where a person is signed in: seeing it, ending it, and that what is ended stays ended."""

import logging
import re

import pyotp
import pytest

from registration.common import audit
from registration.common.sessions import delete_session_named, sessions_of
from registration.staff import single_sign_on
from registration.staff.rules import browser_named
from registration.staff.single_sign_on import ProviderFailed
from tests.staff.people import PASSWORD, new_person, page, sign_in, sign_in_as

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Mobile/15E148 Safari/604.1"


def another(client, agent=PHONE):
    """Give a second browser."""
    made = type(client)(client.application, client.application.response_class)
    made.environ_base["HTTP_USER_AGENT"] = agent
    return made


def names(user):
    return {kept.data["staff_browser"]: kept.name for kept in sessions_of(user.fs_uniquifier)}


def is_in(client):
    return client.get("/staff/").status_code == 200


@pytest.fixture
def twice(client, database):
    """Somebody signed in with two browsers: the account, Firefox, the telephone."""
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    user, phone = sign_in_as(client, "registrar"), another(client)
    sign_in(phone, user.email)
    return user, client, phone


def test_a_person_sees_where_they_are_signed_in_and_ends_one(twice):
    user, firefox, phone = twice

    shown = page(firefox.get("/staff/sign-ins"))
    assert "Firefox on Windows, this one" in shown
    assert "Safari on iPhone" in shown
    assert len(re.findall("End this sign-in", shown)) == 1

    ended = firefox.post("/staff/sign-ins", data={"which": names(user)["Safari on iPhone"]}, follow_redirects=True)
    assert "That sign-in is ended." in page(ended)
    assert not is_in(phone)
    assert is_in(firefox)
    assert audit.history_of(f"staff:{user.id}")[0].what == "ended a sign-in on another device"


@pytest.mark.parametrize("which", ["", "nonsense", "ab" * 32])
def test_what_is_no_sign_in_ends_nothing(twice, which):
    _, firefox, phone = twice
    answer = firefox.post("/staff/sign-ins", data={"which": which}, follow_redirects=True)

    assert "That sign-in was over already." in page(answer)
    assert is_in(phone)


def test_nobody_sees_or_ends_the_sign_in_of_somebody_else(twice):
    user, firefox, phone = twice
    stranger = another(firefox)
    sign_in_as(stranger, "administrator")

    assert "Firefox" not in page(stranger.get("/staff/sign-ins"))
    for name in names(user).values():
        stranger.post("/staff/sign-ins", data={"which": name})
    assert is_in(phone)
    assert is_in(firefox)


def test_the_name_of_a_sign_in_opens_nothing(twice):
    user, firefox, _ = twice
    thief = another(firefox)
    for name in names(user).values():
        thief.set_cookie("session", name)
        assert not is_in(thief)


def test_the_password_is_asked_for_again_after_a_while(twice):
    user, firefox, phone = twice
    with firefox.session_transaction() as session:
        session["fs_paa"] -= 16 * 60
        session.pop("fs_gexp", None)

    asked = firefox.post("/staff/sign-ins", data={"which": names(user)["Safari on iPhone"]})
    assert asked.headers["Location"].startswith("/staff/confirm-password")
    assert is_in(phone)
    back = firefox.post(asked.headers["Location"], data={"password": PASSWORD})
    assert back.headers["Location"] == "/staff/sign-ins"


def test_a_sign_in_that_was_ended_is_not_brought_back_by_a_request_in_flight(twice):
    user, _, phone = twice
    with phone.session_transaction() as session:  # read, ended elsewhere, written
        session["staff_seen"] += 40
        assert delete_session_named(user.fs_uniquifier, names(user)["Safari on iPhone"])

    assert not is_in(phone)
    assert list(names(user)) == ["Firefox on Windows"]


def test_an_administrator_signs_somebody_out(twice):
    user, firefox, phone = twice
    chief = another(firefox)
    sign_in_as(chief, "administrator")

    answer = chief.post(f"/staff/people/{user.id}/sign-out", follow_redirects=True)

    assert f"{user.name} is signed out on every device." in page(answer)
    assert not is_in(phone)
    assert not is_in(firefox)
    assert is_in(chief)


def test_everybody_is_signed_out_at_once_by_a_command(twice, runner):
    user, firefox, phone = twice
    former = user.fs_uniquifier

    said = runner.invoke(args=["staff", "sign-out", "--everybody"])

    assert re.fullmatch(r"Everybody is signed out: \d+ sign-ins ended\.\n", said.output)
    assert not is_in(firefox)
    assert not is_in(phone)
    assert user.fs_uniquifier != former


def test_one_person_is_signed_out_by_a_command(twice, runner):
    user, firefox, _ = twice

    assert runner.invoke(args=["staff", "sign-out", user.email]).output == f"{user.email} is signed out everywhere.\n"
    assert not is_in(firefox)


@pytest.mark.parametrize(
    ("given", "status"), [([], 2), (["jo@council.gov.uk", "--everybody"], 2), (["nobody@council.gov.uk"], 1)]
)
def test_whom_to_sign_out_is_to_be_said(database, runner, given, status):
    assert runner.invoke(args=["staff", "sign-out", *given]).exit_code == status


def test_setting_up_an_app_ends_the_other_sign_ins(twice):
    _, firefox, phone = twice

    shown = firefox.post("/staff/two-factor", data={"setup": "authenticator"})
    app = pyotp.TOTP(re.search(r"<code>([A-Z2-7-]+)</code>", shown.text)[1].replace("-", ""))
    firefox.post("/staff/code", data={"code": app.now()})

    assert not is_in(phone)
    assert is_in(firefox)


@pytest.mark.parametrize("path", ["/staff/sign-out", "/staff/sign-out-everywhere"])
def test_signing_out_has_the_browser_drop_its_copies(twice, path):
    answer = twice[1].post(path)

    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert answer.headers["Location"] == "/staff/sign-in"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (PHONE, "Safari on iPhone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140", "Edge on Windows"),
        ("<script>alert(1)</script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_few_words_of_ours(agent, name):
    assert browser_named(agent) == name


# ---- single sign-on


class Provider:
    """A provider whose document says what the test has it say."""

    def __init__(self, **metadata):
        self.metadata = metadata

    def load_server_metadata(self):
        return self.metadata


@pytest.fixture
def issuer(app, monkeypatch):
    monkeypatch.setitem(app.config, "OIDC_ISSUER", "https://login.council.example")
    with app.app_context():
        yield "https://login.council.example"


@pytest.mark.parametrize("own", ["https://login.evil.example", None, "https://login.council.example/other"])
def test_a_document_of_another_issuer_is_not_believed(app, issuer, monkeypatch, own):
    monkeypatch.setitem(app.extensions, "single_sign_on", Provider(issuer=own))

    with app.test_request_context(), pytest.raises(ProviderFailed):
        single_sign_on.to_provider()
    with app.test_request_context(), pytest.raises(ProviderFailed):
        single_sign_on.identity()


def test_a_provider_may_not_sign_with_a_shared_key_or_not_at_all(issuer):
    offered = Provider(issuer=f"{issuer}/", id_token_signing_alg_values_supported=["none", "HS256", "ES256", "RS256"])
    silent = Provider(issuer=issuer)

    kept = [
        single_sign_on._believed(each).metadata["id_token_signing_alg_values_supported"] for each in (offered, silent)
    ]
    assert kept == [["ES256", "RS256"], ["RS256"]]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_on_another_site_signs_nobody_in(app, client, database, issuer, monkeypatch, site):
    asked = []
    monkeypatch.setattr(single_sign_on, "to_provider", lambda: asked.append(1) or "to the provider")

    answer = client.get("/staff/single-sign-on?next=/desk/find", headers={"Sec-Fetch-Site": site})

    assert answer.headers["Location"] == "/staff/sign-in?next=/desk/find"
    assert asked == []


def test_what_a_provider_says_stays_in_one_line_of_the_log(app, issuer, monkeypatch, caplog):
    monkeypatch.setattr(app.logger, "propagate", True)
    with caplog.at_level(logging.WARNING, logger=app.logger.name):
        single_sign_on._tell(ValueError("no\n[2026-11-23] INFO: admin signed in\r\x1b[2J" + "x" * 1000))

    [line] = [record.getMessage() for record in caplog.records]
    assert line.isprintable()
    assert len(line) < 500


def test_a_new_person_has_no_sign_ins(database):
    assert sessions_of(new_person("auditor").fs_uniquifier) == []
