"""A whole authority as years of use leave it, written in the database by the database: a county, or England as one authority.

Centres lie on a square grid around Halifax, so that distances to real postcodes there are true; families are invented. Every row
follows from its number: the same size on the same day gives the same rows. Nothing that retention would have emptied is emptied:
       that is for
`flask retention run` to do.
"""

# ruff: noqa: S608 -- of our own words only

import re
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import Connection, text

from registration.common.db import db
from registration.common.links import digest, secret
from registration.common.transaction import transaction
from registration.demo.load import add_postcodes
from registration.factory import create_app

#: Real postcodes of the directory that comes with the service.
DISTRICTS = frozenset({"HX1", "HX2", "HX3", "HX4", "HX5", "HX6", "HX7", "OL14", "HD6"})
CENTRES_TO_A_REGISTRAR = 5  # one for each weekday
STARTS = 10  # half hours from 9:00 to 14:00
#: Of 1024 starts so many are booked in the past, tomorrow, and how many fewer with each day that follows.
BOOKED, BOOKED_AHEAD, FEWER_A_DAY = 461, 560, 12


@dataclass(frozen=True)
class Size:
    """How large an authority is: its centres, how far apart (metres), the years behind it, the days of rota before it."""

    centres: int
    spacing: int = 3000
    past_days: int = 3650
    ahead_days: int = 91

    @property
    def registrars(self) -> int:
        """Give how many registrars sit at a centre each weekday."""
        return self.centres // CENTRES_TO_A_REGISTRAR

    @property
    def births_a_year(self) -> int:
        """Give the bookings of a year: five weekdays, and the share of times that is booked."""
        return round(self.registrars * 5 * 52.18 * STARTS * BOOKED / 1024)


#: 14,000 births a year, and children's centres at England's ratio of one to 240 births: Hertfordshire, Essex or Kent.
COUNTY = Size(60)
#: 600,000 births and 2,500 centres: England as one authority, with a year behind it.
ENGLAND = Size(2555, spacing=9000, past_days=365)

