import json
import re
import shutil
import subprocess
from pathlib import Path

import html5lib
import pytest
from bs4 import BeautifulSoup
from flask import abort
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from registration.common.assets import asset_url
from registration.common.authority import current_authority
from registration.common.pages import reached
from tests.staff.people import sign_in_as

ROOT = Path(__file__).parent.parent.parent
PAGES = ("/privacy", "/accessibility", "/cookies")
CODES = (400, 403, 404, 405, 410, 413, 429, 500, 503)


def parsed(answer):
    html5lib.HTMLParser(strict=True).parse(answer.text)
    page = BeautifulSoup(answer.text, "html.parser")
    ids = [element["id"] for element in page.find_all(id=True)]
    assert sorted(set(ids)) == sorted(ids)
    assert len(page.find_all("h1")) == 1
    assert page.title.text
    return page


@pytest.fixture
def failing(app, monkeypatch):
    """Make /privacy raise what is given."""

    def fail(error):
        def view():
            raise error

        monkeypatch.setitem(app.view_functions, "pages.privacy", view)
        monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    return fail


@pytest.mark.parametrize("language", ["en", "pl", "ur"])
def test_the_privacy_page_promises_what_is_deleted_and_when(client, language):
    """The months are those of the council's own file: `flask retention run` goes by them."""
    section = client.get(f"/privacy?lang={language}").text.split("<h2")[4]
    kept = current_authority().retention
    assert re.search(rf"\b{kept.booking_months}\b", section)
    assert re.search(rf"\b{kept.wish_days}\b", section)


@pytest.fixture
def refusing(app, monkeypatch):
    """Make /privacy refuse with that status."""

    def refuse(code):
        monkeypatch.setitem(app.view_functions, "pages.privacy", lambda: abort(code))

    return refuse


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "pl", "ur"])
def test_a_standing_page_answers_in_every_language(client, address, language):
    answer = client.get(f"{address}?lang={language}")

    page = parsed(answer)
    assert answer.status_code == 200
    assert page.html["lang"] == language
    assert page.html["dir"] == ("rtl" if language == "ur" else "ltr")
    sheet = "app.rtl.css" if language == "ur" else "app.css"
    assert page.select_one("link[rel=stylesheet]")["href"] == asset_url(sheet)


@pytest.mark.parametrize("code", CODES)
def test_a_refusal_says_what_to_do_next_and_whom_to_call(client, refusing, code):
    refusing(code)

    answer = client.get("/privacy")

    page = parsed(answer)
    assert answer.status_code == code
    assert page.select_one("main a[href='tel:01632960100']")
    assert page.select_one("main a[href='/find-booking']")
    assert page.select_one("meta[name=robots][content=noindex]")


def test_a_status_nobody_thought_of_still_gets_a_page(client, refusing):
    refusing(418)

    answer = client.get("/privacy")

    assert answer.status_code == 418
    assert "We could not read what was sent" in parsed(answer).h1.text


def test_an_address_that_is_not_there_says_so(client):
    answer = client.get("/no-such-page")

    assert answer.status_code == 404
    assert parsed(answer).h1.text == "Page not found"


def test_a_wrong_method_names_the_right_ones(client):
    answer = client.post("/cookies")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_fault_of_ours_tells_nothing_of_itself(client, failing):
    failing(RuntimeError("secret of the house"))

    answer = client.get("/privacy")

    parsed(answer)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("error", [OperationalError("SELECT secret", {}, Exception("gone")), PoolTimeout("full")])
def test_a_database_that_does_not_answer_is_an_outage_and_not_a_fault(client, failing, error):
    failing(error)

    answer = client.get("/privacy")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "SELECT" not in answer.text


@pytest.mark.parametrize("path", ["/find-booking", "/staff/people/add"])
def test_who_sent_something_in_an_outage_is_told_what_became_of_it(app, client, monkeypatch, path):
    def view(**_):
        raise OperationalError("SELECT", {}, Exception("gone"))

    for name in [each.endpoint for each in app.url_map.iter_rules() if str(each) == path]:
        monkeypatch.setitem(app.view_functions, name, view)
    answer = client.post(path, data={"reference": "AAA-AAA-AAA"})

    assert answer.status_code == 503
    assert "What you sent may not have been saved. Go back to the page before" in answer.text
    assert "What you sent" not in client.get(path).text


def test_an_outage_is_said_even_when_no_session_can_be_read(app, client, monkeypatch):
    def out(*_):
        raise OperationalError("SELECT secret", {}, Exception("gone"))

    monkeypatch.setattr(app.session_interface, "open_session", out)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    answer = client.get("/privacy")

    parsed(answer)
    assert answer.status_code == 503
    assert "SELECT" not in answer.text


def test_programs_are_refused_in_their_own_form(client):
    answer = client.get("/api/no-such-call")

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == 404


def test_a_program_is_told_once_when_to_try_again(app):
    with app.test_request_context("/api/v1/centres"):
        answer = app.make_response(app.handle_user_exception(PoolTimeout("full")))

    assert answer.status_code == 503
    assert answer.headers.getlist("Retry-After") == ["10"]


