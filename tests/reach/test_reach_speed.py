"""However many families a centre may know, its lists ask the database as often; 5,000 are answered in two seconds of work."""

from time import perf_counter, process_time

import pytest
from sqlalchemy import event, text

from registration.common.db import db
from tests.reach.families import TODAY, agreement, file_of
from tests.staff.people import sign_in_as

PAGES = ("outreach", "")
# Half of them booked too, and are linked; every fifth of these said no; every fourth record is a member.
_FILL = (
    """
WITH told AS (
     INSERT INTO family (name, born, language, locale, source, agreement_id, home_centre_id, imd_decile)
     SELECT 'Anna Told ' || n, ARRAY[CAST(:today AS date) - n % 300], 'en', 'en', 'live_births', :agreement, :centre, 1 + n % 10
       FROM generate_series(1, :number) n RETURNING id, born)
INSERT INTO birth_record (agreement_id, source, source_key, file_id, family_id, born, address, postcode, received_on)
SELECT :agreement, 'speed', 'k' || id, :file, id, born[1], '7 Told Street', 'HX1 1UJ', CAST(:today AS date) - 5 FROM told
""",
    """
WITH half AS (SELECT id, born FROM family WHERE source = 'live_births' AND id % 2 = 0),
     booked AS (
     INSERT INTO family (name, born, email, language, locale, source)
     SELECT 'Berta ' || id, born, id || '@example.org', 'en', 'en', 'booking' FROM half RETURNING id, name),
     answered AS (
     INSERT INTO sharing_answer (family_id, share, wording_version, route, recorded_by, centre_id)
     SELECT id, id % 5 <> 0, '1', 'online', 'family', :centre FROM booked)
INSERT INTO family_link (a_id, b_id, state, probability, method, made_by)
SELECT half.id, booked.id, 'linked', 1, 'splink', 'x' FROM half JOIN booked ON booked.name = 'Berta ' || half.id
""",
    """
INSERT INTO membership (family_id, centre_id, joined_on, source, source_key, made_by)
SELECT id, :centre, CAST(:today AS date) - 30, 'speed', id, 'x' FROM family WHERE id % 4 = 0 ON CONFLICT DO NOTHING
""",
)


def fill(centre, number):
    """Let a centre know so many families, of which the database has not counted anything yet."""
    under = agreement()
    values = {"agreement": under.id, "file": file_of(under).id, "centre": centre, "number": number, "today": TODAY}
    for statement in _FILL:
        db.session.execute(text(statement), values)
    db.session.commit()


def asked(client, address):
    """Give how many statements a page takes, and how long they took, in seconds."""
    times = []

    def before(*_):
        times.append(-perf_counter())

    def after(*_):
        times[-1] += perf_counter()

    event.listen(db.engine, "before_cursor_execute", before)
    event.listen(db.engine, "after_cursor_execute", after)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", before)
        event.remove(db.engine, "after_cursor_execute", after)
    return len(times), sum(times)


def test_the_lists_ask_no_more_often_however_many_families_there_are(client, here):
    sign_in_as(client, "administrator")
    asked(client, f"/reach/{here}/outreach")  # the first of all asks who is signed in
    counts = []
    for more in (4, 60):
        fill(here, more)
        counts.append([asked(client, f"/reach/{here}/{page}".rstrip("/"))[0] for page in PAGES])

    assert counts[0] == counts[1]


@pytest.mark.long  # needs the machine to itself
@pytest.mark.parametrize("page", PAGES)
def test_five_thousand_families_are_answered_in_two_seconds_of_work(client, here, page):
    fill(here, 5000)
    sign_in_as(client, "administrator")
    address = f"/reach/{here}/{page}".rstrip("/")
    found = []
    for _ in range(3):
        begun = process_time()
        _, database = asked(client, address)
        found.append(process_time() - begun + database)

    assert min(found) < 2
