"""Finding a family's booking by whatever it says on the telephone."""

from datetime import date

import pytest
from sqlalchemy import text

from registration.booking.actions import changes
from registration.desk import finding
from registration.desk.rules.seeking import understand
from registration.desk.views.find import narrower
from tests.booking.appointments import NOW, booked
from tests.booking.world import TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page, sign_in_as


@pytest.fixture
def mine(world):
    return booked(
        world.centres["sunshine"], at_time(TUESDAY, "9:30"), name="Aoife Ní O’Brien", second_contact="gran@example.org"
    )


@pytest.fixture
def others(world):
    """Another family, born the same day, with another name and no e-mail."""
    return booked(
        world.centres["elland"], at_time(TUESDAY, "9:00"), name="Łucja Żółtowska", email=None, mobile="+447700900983"
    )


def look_for(client, line, status=200):
    return page(client.post("/desk/find", data={"line": line}), status)


def last_event(database):
    return database.execute(text("SELECT event, about, actor, after FROM audit_event ORDER BY id DESC LIMIT 1")).one()


@pytest.mark.parametrize("role", ["registrar", "centre_worker", "data_officer", "evaluator"])
def test_other_roles_look_for_nobody(client, mine, role):
    sign_in_as(client, role)
    page(client.get("/desk/find"), 403)
    page(client.post("/desk/find", data={"line": "brien"}), 403)
    assert "Find a booking" not in client.get("/staff/").text


def test_an_auditor_finds_a_family_and_the_search_is_recorded(client, database, mine):
    auditor = sign_in_as(client, "auditor")
    assert "Find a booking" in page(client.get("/staff/"))
    assert mine.reference in look_for(client, "brien")
    assert last_event(database)[:3] == ("searched", "bookings", f"staff:{auditor.id}")
    assert client.post("/desk/find", data={"line": mine.reference}).status_code == 303
    assert last_event(database)[:3] == ("looked at", f"booking:{mine.id}", f"staff:{auditor.id}")


def test_staff_with_the_role_find_the_page_on_their_first_page(client, desk):
    assert "Find a booking" in page(client.get("/staff/"))


def test_the_desk_is_asked_for_anything_a_family_says(client, desk):
    assert page(client.get("/desk/find")).startswith(
        "Find a booking Reference, name, telephone, email or date of birth"
    )


@pytest.mark.parametrize("write", [str, str.lower, lambda reference: reference.replace("-", " ")])
def test_a_reference_read_out_leads_to_the_booking_and_the_look_is_recorded(client, database, desk, mine, write):
    answer = client.post("/desk/find", data={"line": write(mine.reference)})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/booking/{mine.public_id}")
    assert last_event(database)[:3] == ("looked at", f"booking:{mine.id}", f"staff:{desk.id}")
    assert "Aoife" in page(client.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    "line",
    [
        "obrien",
        "brien",
        "o brien",
        "O'BRI",
        "aoife o’b",
        "07700 900982",
        "900982",
        "aoife@example.org",
        "AOIFE@",
        "gran@example.org",
        "ní 19/11/2026",
        "19 nov aoife 900982",
    ],
)
def test_a_family_is_found_by_anything_it_says_and_by_all_of_it_together(client, desk, mine, others, line):
    said = look_for(client, line)
    assert mine.reference in said
    assert others.reference not in said
    assert "1 booking" in said


@pytest.mark.parametrize("line", ["zoltowska", "Lucja Zoltowska", "ŁUCJA"])
def test_no_accent_and_no_keyboard_keeps_a_name_from_being_found(client, desk, others, line):
    assert others.reference in look_for(client, line)


def test_a_birth_date_finds_every_family_of_that_day_with_no_more_than_tells_them_apart(client, desk, mine, others):
    answer = client.post("/desk/find", data={"line": "19/11/2026"})
    said = page(answer)
    assert "2 bookings" in said
    for fact in ("Aoife Ní O’Brien", "Thursday 19 November 2026", "Tue 24 November 2026, 9:30am", "Sunshine", "Booked"):
        assert fact in said, fact
    assert "7700900982" not in answer.text
    assert "gran@example.org" not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_record_says_by_what_was_searched_and_not_for_whom(client, database, desk, mine):
    look_for(client, "aoife 19/11/2026")
    event = last_event(database)
    assert event[:3] == ("searched", "bookings", f"staff:{desk.id}")
    assert event.after == {"by": ["birth", "name"], "found": 1}