def test_each_language_is_offered_on_the_same_page_and_nowhere_else(client):
    page = parsed(client.get("/privacy?postcode=HX1%201AA&lang=pl&to=//elsewhere.example"))

    links = {link["lang"]: link["href"] for link in page.select(".rs-languages a")}
    assert links == {
        "en": "?postcode=HX1+1AA&to=%2F%2Felsewhere.example&lang=en",
        "ur": "?postcode=HX1+1AA&to=%2F%2Felsewhere.example&lang=ur",
    }
    assert page.select_one(".rs-languages [aria-current]").text == "Polski"


def test_machine_translation_is_owned_up_to(client):
    assert len(parsed(client.get("/cookies?lang=pl")).select(".rs-notice")) == 2
    assert len(parsed(client.get("/cookies?lang=en")).select(".rs-notice")) == 1


def test_the_demonstration_says_that_it_is_one(app, client, monkeypatch):
    notice = "This is a demonstration. Centres, registrars and families are invented."
    assert notice in client.get("/cookies").text

    monkeypatch.setitem(app.config, "DEMO", False)
    assert notice not in client.get("/cookies").text


def test_help_stands_in_the_same_place_on_every_page(client):
    feet = {str(parsed(client.get(address)).footer) for address in (*PAGES, "/no-such-page")}

    assert len(feet) == 1
    assert "tel:01632960100" in feet.pop()


def test_the_only_style_in_a_page_carries_the_page_s_own_nonce(client):
    answer = client.get("/cookies")

    page = parsed(answer)
    nonce = page.style["nonce"]
    assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]
    assert "--authority:#" in page.style.text
    assert not page.select("[style], [onclick], script:not([src])")


def test_a_first_visit_is_light(client):
    page = client.get("/privacy")
    soup = parsed(page)
    files = [element["href"] for element in soup.select("link")] + [element["src"] for element in soup.select("script")]

    total = len(page.data)
    for address in files:
        with client.get(address, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.status_code == 200
            total += len(answer.data)

    assert len(files) == 4
    assert total <= 40_000


def test_the_pages_pass_an_html_checker(client, tmp_path, refusing):
    checker = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    node = shutil.which("node")
    if node is None or not checker.exists():
        pytest.skip("no node or no html-validate here: run npm ci")
    for number, address in enumerate([*PAGES, "/privacy?lang=ur", "/no-such-page"]):
        (tmp_path / f"{number}.html").write_text(client.get(address).text, encoding="utf-8")

    run = subprocess.run(
        [node, checker, "--config", ROOT / ".htmlvalidate.json", "--formatter", "json", *tmp_path.glob("*.html")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert json.loads(run.stdout) == []


@pytest.mark.parametrize(("path", "staffs"), [("/staff/nowhere", True), ("/rota/nowhere", True), ("/nowhere", False)])
def test_what_is_not_found_leads_staff_to_their_first_page_and_families_to_theirs(client, path, staffs):
    said = client.get(path).text
    assert ('href="/staff/">Go to the first page for staff' in said) is staffs
    assert ("Start booking an appointment" in said) is not staffs


@pytest.mark.parametrize(("code", "path"), [(404, "/staff/nothing"), (405, "/staff/stay"), (404, "/day/x/y/z")])
def test_what_goes_wrong_on_a_page_for_staff_is_told_under_their_own_title(client, code, path):
    answer = client.get(path)
    page = parsed(answer)
    assert answer.status_code == code
    assert page.title.text.endswith("– Birth registration appointments")
    assert page.select_one(".rs-service a")["href"] == "/staff/"
    assert page.select_one("main a[href='/staff/']")


@pytest.mark.parametrize(
    ("code", "path"), [(404, "/desk/nothing"), (404, "/balance/nothing"), (405, "/staff/stay"), (403, "/staff/people")]
)
def test_staff_who_are_signed_in_keep_their_links_where_something_goes_wrong(client, code, path):
    sign_in_as(client, "booking_desk")
    answer = client.get(path)
    page = parsed(answer)
    assert answer.status_code == code
    assert page.select_one(".rs-sections a[href='/desk/phone']")
    assert page.select_one(".rs-service a")["href"] == "/staff/"
    assert not page.select("a[hreflang]")


@pytest.mark.parametrize(("code", "told"), [(429, "If you have forgotten your password"), (503, "Try again in a few")])
def test_staff_are_told_nothing_of_an_appointment_of_theirs(app, client, refusing, monkeypatch, code, told):
    refusing(code)
    monkeypatch.setitem(app.view_functions, "security.login", lambda: abort(code))
    for path, family in (("/privacy", True), ("/staff/sign-in", False)):
        said = client.get(path).text
        assert ("If you have already booked an appointment, it is safe." in said) is family
        assert (told in said) is (code == 503 or not family)


def test_an_address_breaks_before_its_dots_and_its_at_and_nowhere_else():
    assert reached("ann.lee@mail.example.org") == "ann<wbr>.lee<wbr>@mail<wbr>.example<wbr>.org"
    assert reached("<i>@example.org") == "&lt;i&gt;<wbr>@example<wbr>.org"
    assert reached("by letter only") == "by letter only"
