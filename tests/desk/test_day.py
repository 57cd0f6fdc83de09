"""A centre's day: who comes, what came of it, and who may see how much of that."""

import re

import pytest
from sqlalchemy import text

from registration.booking.actions import changes
from registration.booking.actions.outcomes import mark
from registration.booking.queries.day import day_list
from registration.booking.rules.outcomes import Marking, Outcome
from registration.rota.models import Absence
from tests.booking.appointments import booked
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page, sign_in_as

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def mine(world):
    return booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), join=True)


@pytest.fixture
def on_the_day(mine, at):
    """Ten o'clock on the morning of the appointment, which was at half past nine."""
    at("2026-11-24T10:05")
    return mine


def path(world, day=TUESDAY, place="sunshine", more=""):
    return f"/day/{world.centres[place]}/{day}{more}"


def press(client, world, appointment, outcome, seen=0, **where):
    return client.post(path(world, **where), data={"mark": f"{appointment.public_id}.{outcome}.{seen}"})


def last_marking(database):
    wanted = "SELECT id, outcome, reason, note, route, recorded_by FROM outcome ORDER BY id DESC LIMIT 1"
    return database.execute(text(wanted)).one_or_none()


def outcome_of(database, appointment):
    return database.execute(text("SELECT outcome FROM booking WHERE id = :id"), {"id": appointment.id}).scalar_one()


def test_the_list_says_who_comes_with_everything_whoever_is_there_must_know(client, world, on_the_day, registrar):
    booked(
        world.centres["sunshine"],
        at_time(TUESDAY, "10:00"),
        births=(BORN, BORN),
        language="ur",
        access_needs="A wide door",
        name="Zara Khan",
        email="zara@example.org",
        mobile=None,
        born_in_district=False,
    )
    said = page(client.get(path(world)))
    assert said.startswith("Sunshine Children’s Centre, Tuesday 24 November 2026")
    for fact in (
        f"9:30am Aoife O’Brien {on_the_day.reference} joins the centre",
        "Either parent (mother comes) Brings: marriage or civil partnership certificate",
        "07700 900982",
        "Registrar Ann Room 1",
        "Expected",
        "Zara Khan , 2 babies Declaration for another district",
        "Urdu A wide door",
        "zara @example .org",
        "This list is not the register",
    ):
        assert fact in said, fact


def test_one_press_marks_an_appointment_and_shows_who_marked_it(client, database, world, on_the_day, registrar):
    answer = press(client, world, on_the_day, "arrived")
    assert (answer.status_code, answer.headers["Location"]) == (303, path(world) + f"#b-{on_the_day.public_id}")
    press(client, world, on_the_day, "registered", last_marking(database).id)
    assert outcome_of(database, on_the_day) == "registered"
    assert last_marking(database)[1:] == ("registered", "", "", "day_list", f"staff:{registrar.id}")
    assert f"Registered {registrar.name}, 10:05am" in page(client.get(path(world)))
    events = database.execute(
        text("SELECT event, before, after FROM audit_event WHERE about = :about ORDER BY id"),
        {"about": f"booking:{on_the_day.id}"},
    ).all()
    assert events[1:] == [
        ("marked what came of it", {"outcome": None}, {"outcome": "arrived"}),
        ("marked what came of it", {"outcome": "arrived"}, {"outcome": "registered"}),
    ]


def test_a_row_offers_what_may_follow_and_after_the_last_mark_only_to_take_it_back(
    client, database, world, on_the_day, registrar
):
    key = on_the_day.public_id

    def offered():
        answer = client.get(path(world))
        pressed = re.findall(r'name="mark" value="([^"]*)"', answer.text)
        return pressed, f'href="{path(world)}/{key}/unable"' in answer.text

    assert offered() == ([f"{key}.{outcome}.0" for outcome in ("arrived", "registered", "did_not_attend")], True)
    press(client, world, on_the_day, "arrived")
    seen = last_marking(database).id
    assert offered() == ([f"{key}.registered.{seen}", f"{key}.undo.{seen}"], True)
    press(client, world, on_the_day, "registered", seen)
    assert offered() == ([f"{key}.undo.{last_marking(database).id}"], False)


def test_what_was_marked_can_be_taken_back_and_nothing_is_erased(client, database, world, on_the_day, registrar):
    press(client, world, on_the_day, "did_not_attend")
    said = page(client.get(path(world)))
    assert "Undo “Did not attend” of Aoife O’Brien" in said
    press(client, world, on_the_day, "undo", last_marking(database).id)
    assert outcome_of(database, on_the_day) is None
    assert database.execute(text("SELECT outcome FROM outcome ORDER BY id")).scalars().all() == ["did_not_attend", None]
    event = database.execute(text("SELECT event FROM audit_event ORDER BY id DESC LIMIT 1")).scalar_one()
    assert event == "took back what was marked"


