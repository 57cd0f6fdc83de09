"""The demonstration as it stands after `flask demo load`."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from registration.booking.invariants import broken_rows
from registration.booking.queries import free_places, midnight, moment, openings
from registration.booking.rules.requests import AvailabilityRequest
from registration.centres import gazetteer
from registration.centres.models import Centre, PlaceOfBirth, RegistrationDistrict
from registration.centres.queries import centres_nearest, district_choices, imported_place
from registration.centres.services.queries import services_on
from registration.common.clock import LONDON, civil_date
from registration.common.db import Model, db
from registration.demo import bulk, invented
from registration.demo.colleagues import LONGER_MINUTES
from registration.demo.load import load
from registration.rota.models import Registrar, Session
from registration.rota.queries.absences import away_between, sessions_in
from registration.staff.models import StaffUser
from tests.demo.conftest import NOW, close, inside, make_app

TODAY = civil_date(NOW)
WITHIN = TODAY + timedelta(days=42)


def free(first=TODAY, last=WITHIN, born=TODAY):
    """The free public starts of a baby born today: (centre name, start, places)."""
    names = dict(db.session.execute(select(Centre.id, Centre.name)).all())
    places = free_places(AvailabilityRequest((born,), interpreter=False, first=first, last=last), NOW)
    return [
        (names[centre], moment(minute), count) for centre, starts in places.items() for minute, count in starts.items()
    ]


def fingerprints():
    """The number of rows of every table, and of the versions they have had."""
    db.session.rollback()
    tables = [table.name for table in Model.metadata.sorted_tables]
    versions = "SELECT count(*), max(xmin::text::bigint) FROM"
    return {name: db.session.execute(text(f"{versions} {name}")).one() for name in tables}


def test_at_least_300_times_are_free_within_the_42_days(loaded):
    starts = free()
    assert len(starts) >= 300
    assert sum(count for *_, count in starts) >= 300


def test_there_are_evenings_and_saturdays_to_choose(loaded):
    local = [start.astimezone(LONDON) for _, start, _ in free()]
    assert any(start.hour >= 17 for start in local)
    assert any(start.isoweekday() == 6 for start in local)


def test_one_centre_has_nothing_in_time_and_opens_again_after(loaded):
    assert invented.REOPENING not in {centre for centre, *_ in free()}
    later = free(WITHIN + timedelta(days=1), TODAY + timedelta(weeks=12))
    assert invented.REOPENING in {centre for centre, *_ in later}


def test_two_centres_are_nearly_full(loaded):
    counts = {name: sum(count for centre, _, count in free() if centre == name) for name in invented.NEARLY_FULL}
    assert all(1 <= count <= 15 for count in counts.values()), counts


def test_every_promise_is_kept_and_nothing_is_held(loaded):
    assert set(broken_rows().values()) == {0}
    held = text("SELECT count(*) FROM occupancy WHERE kind <> 'booking' AND offer_id IS NULL")
    assert db.session.execute(held).scalar() == 0
    # What the families of the absent registrar are told goes out as soon as the service runs.
    jobs = db.session.execute(
        text("SELECT args -> 'message_ids' FROM procrastinate_jobs WHERE args ? 'message_ids'")
    ).scalars()
    waiting = text("SELECT id::text FROM message WHERE created = :now AND state = 'queued' AND handed_at IS NOT NULL")
    assert {each for ids in jobs for each in ids} >= set(db.session.execute(waiting, {"now": NOW}).scalars())


def test_loading_again_changes_nothing_within_a_second(loaded):
    before = fingerprints()
    begun = time.process_time()  # other work on the machine is not ours
    result = loaded.test_cli_runner().invoke(args=["demo", "load"])
    assert time.process_time() - begun < 1
    assert (result.exit_code, result.output) == (0, "The demonstration is loaded already: nothing to do.\n")
    assert fingerprints() == before


def test_there_is_a_family_of_every_sort_to_look_at(loaded):
    coming = "FROM booking b JOIN family f ON f.id = b.family_id WHERE b.state = 'booked' AND b.begins_at > :now"
    for what in (
        "cardinality(f.born) = 2",
        "b.kind = 'declaration'",
        "f.interpreter",
        "f.letter_address IS NOT NULL",
        "f.second_contact IS NOT NULL",
        "f.access_needs <> ''",
        "f.locale = 'ur'",
        "b.version = 1",
        "b.channel = 'telephone'",
    ):
        assert db.session.execute(text(f"SELECT count(*) {coming} AND {what}"), {"now": NOW}).scalar() > 0, what
    cancelled = db.session.execute(text("SELECT cancel_reason, count(*) FROM booking GROUP BY 1")).all()
    assert dict(cancelled)["bereavement"] == 1
    assert dict(cancelled)["family"] > 20


def test_every_booking_left_its_line_in_the_record(loaded):
    missing = text("""
        SELECT count(*) FROM booking b WHERE NOT EXISTS (
          SELECT 1 FROM audit_event a
           WHERE a.about = 'booking:' || b.id AND a.event = 'booked' AND a.at = b.created_at)
    """)
    assert db.session.execute(missing).scalar() == 0


def test_messages_of_the_past_were_sent_and_those_due_tonight_wait(loaded):
    states = dict(db.session.execute(text("SELECT state, count(*) FROM message GROUP BY state")).all())
    assert states["sent"] > 1000
    late = text(
        "SELECT count(*) FROM message WHERE state = 'queued' AND channel <> 'letter' AND created < :now AND due <= :now"
    )
    assert db.session.execute(late, {"now": NOW}).scalar() == 0
    future = text("SELECT count(*) FROM message WHERE settled_at > :now OR created > :now")
    assert db.session.execute(future, {"now": NOW}).scalar() == 0


def test_messages_can_be_written_out_in_every_language(loaded):
    from registration.messages.models import Message
    from registration.messages.writing import draft, write

    kinds = db.session.execute(text("SELECT DISTINCT ON (template, channel, locale) id FROM message")).scalars().all()
    assert len(kinds) > 12
    for number in kinds:
        assert write(draft(db.session.get(Message, number))).body


def test_centres_stand_where_their_real_postcodes_are(loaded):
    for centre in db.session.scalars(select(Centre)):
        place = gazetteer.find(centre.postcode)
        assert (centre.easting, centre.northing) == (place.easting, place.northing)
        assert place.lad == "E08000033"


def test_postcodes_are_looked_up_in_the_table(loaded):
    found = imported_place("HX1 1AA")
    assert replace(found, lsoa=None, imd_decile=None) == gazetteer.find("HX1 1AA")
    nearest = centres_nearest(imported_place("HX1 5RE"), TODAY)
    assert (nearest[0].name, nearest[0].distance_km) == ("Marigold Children’s Centre", 0)
    assert len(nearest) == 10


def test_places_of_birth_lie_inside_and_outside_the_district(loaded):
    choices = district_choices()
    assert [district.name for district in choices.districts] == ["Calderdale"]
    assert "Calderdale Royal Hospital" in {place.name for place in choices.inside}
    assert {place.district.name for place in choices.outside} == {"Kirklees", "Bradford and Keighley"}


def test_something_else_happens_at_the_centres(loaded):
    monday = TODAY + timedelta(days=1)
    ids = db.session.scalars(select(Centre.id)).all()
    assert len(services_on(monday, ids)) >= 3


def test_long_sessions_keep_minutes_for_the_telephone_desk(loaded):
    spans = [(opening.end - opening.begin, opening.kept) for opening in openings(NOW, NOW + timedelta(weeks=6))]
    kept = {(minutes >= 180, kept) for minutes, kept in spans if minutes > 60}  # the extra evening is one hour
    assert kept == {(True, 30)}


def test_the_centre_worker_of_the_demonstration_has_a_centre(loaded):
    worker = db.session.scalar(select(StaffUser).where(StaffUser.email == "centre-worker@example.org"))
    assert [db.session.get(Centre, number).name for number in worker.centre_ids] == ["Marigold Children’s Centre"]


def test_nothing_is_loaded_without_demo(new_database, tmp_path):
    app = make_app(new_database, tmp_path, "not_a_demonstration", DEMO=False, CLOCK=None)
    for command in (["demo", "load"], ["demo", "bench"]):
        result = app.test_cli_runner().invoke(args=command)
        assert result.exit_code == 1
        assert "only loaded into a demonstration: start with DEMO=1" in result.output
    with inside(app):
        assert db.session.scalar(select(func.count(Centre.id))) == 0
    close(app)


def test_what_a_council_loaded_before_stays(database, at):
    at("2026-12-20T08:00")
    ours = RegistrationDistrict(code="86", name="Calderdale, ours", ours=True)
    database.add_all([ours, PlaceOfBirth(name="Calderdale Royal Hospital", kind="hospital", district=ours)])
    database.execute(text("INSERT INTO postcode (postcode, lsoa21) VALUES ('HX1 1AA', 'E01034582')"))
    database.flush()
    made = load(NOW + timedelta(days=28))
    assert made.bookings > 500
    assert [district.name for district in district_choices().districts] == ["Calderdale, ours"]
    assert [place.name for place in district_choices().inside].count("Calderdale Royal Hospital") == 1
    assert imported_place("HX1 1AA").lsoa == "E01034582"
    assert set(broken_rows().values()) == {0}


def test_copying_no_rows_does_nothing(database):
    assert bulk.copy(Centre, []) == 0


@pytest.mark.parametrize("name", ["Sunshine Childrens Centre", "Elland Family Hub", "Todmorden Family Hub"])
def test_no_invented_centre_has_the_name_of_a_real_one(name):
    assert name.casefold() not in {centre.name.casefold() for centre in invented.centres()}


def test_families_who_booked_before_are_never_mixed_with_invented_ones(new_database, tmp_path):
    app = make_app(new_database, tmp_path, "in_use", CLOCK=None)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))  # one row of a council's own is enough
        connection.execute(
            text("""
            INSERT INTO booking (public_id, reference, link_digest, family_id, session_id, centre_id, begins_at, ends_at, kind,
                                 married_or_civil_partners, both_parents_named, attending, last_lawful_day, channel)
            VALUES (gen_random_uuid(), 'BRB-7K4-XWM', '', 1, 1, 1, now(), now() + interval '30 min', 'registration', true, true,
                    'mother', '2026-12-31', 'online')""")
        )
    result = app.test_cli_runner().invoke(args=["demo", "load"])

    assert result.exit_code == 1
    assert "Families have booked here already, so this is no demonstration: start with DEMO=0." in result.output
    with app.app_context(), db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM registrar")).scalar_one() == 0
    close(app)


def test_the_registrars_account_has_a_day_of_its_own(loaded):
    tied = select(Registrar.id).join(StaffUser, StaffUser.id == Registrar.staff_user_id)
    [registrar] = db.session.scalars(tied.where(StaffUser.email == "registrar@example.org"))
    assert db.session.scalar(select(func.count()).where(Session.registrar_id == registrar, Session.begins_at > NOW)) > 0


def test_one_registrar_takes_longer_one_is_away_where_nobody_is_booked_and_one_sits_an_extra_evening(loaded):
    monday = TODAY + timedelta(days=7 - TODAY.weekday())
    first, last = (midnight(day) for day in (monday, monday + timedelta(days=5)))
    assert db.session.scalars(
        select(Registrar.minutes_per_baby).where(Registrar.minutes_per_baby.is_not(None))
    ).all() == [LONGER_MINUTES]
    training = [each for each in away_between(first, last) if each.reason == "training"]
    assert len(training) == 1
    assert not sessions_in([training[0].registrar_id], training[0].begins, training[0].ends)
    [extra] = db.session.scalars(select(Session).where(Session.kind == "extra"))
    assert first < extra.begins_at < last
