import re
import time
from urllib.parse import urljoin, urlsplit

import pyotp
import pytest
from sqlalchemy import select, text

from registration.common.audit import AuditEvent
from registration.staff.rules import Door
from registration.staff.security import BAD_LINK, NOT_SIGNED_IN, RESET_ASKED, reset_link
from registration.staff.views import offer
from tests.staff.people import PASSWORD, new_person, page, sign_in, sign_in_as

NEW = "three words apart"


@pytest.fixture
def two_factor(app, monkeypatch):
    monkeypatch.setitem(app.config, "SECURITY_TWO_FACTOR_REQUIRED", value=True)


def set_up_app(client):
    """Set up an authenticator app on the page that asks for it; give the app."""
    shown = client.post("/staff/two-factor", data={"setup": "authenticator"})
    page(shown)
    app = pyotp.TOTP(re.search(r"<code>([A-Z2-7-]+)</code>", shown.text)[1].replace("-", ""))
    answer = client.post("/staff/code", data={"code": app.now()})
    assert answer.status_code == 302, page(answer)
    return app


def with_two_factor(client, two_factor):
    """Somebody whose sign-in asks for a code, signed out: (address, authenticator app)."""
    user = new_person("registrar")
    sign_in(client, user.email)
    app = set_up_app(client)
    user.tf_last_counter = None  # as if half a minute had gone by
    return user, app


def events(database, user):
    lines = select(AuditEvent.event).where(AuditEvent.about == f"staff:{user.id}").order_by(AuditEvent.id)
    return [event.removeprefix("staff.") for event in database.scalars(lines)]


def jobs(database):
    rows = database.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))
    return [(name, arguments) for name, arguments in rows]


# Signing in


def test_signing_in_leads_to_a_page_that_says_who_and_what(client, database):
    sign_in_as(client, "rota_manager", email="jo.smith@council.gov.uk")

    shown = page(client.get("/staff/"))

    assert "Jo Smith" in shown
    assert "Signed in as jo.smith@council.gov.uk: rota manager." in shown


def test_the_sign_in_page_is_whole(client):
    assert "Sign in" in page(client.get("/staff/sign-in"))


@pytest.mark.parametrize(
    "given",
    [
        {"email": "registrar@council.gov.uk", "password": "wrong password!"},
        {"email": "nobody@council.gov.uk", "password": PASSWORD},
        {"email": "new@council.gov.uk", "password": PASSWORD},
        {"email": "gone@council.gov.uk", "password": PASSWORD},
        {"email": "not an address", "password": PASSWORD},
        {"email": "", "password": ""},
        {"email": "registrar@council.gov.uk\0", "password": "\0" + PASSWORD},
        {"email": "registrar@council.gov.uk", "password": "x" * 5000},
        {"email": "x" * 3000 + "@council.gov.uk", "password": PASSWORD},
        {},
    ],
    ids=[
        "password",
        "account",
        "no password yet",
        "left",
        "no address",
        "blank",
        "nul",
        "long",
        "long address",
        "nothing",
    ],
)
def test_whatever_is_wrong_the_same_sentence_is_said(client, database, given):
    new_person("registrar")
    new_person("registrar", email="new@council.gov.uk", password=None)
    new_person("registrar", email="gone@council.gov.uk").active = False

    shown = client.post("/staff/sign-in", data=given)

    assert page(shown).count(NOT_SIGNED_IN) == 1
    assert PASSWORD not in shown.text
    assert "<title>Error: Sign in" in shown.text
    assert client.get("/staff/").status_code == 302


def test_a_wrong_password_takes_as_long_as_an_unknown_account(client, database):
    new_person("registrar")

    def seconds(email):
        begun = time.thread_time()  # of this thread alone: what others do meanwhile counts for neither
        sign_in(client, email, "wrong password!")
        return time.thread_time() - begun

    seconds("registrar@council.gov.uk")
    pairs = [(seconds("registrar@council.gov.uk"), seconds("nobody@council.gov.uk")) for _ in range(9)]
    known, unknown = (min(taken) for taken in zip(*pairs, strict=True))

    assert 0.7 < known / unknown < 1.4


