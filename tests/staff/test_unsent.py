"""What staff send after their sign-in ran out is theirs, and there, when they are back."""

import re
import time

import pytest
from bs4 import BeautifulSoup

from registration.staff.actions import sign_out_everywhere as end_every_sign_in
from tests.staff.people import PASSWORD, new_person, page, sign_in, sign_in_as

TYPED = {"q": "O’Brien", "mobile": "07700 900321"}
PERSON = {"email": "new.colleague@council.gov.uk", "name": "New Colleague", "roles": "booking_desk"}


def run_out(client, idle=1801):
    with client.session_transaction() as session:
        session["staff_seen"] -= idle


def fields(answer):
    form = BeautifulSoup(answer.text, "html.parser").select_one("main form")
    sent = [(one["name"], one.get("value", "")) for one in form.select("input[type=hidden]")]
    button = form.select_one("button")
    return form["action"], sent, button.get("name")


def shown_again(client, answer):
    """Follow what the page of a kept form offers."""
    action, sent, button = fields(answer)
    return client.post(action, data=dict(sent) | ({button: "1"} if button else {}))


@pytest.fixture
def away(client, database):
    """An administrator who was away for longer than a sign-in lasts."""
    user = sign_in_as(client, "administrator")
    run_out(client)
    return user


def test_a_form_sent_too_late_is_there_again_after_signing_in(client, away):
    refused = client.post("/staff/people/add", data=PERSON)
    asked = page(client.get(refused.headers["Location"]))
    signed_in = client.post(refused.headers["Location"], data={"email": away.email, "password": PASSWORD})
    told = client.get(signed_in.headers["Location"])
    again = shown_again(client, told)

    assert refused.headers["Location"] == "/staff/sign-in?next=/staff/unsent"
    assert "What you typed is kept for an hour" in asked
    assert signed_in.headers["Location"] == "/staff/unsent"
    assert "nothing of it has been saved yet" in page(told)
    assert "Nothing of it has been saved yet." in page(again, status=again.status_code)
    form = BeautifulSoup(again.text, "html.parser").select_one("main form")
    assert form.select_one("[name=email]")["value"] == PERSON["email"]
    assert form.select_one("[name=name]")["value"] == PERSON["name"]
    assert "Error" not in BeautifulSoup(again.text, "html.parser").title.text


def test_a_form_that_is_only_shown_again_does_nothing(client, away):
    refused = client.post("/staff/people/add", data=PERSON)
    sign_in(client, away.email)
    shown_again(client, client.get("/staff/unsent"))

    assert refused.status_code == 302
    assert PERSON["email"] not in client.get("/staff/people").text


def test_an_address_without_a_page_of_its_own_is_sent_what_was_typed_once_more(client, away):
    client.post("/desk/phone/times", data=TYPED)
    sign_in(client, away.email)
    told = client.get("/staff/unsent")
    action, sent, button = fields(told)

    assert (action, button) == ("/desk/phone/times", None)
    assert dict(sent).items() >= TYPED.items()
    assert "Send it now" in page(told)


def test_what_one_person_typed_is_not_shown_to_the_next_who_signs_in_here(client, away):
    client.post("/staff/people/add", data=PERSON)
    other = new_person("auditor")
    sign_in(client, other.email)

    assert client.get("/staff/unsent").headers["Location"] == "/staff/"
    client.post("/staff/sign-out")
    sign_in(client, away.email)
    assert client.get("/staff/unsent").headers["Location"] == "/staff/"


def test_a_form_is_kept_for_an_hour(client, away):
    client.post("/staff/people/add", data=PERSON)
    sign_in(client, away.email)
    with client.session_transaction() as session:
        assert 3590 < session["unsent"]["until"] - time.time() <= 3600
        session["unsent"]["until"] -= 3601
        session.modified = True

    assert client.get("/staff/unsent").headers["Location"] == "/staff/"


def test_what_is_no_longer_wanted_is_thrown_away(client, away):
    client.post("/staff/people/add", data=PERSON)
    sign_in(client, away.email)

    assert client.post("/staff/unsent/forget").status_code == 303
    assert client.get("/staff/unsent").headers["Location"] == "/staff/"
    with client.session_transaction() as session:
        assert "unsent" not in session


