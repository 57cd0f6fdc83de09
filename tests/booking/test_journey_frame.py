"""A lapsed session, two windows, a page sent twice, another site: nothing is lost and nothing is booked twice."""

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select, text
from sqlalchemy import table as sql_table

from tests.booking.walking import Family
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


@pytest.fixture
def family(client, world):
    return lambda **answers: Family(client, world, {step.replace("_", "-"): given for step, given in answers.items()})


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


# -- weight


def test_no_page_weighs_more_than_a_slow_telephone_bears(family, client):
    """The promise is 40 kB on a first visit; styles, script and icon take 14 of them, compressed."""
    parent = family()
    parent.walk_to("check")
    for page in ("/", "/book/where-born", "/book/time", "/book/every-time", "/book/every-time?by=late", "/book/check"):
        assert len(client.get(page).data) < 25_000, page