def test_signing_in_goes_on_to_the_page_asked_for(client, database):
    new_person("registrar")

    refused = client.get("/staff/password")
    there = client.post(refused.headers["Location"], data={"email": "registrar@council.gov.uk", "password": PASSWORD})

    assert refused.headers["Location"].startswith("/staff/sign-in?next=/staff/password")
    assert there.headers["Location"].rstrip("?") == "/staff/password"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "\\\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_out_of_the_service(client, database, elsewhere):
    new_person("registrar")

    there = sign_in(client, "registrar@council.gov.uk", next=elsewhere)

    assert urlsplit(urljoin("http://here/staff/sign-in", there.headers.get("Location", "/"))).hostname == "here"


def test_a_session_gets_a_new_name_at_sign_in(client, database):
    client.get("/staff/reset")
    client.post("/staff/sign-in", data={"email": "nobody@council.gov.uk", "password": PASSWORD})
    with client.session_transaction() as session:
        session["planted"] = "yes"
    planted = client.get_cookie("session").value

    sign_in_as(client, "registrar")
    given = client.get_cookie("session").value
    client.set_cookie("session", planted)

    assert given != planted
    assert client.get("/staff/").status_code == 302


def test_signing_out_ends_the_session_itself(client, database):
    sign_in_as(client, "registrar")
    kept = client.get_cookie("session").value

    there = client.post("/staff/sign-out")
    client.set_cookie("session", kept)

    assert there.headers["Location"] == "/staff/sign-in"
    assert client.get("/staff/").status_code == 302


def test_signing_out_is_no_link(client, database):
    sign_in_as(client, "registrar")

    assert client.get("/staff/sign-out").status_code == 405
    assert client.get("/staff/").status_code == 200


@pytest.mark.parametrize("path", ["/staff/", "/staff/password", "/rota/week", "/desk/find"])
def test_signing_out_is_one_press_away_from_every_page(client, database, path):
    sign_in_as(client, "rota_manager")

    shown = client.get(path, follow_redirects=True)

    assert shown.status_code == 200
    assert re.search(r'<form[^>]* method="post" action="/staff/sign-out">', shown.text)


@pytest.mark.parametrize(
    ("started", "seen", "word"), [(3600, 1801, "30 minutes"), (12 * 3600, 5, "12 hours")], ids=["idle", "whole"]
)
def test_a_sign_in_that_is_over_says_why(client, database, started, seen, word):
    sign_in_as(client, "registrar")
    with client.session_transaction() as session:
        session["staff_started"] -= started
        session["staff_seen"] -= seen

    refused = client.get("/staff/")
    shown = page(client.get(refused.headers["Location"]))

    assert refused.status_code == 302
    assert word in shown


def test_a_sign_in_goes_on_while_pages_are_asked_for(client, database):
    sign_in_as(client, "registrar")
    for _ in range(3):
        with client.session_transaction() as session:
            session["staff_seen"] -= 29 * 60
        assert client.get("/staff/").status_code == 200


def test_an_account_that_is_closed_is_signed_out_at_once(client, database):
    user = sign_in_as(client, "registrar")
    user.active = False

    assert client.get("/staff/").status_code == 302


def test_pages_of_staff_are_kept_by_no_browser(client, database):
    assert "no-store" not in client.get("/privacy").headers.get("Cache-Control", "")
    assert "no-store" in client.get("/staff/sign-in").headers["Cache-Control"]
    sign_in_as(client, "registrar")
    assert "no-store" in client.get("/staff/").headers["Cache-Control"]
    assert "no-store" in client.get("/").headers["Cache-Control"]


def test_what_is_not_a_form_is_refused(client, database):
    new_person("registrar")

    for sent in ({"email": "registrar@council.gov.uk", "password": PASSWORD}, [1], "x"):
        assert client.post("/staff/sign-in?include_auth_token", json=sent).status_code == 415


