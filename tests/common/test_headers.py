"""What every answer says to browsers beside its content, and what a request may not claim of itself."""

import re
from urllib.parse import urlsplit

import pytest

from registration.common.assets import asset_url
from registration.common.headers import FILE_POLICY
from registration.common.sessions import PostgresSessions
from tests.applications import applications

HOME = "https://births.example.gov.uk"
PLAIN = "http://births.example.gov.uk"
#: A page, one of staff, one that is not there, a program's answer, its refusal, a file, one that is not there, health, text.
EVERYTHING = ("/cookies", "/staff/sign-in", "/nothing", "/api/v1/openapi.json", "/api/v1/nothing", "app.css")
EVERYTHING += ("/static/nothing.css", "/health/live", "/.well-known/security.txt", "/calendar/no-such.ics")


@pytest.fixture(scope="module")
def secure(new_database, tmp_path_factory):
    """The service as a council has it, behind a secure address."""
    with applications(tmp_path_factory.mktemp("instance")) as make:
        yield make(new_database("headers"), PUBLIC_URL=HOME, SESSION_COOKIE_SECURE=True, WTF_CSRF_ENABLED=True)


@pytest.fixture
def browser(secure):
    return secure.test_client()


def asked(browser, path, base=HOME, **more):
    return browser.get(asset_url(path) if path == "app.css" else path, base_url=base, buffered=True, **more)


@pytest.mark.parametrize("path", EVERYTHING)
def test_pages_files_and_refusals_alike_say_what_browsers_must_not_do(browser, path):
    headers = asked(browser, path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert (policy == FILE_POLICY) is (path == "app.css")
    assert len(headers.getlist("Content-Security-Policy")) == 1


@pytest.mark.parametrize("path", EVERYTHING)
def test_browsers_are_told_to_stay_encrypted_by_every_answer(browser, path):
    [said] = asked(browser, path).headers.getlist("Strict-Transport-Security")

    assert int(re.search(r"max-age=(\d+)", said)[1]) >= 365 * 24 * 3600
    assert "includeSubDomains" in said
    assert "Strict-Transport-Security" not in asked(browser, path, PLAIN).headers


@pytest.mark.parametrize("path", EVERYTHING)
def test_no_other_site_may_read_an_answer(browser, path):
    headers = asked(browser, path, headers={"Origin": "https://evil.example"}).headers

    assert [name for name, _ in headers if name.startswith("Access-Control-")] == []


@pytest.mark.parametrize("path", EVERYTHING)
def test_every_text_says_in_which_letters_it_is(browser, path):
    kind = asked(browser, path).headers["Content-Type"]

    assert "charset=utf-8" in kind.lower().replace('"', "") or kind in {
        "application/json",
        "application/problem+json",
    }, kind


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/centres"),
        ("POST", "/api/v1/bookings"),
        ("DELETE", "/api/v1/bookings/secret"),
        ("GET", "/calendar/secret.ics"),
        ("POST", "/messages/twilio/status"),
    ],
)
def test_programs_are_refused_without_encryption_and_not_led_on(browser, method, path):
    answer = browser.open(path, method=method, base_url=PLAIN)

    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert "Location" not in answer.headers
    assert "https" in answer.json["detail"]
    assert "secret" not in answer.text
    assert browser.open(path, method=method, base_url=HOME).status_code != 403 or "twilio" in path


def test_a_demonstration_answers_programs_without_encryption(client):
    assert client.get("/api/v1/openapi.json").status_code == 200


def test_nobody_claims_to_have_come_encrypted_where_no_web_server_stands_in_front(browser):
    claimed = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "births.example.gov.uk", "Forwarded": "proto=https"}
    answer = browser.get("/cookies", base_url=PLAIN, headers=claimed)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("https://")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:81", "xn--bcher-kva.example", "EVIL.example"])
def test_nobody_is_led_to_a_host_that_a_request_names(browser, client, host):
    named = {"Host": host}
    plain = browser.get("/cookies?a=b%26c", base_url=PLAIN, headers=named)
    slash = browser.get("/staff?a=b", base_url=HOME, headers=named)
    demonstration = client.get("/staff?a=b", headers=named)

    assert (plain.status_code, plain.headers["Location"]) == (302, f"{HOME}/cookies?a=b%26c")
    assert (slash.status_code, slash.headers["Location"]) == (308, "/staff/?a=b")
    assert (demonstration.status_code, demonstration.headers["Location"]) == (308, "/staff/?a=b")


@pytest.mark.parametrize("path", ["//evil.example/staff", "/%5Cevil.example/..//staff", "///evil.example//staff"])
def test_nobody_is_led_to_a_host_that_a_path_names(browser, path):
    for base in (HOME, PLAIN):
        led = browser.get(path, base_url=base).headers.get("Location", "")
        assert urlsplit(led).netloc in {"", "births.example.gov.uk"}
        assert not led.startswith(("//", "/\\", "\\"))


def test_cookies_belong_to_this_host_alone_where_the_service_is_secure(browser):
    answer = browser.get("/find-booking?lang=pl", base_url=HOME)

    cookies = {line.partition("=")[0]: set(line.split("; ")[1:]) for line in answer.headers.getlist("Set-Cookie")}
    assert set(cookies) == {"__Host-session", "__Host-lang"}
    for parts in cookies.values():
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
        assert not [part for part in parts if part.startswith("Domain")]
    assert "__Host-session" in browser.get("/cookies", base_url=HOME).text


def test_cookies_are_taken_back_with_all_that_their_names_ask_for(browser):
    """A browser takes no word on a __Host- cookie that is not Secure itself, be it to forget it."""
    browser.get("/find-booking?lang=pl", base_url=HOME)
    key = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/find-booking", base_url=HOME).text)[1]
    answer = browser.post("/book/finish", base_url=HOME, data={"csrf_token": key}, headers={"Referer": HOME})

    gone = {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie") if "Secure" in line}
    assert set(gone) == {"__Host-session", "__Host-lang"}, (answer.status_code, answer.headers)
    assert all("Max-Age=0" in line for line in gone.values())
    assert answer.headers["Clear-Site-Data"] == '"cache"'


def test_the_name_of_a_session_has_at_least_128_bits(secure):
    sessions = secure.session_interface
    names = {sessions._generate_sid(sessions.sid_length) for _ in range(1000)}

    assert isinstance(sessions, PostgresSessions)
    assert len(names) == 1000
    assert min(map(len, names)) * 6 >= 128  # letters of base64, six bits each, from the system's own generator


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("path", ["/cookies", "/staff/sign-in", "/api/v1/centres", "app.css"])
def test_what_was_sent_is_never_echoed(browser, method, path):
    path = asset_url(path) if path == "app.css" else path
    answer = browser.open(path, method=method, base_url=HOME, headers={"X-Secret": "told"}, buffered=True)

    assert answer.status_code == 405
    assert "told" not in answer.text
