"""Outcomes not entered are asked for by e-mail: of the registrar, then of the rota managers, once a day, without any family."""

from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import text

from registration.common.clock import now
from registration.common.queue import queue
from registration.desk import chasing, jobs
from registration.desk.chasing import chase
from registration.rota.models import Registrar
from registration.staff.actions import end_account
from registration.staff.jobs import write
from tests.booking.appointments import booked, two_mornings
from tests.booking.world import TUESDAY, at_time
from tests.staff.people import new_person, page, sign_in_as

EVENING = "2026-11-24T18:00"


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    made = two_mornings()
    booked(made.centres["sunshine"], at_time(TUESDAY, "9:00"))
    booked(made.centres["sunshine"], at_time(TUESDAY, "9:30"), email="b@example.org", mobile=None)
    booked(made.centres["elland"], at_time(TUESDAY, "9:00"), email="c@example.org", mobile=None)
    database.execute(text("DELETE FROM procrastinate_jobs"))
    return made


@pytest.fixture
def ann(database, world):
    """The account of the registrar who sat at Sunshine."""
    user = new_person("registrar", email="ann@council.gov.uk")
    database.get(Registrar, world.registrars["ann"]).staff_user_id = user.id
    database.commit()
    return user


@pytest.fixture
def chief(world):
    return new_person("rota_manager", email="chief@council.gov.uk")


@pytest.fixture
def letters(app, database):
    """What the worker sends of what is queued, by who gets it; read it with letters()."""
    folder = Path(app.config["INSTANCE"]) / "mail"

    def sent():
        for kept in folder.glob("*.eml"):
            kept.unlink()
        for name, arguments in database.execute(text("DELETE FROM procrastinate_jobs RETURNING task_name, args")).all():
            assert name == "staff.write"
            write(**arguments)
        read = [message_from_bytes(kept.read_bytes(), policy=policy.default) for kept in folder.glob("*.eml")]
        return {letter["To"]: (letter["Subject"], letter.get_content().replace("\r\n", "\n")) for letter in read}

    return sent


def mark_all(database):
    database.execute(text("UPDATE booking SET outcome = 'registered'"))
    database.commit()


def test_a_registrar_is_told_the_days_and_where_to_mark_them_and_nothing_of_a_family(at, world, ann, letters):
    at(EVENING)
    assert chase(now()) == 1
    [(to, (subject, body))] = letters().items()
    assert (to, subject) == ("ann@council.gov.uk", "Outcomes missing: 2 appointments")
    assert "- Tuesday 24 November, Sunshine Children’s Centre: 2 appointments\n" in body
    assert f"http://127.0.0.1:8000/day/{world.centres['sunshine']}/2026-11-24\n" in body
    assert "http://127.0.0.1:8000/desk/lists/outcomes\n" in body
    assert "Elland" not in body
    assert "\n\n\n" not in body
    for secret in ("O’Brien", "Aoife", "aoife@", "900982"):
        assert secret not in body


def test_nobody_is_written_to_twice_a_day_and_again_the_next(at, world, ann, letters):
    at(EVENING)
    assert [chase(now()), chase(now())] == [1, 0]
    at("2026-11-25T18:15")
    assert chase(now()) == 1
    assert list(letters()) == ["ann@council.gov.uk"]


def test_rota_managers_are_told_of_what_has_lasted_two_working_days(database, at, world, ann, chief, letters):
    database.get(Registrar, world.registrars["bo"]).staff_user_id = new_person(
        "registrar", email="bo@council.gov.uk"
    ).id
    database.commit()
    at("2026-11-25T18:00")
    assert chase(now()) == 2
    assert "chief@council.gov.uk" not in letters()
    at("2026-11-26T18:00")
    assert chase(now()) == 3
    subject, body = letters()["chief@council.gov.uk"]
    assert subject == "Outcomes missing: 3 appointments"
    assert "Elland Children’s Centre: 1 appointment\n" in body
    assert "Outcomes have been missing for some time." in body


def test_where_a_registrar_has_no_account_the_managers_are_told_at_once(at, world, ann, chief, letters):
    at(EVENING)
    assert chase(now()) == 2
    assert letters()["chief@council.gov.uk"][0] == "Outcomes missing: 1 appointment"


def test_an_account_that_is_ended_is_not_written_to(at, world, ann, chief, letters):
    new_person("administrator")
    end_account(ann)
    at(EVENING)
    chase(now())
    assert letters().keys() == {"chief@council.gov.uk"}


def test_a_letter_names_the_oldest_days_only_and_each_once(at, world, chief, letters, monkeypatch):
    monkeypatch.setattr(chasing, "MOST_DAYS", 1)
    at(EVENING)
    chase(now())
    [(subject, body)] = letters().values()
    assert subject == "Outcomes missing: 3 appointments"
    assert body.count("- Tuesday") == 1


@pytest.mark.parametrize("moment", ["2026-11-24T17:45", "2026-11-24T20:00", "2026-11-28T18:00"])
def test_nobody_is_written_to_by_day_by_night_or_at_a_weekend(at, world, ann, moment):
    at(moment)
    assert chase(now()) == 0


def test_a_council_may_leave_it(app, at, world, ann, monkeypatch):
    monkeypatch.setitem(app.config, "AUTHORITY", replace(app.config["AUTHORITY"], chase_outcomes=False))
    at(EVENING)
    assert chase(now()) == 0


def test_once_everything_is_marked_nobody_is_written_to(database, at, world, ann, chief):
    mark_all(database)
    at(EVENING)
    assert chase(now()) == 0


@pytest.mark.parametrize("moment", ["2026-11-24T18:00", "2026-07-14T18:00"])
def test_the_worker_looks_every_evening_by_the_clock_in_england_summer_and_winter(app, at, world, ann, letters, moment):
    from croniter import croniter

    [every] = [
        each.cron for key, each in queue.periodic_registry.periodic_tasks.items() if key[0] == "desk.chase_outcomes"
    ]
    at(moment)
    assert croniter.match(every, app.config["CLOCK"])
    jobs.chase_outcomes(0)
    assert ("ann@council.gov.uk" in letters()) is (moment > "2026-11")


def test_the_reminder_stands_in_the_history_of_the_account(client, at, world, ann, chief):
    at(EVENING)
    chase(now())
    sign_in_as(client, "administrator")
    said = page(client.get(f"/staff/people/{ann.id}"))
    assert "sent a reminder of missing outcomes appointments: 2" in said


# ---- one number everywhere


def counted(client, world):
    """Give the outcomes missing on the first page, on the list, and on the day list of Sunshine."""
    first = page(client.get("/staff/"))
    day = page(client.get(f"/day/{world.centres['sunshine']}/2026-11-24"))
    number = int(first.split(" outcome")[0].rsplit(" ", 1)[1])
    return number, int(day.split(" outcome")[0].rsplit(" ", 1)[1]) if "of this day" in day else 0


def test_a_registrar_counts_the_same_on_the_first_page_and_on_the_day_list(client, database, at, world):
    user = sign_in_as(client, "registrar")
    at("2026-11-24T12:00")
    assert counted(client, world) == (3, 2), "an account tied to no registrar looks after all"
    database.get(Registrar, world.registrars["ann"]).staff_user_id = user.id
    database.commit()
    assert counted(client, world) == (2, 2)
    database.get(Registrar, world.registrars["ann"]).staff_user_id = None
    database.get(Registrar, world.registrars["bo"]).staff_user_id = user.id
    database.commit()
    assert counted(client, world) == (1, 0)