def test_no_sign_in_token_is_taken(app, client, database):
    user = new_person("registrar")
    token = app.extensions["security"].remember_token_serializer.dumps(
        {"ver": "5", "uid": user.fs_uniquifier, "fs_paa": time.time(), "exp": 0}
    )

    assert client.get("/staff/", headers={"Authentication-Token": token}).status_code == 302
    assert client.get("/staff/", query_string={"auth_token": token}).status_code == 302


def test_signing_in_and_failing_to_stand_in_the_record(client, database):
    user = sign_in_as(client, "registrar")
    client.post("/staff/sign-out")
    sign_in(client, user.email, "wrong password!")

    assert events(database, user) == ["added", "signed_in", "sign_in_failed"]
    database.refresh(user)
    assert user.login_count == 1
    assert user.current_login_at.utcoffset() is not None


def test_none_of_the_unused_routes_stand(app):
    paths = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}

    assert paths == {
        "/staff/sign-in",
        "/staff/sign-out",
        "/staff/reset",
        "/staff/reset/<token>",
        "/staff/password",
        "/staff/confirm-password",
        "/staff/two-factor",
        "/staff/code",
        "/staff/code-help",
        "/staff/recovery-code",
        "/staff/recovery-codes",
    }


# Doors


def test_the_first_page_offers_what_a_role_may_open_and_nothing_else(app, client, database, monkeypatch):
    monkeypatch.setitem(app.extensions, "staff_doors", [])
    vars(app.view_functions["staff.first_page"])  # any guarded page serves as what a door leads to
    monkeypatch.setitem(vars(app.view_functions["security.verify"]), "access", frozenset({"auditor"}))
    offer(app, Door("security.verify", "For auditors", "Reads all"), Door("pages.privacy", "For all"))

    sign_in_as(client, "registrar")
    seen_by_registrar = client.get("/staff/").text
    client.post("/staff/sign-out")
    sign_in_as(client, "auditor")
    seen_by_auditor = client.get("/staff/").text

    assert "For all" in seen_by_registrar
    assert "For auditors" not in seen_by_registrar
    assert seen_by_auditor.count("For auditors") == 2  # under the header and on the page
    assert "Reads all" in seen_by_auditor


# Passwords


def test_asking_for_a_link_says_the_same_for_every_address(client, database):
    new_person("registrar")
    new_person("registrar", email="gone@council.gov.uk").active = False

    said = [
        page(client.post("/staff/reset", data={"email": email}))
        for email in ("registrar@council.gov.uk", "nobody@council.gov.uk", "gone@council.gov.uk", "not an address")
    ]

    assert all(RESET_ASKED in text for text in said)
    assert len(set(said)) == 1
    assert [name for name, _ in jobs(database)] == ["staff.write"]


def test_a_link_is_queued_with_nothing_secret_in_it(client, database):
    user = new_person("registrar")

    name = client.post("/staff/reset", data={"email": " Registrar@Council.gov.uk "}).headers["X-Request-ID"]

    [(_, arguments)] = jobs(database)
    assert arguments == {
        "request_id": name,
        "template": "staff/mail/reset",
        "subject": "Set your password for Right Start",
        "staff_id": user.id,
    }


def test_a_link_sets_a_password_once_and_ends_every_session(app, client, database):
    user = new_person("registrar")
    there = app.test_client()
    sign_in(there, user.email)
    path = reset_link(user).partition("8000")[2]
    page(client.get(path))

    done = client.post(path, data={"password": NEW, "password_confirm": NEW})

    assert done.headers["Location"] == "/staff/sign-in"
    assert "Your new password is set" in page(client.get("/staff/sign-in"))
    client.post(path, data={"password": PASSWORD, "password_confirm": PASSWORD})
    assert BAD_LINK in page(client.get("/staff/reset"))
    assert sign_in(client, user.email, NEW).headers["Location"] == "/staff/"
    database.refresh(user)
    assert user.confirmed_at is not None
    assert "password_reset" in events(database, user)
    assert jobs(database)[-1][1]["template"] == "staff/mail/password_set"


