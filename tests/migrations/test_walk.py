"""Migrations on tables that hold data, and what they may do to tables that are in use."""

import re

import pytest
from flask_migrate import check

from registration.booking.invariants import broken_rows
from registration.common.db import db
from tests.applications import applications
from tests.backup.council import content, filled
from tests.booking.appointments import NOW
from tests.migrations.growing import fill
from tests.migrations.law import breaches
from tests.migrations.walking import down, revisions, rows, up, written

#: The first state with tables of ours; before it there is only the job queue.
FIRST = "0002"
#: What these tables hold together cannot be made up from what each of them says.
TAKES_NO_ROW = {"balance_wish", "birth_count", "calendar_feed", "demand_adjustment", "family_link", "pilot_lot"}
_STATE = re.compile(r"UPDATE alembic_version SET version_num=\S+ WHERE")
#: Up to here tables changed before any council's families were in them. Later states keep the law, or say here why not.
LAST_BEFORE_COUNCILS = "0026"
BEFORE_COUNCILS = {
    "0004a": {
        ("constraint looked at under a lock", "staff_user"),
        ("gone for the release before", "staff_user"),
        ("index built while nobody can write", "audit_event"),
        ("index built while nobody can write", "browser_session"),
    },
    "0004b": {("index built while nobody can write", "family"), ("rows changed all at once", "family")},
    "0005": {
        ("constraint looked at under a lock", "occupancy"),
        ("constraint looked at under a lock", "registrar"),
        ("index built while nobody can write", "booking"),
    },
    "0006": {("index built while nobody can write", "booking")},
    "0009": {("constraint looked at under a lock", "pattern_half_day")},
    "0010": {("index built while nobody can write", "cover_plan")},
    "0012": {("index built while nobody can write", "postcode")},
    "0016": {("index built while nobody can write", "family"), ("rows changed all at once", "sharing_answer")},
    "0022": {("rows changed all at once", "centre_service")},
    "0023": {
        ("index built while nobody can write", "family_link"),
        ("index built while nobody can write", "link_run"),
    },
}
#: {(revision, kind, table): why it holds nobody up all the same}
WITH_REASON: dict[tuple[str, str, str], str] = {}


@pytest.fixture(scope="module")
def council(new_database, tmp_path_factory):
    """A council with data on the tables of this release."""
    with applications(tmp_path_factory.mktemp("walk")) as make:
        app = make(new_database("walked"), CLOCK=NOW)
        with app.app_context():
            filled()
            yield app


def test_what_families_and_staff_told_is_the_same_after_all_migrations_were_taken_back_and_done_again(council):
    before, held = content(), rows()
    down(council, FIRST)
    first = rows()
    with written() as sent:
        up(council)

    assert content() == before
    assert {name: number for name, number in rows().items() if name in first} == first
    assert all(first[name] == held[name] for name in first)
    assert {name: number for name, number in broken_rows().items() if number} == {}
    check(directory=council.extensions["migrate"].directory)
    keeps_the_law(council, sent)


def keeps_the_law(council, sent):
    """No migration does to a table in use what holds families up or breaks the release that still serves."""
    states = revisions(council)[revisions(council).index(FIRST) + 1 :]
    found, waiting = {}, []
    for statement in sent:
        waiting.append(statement)
        if _STATE.match(statement):
            found[states[len(found)]], waiting = breaches(waiting), []
    assert list(found) == states

    later = states[states.index(LAST_BEFORE_COUNCILS) + 1 :]
    assert {state: those for state, those in found.items() if those and state not in later} == BEFORE_COUNCILS
    assert {(state, *each) for state in later for each in found[state]} == set(WITH_REASON)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("CREATE INDEX ix ON booking (id)", "index built while nobody can write"),
        ("CREATE UNIQUE INDEX ix ON booking (id)", "index built while nobody can write"),
        ("CREATE INDEX CONCURRENTLY ix ON booking (id)", None),
        (
            "ALTER TABLE booking ADD COLUMN at timestamptz DEFAULT clock_timestamp()",
            "column that writes every row anew",
        ),
        ("ALTER TABLE booking ADD COLUMN stamp bigint DEFAULT nextval('s')", "column that writes every row anew"),
        ("ALTER TABLE booking ADD COLUMN note text NOT NULL DEFAULT ''", None),
        ("ALTER TABLE booking ADD COLUMN note text", None),
        ("ALTER TABLE booking ADD COLUMN note text NOT NULL", "column the release before does not fill"),
        ("ALTER TABLE booking ALTER COLUMN version TYPE bigint", "type changed"),
        ("ALTER TABLE booking ALTER COLUMN email_key SET NOT NULL", "not null looked up under a lock"),
        ("ALTER TABLE booking ADD CONSTRAINT c CHECK (id > 0)", "constraint looked at under a lock"),
        ("ALTER TABLE booking ADD CONSTRAINT c CHECK (id > 0) NOT VALID", None),
        ("ALTER TABLE booking VALIDATE CONSTRAINT c", None),
        ("ALTER TABLE booking ADD CONSTRAINT c UNIQUE USING INDEX ix", None),
        ("ALTER TABLE booking ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES x", "constraint looked at under a lock"),
        ("UPDATE booking SET version = 1", "rows changed all at once"),
        ("DELETE FROM booking", "rows changed all at once"),
        ("ALTER TABLE booking DROP COLUMN kind", "gone for the release before"),
        ("ALTER TABLE booking RENAME COLUMN kind TO sort", "gone for the release before"),
        ("DROP TABLE booking", "gone for the release before"),
        ("LOCK TABLE booking", "every row locked"),
        ("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM booking $$", None),
        ("-- DROP TABLE booking\nSELECT 1", None),
        ("CREATE TABLE fresh (id int); CREATE INDEX ix ON fresh (id)", None),
    ],
)
def test_the_law_knows_what_holds_families_up(statement, kind):
    assert {found for found, _ in breaches([statement])} == ({kind} if kind else set())


@pytest.mark.long
def test_from_every_earlier_state_with_a_row_in_every_table_nothing_is_lost(new_database, tmp_path):
    """Down through every state, then up again one by one, each time with a row in every table there is by then."""
    with applications(tmp_path) as make:
        app = make(new_database("walked_slowly"), CLOCK=NOW)
        states = revisions(app)
        states = states[states.index(FIRST) :]
        with app.app_context():
            filled()
            before = content()
            for state in reversed(states[:-1]):
                down(app, state)
            for state in states[1:]:
                assert set(fill(list(rows()))) <= TAKES_NO_ROW
                held = rows()
                up(app, state)
                kept = rows()
                assert {name: kept[name] for name in held} == held, state
            assert content() == before
            check(directory=app.extensions["migrate"].directory)
            db.session.remove()
            db.engine.dispose()
