"""The language of a page: chosen in the address, remembered in a cookie, English for staff."""

import re

import pytest
from flask import render_template_string
from flask_babel import gettext

from registration.common.i18n import LANGUAGES, STAFF_ONLY, YEAR, chosen_language, text_direction, translation_unchecked


def language_of(answer):
    """Give the language and direction the page says it is in."""
    return re.search(r'<html lang="([^"]+)" dir="([^"]+)"', answer.text).groups()


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("en", "en"),
        ("pl", "pl"),
        ("ur", "ur"),
        ("xx", "en"),
        ("PL", "en"),
        ("pl\x00", "en"),
        ("../pl", "en"),
    ],
)
def test_a_page_is_in_the_language_asked_for_in_its_address_or_in_english(client, asked, language):
    assert language_of(client.get("/privacy", query_string={"lang": asked}))[0] == language


def test_a_language_once_chosen_is_remembered_on_every_page_until_another_is_chosen(client):
    client.get("/privacy?lang=ur")
    assert language_of(client.get("/cookies")) == ("ur", "rtl")
    assert language_of(client.get("/accessibility?lang=pl")) == ("pl", "ltr")
    assert language_of(client.get("/")) == ("pl", "ltr")
    client.get("/privacy?lang=en")
    assert language_of(client.get("/cookies")) == ("en", "ltr")


def test_a_language_nobody_speaks_does_not_displace_the_one_chosen(client):
    client.get("/privacy?lang=pl")
    answer = client.get("/privacy?lang=xx")

    assert language_of(answer)[0] == "pl"
    assert "Set-Cookie" not in answer.headers


def test_a_cookie_somebody_else_wrote_is_not_believed(client):
    client.set_cookie("lang", "<script>")

    assert language_of(client.get("/privacy"))[0] == "en"


def test_the_choice_is_kept_for_a_year_out_of_reach_of_scripts_and_other_sites(client):
    cookie = client.get("/privacy?lang=pl").headers["Set-Cookie"]

    assert cookie.startswith("lang=pl;")
    assert f"Max-Age={YEAR}" in cookie
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_the_choice_goes_over_secure_connections_only_where_the_service_is_secure(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)

    assert "Secure" in client.get("/privacy?lang=pl").headers["Set-Cookie"].split("; ")


def test_the_same_choice_again_writes_no_cookie_again(client):
    client.get("/privacy?lang=pl")

    assert "Set-Cookie" not in client.get("/privacy?lang=pl").headers


@pytest.mark.parametrize("first", sorted(STAFF_ONLY))
def test_the_pages_of_staff_are_in_english_whatever_a_family_chose_in_this_browser(app, first):
    for address in (f"/{first}", f"/{first}/", f"/{first}/some/page?lang=pl"):
        with app.test_request_context(address, headers={"Cookie": "lang=ur"}):
            assert (chosen_language(), text_direction()) == ("en", "ltr")


@pytest.mark.parametrize("address", ["/staffing", "/booking/staff", "/dayspring", "/book/"])
def test_a_familys_page_is_not_taken_for_one_of_staff(app, address):
    with app.test_request_context(address, headers={"Cookie": "lang=ur"}):
        assert chosen_language() == "ur"


def test_a_page_of_staff_does_not_change_the_language_of_families_pages(client):
    answer = client.get("/staff/sign-in?lang=pl")

    assert language_of(answer) == ("en", "ltr")
    assert "lang=" not in answer.headers.get("Set-Cookie", "")


def test_outside_a_request_it_is_english(app):
    with app.app_context():
        assert (chosen_language(), text_direction()) == ("en", "ltr")


def test_only_languages_written_from_right_to_left_turn_the_page_round(app):
    directions = {}
    for code in LANGUAGES:
        with app.test_request_context(f"/?lang={code}"):
            directions[code] = text_direction()

    assert directions == {"en": "ltr", "pl": "ltr", "ur": "rtl"}


def test_a_translation_is_called_unchecked_until_the_council_says_a_person_has_read_it(app, monkeypatch):
    from dataclasses import replace

    from registration.common.authority import current_authority

    with app.app_context():
        council = replace(current_authority(), translations_checked=("pl",))
    monkeypatch.setitem(app.config, "AUTHORITY", council)
    unchecked = {}
    for code in LANGUAGES:
        with app.test_request_context(f"/?lang={code}"):
            unchecked[code] = translation_unchecked()

    assert unchecked == {"en": False, "pl": False, "ur": True}


def test_a_template_knows_the_languages_and_its_own(app):
    asked = "{{ languages.ur }} {{ current_language() }} {{ text_direction() }} {{ translation_unchecked() }}"
    with app.test_request_context("/?lang=ur"):
        assert render_template_string(asked) == "اردو ur rtl True"


def test_a_sentence_without_a_translation_stays_readable(app):
    with app.test_request_context("/?lang=pl"):
        assert gettext("A sentence nobody translated") == "A sentence nobody translated"