def test_a_link_asks_for_the_same_long_password_twice(client, database):
    path = reset_link(new_person("registrar", password=None)).partition("8000")[2]

    short = page(client.post(path, data={"password": "short", "password_confirm": "short"}))
    differs = page(client.post(path, data={"password": NEW, "password_confirm": NEW + "!"}))
    long = page(client.post(path, data={"password": "x" * 300, "password_confirm": "x" * 300}))

    assert "at least 12" in short
    assert "Type the same new password twice" in differs
    assert "at most 128" in long


@pytest.mark.parametrize("token", ["x", "%00", "a.b.c", "x" * 3000])
def test_a_made_up_link_opens_nothing(client, token):
    refused = client.get(f"/staff/reset/{token}")

    assert refused.headers["Location"] == "/staff/reset"
    assert BAD_LINK in page(client.get("/staff/reset"))


def test_a_link_ends_after_a_day(app, client, database, monkeypatch):
    from datetime import timedelta

    path = reset_link(new_person("registrar")).partition("8000")[2]
    monkeypatch.setitem(app.config, "SECURITY_RESET_PASSWORD_WITHIN", timedelta(seconds=-1))

    assert client.get(path).headers["Location"] == "/staff/reset"


def test_changing_the_password_needs_the_one_now_and_signs_others_out(app, client, database):
    user = sign_in_as(client, "registrar")
    page(client.get("/staff/password"))
    wrong = {"password": "wrong password!", "new_password": NEW, "new_password_confirm": NEW}
    assert "This is not your password" in page(client.post("/staff/password", data=wrong))

    done = client.post("/staff/password", data=wrong | {"password": PASSWORD})

    assert done.headers["Location"] == "/staff/"
    assert "Your password is changed" in page(client.get("/staff/"))
    client.post("/staff/sign-out")
    assert NOT_SIGNED_IN in page(sign_in(client, user.email, PASSWORD))
    assert sign_in(client, user.email, NEW).status_code == 302


def test_changing_the_password_ends_the_other_sessions(app, client, database):
    user = sign_in_as(client, "registrar")
    kept = client.get_cookie("session").value
    client.delete_cookie("session")
    sign_in(client, user.email)
    client.post("/staff/password", data={"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW})

    assert client.get("/staff/").status_code == 200
    client.set_cookie("session", kept)
    assert client.get("/staff/").status_code == 302


# Two-factor


def test_where_two_factor_is_required_nobody_gets_in_without(client, database, two_factor):
    user = new_person("registrar")

    answer = sign_in(client, user.email)

    assert answer.headers["Location"] == "/staff/two-factor"
    assert client.get("/staff/").status_code == 302
    assert "Set up your authenticator app" in page(client.get("/staff/two-factor"))
    set_up_app(client)
    assert "You have no recovery codes" in page(client.get("/staff/"))


def key_of_app(shown):
    return re.search(r"<code>([A-Z2-7-]+)</code>", shown.text)[1]


def picture(shown):
    return re.search(r'<img src="(data:image[^"]+)"', shown.text)[1]


def test_a_wrong_first_code_of_another_app_shows_its_key_again(client, database):
    sign_in(client, new_person("registrar").email)
    shown = client.post("/staff/two-factor", data={"setup": "authenticator"})
    wrong = client.post("/staff/code", data={"code": "000000"})
    assert "Enter the 6 digit code" in page(wrong)
    assert key_of_app(wrong) == key_of_app(shown)


def test_a_wrong_first_code_can_be_typed_again(client, database, two_factor):
    sign_in(client, new_person("registrar").email)
    shown = client.post("/staff/two-factor", data={"setup": "authenticator"})
    key = re.search(r"<code>([A-Z2-7-]+)</code>", shown.text)[1].replace("-", "")

    wrong = client.post("/staff/code", data={"code": "000000"})
    right = client.post("/staff/code", data={"code": pyotp.TOTP(key).now()})

    said = page(wrong)
    assert "Enter the 6 digit code" in said
    assert "Set up your authenticator app" in said
    assert (key_of_app(wrong), picture(wrong)) == (key_of_app(shown), picture(shown))
    assert right.headers["Location"] == "/staff/"


def test_a_code_is_asked_for_at_sign_in_and_works_once(client, database, two_factor):
    user, app = with_two_factor(client, two_factor)
    client.post("/staff/sign-out")
    code = app.now()

    answer = sign_in(client, user.email)
    page(client.get(answer.headers["Location"]))
    assert answer.headers["Location"].startswith("/staff/code")
    assert client.get("/staff/").status_code == 302
    spaced = client.post("/staff/code", data={"code": f"{code[:3]} {code[3:]}"})
    assert spaced.headers["Location"] == "/staff/"

    client.post("/staff/sign-out")
    sign_in(client, user.email)
    again = client.post("/staff/code", data={"code": code})
    assert "A code works once" in page(again)
    assert client.get("/staff/").status_code == 302


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "9" * 5000, "\0" * 6])
def test_what_is_no_code_gets_a_sentence(client, database, two_factor, code):
    user, _ = with_two_factor(client, two_factor)
    client.post("/staff/sign-out")
    sign_in(client, user.email)

    assert "There is a problem" in page(client.post("/staff/code", data={"code": code}))


