"""Turning a hold into a booking, once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from registration.booking.actions import bookings
from registration.booking.actions.bookings import book, identity_keys
from registration.booking.actions.changes import cancel
from registration.booking.actions.holds import hold
from registration.booking.actions.refusals import AlreadyBooked, HoldRanOut, KeyUsedOtherwise, MotherNeeded
from registration.booking.queries import appointment_by_id, appointment_by_link, appointment_by_reference, asked_about
from registration.booking.rules.attendance import Attending, Parents
from registration.booking.rules.requests import HoldRequest, SignUp
from registration.common.links import digest, secret
from tests.booking.appointments import NOW, REQUEST, booked
from tests.booking.world import BORN, LAST_LAWFUL, TODAY, TUESDAY, at_time

NINE, HALF_PAST, TEN = (at_time(TUESDAY, clock) for clock in ("9:00", "9:30", "10:00"))
KEY, BODY, OTHER_BODY = digest("key"), digest("body"), digest("other body")


@pytest.fixture
def keep(world):
    """Keep a time at Sunshine on Tuesday; give its token."""

    def kept(at=NINE, births=(BORN,), *, interpreter=False):
        return hold(HoldRequest(world.centres["sunshine"], at, births, interpreter), NOW).token

    return kept


def rows(database, query, **values):
    return [tuple(row) for row in database.execute(text(query), values)]


def counts(database):
    tables = ("booking", "family", "sharing_answer", "message", "audit_event", "request_key", "centre_sign_up")
    return [rows(database, f"SELECT count(*) FROM {table}")[0][0] for table in tables]  # noqa: S608


def test_the_held_time_becomes_the_bookings(database, world, keep):
    token = keep(births=(BORN, BORN - timedelta(days=1)), interpreter=True)
    made = book(replace(REQUEST, hold=token), NOW)

    assert made == appointment_by_id(made.public_id)
    assert (made.start, made.end) == (NINE, NINE + timedelta(minutes=75))
    assert (made.births, made.interpreter) == ((BORN - timedelta(days=1), BORN), True)
    assert made.last_lawful_day == LAST_LAWFUL - timedelta(days=1)
    assert (made.state, made.version, made.kind, made.channel) == ("booked", 0, "registration", "online")
    assert rows(database, "SELECT kind, booking_id, until, hold_digest, born, interpreter, client FROM occupancy") == [
        ("booking", made.id, None, None, None, None, None)
    ]


def test_it_can_be_found_by_its_link_and_by_its_reference(keep):
    made = book(replace(REQUEST, hold=keep()), NOW)
    assert appointment_by_link(digest(secret("booking", str(made.public_id)))) == made
    assert appointment_by_reference(made.reference) == made


def test_a_birth_outside_the_district_is_booked_as_a_declaration(keep):
    assert book(replace(REQUEST, hold=keep(), born_in_district=False), NOW).kind == "declaration"


@pytest.mark.parametrize(("channel", "route"), [("online", "online"), ("api", "online"), ("telephone", "telephone")])
def test_the_answer_on_sharing_is_kept_with_its_wording_route_and_writer(database, keep, channel, route):
    book(replace(REQUEST, hold=keep(), share=False, channel=channel), NOW)
    told = rows(database, "SELECT share, wording_version, route, recorded_by FROM sharing_answer")
    assert told == [(False, REQUEST.wording_version, route, "service")]


def test_a_wish_to_join_goes_to_the_centre_booked_at_and_only_where_there_is_one(database, world, keep):
    book(replace(REQUEST, hold=keep(), sign_up=SignUp("3 Mill Lane", "email", "a ramp")), NOW)
    book(replace(REQUEST, hold=keep(TEN), email="b@example.org", mobile=None), NOW)
    wishes = rows(database, "SELECT centre_id, address, contact_preference, visit_needs FROM centre_sign_up")
    assert wishes == [(world.centres["sunshine"], "3 Mill Lane", "email", "a ramp")]


@pytest.mark.parametrize(("postcode", "named"), [("OL14 5AA", "todmorden"), (None, "sunshine"), ("HX5 0AB", "elland")])
def test_at_an_office_the_question_is_about_a_childrens_centre(database, world, postcode, named):
    world.session("office", "dev", TUESDAY, "9:00", "11:00")
    made = booked(world.centres["office"], at_time(TUESDAY, "9:00"), join=True, postcode=postcode)
    asked = rows(database, "SELECT centre_id FROM sharing_answer UNION ALL SELECT centre_id FROM centre_sign_up")
    assert asked == [(world.centres[named],)] * 2
    assert asked_about(made, TODAY).id == world.centres[named]


def test_where_a_family_lives_is_kept_with_the_centre_of_its_area(database, world):
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"), postcode="OL14 5AA")
    kept = rows(database, "SELECT postcode, home_centre_id, source FROM family")
    assert kept == [("OL14 5AA", world.centres["todmorden"], "booking")]
    assert asked_about(made, TODAY).id == world.centres["sunshine"]


def test_the_family_is_told_wherever_it_gave_an_address(database, keep):
    book(replace(REQUEST, hold=keep(), second_contact="gran@example.org"), NOW)
    told = rows(database, "SELECT template, channel, address FROM message ORDER BY address")
    assert told == [
        ("booking_confirmed", "sms", "+447700900982"),
        ("booking_confirmed", "email", "aoife@example.org"),
        ("booking_confirmed", "email", "gran@example.org"),
    ]


def test_a_family_with_neither_is_told_by_letter(database, keep):
    book(replace(REQUEST, hold=keep(), email=None, mobile=None, letter_address="3 Mill Lane", channel="telephone"), NOW)
    assert rows(database, "SELECT channel, address FROM message") == [("letter", "Aoife O’Brien\n3 Mill Lane")]


def test_it_is_written_down_without_anybodys_name(database, world, keep):
    made = book(replace(REQUEST, hold=keep()), NOW)
    [(event, about, actor, after)] = rows(database, "SELECT event, about, actor, after FROM audit_event")
    assert (event, about, actor) == ("booked", f"booking:{made.id}", "service")
    assert after == {"start": made.start.isoformat(), "centre": "Sunshine Children’s Centre", "state": "booked"}


def test_without_the_mother_who_is_needed_nothing_is_booked_and_the_hold_stays(database, keep):
    token = keep()
    alone = Parents(married_or_civil_partners=False, both_parents_named=False, attending=Attending.OTHER_PARENT)
    with pytest.raises(MotherNeeded):
        book(replace(REQUEST, hold=token, parents=alone), NOW)
    assert counts(database) == [0] * 7
    assert book(replace(REQUEST, hold=token), NOW)


@pytest.mark.parametrize("key", [None, (KEY, BODY)])
def test_a_hold_that_ran_out_or_never_was_books_nothing(database, keep, key):
    token = keep()
    database.execute(text("UPDATE occupancy SET until = clock_timestamp()"))
    for each in (token, "no-such-hold"):
        with pytest.raises(HoldRanOut):
            book(replace(REQUEST, hold=each, key=key), NOW)
    assert counts(database) == [0] * 7


def test_a_hold_with_a_registrar_who_is_away_by_now_books_nothing(database, keep):
    token = keep()
    database.execute(
        text("""INSERT INTO absence (registrar_id, begins_at, ends_at, reason, made_by)
                SELECT registrar_id, ends_at - interval '1 minute', ends_at, 'sickness', 'staff:1' FROM occupancy""")
    )
    with pytest.raises(HoldRanOut):
        book(replace(REQUEST, hold=token), NOW)
    assert counts(database) == [0] * 7
    database.execute(text("UPDATE absence SET state = 'withdrawn'"))
    assert book(replace(REQUEST, hold=token), NOW)


def test_the_same_key_and_request_give_the_same_booking(database, keep):
    request = replace(REQUEST, hold=keep(), key=(KEY, BODY))
    made = book(request, NOW)
    before = counts(database)
    assert book(request, NOW) == made
    assert counts(database) == before


def test_the_same_key_gives_the_booking_as_it_stands_now(keep):
    request = replace(REQUEST, hold=keep(), key=(KEY, BODY))
    made = book(request, NOW)
    cancel(made.public_id, NOW)
    assert book(request, NOW).state == "cancelled"


def test_the_same_key_with_another_request_is_refused(keep):
    request = replace(REQUEST, hold=keep(), key=(KEY, BODY))
    book(request, NOW)
    with pytest.raises(KeyUsedOtherwise):
        book(replace(request, key=(KEY, OTHER_BODY)), NOW)


@pytest.mark.parametrize("body", [BODY, OTHER_BODY])
def test_a_used_key_books_no_other_hold(keep, body):
    book(replace(REQUEST, hold=keep(), key=(KEY, BODY)), NOW)
    other = replace(REQUEST, hold=keep(TEN), key=(KEY, body), email="b@example.org", mobile=None)
    with pytest.raises(KeyUsedOtherwise):
        book(other, NOW)


def test_a_key_whose_booking_is_forgotten_has_nothing_to_give(database, keep):
    request = replace(REQUEST, hold=keep(), key=(KEY, BODY))
    book(request, NOW)
    database.execute(text("UPDATE request_key SET booking_public_id = gen_random_uuid()"))
    with pytest.raises(HoldRanOut):
        book(request, NOW)


@pytest.mark.parametrize(
    "again",
    [
        {"mobile": None},
        {"email": None},
        {"email": "AOIFE@example.org", "mobile": None},
        {"name": "Somebody Else", "mobile": "+447700900000"},
    ],
)
def test_the_same_birth_and_contact_are_booked_once_and_the_second_hold_stays_a_hold(database, keep, again):
    first = book(replace(REQUEST, hold=keep()), NOW)
    token = keep(TEN)
    database.commit()
    with pytest.raises(AlreadyBooked) as refused:
        book(replace(REQUEST, hold=token, **again), NOW)
    database.rollback()
    assert refused.value.public_id == first.public_id
    assert rows(database, "SELECT kind FROM occupancy ORDER BY begins_at") == [("booking",), ("hold",)]


def test_the_order_of_the_babies_makes_no_other_birth(keep):
    twins = (BORN, BORN - timedelta(days=1))
    book(replace(REQUEST, hold=keep(births=twins)), NOW)
    token = keep(TEN, births=twins[::-1])
    with pytest.raises(AlreadyBooked):
        book(replace(REQUEST, hold=token), NOW)


def test_other_births_other_contacts_and_a_cancelled_booking_are_no_hindrance(keep):
    first = book(replace(REQUEST, hold=keep()), NOW)
    assert book(replace(REQUEST, hold=keep(HALF_PAST, births=(BORN - timedelta(days=1),))), NOW)
    assert book(replace(REQUEST, hold=keep(TEN), email="b@example.org", mobile=None), NOW)
    cancel(first.public_id, NOW)
    assert book(replace(REQUEST, hold=keep(at_time(TUESDAY, "10:30"))), NOW)


def test_families_with_neither_e_mail_nor_mobile_do_not_hinder_each_other(keep):
    for at in (NINE, HALF_PAST):
        assert book(replace(REQUEST, hold=keep(at), email=None, mobile=None, letter_address="3 Mill Lane"), NOW)


def test_a_reference_given_twice_by_chance_books_nothing_and_can_be_tried_again(keep, database, monkeypatch):
    first = book(replace(REQUEST, hold=keep()), NOW)
    request = replace(REQUEST, hold=keep(TEN), email="b@example.org", mobile=None)
    database.commit()
    with monkeypatch.context() as unlucky:
        unlucky.setattr(bookings, "make_reference", lambda _choose: first.reference)
        with pytest.raises(HoldRanOut):
            book(request, NOW)
    database.rollback()
    assert book(request, NOW).reference != first.reference


def test_what_tells_families_apart_cannot_be_read_back(database):
    email_key, mobile_key = identity_keys((BORN,), "a@example.org", "+447700900982")
    assert email_key != mobile_key
    assert (len(email_key), len(mobile_key)) == (32, 32)
    assert identity_keys((BORN,), None, None) == (None, None)
