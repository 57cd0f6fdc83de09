"""A day with two hundred appointments answers almost as fast as one without."""

import pytest
from sqlalchemy import event, text

from registration.common.db import db
from tests.booking.appointments import booked, two_mornings
from tests.booking.world import TUESDAY, at_time
from tests.staff.people import sign_in_as
from tests.timing import times_as_long

ROWS = 200


@pytest.fixture
def busy(client, database, at):
    """A world with one day of two hundred appointments at one centre."""
    at("2026-11-22T09:00")
    world = two_mornings()
    first = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    copies = {"id": first.id, "count": ROWS - 1}
    database.execute(
        text("""
        WITH families AS (
             INSERT INTO family (name, name_words, born, email, mobile, language, locale)
             SELECT name, name_words, born, n || '@example.org', CASE WHEN n % 2 = 0 THEN '+447700' || (900000 + n) END, 'ur', 'en'
               FROM family, generate_series(1, :count) n
              WHERE family.id = (SELECT family_id FROM booking WHERE id = :id) RETURNING id)
        INSERT INTO booking (public_id, reference, link_digest, family_id, session_id, centre_id, begins_at, ends_at, kind,
                             married_or_civil_partners, both_parents_named, attending, last_lawful_day, channel)
        SELECT gen_random_uuid(), 'REF-' || f.id, sha256(f.id::text::bytea), f.id, session_id, centre_id, begins_at,
               ends_at, kind, married_or_civil_partners, both_parents_named, attending, last_lawful_day, channel
          FROM booking, families f WHERE booking.id = :id"""),
        copies,
    )
    database.commit()
    at("2026-11-24T12:00")
    sign_in_as(client, "registrar")
    return world


@pytest.mark.long  # needs the machine to itself: another test beside it counts for both pages, but not alike
def test_two_hundred_appointments_take_less_than_three_times_the_empty_page(client, busy):
    full = f"/day/{busy.centres['sunshine']}/{TUESDAY}"
    empty = f"/day/{busy.centres['todmorden']}/{TUESDAY}"
    assert client.get(full).text.count("<tr") == ROWS + 1
    assert times_as_long(client, full, empty, limit=3) < 3


def test_the_list_asks_the_database_no_more_often_however_many_come(client, busy):
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    counts = []
    event.listen(db.engine, "before_cursor_execute", note)
    for centre in ("todmorden", "sunshine"):
        asked.clear()
        client.get(f"/day/{busy.centres[centre]}/{TUESDAY}")
        counts.append(len(asked))
    event.remove(db.engine, "before_cursor_execute", note)
    assert 0 < counts[1] <= counts[0] < 12