# One row for each booking, from which all that belongs to it is written. H(n, k) is a number from 0 to 1023 that follows from n.
_HASH = (
    "CREATE OR REPLACE FUNCTION pg_temp.h(n bigint, k bigint) RETURNS bigint LANGUAGE sql IMMUTABLE "
    "AS 'SELECT hashint8extended(n, k) & 1023'"
)
_PLACES = """
INSERT INTO registration_district (code, name, ours) VALUES ('86', 'Calderdale', true);
INSERT INTO place_of_birth (name, kind, district_id) SELECT 'Royal Hospital', 'hospital', max(id) FROM registration_district;
INSERT INTO cluster (name) SELECT 'Cluster ' || n FROM generate_series(1, (:centres + 5) / 6) n;
INSERT INTO centre (name, kind, cluster_id, address, postcode, easting, northing, latitude, longitude, telephone, email, website,
       bus,
                    directions, entrance, languages, participating_from)
SELECT 'Centre ' || n, CASE n WHEN 1 THEN 'register_office' ELSE 'family_hub' END, (n + 5) / 6, n || ' High Street', 'HX1 1AA',
       409000 + e, 425000 + d, 53.72 + d / 111200.0, -1.86 + e / 66000.0, '01422 000000', '', '', 'Buses 1 to 9', '', '', '{}',
       :first
  FROM generate_series(1, :centres) n,
       LATERAL (SELECT (n % side - side / 2) * :spacing AS e, (n / side - side / 2) * :spacing AS d
                  FROM (SELECT ceil(sqrt(:centres))::int AS side) whole) at;
INSERT INTO room (centre_id, name) SELECT id, 'Room 1' FROM centre ORDER BY id;
INSERT INTO registrar (name) SELECT 'Registrar ' || n FROM generate_series(1, :registrars) n;
INSERT INTO reach_area (lsoa, centre_id)
SELECT lsoa, 2 + row_number() OVER (ORDER BY lsoa) % (:centres - 1) FROM (SELECT DISTINCT lsoa21 AS lsoa FROM postcode) known
 WHERE lsoa IS NOT NULL;
INSERT INTO sharing_agreement (source, provider, recipient, purpose, lawful_basis, gateway, frequency, method, access_roles, notice,
                               provider_contact, recipient_contact, made_by, state, items, retention_days, starts_on, review_on)
VALUES ('child_health', 'Trust', 'Council', 'reach', 'public task', 's.19AA', 'weekly', 'upload', 'data officer', 'by_source',
       'a', 'b',
        'benchmark', 'in_force', '{born,postcode}', 365, :first, :last);
INSERT INTO birth_file (agreement_id, source, name, sha256, actor, rows, added, changed, unchanged, removed, received_at)
SELECT 1, 'child_health', 'week ' || n, n, 'benchmark', 0, 0, 0, 0, 0, :first + 7 * n
  FROM generate_series(0, (:today - :first) / 7) n
"""
_SESSIONS = f"""
INSERT INTO session (registrar_id, centre_id, room_id, begins_at, ends_at, kept_minutes)
SELECT r, centre, centre, (day + time '9:00') AT TIME ZONE 'Europe/London', (day + time '14:00') AT TIME ZONE 'Europe/London', 0
  FROM generate_series(CAST(:first AS timestamp), CAST(:last AS timestamp), '1 day') day, generate_series(1, :registrars) r,
       LATERAL (SELECT (r - 1) * {CENTRES_TO_A_REGISTRAR} + extract(isodow FROM day)::int AS centre) sits
 WHERE extract(isodow FROM day) < 6 ORDER BY day, r
"""
_STORIES = f"""
CREATE UNLOGGED TABLE story AS
SELECT *, pg_temp.h(n, 1) < 21 AS cancelled, pg_temp.h(n, 2) < 720 AS mailed, pg_temp.h(n, 3) < 860 OR pg_temp.h(n,
       2) >= 720 AS texted,
       pg_temp.h(n, 4) < 410 AS member, pg_temp.h(n, 5) < 614 AS share, md5(n || ':booking')::uuid AS public_id, 2 * n AS family_id,
       booked_at::date - (pg_temp.h(n, 6) % 15)::int AS born, 'family' || n || '@example.com' AS email,
       '+44' || 7000000000 + n AS mobile
  FROM (SELECT row_number() OVER (ORDER BY s.begins_at, s.id, k) AS n, s.id AS session_id, s.registrar_id, s.centre_id,
               s.begins_at + k * interval '30 minutes' AS begins_at, s.begins_at + (k + 1) * interval '30 minutes' AS ends_at,
               least(s.begins_at, :now) - (1 + pg_temp.h(s.id * 16 + k, 7) % 20) * interval '19 hours' AS booked_at
          FROM session s, generate_series(0, {STARTS} - 1) k
         WHERE pg_temp.h(s.id * 16 + k, 8) < CASE WHEN s.begins_at < :now THEN {BOOKED}
               ELSE greatest({BOOKED_AHEAD} - {FEWER_A_DAY} * extract(day FROM s.begins_at - :now), 0) END) filled
"""
_SURNAMES = "initcap(substr(md5('s' || (pg_temp.h(n, 9) * pg_temp.h(n, 10)) / 256), 1, 7))"
_FAMILIES = f"""
INSERT INTO family (id, name, born, email, mobile, name_words, source, postcode, home_centre_id, imd_decile, created_at)
OVERRIDING SYSTEM VALUE
SELECT family_id, name, ARRAY[born], CASE WHEN mailed THEN email END, CASE WHEN texted THEN mobile END,
       to_tsvector('simple', name), 'booking', known[1 + n % cardinality(known)], 2 + n % (:centres - 1), 1 + n % 10, booked_at
  FROM story CROSS JOIN (SELECT array_agg(postcode ORDER BY postcode) AS known FROM postcode) directory
  CROSS JOIN LATERAL (SELECT 'Anna ' || {_SURNAMES} AS name) named
 ORDER BY n;
INSERT INTO family (id, name, born, name_words, source, agreement_id, postcode, home_centre_id, imd_decile, created_at)
OVERRIDING SYSTEM VALUE
SELECT id - 1, name, born, name_words, 'live_births', 1, postcode, home_centre_id, imd_decile, born[1] + interval '6 days'
  FROM family WHERE source = 'booking' AND created_at < :now ORDER BY id;
INSERT INTO birth_record (agreement_id, source, source_key, file_id, family_id, born, mother_surname, postcode, received_on)
SELECT 1, 'child_health', 'birth ' || id, 1 + (born[1] - :first) / 7, id, born[1], split_part(name, ' ', 2), postcode,
       born[1] + 7
  FROM family WHERE source = 'live_births' AND born[1] BETWEEN :first AND :today - 7 ORDER BY id;
INSERT INTO family_link (a_id, b_id, state, probability, method, made_by, made_at)
SELECT family_id, family_id + 1, 'linked', 0.99, 'splink', 'service', received_on + 1 FROM birth_record ORDER BY id
"""
_BOOKINGS = """
INSERT INTO booking (id, public_id, reference, link_digest, family_id, session_id, centre_id, begins_at, ends_at, kind,
                     married_or_civil_partners, both_parents_named, attending, last_lawful_day, state, version, channel, email_key,
                     mobile_key, created_at, changed_at, cancelled_at, cancel_reason, outcome)
OVERRIDING SYSTEM VALUE
SELECT n, public_id, substr(ref, 1, 3) || '-' || substr(ref, 4, 3) || '-' || substr(ref, 7, 3), sha256(uuid_send(public_id)),
       family_id,
       session_id, centre_id, begins_at, ends_at, 'registration', n % 2 = 0, true, 'mother', born + 42,
       CASE WHEN cancelled THEN 'cancelled' ELSE 'booked' END, cancelled::int, CASE WHEN n % 5 = 0 THEN 'phone' ELSE 'online' END,
       CASE WHEN mailed THEN sha256(convert_to(email, 'UTF8')) END, CASE WHEN texted THEN sha256(convert_to(mobile, 'UTF8')) END,
       booked_at, booked_at, CASE WHEN cancelled THEN booked_at + interval '3 hours' END, CASE WHEN cancelled THEN 'family' END,
       CASE WHEN ends_at < :now AND NOT cancelled THEN CASE WHEN h % 100 = 0 THEN 'did_not_attend' ELSE 'registered' END END
  FROM (SELECT *, pg_temp.h(n, 11) AS h FROM story) s
  JOIN LATERAL (
       SELECT string_agg(substr('BCDFGHJKMNPQRTVWXY346789', 1 + figure, 1), '' ORDER BY place DESC)
              || substr('BCDFGHJKMNPQRTVWXY346789', 1 + (24 - sum(value / 24 + value % 24)::int % 24) % 24, 1) AS ref
         FROM (SELECT place, figure, figure * CASE place % 2 WHEN 0 THEN 2 ELSE 1 END AS value
                 FROM (SELECT place, (n * 7654321987 % 110075314176 / (24 ^ place)::bigint % 24)::int AS figure
                         FROM generate_series(0, 7) place) figures) weighed) named ON true
 ORDER BY n;
INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, booking_id)
SELECT session_id, registrar_id, begins_at, ends_at, 'booking', n FROM story WHERE NOT cancelled ORDER BY n;
INSERT INTO outcome (booking_id, outcome, route, happened_at, recorded_by, recorded_at)
SELECT id, outcome, 'day_list', ends_at, 'service', ends_at FROM booking WHERE outcome IS NOT NULL ORDER BY id;
INSERT INTO visit_fact (booking_id, health_visitor_on_site, source, recorded_by, recorded_at)
SELECT id, id % 7 = 0, 'timetable', 'service', ends_at FROM booking WHERE outcome = 'registered' ORDER BY id
"""
_ABOUT_FAMILIES = """
INSERT INTO sharing_answer (family_id, share, wording_version, route, recorded_by, at, centre_id)
SELECT family_id, share, '1', 'online', 'family', booked_at, centre_id FROM story ORDER BY n;
INSERT INTO disclosure (family_id, centre_id, basis, what, how, told_on, at, by)
SELECT family_id, centre_id, 'said_yes', '{name,contact}', 'list', begins_at::date, begins_at, 'staff:1' FROM story
 WHERE share AND begins_at < :now ORDER BY n;
INSERT INTO centre_sign_up (family_id, centre_id, address, contact_preference, at)
SELECT family_id, centre_id, '1 High Street', 'text', booked_at FROM story WHERE share AND n % 3 = 0 ORDER BY n;
INSERT INTO membership (family_id, centre_id, joined_on, source, source_key, made_by, made_at)
SELECT family_id, centre_id, begins_at::date, 'centre_system', 'member ' || n, 'staff:1', begins_at FROM story
 WHERE member AND begins_at < :now ORDER BY n;
INSERT INTO centre_visit (family_id, centre_id, visited_on, source, source_key, made_at)
SELECT family_id, centre_id, begins_at::date + 14 * visit, 'centre_system', 'visit ' || n || '.' || visit,
       begins_at + 14 * visit * interval '1 day'
  FROM story, generate_series(1, 3) visit WHERE member AND begins_at + 14 * visit * interval '1 day' < :now ORDER BY n;
INSERT INTO family_contact (family_id, centre_id, contacted_on, route, result, made_by, made_at)
SELECT family_id, centre_id, begins_at::date, 'call', 'reached', 'staff:1',
       begins_at FROM story WHERE n % 5 = 0 AND begins_at < :now ORDER BY n
"""
# What a family was sent: the booking confirmed, called off, and three reminders, each once for each address it goes to.
_MESSAGES = """
INSERT INTO message (id, about, template, version, channel, address, address_digest, locale, details, state, created, due,
       use_until,
                     handed_at, claimed_at, settled_at, attempts, maybe_sent, carrier, carrier_reference)
SELECT md5(n || template || channel)::uuid, public_id, template, version, channel, address, sha256(convert_to(address, 'UTF8')),
       'en',
       jsonb_build_object('reference', n, 'name', 'Anna', 'centre', 'Centre ' || centre_id, 'address', '1 High Street', 'day',
                          begins_at::date, 'time', begins_at::time, 'bring', 'red book, identification, proof of address', 'who',
                          'One of you', 'telephone', '01422 000000', 'last_lawful_day', born + 42),
       'delivered', due, due, begins_at, due, due, due + interval '5 seconds', 1, false, 'smtp', md5(n || channel)
  FROM story
  CROSS JOIN LATERAL (VALUES ('booking_confirmed', 0, booked_at, false), ('booking_cancelled', 1, booked_at + interval '3 hours',
       false),
       ('reminder_week', 0, (begins_at::date - 7 + time '10:00') AT TIME ZONE 'Europe/London', true),
       ('reminder_two_days', 0, (begins_at::date - 2 + time '10:00') AT TIME ZONE 'Europe/London', true),
       ('reminder_morning', 0, (begins_at::date + time '8:00') AT TIME ZONE 'Europe/London', true)) told (template, version, due,
       reminds)
  CROSS JOIN LATERAL (VALUES ('sms', mobile, texted), ('email', email, mailed AND NOT (reminds AND texted))) sent (channel,
       address, given)
 WHERE given AND due < :now AND (template = 'booking_cancelled') <= cancelled AND NOT (reminds AND cancelled)
   AND (NOT reminds OR due - booked_at > interval '3 days')
 ORDER BY n, due
"""
_RECORD = """
INSERT INTO audit_event (at, event, about, actor, after)
SELECT at, event, 'booking:' || n, actor, jsonb_build_object('start', begins_at, 'centre', 'Centre ' || centre_id, 'state',
       'booked')
  FROM story CROSS JOIN LATERAL (VALUES ('booked', booked_at, 'family'), ('looked at', begins_at - interval '1 hour', 'staff:1'),
       ('outcome marked', ends_at, 'staff:1')) done (event, at, actor)
 WHERE at < :now ORDER BY at;
INSERT INTO staff_task (kind, about, sentence, created, done_at, done_by)
SELECT 'message_failed', public_id, 'A message could not be sent.', booked_at, booked_at + interval '1 hour', 'staff:1' FROM story
 WHERE n % 100 = 0 ORDER BY n
"""
#: In this order; each is one or several statements.
PARTS = {
    "places": _PLACES,
    "sessions": _SESSIONS,
    "stories": _STORIES,
    "families": _FAMILIES,
    "bookings": _BOOKINGS,
    "what families said": _ABOUT_FAMILIES,
    "messages": _MESSAGES,
    "the record": _RECORD,
}
#: Tables whose numbers were given and not drawn.
_NUMBERED = ("family", "booking")


