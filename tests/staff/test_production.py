"""Signing in as a council has it: two-factor required, form keys checked, tries counted, real commits."""

import re
import threading

import pyotp
import pytest
from sqlalchemy import text

from registration.staff.security import reset_link
from tests.conftest import settings
from tests.staff.people import PASSWORD, page


@pytest.fixture(scope="module")
def production(new_database, tmp_path_factory):
    from registration.common import queue
    from registration.common.db import db
    from registration.factory import create_app

    kept = list(queue._application)
    given = {"DEMO": False, "RATE_LIMITS": True, "WTF_CSRF_ENABLED": True, "SMTP_URL": "smtp://127.0.0.1:9"}
    app = create_app(settings(new_database("staff_production"), tmp_path_factory.mktemp("instance"), **given))
    yield app
    queue._application[:] = kept
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def person(production):
    """Make an account and give a link to set its password."""
    from registration.common.transaction import transaction
    from registration.staff.actions import add_account

    def make(email, role="registrar"):
        with production.app_context():
            with transaction():
                user = add_account(email, role=role)
            return reset_link(user).partition("8000")[2]

    return make


def key_of(answer):
    return re.search(r'name="csrf_token" value="([^"]+)"', answer.text)[1]


def send(client, path, **data):
    """Fill in the form of a page as a browser would, its key too."""
    return client.post(path, data={"csrf_token": key_of(client.get(path)), **data})


def enrolled(production, person, email):
    """A person with a password and an authenticator app: (browser, app)."""
    client = production.test_client()
    send(client, person(email), password=PASSWORD, password_confirm=PASSWORD)
    send(client, "/staff/sign-in", email=email, password=PASSWORD)
    shown = send(client, "/staff/two-factor", setup="authenticator")
    app = pyotp.TOTP(re.search(r"<code>([A-Z2-7-]+)</code>", shown.text)[1].replace("-", ""))
    done = client.post("/staff/code", data={"csrf_token": key_of(shown), "code": app.now()})
    assert done.headers["Location"] == "/staff/"
    return client, app


def forget_last_code(production, email):
    """As if half a minute had gone by since the last code."""
    from registration.common.transaction import transaction
    from registration.staff.queries import account

    with production.app_context(), transaction():
        account(email).tf_last_counter = None


def test_a_new_colleague_gets_in_with_a_link_a_password_and_an_app(production, person):
    client, _ = enrolled(production, person, "new@council.gov.uk")

    shown = client.get("/staff/")
    assert "Signed in as new@council.gov.uk" in page(shown)
    assert "Demonstration" not in shown.text
    assert client.post("/staff/sign-out").status_code == 303
    assert client.get("/staff/").status_code == 200, "without the form's key nobody is signed out"
    assert send(client, "/staff/", follow="").status_code == 405
    assert client.post("/staff/sign-out", data={"csrf_token": key_of(shown)}).headers["Location"] == "/staff/sign-in"


@pytest.mark.parametrize("path", ["/staff/sign-in", "/staff/reset"])
def test_a_form_of_another_site_is_not_taken(production, path):
    client = production.test_client()

    typed = {"email": "jo@council.gov.uk", "password": PASSWORD}
    assert client.post(path, data=typed, headers={"Origin": "https://elsewhere.example"}).status_code == 400
    anew = client.post(path, data=typed)
    assert (anew.status_code, anew.location) == (303, path), (
        "without a key of ours the page is made anew, and nothing done"
    )


