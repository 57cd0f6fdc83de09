"""What no checker of pages sees: refusals that help, cookies as the page about them says, sign-in that asks nobody to remember."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from bs4 import BeautifulSoup
from flask import abort

from registration.common import assets
from registration.common.pages import STAFF_TROUBLES, TROUBLES
from tests.staff.people import page, sign_in, sign_in_as

CODES = (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503)
UNITS = {"hours": 3600, "hour": 3600, "year": 365 * 24 * 3600, "years": 365 * 24 * 3600}
#: How far a lifetime may be from what the page says: whole seconds of one clock.
SLACK = 5


@pytest.fixture
def refusing(app, monkeypatch):
    """Make a page refuse with a status."""

    def refuse(endpoint, code):
        monkeypatch.setitem(app.view_functions, endpoint, lambda: abort(code))

    return refuse


def parts(answer):
    main = BeautifulSoup(answer.text, "html.parser").main
    return main.h1.text, [sentence.text for sentence in main.select("p")], {link["href"] for link in main.select("a")}


# -- refusals


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_is_told_in_words_of_its_own(code):
    assert code in TROUBLES


@pytest.mark.parametrize("code", CODES)
def test_a_family_reads_in_its_language_what_to_do_next_and_whom_to_call(client, refusing, code):
    refusing("pages.privacy", code)
    read = {}
    for language in ("en", "pl", "ur"):
        answer = client.get(f"/privacy?lang={language}")
        heading, sentences, links = parts(answer)
        assert (answer.status_code, BeautifulSoup(answer.text, "html.parser").html["lang"]) == (code, language)
        assert {"tel:01632960100", "/", "/find-booking"} <= links
        assert len(sentences) == len(TROUBLES[code].advice)
        read[language] = [heading, *sentences]

    assert all(len(set(said)) == len(read) for said in zip(*read.values(), strict=True)), read


@pytest.mark.parametrize("code", CODES)
def test_staff_read_what_to_do_next_and_whom_to_call(client, database, refusing, code):
    sign_in_as(client, "booking_desk")
    refusing("staff.unsent_form", code)

    answer = client.get("/staff/unsent")
    heading, sentences, links = parts(answer)

    assert answer.status_code == code
    assert {"tel:01632960100", "/staff/"} <= links
    said = (TROUBLES | STAFF_TROUBLES)[code]
    assert (heading, sentences) == (str(said.heading), [str(each) for each in said.advice])


# -- cookies


def kept(answers):
    """Give the cookies that answers set, by name, with the seconds until they go; None for the end of the browser."""
    found = {}
    for answer in answers:
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            fields = dict(part.strip().partition("=")[::2] for part in rest.split(";")[1:])
            ends = parsedate_to_datetime(fields["Expires"]) if "Expires" in fields else None
            seconds = (ends - datetime.now(UTC)).total_seconds() if ends else None
            found[name] = int(fields["Max-Age"]) if "Max-Age" in fields else seconds
    return found


def promised(client):
    """Give what the page about cookies says: their names, and the seconds until each goes."""
    rows = BeautifulSoup(client.get("/cookies").text, "html.parser").select("tbody tr")
    said = {}
    for row in rows:
        number, unit = re.search(r"(\d+) (\w+)", row.select("td")[-1].text).groups()
        said[row.code.text] = int(number) * UNITS[unit]
    return said


def test_the_cookies_are_those_the_page_names_and_go_when_it_says(client, database):
    sign_in_as(client, "booking_desk")
    staff = sign_in(client, "booking_desk@council.gov.uk")
    client.delete_cookie("session")
    answers = [
        staff,
        client.get("/"),
        client.get("/book/where-born"),
        client.post("/book/where-born", data={"place": "elsewhere"}),
        client.get("/book/date-of-birth?lang=pl"),
        client.get("/find-booking"),
        client.get("/your-details/"),
        client.get("/cookies?lang=en"),
    ]

    said, found = promised(client), kept(answers)

    assert set(found) == set(said)
    assert {name: seconds for name, seconds in found.items() if abs(seconds - said[name]) > SLACK} == {}


def test_scripts_keep_nothing_in_the_browser_and_let_everybody_paste():
    scripts = {file.name: file.read_text(encoding="utf-8") for file in assets.BUILT.glob("*.js")}

    assert scripts
    hidden = re.compile(
        r"localStorage|sessionStorage|indexedDB|document\.cookie|[\"'](paste|copy|beforeinput)[\"']|onpaste"
    )
    assert {name: hidden.findall(text) for name, text in scripts.items() if hidden.search(text)} == {}


def test_nothing_of_ours_moves_by_itself():
    styles = {file.name: file.read_text(encoding="utf-8") for file in assets.BUILT.glob("*.css")}

    assert styles
    assert [name for name, text in styles.items() if re.search(r"@keyframes|animation:|transition:", text)] == []


# -- signing in (WCAG 3.3.8): a password manager or the clipboard does it, and nothing has to be solved


def test_a_password_manager_can_sign_in(client, database):
    form = BeautifulSoup(client.get("/staff/sign-in").text, "html.parser").select_one("main form")

    assert form.select_one("[name=email]")["autocomplete"] == "username"
    assert form.select_one("[name=password]")["autocomplete"] == "current-password"
    assert [one for one in form.select("input") if one.has_attr("onpaste") or one.has_attr("readonly")] == []


@pytest.mark.parametrize("field", ["new_password", "new_password_confirm"])
def test_a_password_manager_can_make_a_new_password(client, database, field):
    sign_in_as(client, "registrar")
    form = BeautifulSoup(client.get("/staff/password").text, "html.parser").select_one("main form")

    assert form.select_one(f"[name={field}]")["autocomplete"] == "new-password"


# -- privacy


@pytest.mark.parametrize("language", ["en", "pl", "ur"])
def test_the_privacy_page_tells_every_length_the_council_has_set(app, client, language):
    answer = client.get(f"/privacy?lang={language}")
    section = BeautifulSoup(answer.text.split("<h2")[4], "html.parser").text
    lengths = app.config["AUTHORITY"].retention

    for length in (
        "booking_months",
        "wish_days",
        "message_days",
        "journey_hours",
        "disclosure_months",
        "contact_months",
    ):
        assert re.search(rf"\b{getattr(lengths, length)}\b", section), length


def test_the_privacy_page_tells_of_the_record_that_outlives_the_name(client):
    said = page(client.get("/privacy"))

    for part in (
        "a code instead of your name",
        "your baby’s date of birth and your area",
        "stays when your name is deleted",
    ):
        assert part in said