def lay_out(app: Flask, size: Size, today: date) -> dict[str, float]:
    """Fill an empty database; give the seconds that each part took."""
    took: dict[str, float] = {}
    with app.app_context():
        with transaction():
            add_postcodes(DISTRICTS)
        with db.engine.begin() as connection:
            # As pg_restore does it: rows that belong together come together, so nothing is looked up row by row.
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text("SET work_mem = '256MB'"))
            connection.execute(text("SET maintenance_work_mem = '512MB'"))
            connection.execute(text(_HASH))
            barred = _without_bars(connection)
            for name, statements in PARTS.items():
                began = time.monotonic()
                _run(connection, statements, _values(size, today))
                took[name] = time.monotonic() - began
            began = time.monotonic()
            for statement in barred:
                connection.exec_driver_sql(statement)
            took["bars against booking twice"] = time.monotonic() - began
            for table in _NUMBERED:
                _go_on(connection, table)
            took["links"] = _links(connection)
            connection.execute(text("DROP TABLE story"))
            connection.execute(text("SET session_replication_role = DEFAULT"))
        db.session.remove()
        took["statistics"] = tidy()
        db.engine.dispose()
    return took


def _without_bars(connection: Connection) -> list[str]:
    """Take away what forbids two things at one time, which is quicker to build over all rows; give how to put it back."""
    bars = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'x' AND conrelid::regclass::text IN ('occupancy', 'session')"
    ).all()
    for table, name, _ in bars:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in bars]