def test_a_recovery_code_stands_in_for_the_app_once(client, database, two_factor):
    user, _ = with_two_factor(client, two_factor)
    assert "You have no recovery codes yet" in page(client.get("/staff/recovery-codes?show_codes=1"))
    made = client.post("/staff/recovery-codes")
    codes = re.findall(r"<code>([0-9a-f-]+)</code>", made.text)
    assert len(set(codes)) == 10
    assert codes[0] in page(client.get("/staff/recovery-codes?show_codes=1"))
    database.refresh(user)
    assert codes[0] not in user.mf_recovery_codes
    client.post("/staff/sign-out")

    sign_in(client, user.email)
    assert "Use a recovery code" in page(client.get("/staff/code"))
    page(client.get("/staff/recovery-code"))
    assert "not one of your recovery codes" in page(
        client.post("/staff/recovery-code", data={"code": "0000-0000-0000"})
    )
    assert client.post("/staff/recovery-code", data={"code": codes[0]}).headers["Location"] == "/staff/"

    client.post("/staff/sign-out")
    sign_in(client, user.email)
    assert "not one of your recovery codes" in page(client.post("/staff/recovery-code", data={"code": codes[0]}))


def test_who_has_no_app_at_hand_can_ask_the_council(client, database, two_factor):
    user, _ = with_two_factor(client, two_factor)
    client.post("/staff/sign-out")
    sign_in(client, user.email)

    shown = page(client.post("/staff/code-help", data={"help_setup": "help"}))

    assert "We have written to the council’s administrator" in shown
    assert jobs(database)[-1][1]["template"] == "staff/mail/two_factor_help"


def test_two_factor_can_be_changed_and_where_not_required_stopped(client, database):
    user = sign_in_as(client, "registrar")
    assert "Stop asking" not in page(client.get("/staff/two-factor"))
    set_up_app(client)
    client.post("/staff/recovery-codes")

    assert "You have an app set up" in page(client.get("/staff/two-factor"))
    client.post("/staff/two-factor", data={"setup": "disable"})

    database.refresh(user)
    assert not user.has_two_factor
    assert not user.mf_recovery_codes
    assert events(database, user)[-2:] == ["two_factor_set", "two_factor_removed"]


def test_where_two_factor_is_required_it_cannot_be_stopped(client, database, two_factor):
    user, _ = with_two_factor(client, two_factor)

    assert "Stop asking" not in page(client.get("/staff/two-factor"))
    assert "Choose one of the ways shown" in page(client.post("/staff/two-factor", data={"setup": "disable"}))
    assert user.has_two_factor