def from_elsewhere(production, address="203.0.113.77"):
    client = production.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def test_who_tries_wrong_passwords_has_to_wait_and_holds_nobody_else_up(production, person):
    email = "aimed-at@council.gov.uk"
    enrolled(production, person, email)
    stranger, owner = from_elsewhere(production), production.test_client()

    tries = [send(stranger, "/staff/sign-in", email=email, password="wrong!").status_code for _ in range(8)]

    assert tries == [200] * 5 + [429] * 3
    assert send(owner, "/staff/sign-in", email=email, password=PASSWORD).status_code == 302
    refused = send(stranger, "/staff/sign-in", email=email, password=PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 901


@pytest.mark.parametrize(("window", "most"), [("15/minute", 10), ("1/day", 30)])
def test_who_goes_on_trying_waits_longer(production, person, window, most):
    email = f"again-{most}@council.gov.uk"
    enrolled(production, person, email)
    stranger = from_elsewhere(production, f"203.0.113.{most}")
    send(stranger, "/staff/sign-in", email=email, password="wrong!")

    assert set_count(production, f"%/security.login/{most}/{window}", most) >= 1
    assert send(stranger, "/staff/sign-in", email=email, password=PASSWORD).status_code == 429
    assert send(production.test_client(), "/staff/sign-in", email=email, password=PASSWORD).status_code == 302


def test_an_account_is_left_alone_for_a_day_after_a_hundred_wrong_tries_from_everywhere(production, person):
    email = "everywhere@council.gov.uk"
    enrolled(production, person, email)
    for number in range(2):
        send(from_elsewhere(production, f"203.0.113.{number}"), "/staff/sign-in", email=email, password="wrong!")
    counted = set_count(production, "%/security.login/100/1/day", 99, email)
    assert counted == 2, "both addresses count together"

    send(from_elsewhere(production, "203.0.113.9"), "/staff/sign-in", email=email, password="wrong!")

    assert send(production.test_client(), "/staff/sign-in", email=email, password=PASSWORD).status_code == 429


def set_count(production, like, count, email=""):
    """Set how often something was tried; give the highest number it was before."""
    from registration.common.db import db
    from registration.staff.views.signing_in import _aimed_at

    with production.app_context(), db.engine.begin() as connection:
        which = {"like": f"%{_aimed_at(email)}{like}" if email else like, "count": count}
        before = connection.execute(text("SELECT max(count) FROM try_count WHERE key LIKE :like"), which).scalar_one()
        connection.execute(text("UPDATE try_count SET count = :count WHERE key LIKE :like"), which)
    return before


def test_an_account_counts_as_one_however_its_address_is_written(production, person):
    enrolled(production, person, "tried@council.gov.uk")
    client = production.test_client()
    ways = ["tried@council.gov.uk", "TRIED@council.gov.uk", " tried@council.gov.uk", "tried@ｃouncil.gov.uk"]

    tries = [send(client, "/staff/sign-in", email=ways[n % 4], password="wrong!") for n in range(5)]
    again = production.test_client()
    right = send(again, "/staff/sign-in", email="tried@council.gov.uk", password=PASSWORD)
    other = send(client, "/staff/sign-in", email="other@council.gov.uk", password="wrong!")

    assert {answer.status_code for answer in tries} == {200}
    assert "wait a few minutes" in page(right, 429)
    nobody = send(client, "/staff/sign-in", email="no address", password="wrong!")

    assert (other.status_code, nobody.status_code) == (200, 200)


def test_signing_in_well_is_never_counted(production, person):
    email = "often@council.gov.uk"
    enrolled(production, person, email)

    for _ in range(12):
        answer = send(production.test_client(), "/staff/sign-in", email=email, password=PASSWORD)
        assert answer.status_code == 302


def test_codes_cannot_be_tried_through(production, person):
    email = "codes@council.gov.uk"
    _, app = enrolled(production, person, email)
    forget_last_code(production, email)
    client = production.test_client()
    send(client, "/staff/sign-in", email=email, password=PASSWORD)

    tries = [send(client, "/staff/code", code=f"{n:06}").status_code for n in range(5)]
    again = production.test_client()
    send(again, "/staff/sign-in", email=email, password=PASSWORD)

    assert tries == [200] * 5
    assert send(again, "/staff/code", code=app.now()).status_code == 429
    owner = from_elsewhere(production)
    send(owner, "/staff/sign-in", email=email, password=PASSWORD)
    assert send(owner, "/staff/code", code=app.now()).status_code == 302


def test_one_address_is_not_flooded_with_letters(production, person):
    person("flooded@council.gov.uk")
    client = production.test_client()

    answers = [send(client, "/staff/reset", email="flooded@council.gov.uk").status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]


def test_one_code_opens_one_door_though_two_use_it_at_once(production, person):
    email = "twice@council.gov.uk"
    _, app = enrolled(production, person, email)
    forget_last_code(production, email)
    both = [production.test_client() for _ in range(2)]
    keys = []
    for client in both:
        send(client, "/staff/sign-in", email=email, password=PASSWORD)
        keys.append(key_of(client.get("/staff/code")))
    code, start, answers = app.now(), threading.Barrier(2), []

    def enter(client, key):
        start.wait()
        answers.append(client.post("/staff/code", data={"csrf_token": key, "code": code}).status_code)

    threads = [threading.Thread(target=enter, args=given) for given in zip(both, keys, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 302]


def test_two_factor_is_required_outside_a_demonstration_and_where_a_demonstration_asks(production, app, tmp_path):
    from registration.factory import create_app

    asks = create_app(settings(app.config["SQLALCHEMY_DATABASE_URI"], tmp_path, TWO_FACTOR=True))

    assert production.config["SECURITY_TWO_FACTOR_REQUIRED"]
    assert asks.config["SECURITY_TWO_FACTOR_REQUIRED"]
    assert not app.config["SECURITY_TWO_FACTOR_REQUIRED"]