def _values(size: Size, today: date) -> dict[str, str]:
    """Write what the statements name as SQL: our own numbers and days."""
    days = {
        "first": today - timedelta(days=size.past_days),
        "today": today,
        "last": today + timedelta(days=size.ahead_days),
    }
    values = {"centres": size.centres, "registrars": size.registrars, "spacing": size.spacing} | {
        name: f"DATE '{day}'" for name, day in days.items()
    }
    return {name: str(value) for name, value in values.items()} | {
        "now": f"(TIMESTAMP '{today}' AT TIME ZONE 'Europe/London')"
    }


def _run(connection: Connection, statements: str, values: dict[str, str]) -> None:
    named = re.compile(rf"(?<!:):({'|'.join(values)})\b")
    for statement in statements.split(";\n"):
        connection.exec_driver_sql(named.sub(lambda found: values[found[1]], statement).replace("%", "%%"))


def _go_on(connection: Connection, table: str) -> None:
    connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"))


def _links(connection: Connection) -> float:
    """Give the bookings to come the links that the service would have made; give the seconds it took."""
    began = time.monotonic()
    rows = connection.execute(
        text("SELECT public_id FROM booking WHERE begins_at > clock_timestamp() ORDER BY id LIMIT 20000")
    )
    made: list[tuple[UUID, bytes]] = [(number, digest(secret("booking", str(number)))) for number in rows.scalars()]
    connection.execute(
        text(
            "UPDATE booking SET link_digest = digest "
            "FROM unnest(CAST(:numbers AS uuid[]), CAST(:digests AS bytea[])) made (number, digest)"
            " WHERE public_id = number"
        ),
        {"numbers": [number for number, _ in made], "digests": [each for _, each in made]},
    )
    return time.monotonic() - began


def tidy() -> float:
    """Let the database look at its rows as it does by itself in time; give the seconds it took.

    Tables without a row are left alone, as it leaves them: one that was looked at while empty is taken to stay so.
    """
    began = time.monotonic()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        names = (
            connection.execute(text("SELECT relid::regclass::text FROM pg_stat_user_tables ORDER BY relid"))
            .scalars()
            .all()
        )
        filled = [
            name for name in names if connection.execute(text(f"SELECT EXISTS (SELECT FROM {name})")).scalar_one()
        ]
        connection.execute(text(f"VACUUM ANALYZE {', '.join(filled)}"))
    return time.monotonic() - began


def main() -> None:
    """Fill the database of the settings: so many centres, so many days behind; print the seconds of each part."""
    centres, past_days = map(int, sys.argv[1:3])
    took = lay_out(create_app(), Size(centres, past_days=past_days), date.today())  # noqa: DTZ011 -- the machine's own day is the service's here
    for name, seconds in took.items():
        print(f"{name:25} {seconds:8.1f} s")


if __name__ == "__main__":
    main()