@pytest.mark.parametrize("path", ["/staff/two-factor", "/staff/recovery-codes"])
def test_what_protects_the_account_asks_for_the_password_again_after_a_while(client, database, path):
    sign_in_as(client, "registrar")
    with client.session_transaction() as session:
        session["fs_paa"] -= 16 * 60

    asked = client.get(path)
    page(client.get(asked.headers["Location"]))
    wrong = client.post(asked.headers["Location"], data={"password": "wrong password!"})
    right = client.post(asked.headers["Location"], data={"password": PASSWORD})

    assert asked.headers["Location"].startswith("/staff/confirm-password")
    assert "This is not your password" in page(wrong)
    assert right.headers["Location"] == path
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/staff/two-factor", "/staff/code", "/staff/recovery-code", "/staff/code-help"])
def test_the_steps_after_a_password_open_nothing_without_one(client, database, path):
    assert client.get(path).headers["Location"] == "/staff/sign-in"
    assert "Sign in to start again" in page(client.get("/staff/sign-in"))


def test_asking_for_a_code_nobody_needs_changes_nothing(client, database):
    sign_in_as(client, "registrar")

    assert client.get("/staff/code").headers["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200


# Staying signed in


def test_every_page_says_until_when_the_sign_in_lasts_and_how_to_stay(client, database):
    sign_in_as(client, "registrar")

    shown = client.get("/staff/")

    assert re.search(
        r"Signed in until <span data-until>(\d+(:\d\d)?[ap]m|mid\w+)</span><span[^>]*>, longer with every page</span>",
        shown.text,
    )
    assert 1795 <= int(re.search(r'data-seconds-left="(\d+)"', shown.text)[1]) <= 1800
    assert "Stay signed in" in shown.text


def test_nothing_is_said_of_it_to_who_is_not_signed_in(client, database):
    assert "Signed in until" not in client.get("/staff/sign-in").text


def test_staying_counts_as_using_the_service_and_leads_back(client, database):
    sign_in_as(client, "registrar")
    with client.session_transaction() as session:
        session["staff_seen"] -= 20

    answer = client.post("/staff/stay", data={"next": "/history?who=family"})

    assert answer.headers["Location"] == "/history?who=family"
    with client.session_transaction() as session:
        assert time.time() - session["staff_seen"] < 15


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", ""])
def test_staying_leads_nowhere_else(client, database, wanted):
    sign_in_as(client, "registrar")

    assert client.post("/staff/stay", data={"next": wanted}).headers["Location"] == "/staff/"


def test_a_script_is_told_until_when(client, database):
    sign_in_as(client, "registrar")

    told = client.post("/staff/stay", headers={"Accept": "application/json"}).get_json()

    assert (1795 <= told["seconds_left"] <= 1800, told["moves"]) == (True, True)
    assert re.fullmatch(r"\d+(:\d\d)?[ap]m|mid\w+", told["until"])


def test_shortly_before_the_twelve_hours_are_over_there_is_no_staying(client, database):
    sign_in_as(client, "registrar")
    with client.session_transaction() as session:
        session["staff_started"] -= 12 * 3600 - 600

    shown = client.get("/staff/").text

    assert "as you signed in 12 hours ago. Save what you are doing. What you send later" in shown
    assert "Stay signed in" not in shown
    assert 590 <= int(re.search(r'data-seconds-left="(\d+)"', shown)[1]) <= 600


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/rota/week", [("Rota", "page"), ("Week", "page")]),
        ("/rota/absences/add", [("Rota", "true"), ("Absences", "true")]),
        ("/desk/phone", [("Book by telephone", "page")]),
        ("/staff/", []),
    ],
)
def test_the_links_above_a_page_say_where_it_lies(client, database, path, marked):
    sign_in_as(client, "rota_manager")

    links = re.findall(r'<a href="[^"]*" aria-current="(\w+)">([^<]+)</a>', client.get(path).text)

    assert [(words, how) for how, words in links] == marked
