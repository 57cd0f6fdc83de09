"""Registrars: added, changed, seen off; what families have booked with them decides what may change."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.booking.queries import free_places
from registration.booking.queries.sessions import taken_in
from registration.booking.rules.requests import AvailabilityRequest
from registration.common.audit import AuditEvent, history_of
from registration.rota.actions.absences import FamiliesBooked, record_absence
from registration.rota.actions.people import (
    NameTaken,
    NoSuchRegistrar,
    add_registrar,
    change_registrar,
    see_off,
)
from registration.rota.models import Registrar, Session
from registration.rota.queries.people import registrar_of
from registration.rota.rules.absences import away
from registration.rota.rules.people import Facts
from tests.booking.appointments import NOW, booked, two_mornings
from tests.booking.world import BORN, THURSDAY, TODAY, TUESDAY, WEDNESDAY, at_time
from tests.booking.world import NOW as CLOCK
from tests.staff.people import new_person, page, sign_in_as

FACTS = Facts("Ida Lind", "deputy_registrar", True, ("en", "sv"), "HX1 1AA", 6, 40)
TYPED = {
    "name": " Ida   Lind ",
    "grade": "deputy_registrar",
    "may_register_births": "y",
    "languages": "en; sv",
    "home_postcode": "hx11aa",
    "contracted_sessions": "6",
    "minutes_per_baby": "40",
}


@pytest.fixture
def world(at, database):
    at(CLOCK)
    return two_mornings()


@pytest.fixture
def ann(database, world):
    return database.get(Registrar, world.registrars["ann"])


def facts_of(registrar, **changes):
    kept = {name: getattr(registrar, name) for name in Facts.__dataclass_fields__}
    return Facts(**(kept | {"languages": tuple(registrar.languages)} | changes))


def change(registrar, **changes):
    return change_registrar(registrar.id, facts_of(registrar, **changes), "staff:5", NOW, taken_in)


def events(database, event):
    return database.scalars(select(AuditEvent).where(AuditEvent.event == event)).all()


# ---- actions


def test_a_new_registrar_is_added_with_all_that_is_known(database):
    made = add_registrar(FACTS, "staff:5")

    assert facts_of(made) == FACTS
    [event] = events(database, "added the registrar")
    assert (event.about, event.actor, event.after["minutes_per_baby"]) == (f"registrar:{made.id}", "staff:5", 40)


def test_two_registrars_cannot_have_one_name_however_it_is_written(world, ann):
    with pytest.raises(NameTaken):
        add_registrar(Facts("registrar  ANN", "registrar", True, (), None, None, None), "staff:5")
    with pytest.raises(NameTaken):
        change(ann, name="Registrar Bo")
    assert change(ann, name="REGISTRAR Ann").name == "REGISTRAR Ann"


def test_only_what_differs_stands_in_the_record(database, ann):
    change(ann)
    assert events(database, "changed the registrar") == []
    change(ann, contracted_sessions=8, languages=("en", "ur"))
    [event] = events(database, "changed the registrar")
    assert event.before == {"contracted_sessions": None, "languages": []}
    assert event.after == {"contracted_sessions": 8, "languages": ["en", "ur"]}


def test_minutes_of_ones_own_change_what_families_are_offered_and_no_appointment_booked(world, ann):
    asked = AvailabilityRequest((BORN,), interpreter=False, first=TODAY, last=TODAY + timedelta(days=9))
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    before = len(free_places(asked, NOW)[world.centres["sunshine"]])
    change(ann, minutes_per_baby=60)

    assert (before, len(free_places(asked, NOW)[world.centres["sunshine"]])) == (7, 4)
    assert taken_in([mine.session_id])[mine.session_id][0].ends == mine.end


def test_who_has_appointments_cannot_lose_the_right_to_register(database, world, ann):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    with pytest.raises(FamiliesBooked) as refused:
        change(ann, may_register_births=False)
    assert [hit.taken.reference for hit in refused.value.hits] == [mine.reference]


def test_who_has_none_can(world, ann):
    assert not change(ann, may_register_births=False).may_register_births


def test_a_registrar_who_leaves_has_no_session_from_that_day_on(database, world, ann):
    assert see_off(ann.id, WEDNESDAY, "staff:5", taken_in, NOW) == (1, 0)
    states = database.scalars(select(Session.state).where(Session.registrar_id == ann.id).order_by(Session.id)).all()
    assert states == ["published", "withdrawn"]
    [event] = events(database, "noted the day of leaving")
    assert event.after == {"first_day_gone": "2026-11-25", "sessions_withdrawn": 1, "sessions_brought_back": 0}


def test_nobody_leaves_while_families_are_booked_from_that_day_on(database, world, ann):
    mine = booked(world.centres["sunshine"], at_time(WEDNESDAY, "9:00"))
    with pytest.raises(FamiliesBooked) as refused:
        see_off(ann.id, TUESDAY, "staff:5", taken_in, NOW)
    assert [hit.taken.reference for hit in refused.value.hits] == [mine.reference]
    assert see_off(ann.id, THURSDAY, "staff:5", taken_in, NOW) == (0, 0)


def test_the_day_of_leaving_can_be_taken_back_and_said_twice(database, ann):
    see_off(ann.id, THURSDAY, "staff:5", taken_in, NOW)
    see_off(ann.id, THURSDAY, "staff:5", taken_in, NOW)
    see_off(ann.id, None, "staff:5", taken_in, NOW)
    assert ann.left_on is None
    assert len(events(database, "noted the day of leaving")) == 2


def test_nobody_is_changed_who_is_not_there(world, ann):
    with pytest.raises(NoSuchRegistrar):
        change_registrar(0, FACTS, "staff:5", NOW, taken_in)
    with pytest.raises(NoSuchRegistrar):
        see_off(0, TUESDAY, "staff:5", taken_in, NOW)


def test_a_registrar_is_found_by_the_account_they_sign_in_with(database, ann):
    user = new_person("registrar")
    assert registrar_of(user.id) is None
    ann.staff_user_id = user.id
    database.flush()
    assert registrar_of(user.id).id == ann.id


# ---- pages


def test_the_list_names_everybody_with_what_they_do(database, world, ann, manager):
    ann.minutes_per_baby, ann.languages, ann.left_on = 45, ["en", "ur", "bfi"], THURSDAY
    database.get(Registrar, world.registrars["bo"]).left_on = TODAY
    record_absence([ann.id], *away(TUESDAY, TUESDAY), "training", "", "staff:1")
    database.commit()
    said = page(manager.get("/rota/registrars"))

    languages = "English, Urdu, British Sign Language"
    assert f"Registrar Ann Registrar may register {languages} not said 45 Tuesday 24 November 2026: training" in said
    assert "the usual 30" in said
    assert "No longer here Registrar Bo , since 22 November 2026" in said


def test_without_anybody_the_list_says_how_to_begin(database, client):
    sign_in_as(client, "auditor")
    assert "flask registrars import" in page(client.get("/rota/registrars"))


def test_a_registrars_own_page_shows_what_is_to_come_and_what_was_changed(database, world, ann, manager):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    record_absence([ann.id], *away(THURSDAY, THURSDAY), "sickness", "back soon", "staff:1")
    database.commit()
    said = page(manager.get(f"/rota/registrars/{ann.id}"))

    assert "Tue 24 November 9am to 11am Sunshine Children’s Centre 30 of 120 minutes" in said
    assert "Thursday 26 November 2026: sickness (back soon)" in said
    assert "put down as away" in said


def test_colleagues_are_told_neither_why_nor_where_somebody_lives(database, world, ann, client):
    ann.home_postcode = "HX2 6AB"
    record_absence([ann.id], *away(THURSDAY, THURSDAY), "sickness", "back soon", "staff:1")
    database.commit()
    sign_in_as(client, "registrar")
    said = page(client.get(f"/rota/registrars/{ann.id}"))

    assert "Thursday 26 November 2026" in said
    for secret in ("sickness", "back soon", "HX2 6AB", "History"):
        assert secret not in said


def test_a_registrar_is_added_on_the_page(database, manager):
    page(manager.get("/rota/registrars/add"))
    answer = manager.post("/rota/registrars/add", data=TYPED)
    said = page(manager.get(answer.headers["Location"]))

    assert "Deputy registrar" in said
    made = database.scalars(select(Registrar).where(Registrar.name == "Ida Lind")).one()
    assert facts_of(made) == FACTS
    assert history_of(f"registrar:{made.id}")[0].thing.text == "Ida Lind"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Enter the registrar’s name"),
        ({"name": "registrar bo"}, "There is a registrar with this name already"),
        ({"name": "x" * 121}, "120 letters or fewer"),
        ({"languages": "klingonish"}, "Enter languages as tags"),
        ({"home_postcode": "HX"}, "Enter a full UK postcode"),
        ({"contracted_sessions": "15"}, "from 1 to 14"),
        ({"contracted_sessions": "½"}, "from 1 to 14"),
        ({"minutes_per_baby": "4"}, "from 5 to 120"),
        ({"minutes_per_baby": "9999"}, "from 5 to 120"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(database, manager, wrong, sentence):
    assert sentence in page(manager.post("/rota/registrars/add", data=TYPED | wrong), 422)
    assert database.scalars(select(Registrar).where(Registrar.name == "Ida Lind")).all() == []


def test_a_registrar_is_changed_on_the_page(database, ann, manager):
    assert "Change Registrar Ann" in page(manager.get(f"/rota/registrars/{ann.id}/change"))
    answer = manager.post(f"/rota/registrars/{ann.id}/change", data=TYPED | {"minutes_per_baby": ""})

    assert answer.headers["Location"] == f"/rota/registrars/{ann.id}"
    database.refresh(ann)
    assert (ann.name, ann.minutes_per_baby, ann.contracted_sessions) == ("Ida Lind", None, 6)
    assert "There is a registrar with this name" in page(
        manager.post(f"/rota/registrars/{ann.id}/change", data=TYPED | {"name": "Registrar Bo"}), 422
    )


def test_the_page_names_the_families_in_the_way(database, world, ann, manager):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    typed = {name: value for name, value in TYPED.items() if name != "may_register_births"}
    said = page(manager.post(f"/rota/registrars/{ann.id}/change", data=typed), 422)
    assert mine.reference in said
    database.refresh(ann)
    assert ann.name == "Registrar Ann"

    day = {"day-day": "24", "day-month": "11", "day-year": "2026"}
    page(manager.get(f"/rota/registrars/{ann.id}/leave"))
    assert mine.reference in page(manager.post(f"/rota/registrars/{ann.id}/leave", data=day), 422)
    database.refresh(ann)
    assert ann.left_on is None
    assert "Enter the first day" in page(manager.post(f"/rota/registrars/{ann.id}/leave"), 422)


def test_one_leaves_and_stays_after_all_on_the_page(database, ann, manager):
    day = {"day-day": "25", "day-month": "11", "day-year": "2026"}
    manager.post(f"/rota/registrars/{ann.id}/leave", data=day)
    assert "No longer works here from Wednesday 25 November 2026" in page(manager.get(f"/rota/registrars/{ann.id}"))
    manager.post(f"/rota/registrars/{ann.id}/stay")
    assert "No longer works here" not in page(manager.get(f"/rota/registrars/{ann.id}"))


def test_nobody_has_the_page_of_a_registrar_who_is_not_there(manager):
    for address in ("/rota/registrars/0", "/rota/registrars/0/change", "/rota/registrars/0/leave"):
        page(manager.get(address), 404)
    for address in ("/rota/registrars/0/change", "/rota/registrars/0/leave", "/rota/registrars/0/stay"):
        page(manager.post(address), 404)


def test_who_only_reads_is_offered_no_change(ann, client):
    sign_in_as(client, "auditor")
    for address in ("/rota/registrars", f"/rota/registrars/{ann.id}"):
        answer = client.get(address)
        page(answer)
        assert "/add" not in answer.text
        assert "/change" not in answer.text
