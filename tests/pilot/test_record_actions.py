"""What happened becomes events, once; they stay, save those of a family that lost a baby; an extract tells what the tables tell."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from registration.births.retention.actions import delete_due
from registration.births.retention.rules import RULES
from registration.booking.actions.changes import cancel, cancel_for_bereavement, move, undo_cancel
from registration.booking.actions.outcomes import mark
from registration.booking.actions.visits import write_down_answer
from registration.booking.queries.day import standings
from registration.booking.rules.outcomes import Marking, Outcome
from registration.booking.rules.requests import SignUp
from registration.centres.models import Centre, Postcode, ReachArea
from registration.common.db import db
from registration.families.actions import mark_lost
from registration.families.models import Family, FamilyLink, Membership
from registration.pilot.record.actions import collect, draw_lot, set_beginning
from registration.pilot.record.models import CentreRollOut, PilotEvent, PilotLot
from registration.pilot.record.queries import centres, days_drawn, reasons, tallies
from registration.pilot.record.rules.events import Kind
from registration.pilot.record.rules.lot import CannotDraw, Draw, PilotBegun, ReasonWanted, drawn
from registration.pilot.record.told import BORN_BOOKED
from registration.reach.models import CentreVisit, FamilyContact
from tests.booking.appointments import NOW, two_mornings
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, at_time
from tests.pilot.record_world import EVENING, LATER, extract, kinds, no, seen, venue
from tests.reach.families import agreement, link, live_birth, member


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    return two_mornings()


def of(kind):
    return db.session.scalars(select(PilotEvent).where(PilotEvent.kind == kind).order_by(PilotEvent.id)).all()


# ---- collecting


def test_what_a_family_did_becomes_events_and_collecting_again_adds_nothing(world):
    seen(world)

    assert collect(EVENING).added == 4
    assert kinds() == [("born", False), ("booked", False), ("attended", False), ("registered", False)]
    assert collect(LATER).added == 0
    [registered] = of("registered")
    assert (registered.day, registered.centre_id) == (TUESDAY, world.centres["sunshine"])
    assert registered.at == at_time(TUESDAY, "9:30")


def test_the_first_events_are_not_looked_for_among_themselves(world, monkeypatch):
    for place in ("sunshine", "elland"):
        for clock in ("9:30", "10:00", "10:30"):
            seen(world, place, clock)
    monkeypatch.setattr("registration.pilot.record.actions.TOLD", (BORN_BOOKED,))
    db.session.execute(text("ANALYZE pilot_event"))  # as the server does by itself, of a table that is empty
    before = _times_read()

    assert collect(EVENING).added == 6
    assert _times_read() - before <= 2, "the whole table was read for each event"


def _times_read():
    return db.session.scalar(text("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'pilot_event'"))


def test_no_event_holds_a_number_or_a_name(world):
    made = seen(world, name="Gwendolyn Seen", clock="10:00")
    collect(EVENING)
    told = db.session.execute(text("SELECT string_agg(e::text, ' ') FROM pilot_event e")).scalar_one()

    assert "Gwendolyn" not in told
    assert "HX5" not in told
    assert made.reference not in told
    keys = {event.family_key for event in db.session.scalars(select(PilotEvent))}
    assert len(keys) == 1
    assert len(keys.pop()) == 32


def test_what_is_marked_otherwise_or_taken_back_is_another_version(world):
    made = seen(world)
    collect(EVENING)
    mark(
        made.public_id,
        Marking(Outcome.DID_NOT_ATTEND),
        standings([made.reference])[made.reference].marked,
        "staff:1",
        EVENING,
    )
    collect(EVENING)
    assert kinds()[4:] == [("dna", False), ("registered", True)]
    assert [row[-1] for row in extract()["bookings"]] == ["dna"]
    mark(made.public_id, Marking(None), standings([made.reference])[made.reference].marked, "staff:1", EVENING)
    collect(EVENING)
    assert kinds()[6:] == [("attended", True)]
    assert [row[-1] for row in extract()["bookings"]] == ["booked"]


def test_a_declaration_for_another_district_is_no_registration(world):
    seen(world, outcome=Outcome.DECLARATION_TAKEN, born_in_district=False)
    told = extract()

    assert told["registrations"] == []
    assert told["births"][0][7] == "0"
    assert told["bookings"][0][-1] == "attended"


def test_a_booking_that_moves_and_is_cancelled_and_kept_after_all(world):
    made = seen(world, outcome=None)
    collect(NOW)
    move(made.public_id, world.centres["elland"], at_time(TUESDAY, "10:00"), NOW)
    collect(NOW)
    cancel(made.public_id, NOW)
    collect(NOW)
    undo_cancel(made.public_id, NOW)
    collect(NOW)

    assert kinds() == [("born", False), ("booked", False), ("moved", False), ("cancelled", False), ("cancelled", True)]
    assert [(row[2], row[-1]) for row in extract()["bookings"]] == [
        (venue(world.centres["sunshine"]), "cancelled"),
        (venue(world.centres["elland"]), "booked"),
    ]


def test_a_booking_that_moved_before_anybody_collected_is_told_where_it_was_booked(world):
    made = seen(world, outcome=None)
    move(made.public_id, world.centres["elland"], at_time(TUESDAY, "10:00"), NOW)
    collect(NOW)

    assert [(event.kind, event.centre_id) for event in [*of("booked"), *of("moved")]] == [
        ("booked", world.centres["sunshine"]),
        ("moved", world.centres["elland"]),
    ]
    assert collect(NOW).added == 0


def test_live_birth_data_tell_a_birth_and_when_they_came(world):
    live_birth(agreement(), world.centres["elland"], received=date(2026, 11, 20))

    [birth] = extract()["births"]
    assert kinds() == [("born", False), ("fed", False)]
    assert (birth[2], birth[4], birth[6], birth[10]) == (
        "2026-11-02",
        venue(world.centres["elland"]),
        "1",
        "2026-11-20",
    )


def test_a_family_that_moves_away_and_comes_back(world):
    number = live_birth(agreement(), world.centres["elland"])
    db.session.execute(update(Family).where(Family.id == number).values(left_area_on=date(2026, 12, 1)))
    assert extract()["births"][0][-1] == "2026-12-01"
    db.session.execute(update(Family).where(Family.id == number).values(left_area_on=None))
    assert extract()["births"][0][-1] == ""
    assert kinds()[2:] == [("moved_away", False), ("moved_away", True)]


def test_a_contact_is_told_the_day_after_it_was_written_down(world):
    number = live_birth(agreement(), world.centres["elland"])
    db.session.add(
        FamilyContact(
            family_id=number,
            centre_id=world.centres["elland"],
            contacted_on=date(2026, 11, 22),
            route="call",
            result="reached",
            made_by="staff:1",
            made_at=NOW,
        )
    )
    db.session.flush()
    collect(NOW + timedelta(hours=12))
    assert not of("contacted")

    [contact] = extract(NOW + timedelta(days=1))["contacts"]
    assert contact[1:] == ("2026-11-22", "call", "reached")


def test_who_signs_up_at_the_visit_joined_that_day_until_they_say_no(world):
    made = seen(world)
    family = made.family_id
    write_down_answer(made.public_id, SignUp("3 Mill Lane", "email"), "staff:1", TUESDAY, share=True)
    db.session.execute(text("UPDATE family SET name = name"))

    joined = extract()["memberships"]
    assert [(row[1], row[3]) for row in joined] == [(venue(world.centres["sunshine"]), "visit")]
    no(family, world.centres["sunshine"])
    assert extract()["memberships"] == []
    assert [(event.kind, event.undone) for event in of("joined")] == [("joined", False), ("joined", True)]


def test_a_wish_given_with_the_booking_is_no_joining_before_the_centre_takes_the_family_in(world):
    made = seen(world, join=True)
    assert extract()["memberships"] == []
    member(made.family_id, world.centres["sunshine"], date(2026, 12, 1))

    assert [row[2:] for row in extract()["memberships"]] == [("2026-12-01", "eStart")]


def test_a_member_whose_joining_is_corrected_stays_one(world):
    made = seen(world)
    member(made.family_id, world.centres["sunshine"], date(2026, 12, 1))
    collect(LATER)
    db.session.execute(update(Membership).values(joined_on=date(2026, 12, 2)))

    assert [row[2] for row in extract()["memberships"]] == ["2026-12-02"]


def test_a_child_of_another_language_is_hard_to_reach(world):
    seen(world, language="ur")
    seen(world, clock="10:00", language="en-GB")
    seen(world, clock="10:30", interpreter=False)

    assert sorted(row[8] for row in extract()["births"]) == ["0", "0", "1"]


# ---- where a family lives


def test_the_home_centre_is_that_of_the_area_also_where_it_registers_no_births_yet(world):
    """Exposure is whether the home centre was live at the birth: one that begins later must be told as home before."""
    later = world.centres["todmorden"]
    db.session.execute(update(Centre).where(Centre.id == later).values(participating_from=date(2027, 6, 1)))
    db.session.add(Postcode(postcode="OL14 5AA", easting=393629, northing=424087, lad="E08000033", lsoa21="E01010999"))
    db.session.add(Postcode(postcode="HX1 5ET", easting=408637, northing=425055, lad="E08000033", lsoa21="E01010001"))
    db.session.flush()
    seen(world, postcode="OL14 5AA")
    [birth] = extract()["births"]
    assert (birth[4], birth[6]) == (venue(later), "1")

    db.session.add(ReachArea(lsoa="E01010001", centre_id=world.centres["elland"]))
    db.session.flush()
    seen(world, clock="10:00", postcode="HX1 5ET")
    assert sorted(row[4] for row in extract()["births"]) == sorted([venue(later), venue(world.centres["elland"])])


def test_a_family_of_another_authority_is_no_resident(world):
    db.session.add(Postcode(postcode="HX1 5ET", easting=408637, northing=425055, lad="E08000033"))
    db.session.add(Postcode(postcode="LS1 1UR", easting=430000, northing=433000, lad="E08000035"))
    db.session.flush()
    seen(world, postcode="LS1 1UR")
    seen(world, clock="10:00", postcode=None)

    assert sorted(row[6] for row in extract()["births"]) == ["", "0"]


# ---- families that are one, that said no, that lost a baby


def linked_family(world, **changes):
    made = seen(world, **changes)
    told = live_birth(agreement(), world.centres["sunshine"], born=BORN, received=date(2026, 11, 21))
    link(made.family_id, told)
    return made, told


def test_records_that_are_linked_are_one_family_and_a_link_undone_makes_them_two(world):
    made, _ = linked_family(world)
    member(made.family_id, world.centres["sunshine"], date(2026, 12, 1))

    [birth] = extract()["births"]
    assert birth[10] == "2026-11-21"
    assert extract()["memberships"][0][0] == birth[1]
    db.session.execute(update(FamilyLink).values(superseded_at=NOW))
    assert len({row[1] for row in extract()["births"]}) == 2


def test_a_family_that_said_no_is_not_linked_and_only_what_it_did_with_us_counts(world):
    made, told = linked_family(world)
    member(told, world.centres["sunshine"], date(2026, 12, 1))
    no(made.family_id, world.centres["sunshine"])

    rows = extract()
    [birth] = rows["births"]
    assert birth[10] == "", "when live birth data came is known by the link alone"
    assert [row[0] for row in rows["registrations"]] == [birth[0]]
    assert rows["memberships"] == []
    assert of("objected")


def test_a_family_that_said_no_and_never_booked_counts_by_its_live_birth_alone(world):
    told = live_birth(agreement(), world.centres["sunshine"])
    other = live_birth(agreement(), world.centres["sunshine"], name="Member")
    db.session.execute(update(Family).where(Family.id == other).values(source="member", agreement_id=None))
    member(other, world.centres["sunshine"])
    link(told, other)
    no(told, world.centres["sunshine"])

    rows = extract()
    assert len(rows["births"]) == 1
    assert rows["memberships"] == []


def test_while_nobody_decided_whether_a_record_is_one_of_a_no_both_stand_alone(world):
    made = seen(world)
    told = live_birth(agreement(), world.centres["sunshine"], born=BORN)
    link(made.family_id, told, "to_review")
    no(made.family_id, world.centres["sunshine"])

    assert len(extract()["births"]) == 2


def test_of_a_family_that_lost_a_baby_nothing_stays_under_any_record(world):
    made, _ = linked_family(world)
    seen(world, clock="10:00")
    collect(EVENING)
    assert len(kinds()) == 10

    cancel_for_bereavement(made.public_id, EVENING)
    assert collect(EVENING).gone == 6
    assert len(kinds()) == 4
    assert len(extract()["births"]) == 1


def test_where_a_loss_was_linked_wrongly_what_the_tables_tell_comes_back(world):
    made, told = linked_family(world)
    mark_lost(told)
    assert extract()["births"] == []

    db.session.execute(update(FamilyLink).values(superseded_at=NOW))
    assert len(extract()["births"]) == 1
    assert [kind for kind, _ in kinds()] == ["born", "booked", "attended", "registered"]
    assert made.family_id != told


def test_nobody_changes_or_deletes_an_event_a_lot_or_the_secret(world):
    seen(world)
    collect(EVENING)
    draw_lot(Draw("7", "centre", 1, date(2027, 1, 4), 4), "staff:1", NOW)
    for statement in (
        "UPDATE pilot_event SET day = day",
        "DELETE FROM pilot_event",
        "TRUNCATE pilot_event",
        "UPDATE pilot_lot SET seed = seed",
        "DELETE FROM pilot_lot",
        "UPDATE pilot_secret SET inner_key = inner_key",
    ):
        with (
            pytest.raises(ProgrammingError, match=r"only ever added|Events of the pilot stay"),
            db.session.begin_nested(),
        ):
            db.session.execute(text(statement))


# ---- kept beyond the deletion of names


def test_when_names_are_deleted_the_events_stay_as_they_are(world):
    seen(world, language="ur")
    member(db.session.scalars(select(Family.id)).one(), world.centres["sunshine"], TUESDAY)
    before = extract()
    a_year = LATER + timedelta(days=800)
    for rule in RULES:
        delete_due(rule, "service", a_year)
    assert db.session.scalars(select(Family.details_gone_at)).one() is not None

    assert collect(a_year).added == 0
    after = extract(a_year)
    assert {name: after[name] for name in after} == before


# ---- the tallies are those of the tables and of the extract

_TABLES = {
    Kind.BOOKED: "SELECT count(*) FROM booking",
    Kind.CANCELLED: "SELECT count(*) FROM booking WHERE state = 'cancelled'",
    Kind.ATTENDED: "SELECT count(*) FROM booking WHERE outcome IN ('arrived', 'registered', 'declaration_taken', 'unable')",
    Kind.DNA: "SELECT count(*) FROM booking WHERE outcome = 'did_not_attend'",
    Kind.REGISTERED: "SELECT count(*) FROM booking WHERE outcome = 'registered'",
    Kind.JOINED: "SELECT count(*) FROM membership",
    Kind.USED: "SELECT count(*) FROM centre_visit",
    Kind.CONTACTED: "SELECT count(*) FROM family_contact",
    Kind.FED: "SELECT count(*) FROM birth_record",
    Kind.BORN: "SELECT (SELECT count(*) FROM birth_record) + (SELECT sum(cardinality(born)) FROM family WHERE source = 'booking')",
    Kind.OBJECTED: "SELECT count(*) FROM sharing_answer WHERE NOT share",
    Kind.MOVED_AWAY: "SELECT count(*) FROM family WHERE left_area_on IS NOT NULL",
}


def test_totals_from_events_equal_those_of_the_tables_and_of_the_extract(world):
    under, here = agreement(), world.centres["sunshine"]
    ways = [Outcome.REGISTERED, Outcome.DID_NOT_ATTEND, Outcome.ARRIVED]
    made = [seen(world, clock=clock, outcome=way) for clock, way in zip(("9:00", "9:30", "10:00"), ways, strict=True)]
    gone = seen(world, "elland", outcome=None)
    cancel(gone.public_id, NOW)
    live_birth(under, here, left_area_on=date(2026, 12, 1))
    for each in made[:2]:
        member(each.family_id, here, date(2026, 12, 1))
    db.session.add(
        CentreVisit(
            family_id=made[0].family_id, centre_id=here, visited_on=date(2026, 12, 8), source="x", source_key="1"
        )
    )
    contact = {"contacted_on": date(2026, 12, 3), "route": "call", "result": "sent", "made_by": "x", "made_at": NOW}
    db.session.add(FamilyContact(family_id=made[0].family_id, centre_id=here, **contact))
    db.session.flush()

    rows = extract()
    told = tallies(LATER.date())
    assert {kind: told[kind] for kind in _TABLES} == {
        kind: db.session.execute(text(count)).scalar_one() for kind, count in _TABLES.items()
    }
    assert {
        name: len(rows[name]) for name in ("births", "bookings", "registrations", "memberships", "visits", "contacts")
    } == {
        "births": told[Kind.BORN],
        "bookings": told[Kind.BOOKED],
        "registrations": told[Kind.REGISTERED],
        "memberships": told[Kind.JOINED],
        "visits": told[Kind.USED],
        "contacts": told[Kind.CONTACTED],
    }
    assert [row[-1] for row in rows["bookings"]].count("attended") == told[Kind.ATTENDED]
    assert [row[-1] for row in rows["bookings"]].count("cancelled") == told[Kind.CANCELLED]


def test_an_extract_as_of_an_earlier_day_knows_nothing_of_later(world):
    seen(world)
    assert extract()["registrations"]

    assert extract(NOW)["registrations"] == []
    assert [row[-1] for row in extract(NOW)["bookings"]] == []


def test_hours_are_those_of_sessions_that_have_come(world):
    hours = {(row[0], row[1]): row[2] for row in extract()["hours"]}

    assert hours[venue(world.centres["sunshine"]), str(TUESDAY)] == "120"
    assert (venue(world.centres["sunshine"]), str(WEDNESDAY)) in hours
    assert extract(NOW)["hours"] == []


# ---- the roll-out


def test_a_lot_that_is_kept_can_be_drawn_again_and_gives_every_centre_its_first_day(world):
    lot = draw_lot(Draw("lottery 7", "centre", 2, date(2027, 1, 4), 4, last_stays_out=True), "staff:7", NOW)
    db.session.expire_all()

    kept = db.session.get_one(PilotLot, lot.id)
    assert drawn(kept.seed, kept.units) == kept.drawn
    assert (kept.drawn_by, kept.drawn_at, kept.steps) == ("staff:7", NOW, 2)
    assert kept.begins == [date(2027, 1, 4), None]
    days = dict(db.session.execute(select(CentreRollOut.centre_id, CentreRollOut.pilot_from)).all())
    names = {
        f"{centre.name}, {centre.postcode}": days[centre.id]
        for centre in db.session.scalars(select(Centre))
        if centre.id in days
    }
    assert [names[unit] for unit in kept.drawn] == [date(2027, 1, 4), date(2027, 1, 4), None]
    assert world.centres["office"] not in days


def test_a_cluster_begins_as_a_whole(world):
    draw_lot(Draw("7", "cluster", 1, date(2027, 1, 4), 4), "staff:7", NOW)

    assert set(db.session.scalars(select(CentreRollOut.pilot_from))) == {date(2027, 1, 4)}
    assert [row[2] for row in extract()["centres"]] == ["2027-01-04"] * 3


def test_no_lot_is_drawn_of_more_steps_than_there_are_units_or_once_the_pilot_began(world):
    with pytest.raises(CannotDraw):
        draw_lot(Draw("7", "cluster", 2, date(2027, 1, 4), 4), "staff:7", NOW)
    set_beginning(world.centres["elland"], date(2026, 11, 1), "staff:7", NOW)
    with pytest.raises(PilotBegun, match="The pilot began at Elland"):
        draw_lot(Draw("7", "cluster", 1, date(2027, 1, 4), 4), "staff:7", NOW)


def test_a_first_day_to_come_can_still_be_changed_and_the_record_says_so(world):
    for day in (date(2026, 12, 1), date(2026, 12, 1), None):
        set_beginning(world.centres["elland"], day, "staff:7", NOW)

    lines = db.session.execute(
        text("SELECT before, after FROM audit_event WHERE event = 'pilot.beginning_set' ORDER BY id")
    ).all()
    assert lines == [
        ({"first day": None}, {"first day": "2026-12-01"}),
        ({"first day": "2026-12-01"}, {"first day": None}),
    ]


def test_a_centre_that_was_drawn_keeps_its_lot_and_the_reason_why_it_begins_otherwise(world):
    lot = draw_lot(Draw("7", "centre", 1, date(2027, 1, 4), 4), "staff:7", NOW)
    elland = world.centres["elland"]
    with pytest.raises(ReasonWanted):
        set_beginning(elland, None, "staff:7", NOW)

    set_beginning(elland, None, "staff:7", NOW, "A flood")
    db.session.expire_all()
    assert db.session.get_one(CentreRollOut, elland).lot_id == lot.id
    assert days_drawn(centres())[elland] == date(2027, 1, 4)
    assert reasons([elland, world.centres["sunshine"]]) == {elland: "A flood"}


def test_a_centre_with_another_name_than_was_drawn_begins_otherwise_for_a_reason_only(world):
    draw_lot(Draw("7", "centre", 1, date(2027, 1, 4), 4), "staff:7", NOW)
    db.session.get_one(Centre, world.centres["elland"]).name = "Elland and Greetland"
    db.session.flush()

    assert world.centres["elland"] not in days_drawn(centres())
    with pytest.raises(ReasonWanted):
        set_beginning(world.centres["elland"], None, "staff:7", NOW)