def test_a_second_press_of_the_same_button_marks_nothing_twice(client, database, world, on_the_day, registrar):
    for _ in range(2):
        assert press(client, world, on_the_day, "arrived").status_code == 303
    assert database.execute(text("SELECT count(*) FROM outcome")).scalar_one() == 1


def test_what_somebody_else_marked_meanwhile_is_not_written_over(client, database, world, on_the_day, registrar):
    press(client, world, on_the_day, "did_not_attend")
    said = page(press(client, world, on_the_day, "registered"), 422)
    assert "Somebody else marked this appointment in the meantime." in said
    assert outcome_of(database, on_the_day) == "did_not_attend"


def test_nothing_is_marked_before_the_day(client, database, world, mine, registrar, at):
    at("2026-11-23T23:59")
    assert "Arrived" not in page(client.get(path(world)))
    assert "Nothing can be marked before the day" in page(press(client, world, mine, "arrived"), 422)
    at("2026-11-24T00:01")
    assert "Nothing can be marked" in page(press(client, world, mine, "did_not_attend"), 422)
    assert press(client, world, mine, "arrived").status_code == 303


def test_a_declaration_is_taken_only_from_whoever_came_for_one(client, world, on_the_day, registrar):
    assert "Declaration taken" not in page(client.get(path(world)))
    assert "This cannot be marked" in page(press(client, world, on_the_day, "declaration_taken"), 422)


def test_whoever_could_not_be_registered_has_a_reason(client, database, world, on_the_day, registrar):
    here = path(world, more=f"/{on_the_day.public_id}/unable")
    assert page(client.get(here)).startswith("Why could it not be registered? Aoife O’Brien")
    assert "Choose why" in page(client.post(here, data={"seen": "0"}), 422)
    assert "in a few words" in page(client.post(here, data={"seen": "0", "reason": "other", "note": " "}), 422)
    assert "Say why" in page(press(client, world, on_the_day, "unable"), 422)
    answer = client.post(here, data={"seen": "0", "reason": "other", "note": "Power  cut"})
    assert answer.status_code == 303
    assert last_marking(database)[1:4] == ("unable", "other", "Power cut")
    assert "Unable: Power cut" in page(client.get(path(world)))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "00000000-0000-4000-8000-000000000000.cancelled.0",
        "00000000-0000-4000-8000-000000000000.arrived.x",
        f"{'-' * 36}.arrived.0",
    ],
)
def test_what_is_no_button_of_ours_marks_nothing(client, database, world, on_the_day, registrar, value):
    assert client.post(path(world), data={"mark": value}).status_code in {400, 422}
    assert last_marking(database) is None


def test_an_appointment_of_another_list_is_not_marked_on_this_one(client, database, world, on_the_day, registrar):
    assert press(client, world, on_the_day, "arrived", place="elland").status_code == 404
    assert press(client, world, on_the_day, "arrived", day=WEDNESDAY).status_code == 404
    assert client.get(path(world, place="elland", more=f"/{on_the_day.public_id}/unable")).status_code == 404
    assert last_marking(database) is None


def test_a_cancelled_appointment_is_on_no_list(client, world, mine, registrar):
    changes.cancel(mine.public_id, at_time(TUESDAY, "8:00"))
    assert "Nobody is booked here on this day." in page(client.get(path(world)))


def test_outcomes_that_are_missing_are_told_until_they_are_marked(client, database, world, on_the_day, registrar, at):
    assert "1 outcome of this day is missing." in page(client.get(path(world)))
    at("2026-11-25T08:00")
    assert "Outcomes missing on earlier days: Tue 24 November (1)" in page(client.get(path(world, WEDNESDAY)))
    press(client, world, on_the_day, "arrived")
    assert "missing" in page(client.get(path(world, WEDNESDAY)))
    press(client, world, on_the_day, "registered", last_marking(database).id)
    assert "missing" not in page(client.get(path(world, WEDNESDAY)))


def test_a_centre_worker_sees_when_somebody_comes_and_nothing_of_a_family_that_said_no(client, world, on_the_day, at):
    booked(
        world.centres["sunshine"],
        at_time(TUESDAY, "10:00"),
        name="Zara Khan",
        email="zara@example.org",
        mobile=None,
        share=False,
        access_needs="A wide door",
    )
    sign_in_as(client, "centre_worker", centres=[world.centres["sunshine"]])
    said = page(client.get(path(world)))
    assert "10am A family" in said
    assert "9:30am Aoife O’Brien joins the centre" in said
    for hidden in ("Zara", "zara@", "A wide door", "07700", on_the_day.reference, "parent", "certificate", "Mark"):
        assert hidden not in said, hidden


