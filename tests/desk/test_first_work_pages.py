"""The first page and the work lists, as each role sees them."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text

from registration.common.db import db
from registration.desk.worklists import WITHOUT_TIME, rows
from registration.rota.models import Absence, Registrar
from tests.booking.appointments import NOW, booked, two_mornings
from tests.booking.world import TUESDAY, at_time
from tests.staff.people import new_person, page, sign_in, sign_in_as

NINE = at_time(TUESDAY, "9:00")


@pytest.fixture
def world(database, at):
    at("2026-11-24T08:30")
    return two_mornings()


@pytest.fixture
def missed(database, world):
    """A family that did not come, and whose appointment was marked so."""
    mine = booked(world.centres["sunshine"], NINE, email="b@example.org", mobile="+447700900111")
    database.execute(text("UPDATE booking SET outcome = 'did_not_attend' WHERE id = :id"), {"id": mine.id})
    database.commit()
    return mine


def figures(answer):
    return {
        " ".join(words.split()): int(number)
        for number, words in re.findall(r"<strong>(\d+)</strong>([^<]+)</a>", answer.text)
    }


DESK_FIGURES = {
    "families without a time": 0,
    "offers not answered": 0,
    "outcomes missing": 0,
    "calls and messages to see to": 0,
    "clusters running dry": 0,
}


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("rota_manager", set(DESK_FIGURES)),
        ("booking_desk", set(DESK_FIGURES)),
        ("administrator", set(DESK_FIGURES)),
        ("auditor", set(DESK_FIGURES)),
        ("registrar", {"outcomes missing"}),
        ("centre_worker", set()),
        ("data_officer", set()),
        ("evaluator", set()),
    ],
)
def test_each_role_is_shown_the_numbers_it_can_do_something_about(client, world, role, shown):
    sign_in_as(client, role)
    answer = client.get("/staff/")
    page(answer)
    assert set(figures(answer)) == shown


def test_a_number_is_the_number_of_rows_behind_its_link(client, world, missed):
    sign_in_as(client, "booking_desk")
    first = client.get("/staff/")
    assert figures(first)["family without a time"] == 1
    listed = client.get("/desk/lists/without-a-time")
    assert "Aoife O’Brien" in page(listed)
    assert listed.text.count("Did not come on Tue 24 Nov, 9am") == 1


def test_todays_sessions_are_shown_with_what_is_booked_and_lead_to_the_day_list(client, world, missed):
    sign_in_as(client, "rota_manager")
    answer = client.get("/staff/")
    said = page(answer)
    assert "9am to 11am Sunshine Children’s Centre" in said
    assert f"/day/{world.centres['sunshine']}/2026-11-24" in answer.text
    assert "Registrar Ann 1" in said
    assert "Registrar Bo none" in said


def test_a_session_whose_registrar_is_away_says_so(client, database, world):
    away = {"begins_at": NINE, "ends_at": NINE + timedelta(hours=1), "reason": "sickness", "made_by": "staff:1"}
    database.add(Absence(registrar_id=world.registrars["bo"], **away))
    database.commit()
    sign_in_as(client, "rota_manager")
    assert "Registrar Bo away" in page(client.get("/staff/"))


def test_a_registrar_sees_their_own_sessions_and_outcomes(client, database, world, at):
    booked(world.centres["sunshine"], NINE, email="b@example.org", mobile=None)
    booked(world.centres["elland"], NINE, email="c@example.org", mobile=None)
    user = new_person("registrar")
    database.get(Registrar, world.registrars["bo"]).staff_user_id = user.id
    database.commit()
    at("2026-11-24T12:00")
    sign_in(client, user.email)
    answer = client.get("/staff/")
    assert figures(answer) == {"outcome missing": 1}
    said = page(answer)
    assert "Elland" in said
    assert "Sunshine" not in said
    listed = page(client.get("/desk/lists/outcomes"))
    assert "Elland Children’s Centre" in listed
    assert "Sunshine" not in listed


def test_a_centre_worker_sees_the_sessions_of_their_own_centre_only(client, world):
    sign_in_as(client, "centre_worker", centres=[world.centres["elland"]])
    said = page(client.get("/staff/"))
    assert "Elland" in said
    assert "Sunshine" not in said


def test_the_first_page_asks_the_same_number_of_questions_however_much_there_is_to_do(client, database, world):
    sign_in_as(client, "rota_manager")
    client.get("/staff/")
    empty = count_questions(lambda: client.get("/staff/"))
    for number in range(4):
        start = NINE + timedelta(minutes=30 * number)
        booked(world.centres["sunshine"], start, email=f"{number}@example.org", mobile=None)
    client.get("/staff/")
    assert count_questions(lambda: client.get("/staff/")) == empty


def count_questions(work):
    asked = []

    def note(*said):
        asked.append(said[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


# ---- the lists


def take(client, fact, had="", how="take"):
    return client.post(f"/desk/lists/without-a-time/{how}", data={"fact": fact, "had": had})


def test_somebody_takes_a_family_and_others_see_who(client, world, missed):
    user = sign_in_as(client, "booking_desk")
    [row] = rows(WITHOUT_TIME, NOW)
    assert take(client, row.fact).headers["Location"] == "/desk/lists/without-a-time"
    assert "You, since Tue 24 Nov, 8:30am" in page(client.get("/desk/lists/without-a-time"))
    client.delete_cookie("session")
    sign_in_as(client, "rota_manager")
    assert f"{user.name}, since Tue 24 Nov" in page(client.get("/desk/lists/without-a-time"))
    refused = take(client, row.fact)
    assert "Somebody else took this family a moment ago." in page(refused, 409)
    assert take(client, row.fact, had=f"staff:{user.id}").status_code == 303
    assert take(client, row.fact, how="give-back").status_code == 303
    assert "I’ll take it" in page(client.get("/desk/lists/without-a-time"))


def test_a_family_that_is_done_leaves_the_list(client, world, missed):
    sign_in_as(client, "booking_desk")
    [row] = rows(WITHOUT_TIME, NOW)
    empty = client.post("/desk/lists/without-a-time/done", data={"fact": row.fact})
    assert "Say in a few words what was agreed." in page(empty, 409)
    done = client.post("/desk/lists/without-a-time/done", data={"fact": row.fact, "note": "Registered in Leeds"})
    assert done.status_code == 303
    assert "Every family has a time." in page(client.get("/desk/lists/without-a-time"))


def test_a_form_without_a_family_is_refused_in_words(client, world):
    sign_in_as(client, "booking_desk")
    page(client.post("/desk/lists/without-a-time/take", data={}), 422)


def test_a_note_that_is_too_long_is_refused_in_words(client, world, missed):
    sign_in_as(client, "booking_desk")
    [row] = rows(WITHOUT_TIME, NOW)
    answer = client.post("/desk/lists/without-a-time/done", data={"fact": row.fact, "note": "x" * 201})
    assert "Say it in 200 letters or fewer" in page(answer, 422)


def test_a_list_that_is_none_of_ours_is_not_found(client, world):
    sign_in_as(client, "booking_desk")
    assert client.post("/desk/lists/everything/take", data={"fact": "x"}).status_code == 404


def test_an_auditor_reads_the_lists_and_finds_no_button(client, world, missed):
    sign_in_as(client, "auditor")
    answer = client.get("/desk/lists/without-a-time")
    said = page(answer)
    assert "Nobody yet" in said
    assert "desk/look" not in answer.text
    assert take(client, "x").status_code == 403


def test_the_list_of_offers_says_when_nobody_is_waited_for(client, world):
    sign_in_as(client, "booking_desk")
    assert "Every family has answered." in page(client.get("/desk/lists/offers"))


def test_days_without_outcomes_lead_to_their_day_lists(client, world, at):
    booked(world.centres["elland"], NINE, email="c@example.org", mobile=None)
    sign_in_as(client, "booking_desk")
    assert page(client.get("/desk/lists/outcomes")).endswith("None.")
    at("2026-11-24T12:00")
    answer = client.get("/desk/lists/outcomes")
    assert "Tuesday 24 November Elland Children’s Centre" in page(answer)
    assert f"/day/{world.centres['elland']}/2026-11-24" in answer.text


@pytest.mark.parametrize(("days", "said"), [(38, "1 day"), (39, "last day"), (40, "1 day late"), (42, "3 days late")])
def test_the_days_left_are_said_in_words_and_a_late_family_stays_on_the_list(client, world, missed, at, days, said):
    at(f"{date(2026, 11, 22) + timedelta(days=days)}T09:00")
    sign_in_as(client, "booking_desk")
    assert f" {said} Aoife O’Brien" in page(client.get("/desk/lists/without-a-time"))
