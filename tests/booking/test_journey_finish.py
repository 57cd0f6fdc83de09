"""The last pages: sent twice, gone back to, changed in another window."""

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy import table as sql_table

from tests.booking.world import NOW, TUESDAY, make_world

AWAY = "You were away for a while. Your answers are still here. Check them and continue."


@pytest.fixture
def world(database, at):
    at(NOW)
    made = make_world()
    made.weeks(count=2)
    return made


def count(database, table):
    return database.execute(select(func.count()).select_from(sql_table(table))).scalar_one()


# -- Back and twice


def test_back_after_booking_shows_the_booking_again(family, database):
    parent = family()
    parent.book()
    where = parent.path
    for page in ("check", "contact", "time", "every-time"):
        parent.client.get(f"/book/{page}")
        answer = parent.client.get(f"/book/{page}")
        assert answer.location == where
    assert count(database, "booking") == 1


def test_the_last_page_sent_twice_books_once(family, database):
    parent = family()
    parent.walk_to("check")
    sent = parent.hidden()
    parent.post("check", sent)
    where = parent.path
    parent.post("check", sent)
    assert parent.path == where
    assert count(database, "booking") == 1


def test_any_page_sent_after_the_booking_shows_the_booking(family):
    parent = family()
    parent.walk_to("share")
    early = parent.hidden()
    parent.book()
    where = parent.path
    parent.post("share", early | {"share": "no"})
    assert parent.path == where


# -- two windows


def test_what_another_window_changed_is_shown_before_it_is_booked(family, database):
    parent = family()
    parent.walk_to("check")
    first_window = parent.hidden()
    parent.post("time", {"time": parent.time("elland", date(2026, 11, 23), "13:00")}, query="?change=1")
    parent.post("check", first_window)
    assert parent.step == "check"
    assert "Something was changed in another window." in parent.text
    assert "Monday 23 November at 1pm" in parent.text
    assert count(database, "booking") == 0
    parent.post("check")
    assert parent.path.endswith("/booked")


def test_two_windows_that_choose_keep_one_time_the_last(family, database):
    parent = family()
    parent.walk_to("time")
    window = parent.hidden()
    parent.post("time", window | {"time": parent.time("sunshine", TUESDAY, "10:00")})
    parent.post("time", window | {"time": parent.time("sunshine", TUESDAY, "11:00")})
    assert "We are keeping Tuesday 24 November at 11am" in parent.text
    assert count(database, "occupancy") == 1


# -- a computer that others use


def test_a_finished_journey_is_forgotten_after_half_an_hour(family, database):
    parent = family()
    parent.book()
    where = parent.path
    database.execute(text("UPDATE journey SET changed_at = clock_timestamp() - interval '29 minutes'"))
    assert parent.client.get("/book/check").location == where
    database.execute(text("UPDATE journey SET changed_at = clock_timestamp() - interval '31 minutes'"))
    assert parent.client.get("/book/check").location == "/book/where-born"
    parent.get("where-born")
    parent.post("where-born")
    assert parent.step == "date-of-birth", "the next family begins a journey of its own"


def test_a_journey_without_a_booking_is_not_forgotten_so_soon(family, database):
    parent = family()
    parent.walk_to("share")
    database.execute(text("UPDATE journey SET changed_at = clock_timestamp() - interval '23 hours'"))
    parent.get("share")
    assert parent.step == "share"


def test_a_family_can_clear_the_device_when_it_has_booked(family, client, database):
    parent = family()
    parent.get("/?lang=pl")
    parent.get("/?lang=en")
    parent.book()
    confirmation = client.get(parent.path).text
    assert "Finish and clear this device" in confirmation
    assert 'action="/book/finish"' in confirmation
    answer = client.post("/book/finish")
    assert (answer.status_code, answer.location) == (303, "/book/finished")
    assert client.get_cookie("session") is None
    assert client.get_cookie("lang") is None
    assert count(database, "booking") == 1
    assert "This device is cleared" in client.get("/book/finished").text
    assert client.get("/book/check").location == "/book/where-born"


def test_another_site_cannot_clear_the_device(family, client, app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", value=True)
    parent = family()
    parent.walk_to("married")
    client.post("/book/finish", headers={"Origin": "https://elsewhere.example"})
    parent.get("married")
    assert parent.step == "married"


def test_no_page_with_a_familys_facts_may_be_kept_by_a_cache(family, client, app):
    parent = family()
    parent.walk_to("check")
    steps = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/book") and not rule.arguments]
    pages = [path for path in steps if client.open(path).status_code != 405]
    parent.book()
    link = parent.path.removesuffix("/booked")
    pages += [
        link + more for more in ("", "/booked", "/move", "/cancel", "/sharing", "/calendar.ics", "/moved", "/kept")
    ]
    pages += ["/find-booking", "/booking/of-nobody", f"/api/v1/bookings/{link.rpartition('/')[2]}", "/desk/find"]
    assert len(pages) > 30
    assert [path for path in pages if "no-store" not in client.get(path).headers.get("Cache-Control", "")] == []


# ---- everything that was answered, to check


def test_every_answer_given_on_the_way_stands_on_the_last_page_with_its_link_to_change_it(family):
    parent = family(
        access={"needs": "Hearing loop"},
        join={"join": "yes", "address": "3 Mill Lane", "preference": "phone", "visit_needs": "A ramp"},
    )
    parent.walk_to("check")
    rows = {row.dt.get_text(" ", strip=True): row for row in parent.page.select(".govuk-summary-list__row")}

    told = {name: row.dd.get_text(" ", strip=True) for name, row in rows.items()}
    assert (told["Postcode"], told["To make visiting easier"]) == ("HX1 1UZ", "A ramp")
    assert "Hearing loop" in told["To make coming easier"]
    changes = {name: row.a["href"].partition("?")[0] for name, row in rows.items()}
    assert (changes["Postcode"], changes["To make visiting easier"]) == ("/book/postcode", "/book/join")
    assert changes["To make coming easier"] == "/book/access"


def test_what_was_left_open_is_said_to_be(family):
    parent = family(postcode={"postcode": "", "skip": "1"}, join={"join": "yes", "address": "3", "preference": "phone"})
    parent.walk_to("check")
    assert "Postcode Not given" in parent.text
    assert "To make visiting easier Nothing" in parent.text
