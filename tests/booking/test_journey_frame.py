"""A lapsed session, two windows, a page sent twice, another site: nothing is lost and nothing is booked twice."""

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select, text
from sqlalchemy import table as sql_table

from tests.booking.world import NOW, make_world

AWAY = "You were away for a while. Your answers are still here. Check them and continue."


@pytest.fixture
def world(database, at):
    at(NOW)
    made = make_world()
    made.weeks(count=2)
    return made


@pytest.fixture
def guarded(app, monkeypatch):
    """Forms are checked against forgery, as they are in earnest."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", value=True)


def count(database, table):
    return database.execute(select(func.count()).select_from(sql_table(table))).scalar_one()


# -- a session that is gone


@pytest.mark.parametrize("step", ["married", "access", "contact", "share", "check"])
def test_a_page_sent_after_the_session_lapsed_comes_back_with_everything_on_it(family, client, guarded, database, step):
    parent = family()
    parent.walk_to(step)
    client.delete_cookie("session")
    before = count(database, "booking")
    parent.post(step, parent.answers[step] | {"name": "Aoife Byrne", "needs": "Quiet"})
    assert parent.step == step
    assert AWAY in parent.text
    assert not parent.wrong
    if step == "contact":
        assert parent.page.find(id="name")["value"] == "Aoife Byrne"
    if step == "access":
        assert parent.page.find(id="needs").text.strip() == "Quiet"
    assert count(database, "booking") == before, "nothing is done with what was sent but show it again"
    parent.book()
    assert parent.path.endswith("/booked")


def test_a_journey_that_was_forgotten_is_restored_from_the_page(family, database):
    parent = family()
    parent.walk_to("share")
    database.execute(text("DELETE FROM journey"))
    database.commit()
    parent.post("share")
    assert AWAY in parent.text
    parent.book()
    assert parent.path.endswith("/booked")


def test_the_first_page_after_a_lapse_shows_what_was_chosen(family, client, guarded):
    parent = family()
    parent.get("where-born")
    client.delete_cookie("session")
    parent.post("where-born")
    assert AWAY in parent.text
    assert parent.page.select("input[name=place][checked]")
    parent.post("where-born")
    assert parent.step == "date-of-birth"


def test_without_anything_to_restore_a_later_page_leads_to_the_first(family):
    parent = family()
    parent.post("contact")
    assert parent.step == "where-born"


@pytest.mark.parametrize("kept", ["", "nonsense", "e30.aaaa.bbbb"])
def test_answers_that_are_not_of_our_making_are_not_restored(family, guarded, kept):
    parent = family()
    parent.post("contact", {"kept": kept})
    assert parent.step == "where-born"


def test_answers_of_an_older_release_that_cannot_be_read_are_not_restored(family, app):
    unreadable = URLSafeTimedSerializer(app.secret_key, salt="journey").dumps({"births": 3})
    parent = family()
    parent.post("contact", {"kept": unreadable})
    assert parent.step == "where-born"


def test_a_form_key_that_is_no_longer_right_shows_the_page_again_and_keeps_the_journey(family, guarded, database):
    parent = family()
    parent.walk_to("share")
    parent.post("share", {"share": "no", "csrf_token": "stale"})
    assert AWAY in parent.text
    assert parent.page.select("input[value=no][checked]")
    assert count(database, "journey") == 1


def test_a_lapsed_page_after_the_booking_shows_the_booking(family, guarded):
    parent = family()
    parent.walk_to("check")
    late = parent.hidden() | {"csrf_token": "stale"}
    parent.post("check")
    where = parent.path
    parent.post("check", late)
    assert parent.path == where


def test_starting_again_after_the_session_lapsed_shows_the_start_page(family, client, guarded):
    parent = family()
    parent.post("/book/start-again", {})
    assert parent.path == "/"


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_cannot_put_answers_into_a_browser(family, client, guarded, database, headers):
    parent = family()
    parent.walk_to("share")
    carried = parent.hidden()["kept"]
    client.delete_cookie("session")
    answer = client.post("/book/share", data={"kept": carried, "share": "yes"}, headers=headers)
    assert answer.status_code == 400
    assert count(database, "journey") == 1


def test_our_own_site_is_not_another(family, client, guarded):
    parent = family()
    parent.walk_to("share")
    carried = parent.hidden()["kept"]
    client.delete_cookie("session")
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/book/share", data={"kept": carried, "share": "yes"}, headers=headers)
    assert AWAY in answer.text


# -- a browser that keeps no cookies


def without_cookies(client, sent):
    client.delete_cookie("session")
    return sent()


def test_a_browser_that_keeps_no_cookies_is_told_so_instead_of_going_round_for_ever(family, client, guarded, database):
    parent = family()
    parent.get("where-born")
    without_cookies(client, lambda: parent.post("where-born"))
    assert AWAY in parent.text
    answer = without_cookies(client, lambda: parent.post("where-born"))
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert parent.page.h1.text == "Your browser does not keep our cookie"
    assert "Allow cookies for this site" in parent.text
    assert "01632" in parent.text.replace("\N{NO-BREAK SPACE}", " ")


def test_who_then_allows_cookies_goes_on_with_everything_that_was_typed(family, client, guarded):
    parent = family()
    parent.walk_to("contact")
    for _ in range(2):
        without_cookies(client, lambda: parent.post("contact", {"name": "Aoife Byrne", "email": "aoife@example.org"}))
    sent = {tag["name"]: tag["value"] for tag in parent.page.select("main form input[type=hidden]")}
    parent.post("contact", sent | {"allowed": "1"})
    assert parent.step == "contact"
    assert "You were away" not in parent.text
    assert "Your answers are still here." in parent.text
    assert parent.page.find(id="name")["value"] == "Aoife Byrne"
    parent.post("contact", {"name": "Aoife Byrne", "email": "aoife@example.org"})
    assert parent.step == "share"


def test_a_second_lapse_with_cookies_is_no_refusal(family, client, guarded):
    parent = family()
    parent.walk_to("share")
    for _ in range(2):
        client.set_cookie("session", "forgotten")
        parent.post("share")
        assert AWAY in parent.text


# -- weight


def test_no_page_weighs_more_than_a_slow_telephone_bears(family, client):
    """The promise is 40 kB on a first visit; styles, script and icon take 14 of them, compressed."""
    parent = family()
    parent.walk_to("check")
    for page in ("/", "/book/where-born", "/book/time", "/book/every-time", "/book/every-time?by=late", "/book/check"):
        assert len(client.get(page).data) < 25_000, page