def test_bookings_to_come_stand_first_then_the_latest(client, world, desk):
    late = booked(world.centres["sunshine"], at_time(WEDNESDAY, "9:30"))
    changes.cancel(late.public_id, NOW)
    early = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    said = look_for(client, "aoife")
    assert said.index(early.reference) < said.index(late.reference)
    assert "Cancelled" in said


def test_a_bereaved_family_is_in_no_list_and_still_found_by_its_reference(client, desk, mine, others):
    changes.cancel_for_bereavement(mine.public_id, NOW)
    assert mine.reference not in look_for(client, "19/11/2026")
    look_for(client, "obrien", 422)
    assert client.post("/desk/find", data={"line": mine.reference}).status_code == 303


@pytest.mark.parametrize(
    ("line", "more"),
    [
        ("19/11/2026", "Add part of the name."),
        ("19/11/2026 a", "Add part of the name."),
        ("19/11/2026 an", "Add more of the name."),
        ("an", "Add a date of birth."),
        ("example", "Add a date of birth."),
        ("00", "Add a date of birth, or part of the name."),
    ],
)
def test_what_was_typed_already_is_not_asked_for_again(line, more):
    assert narrower(understand(line, date(2026, 11, 22))) == more


def test_of_too_many_the_first_are_shown_and_more_is_asked_for(client, desk, mine, others, monkeypatch):
    monkeypatch.setattr("registration.desk.views.find.MOST_FOUND", 1)
    said = look_for(client, "19/11/2026")
    assert "The first 1 bookings There are more. Add part of the name." in said


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "Enter a reference, a name, a telephone number, an email address or a date of birth"),
        ("x" * 201, "This must be 200 letters or fewer"),
        ("a", "Enter more than that"),
        ("BCD-FGH-JKG", "There is no booking with this reference."),
        ("nobody", "There is no booking like this."),
        ("brien 31/2/2026", "31/2/2026 is not a real date. Check it with the family."),
        ("'; DROP TABLE booking; --", "There is no booking like this."),
        ("%@", "There is no booking like this."),
        ("ao\\fe@_", "There is no booking like this."),
        ("aoife\x00", "This has a character we cannot keep."),
    ],
)
def test_what_finds_nobody_is_told_beside_the_field(client, desk, mine, line, sentence):
    assert f"There is a problem {sentence}" in look_for(client, line, 422)


@pytest.fixture
def thousands(database, mine):
    """So many other families that it matters how they are searched, and the planner knows it."""
    database.execute(
        text("""
        WITH families AS (
             INSERT INTO family (name, name_words, born, email, language, locale)
             SELECT 'Nr ' || n, to_tsvector('simple', 'nr' || n), ARRAY[date '2020-01-01' + n], n || '@example.org',
                    'en', 'en'
               FROM generate_series(1, 3000) n RETURNING id)
        INSERT INTO booking (public_id, reference, link_digest, family_id, session_id, centre_id, begins_at, ends_at, kind,
                             married_or_civil_partners, both_parents_named, attending, last_lawful_day, channel)
        SELECT gen_random_uuid(), 'REF-' || f.id, sha256(f.id::text::bytea), f.id, session_id, centre_id, begins_at,
               ends_at, kind, married_or_civil_partners, both_parents_named, attending, last_lawful_day, channel
          FROM booking, families f WHERE booking.public_id = :mine"""),
        {"mine": mine.public_id},
    )
    database.execute(text("ANALYZE family, booking, centre"))


@pytest.mark.parametrize(
    ("part", "value", "index"),
    [("words", "'nr2917':*", "ix_family_name_words"), ("born", "2026-11-19", "ix_family_born")],
)
def test_among_thousands_a_search_is_answered_from_an_index(database, thousands, part, value, index):
    asked = text("EXPLAIN " + finding._FOUND.format(which=finding._PARTS[part]))
    plan = database.execute(asked, {part: value, "now": NOW, "most": 30})
    lines = plan.scalars().all()
    assert any(index in line for line in lines), lines


def test_the_same_family_is_likely_by_a_birth_and_its_last_name_email_or_mobile(mine, others):
    def likely(name="Somebody Else", email="", mobile="", births=mine.births):
        return [row.public_id for row in finding.likely_the_same(births, name, email, mobile, NOW)]

    assert likely("Fred Obrien") == [mine.public_id]
    assert likely(email="AOIFE@example.org") == [mine.public_id]
    assert likely(mobile="+447700900983") == [others.public_id]
    assert likely("Fred Brien") == [mine.public_id]
    assert likely() == []
    assert likely("O’Neill") == []
    assert likely("Fred Obrien", births=(TUESDAY,)) == []