@pytest.mark.parametrize(
    ("path", "data", "headers"),
    [
        ("/staff/password", {"password": PASSWORD, "new_password": "a secret of mine"}, {}),
        ("/staff/people/add", {}, {}),
        ("/staff/people/add", {"csrf_token": "key"}, {}),
        ("/staff/people/add", {"name": "long" * 30_000}, {}),
        ("/staff/people/add", PERSON, {"Origin": "https://elsewhere.example"}),
        ("/staff/people/add", PERSON, {"Sec-Fetch-Site": "cross-site"}),
    ],
    ids=["passwords", "nothing", "only a key", "too long", "of another site", "across sites"],
)
def test_nothing_is_kept_of(client, away, path, data, headers):
    refused = client.post(path, data=data, headers=headers)

    assert refused.headers["Location"].startswith(f"/staff/sign-in?next={path}")
    with client.session_transaction() as session:
        assert "unsent" not in session


def test_nothing_is_kept_of_a_stranger(client, database):
    refused = client.post("/desk/phone/book", data=TYPED)

    assert refused.headers["Location"] == "/staff/sign-in?next=/staff/"
    with client.session_transaction() as session:
        assert "unsent" not in session


@pytest.mark.parametrize(
    ("referrer", "leads_to"),
    [
        ("http://localhost/desk/lists/families?page=2", "/desk/lists/families?page%3D2"),
        ("https://else.example/", "/staff/"),
    ],
)
def test_a_button_without_anything_typed_leads_back_to_its_page(client, away, referrer, leads_to):
    refused = client.post("/desk/phone/book", headers={"Referer": referrer})

    assert refused.headers["Location"] == f"/staff/sign-in?next={leads_to}"


def test_a_file_has_to_be_chosen_again_and_that_is_said(client, away):
    from io import BytesIO

    file = (BytesIO(b"name\n"), "rooms.csv")
    client.post("/rota/files", data={"kind": "rooms", "file": file}, content_type="multipart/form-data")
    sign_in(client, away.email)

    assert "Choose it again on the page" in page(client.get("/staff/unsent"))


# -- pages whose key is of a session that is over


@pytest.fixture
def keys(app, monkeypatch):
    """Every form needs its key, as in service."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


def key_of(client, path):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]


def test_who_signed_in_again_in_another_tab_loses_nothing_here(client, database, keys, app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    user = sign_in_as(client, "administrator")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    old = key_of(client, "/staff/people/add")
    run_out(client)
    login = client.get("/staff/").headers["Location"]
    client.post(login, data={"email": user.email, "password": PASSWORD, "csrf_token": key_of(client, login)})

    answer = client.post("/staff/people/add", data=PERSON | {"csrf_token": old})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/unsent")
    assert dict(fields(client.get("/staff/unsent"))[1])["email"] == PERSON["email"]


def test_who_was_signed_out_in_another_tab_signs_in_and_loses_nothing(client, away, keys):
    client.get("/staff/")

    answer = client.post("/staff/people/add", data=PERSON | {"csrf_token": "of before"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/sign-in?next=/staff/unsent")


def test_a_page_to_sign_in_that_lay_open_too_long_is_made_anew(client, database, keys):
    answer = client.post("/staff/sign-in?next=/desk/find", data={"email": "a@council.gov.uk", "csrf_token": "old"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/sign-in?next=/desk/find")
    assert "lay open for so long" in page(client.get(answer.headers["Location"]))


def test_a_link_to_set_a_password_does_not_lead_to_where_one_needs_it(client, database, keys):
    answer = client.post("/staff/reset/a-token", data={"password": "long enough for us", "csrf_token": "old"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/reset/a-token")


def test_signing_out_with_an_old_key_leads_to_signing_in(client, database, keys):
    assert client.post("/staff/sign-out", data={"csrf_token": "old"}).headers["Location"] == "/staff/sign-in"


@pytest.mark.parametrize(
    ("path", "headers"), [("/staff/people/add", {"Origin": "https://elsewhere.example"}), ("/no-page-of-staff", {})]
)
def test_what_another_site_sends_is_refused(client, away, keys, path, headers):
    answer = client.post(path, data=PERSON, headers=headers)

    assert answer.status_code in {400, 404}
    with client.session_transaction() as session:
        assert "unsent" not in session


def test_a_form_of_somebody_signed_out_elsewhere_is_not_kept_and_the_sign_in_says_so(client, database):
    user = sign_in_as(client, "administrator")
    end_every_sign_in(user)
    database.commit()
    refused = client.post("/staff/people/add", data=PERSON)

    assert "What you sent was not saved and not kept" in page(client.get(refused.headers["Location"]))
    sign_in(client, user.email)
    assert client.get("/staff/unsent").headers["Location"] == "/staff/"


def test_a_button_of_a_list_is_pressed_again_and_not_kept(client, away):
    refused = client.post("/day/1/2026-11-24", data={"mark": "5.arrived.1"})
    asked = page(client.get(refused.headers["Location"]))

    assert "What you pressed was not done" in asked
    assert "next=/day/1/2026-11-24" in refused.headers["Location"]