@pytest.mark.parametrize(("outcome", "shown"), [("did_not_attend", "Did not come"), ("unable", "Came")])
def test_a_centre_worker_learns_only_whether_the_family_came(client, world, on_the_day, outcome, shown):
    marking = Marking(Outcome(outcome), "coroner" if outcome == "unable" else "")
    mark(on_the_day.public_id, marking, 0, "staff:7", at_time(TUESDAY, "10:05"))
    sign_in_as(client, "centre_worker", centres=[world.centres["sunshine"]])
    said = page(client.get(path(world)))
    assert said.count(shown) == 1
    assert "coroner" not in said


def test_a_centre_worker_sees_no_other_centre(client, world, mine):
    sign_in_as(client, "centre_worker", centres=[world.centres["elland"]])
    page(client.get(path(world)), 403)
    page(press(client, world, mine, "arrived"), 403)
    assert "Sunshine" not in page(client.get(f"/day/{TUESDAY}"))


def test_an_auditor_reads_the_list_and_marks_nothing(client, database, world, on_the_day):
    sign_in_as(client, "auditor")
    assert "Aoife O’Brien" in page(client.get(path(world)))
    shown = re.sub(r"(?s)<header.*?</header>|<nav.*?</nav>", "", client.get(path(world)).text)
    assert "<button" not in shown
    assert "<form" not in shown
    page(press(client, world, on_the_day, "arrived"), 403)


def test_a_registrar_away_is_told_in_the_row(client, database, world, mine, registrar):
    span = {"begins_at": at_time(TUESDAY, "0:00"), "ends_at": at_time(WEDNESDAY, "0:00")}
    database.add(Absence(registrar_id=world.registrars["ann"], reason="sickness", made_by="staff:1", **span))
    database.commit()
    assert "The registrar is away" in page(client.get(path(world)))
    [row] = day_list(world.centres["sunshine"], TUESDAY)
    assert row.displaced


def test_the_door_leads_to_todays_list_of_ones_own_centre(client, database, world, on_the_day, registrar):
    assert client.get("/day/").headers["Location"] == f"/day/{TUESDAY}"
    database.execute(
        text("UPDATE registrar SET staff_user_id = :me WHERE id = :ann"),
        {"me": registrar.id, "ann": world.registrars["ann"]},
    )
    database.commit()
    assert client.get("/day/").headers["Location"] == path(world)
    assert client.get(f"/day/?centre={world.centres['elland']}&on=2026-11-25").headers["Location"] == path(
        world, WEDNESDAY, "elland"
    )


def test_every_centre_of_a_day_is_listed_with_what_is_missing(client, world, on_the_day, registrar):
    said = page(client.get(f"/day/{TUESDAY}"))
    assert "Elland Children’s Centre 0 0 Sunshine Children’s Centre 1 1" in said
    assert "No centre has a session" in page(client.get("/day/2026-11-28"))


@pytest.mark.parametrize("address", ["/day/tomorrow", "/day/0/2026-11-24", "/day/1x/2026-11-24", "/day/?on=tomorrow"])
def test_what_is_no_day_or_centre_is_not_found(client, world, registrar, address):
    assert client.get(address).status_code == 404


def test_a_centre_with_no_such_day_is_not_found(client, world, registrar):
    assert client.get(f"/day/{world.centres['sunshine']}/2026-02-30").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "9999-12-31",
        "0001-01-01",
        "1/0001-01-01",
        "1/9999-12-31",
        "99999999999/2026-11-20",
        "?centre=99999999999999&on=2026-11-20",
    ],
)
def test_no_day_and_no_centre_that_cannot_be_is_anything_but_not_found(client, world, path):
    sign_in_as(client, "registrar")
    answer = client.get(f"/day/{path}", follow_redirects=True)
    assert answer.status_code == 404


@pytest.mark.parametrize(("role", "marks"), [("registrar", True), ("booking_desk", True), ("auditor", False)])
def test_the_door_to_the_list_promises_marking_to_those_alone_who_may_mark(client, database, role, marks):
    sign_in_as(client, role)
    said = page(client.get("/staff/"))
    assert "Day list Who comes today." in said
    assert ("You mark there what came of it." in said) == marks


def test_a_centre_worker_is_not_promised_marking(client, world):
    sign_in_as(client, "centre_worker", centres=[world.centres["sunshine"]])
    said = page(client.get("/staff/"))
    assert "Day list Who comes today." in said
    assert "You mark there" not in said
