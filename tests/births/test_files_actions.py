"""Files of live births taken in through the real actions: what is kept, corrected, placed, lost, deleted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from registration.births.files.actions import (
    bring,
    brought,
    drop,
    drop_old,
    erase_due,
    forget,
    save_mapping,
    say_columns,
)
from registration.births.files.looking import FileTakenBefore, NoAgreement
from registration.births.files.models import WaitingFile
from registration.births.files.queries import births_held, said_of, taken_before, waiting_file
from registration.births.files.rules.columns import Kind
from registration.births.models import BirthCount, BirthFile, BirthRecord, Deletion
from registration.booking.models import Booking
from registration.centres.models import Centre, Postcode, ReachArea
from registration.common.audit import AuditEvent
from registration.common.db import db
from registration.common.files import FileRefused
from registration.families.actions import change_answer
from registration.families.models import Family, FamilyLink
from registration.families.queries import rulings
from registration.families.rules import SHARING_WORDING, Answer, Ruling
from registration.messages.models import Silenced
from registration.reach.outreach.queries import known_to
from tests.births.brought import ITEMS, SOURCE, agree, csv_of, row, taken
from tests.booking.appointments import booked
from tests.booking.world import TODAY, TUESDAY, at_time, make_world

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LEE = {"Mother Forename": "Ann", "Mother Surname": "Lee", "House number": "4"}


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    made = make_world()
    agree()
    return made


def come(*rows, **how):
    return taken(csv_of(rows), NOW, **how)


def records(**where):
    return db.session.scalars(select(BirthRecord).filter_by(**where).order_by(BirthRecord.id)).all()


def family(number):
    db.session.expire_all()
    return db.session.get_one(Family, number)


def test_nothing_is_taken_in_without_an_agreement_in_force(database):
    make_world()
    agree(state="ended")
    agree(source="later", starts=date(2026, 11, 23))
    agree(source="over", ends_on=date(2026, 11, 21))
    for source in (SOURCE, "later", "over", "nobody"):
        with pytest.raises(NoAgreement):
            come(row(), source=source)
    agree(source="last day", ends_on=TODAY)
    assert come(row(), source="last day").added == 1


def test_a_birth_is_kept_with_its_family_in_its_centre_reach_area(world):
    file = come(row(1), row(2, Postcode="HX5 0AB"))
    assert (file.rows, file.added, file.changed, file.unchanged, file.removed) == (2, 2, 0, 0, 0)
    assert (file.period, file.dropped, file.actor, file.received_at) == (date(2026, 11, 1), [], "staff:1", NOW)
    one, two = records()
    assert (one.source_key, one.born, one.mother_given, one.phone) == ("N1", date(2026, 11, 5), "Amy", "+447700900123")
    assert (one.received_on, one.file_id, one.agreement_id) == (TODAY, file.id, file.agreement_id)
    known = family(one.family_id)
    assert (known.source, known.name, known.born, known.postcode) == (
        "live_births",
        "Amy Ashworth1",
        [one.born],
        "HX1 5ET",
    )
    assert known.letter_address == "1 Invented Street\nHX1 5ET"
    assert (known.mobile, known.email) == (None, None), "the agreement lets no contact but the address reach a centre"
    assert known.home_centre_id == world.centres["sunshine"]
    assert family(two.family_id).home_centre_id == world.centres["elland"]
    assert rulings(known.home_centre_id, [known.id], TODAY) == {known.id: Ruling.UNDER_AGREEMENT}


def test_a_reach_area_says_whose_a_home_is_and_its_decile_is_kept(world):
    place = {
        "easting": 408637,
        "northing": 425055,
        "lad": "E08000033",
        "lsoa21": "E01010975",
        "imd_rank": 20,
        "imd_edition": 2019,
    }
    db.session.add_all(
        [Postcode(postcode="HX1 5ET", **place), ReachArea(lsoa="E01010975", centre_id=world.centres["todmorden"])]
    )
    come(row(1))
    [record] = records()
    known = family(record.family_id)
    assert (known.home_centre_id, known.imd_decile) == (world.centres["todmorden"], 1)


def test_a_closed_centre_is_followed_by_the_one_that_stands_for_it(world):
    db.session.add(Postcode(postcode="HX1 5ET", easting=408637, northing=425055, lsoa21="E01010975"))
    db.session.add(ReachArea(lsoa="E01010975", centre_id=world.centres["todmorden"]))
    closed = db.session.get_one(Centre, world.centres["todmorden"])
    closed.participating_to, closed.successor_id = TODAY - timedelta(days=1), world.centres["elland"]
    come(row(1))
    assert family(records()[0].family_id).home_centre_id == world.centres["elland"]


def test_families_of_another_authority_are_left_at_the_door_and_unknown_homes_are_kept(world):
    file = come(row(1, Postcode="M1 1AE"), row(2, Postcode="ZZ99 3VZ"), row(3, Postcode=""))
    assert (file.rows, file.added) == (3, 2)
    assert {record.source_key for record in records()} == {"N2", "N3"}
    assert {family(record.family_id).home_centre_id for record in records()} == {None}


def test_the_same_file_again_changes_nothing(world):
    file = come(row(1))
    with pytest.raises(FileTakenBefore):
        come(row(1))
    assert taken_before(SOURCE, file.sha256) == NOW
    agree(source="another")
    assert come(row(1), source="another").added == 1


def test_the_same_births_in_another_file_are_as_before(world):
    come(row(1), row(2))
    file = come(row(2), row(1), row(1))
    assert (file.added, file.changed, file.unchanged) == (0, 0, 3)


def test_a_correction_changes_the_birth_and_its_family(world):
    come(row(1, **LEE), row(2, DOB="06/11/2026", **LEE))
    one, _ = records()
    file = come(
        row(1, DOB="04/11/2026", Postcode="HX5 0AB", **{"Baby’s Forename": "Zoë"} | LEE | {"Mother Surname": "Li"})
    )
    assert (file.added, file.changed) == (0, 1)
    db.session.expire_all()
    one, two = records()
    assert (one.baby_given, one.born, one.mother_surname, one.file_id) == ("Zoë", date(2026, 11, 4), "Li", file.id)
    assert two.born == date(2026, 11, 6)
    known = family(one.family_id)
    assert (known.name, known.born, known.postcode) == ("Ann Li", [one.born, two.born], "HX5 0AB")
    assert known.home_centre_id == world.centres["elland"]
    assert known.name_words == "'ann' 'li'"


def test_a_family_that_moved_out_of_the_area_is_no_centres_and_comes_back(world):
    come(row(1))
    number = records()[0].family_id
    come(row(1, Postcode="M1 1AE"))
    assert (family(number).home_centre_id, family(number).left_area_on) == (None, TODAY)
    come(row(1, Postcode="HX5 0AB"))
    assert (family(number).home_centre_id, family(number).left_area_on) == (world.centres["elland"], None)


def test_a_second_twin_of_a_later_file_joins_the_family(world):
    come(row(1, **LEE))
    come(row(2, **LEE))
    one, two = records()
    assert one.family_id == two.family_id
    assert family(one.family_id).born == [one.born, two.born]


def ties():
    """Give the state of each link between two families that holds now, by its two."""
    now = select(FamilyLink).where(FamilyLink.superseded_at.is_(None))
    return {(link.a_id, link.b_id): link.state for link in db.session.scalars(now)}


def test_a_corrected_day_that_makes_twins_makes_one_family_and_another_that_parts_them_undoes_it(world):
    come(row(1, DOB="20/10/2026", **LEE), row(2, DOB="28/10/2026", **LEE), row(3), row(4))
    one, two, *_ = (each.family_id for each in records())
    assert one != two
    come(row(1, DOB="20/10/2026", **LEE), row(2, DOB="21/10/2026", **LEE), row(3, Sex="M"))
    assert ties() == {(one, two): "linked"}
    [entry] = [each for each in known_to(world.centres["sunshine"], TODAY) if each.card.name == "Ann Lee"]
    assert entry.card.family_id in (one, two)
    come(row(2, DOB="21/10/2026", Sex="M", **LEE))
    assert list(ties()) == [(one, two)], "told again it is kept once"
    change_answer(two, Answer(False, SHARING_WORDING, "letter", "family"))
    assert set(rulings(world.centres["sunshine"], [one, two], TODAY).values()) == {Ruling.SAID_NO}
    come(row(2, DOB="28/10/2026", **LEE))
    assert ties() == {}
    said = rulings(world.centres["sunshine"], [one, two], TODAY)
    assert said == {one: Ruling.UNDER_AGREEMENT, two: Ruling.SAID_NO}


def test_what_a_person_set_apart_no_correction_links(world):
    come(row(1, DOB="20/10/2026", **LEE), row(2, DOB="28/10/2026", **LEE))
    one, two = (each.family_id for each in records())
    apart = {"state": "apart", "probability": 0, "method": "person", "reason": "checked", "made_by": "staff:1"}
    db.session.add(FamilyLink(a_id=one, b_id=two, **apart))
    db.session.flush()
    come(row(2, DOB="21/10/2026", **LEE))
    assert ties() == {(one, two): "apart"}


def test_without_a_number_a_birth_is_known_by_a_digest_nobody_can_guess(world):
    nameless = {name: cell for name, cell in row(1).items() if name != "Record ID"}
    come(nameless)
    [record] = records()
    assert record.source_key.startswith("digest:")
    assert "ashworth" not in record.source_key.casefold()
    assert come(nameless | {"House number": "99"}).changed == 1
    assert come(nameless | {"DOB": "06/11/2026"}).added == 1


def test_what_the_agreement_does_not_name_is_not_kept(world, database):
    agree(source="little", items=["born", "mother_surname"])
    file = come(row(1), source="little")
    assert "Mobile" in file.dropped
    [record] = records()
    assert (record.mother_surname, record.mother_given, record.postcode, record.phone) == (
        "Ashworth1",
        None,
        None,
        None,
    )
    assert family(record.family_id).letter_address is None


def test_a_faulty_file_changes_nothing(world):
    with pytest.raises(FileRefused) as refusal:
        come(row(1), *(row(number, DOB="x") for number in range(2, 202)))
    assert refusal.value.count == 200
    assert len(refusal.value.lines()) == 51
    assert records() == []
    assert db.session.scalar(select(func.count()).select_from(BirthFile)) == 0


@pytest.mark.parametrize(
    ("kind", "headings"), [(Kind.BIRTHS, "DOB,Mother Surname\n"), (Kind.COUNTS, "Area,Month,Births\n")]
)
def test_a_file_of_headings_only_is_not_even_kept_to_be_looked_at(world, kind, headings):
    with pytest.raises(FileRefused, match="has headings only: there are no births in it"):
        waiting(headings, kind=kind)


def test_the_history_tells_numbers_and_no_names(world):
    file = come(row(1))
    [event] = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "births.imported"))
    assert event.about == f"birth_file:{file.id}"
    assert event.after == {
        "source": SOURCE,
        "rows": 1,
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "outside": 0,
    }


# ---- losses


def test_a_notice_of_a_loss_takes_a_family_out_of_everything(world):
    come(row(1), row(2))
    one, two = records()
    file = come({"Record ID": "N1", "Outcome": "died"}, kind=Kind.LOSSES, name="losses.csv")
    assert file.removed == 1
    assert (family(one.family_id).lost_at is None, family(two.family_id).lost_at is None) == (False, True)
    home = family(one.family_id).home_centre_id
    assert rulings(home, [one.family_id], TODAY) == {one.family_id: Ruling.LOST}
    [event] = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "births.lost"))
    assert (event.about, event.after) == (f"family:{one.family_id}", None)


def test_all_records_linked_to_the_family_leave_with_it_and_its_appointment_is_cancelled(world):
    world.session("sunshine", "ann", TUESDAY, "9:00", "12:00")
    appointment = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    come(row(1))
    birth = records()[0].family_id
    other = Family(name="Another", born=[], source="member")
    db.session.add(other)
    db.session.flush()
    for one, two, state in ((appointment.family_id, birth, "linked"), (birth, other.id, "to_review")):
        first, second = sorted((one, two))
        db.session.add(
            FamilyLink(a_id=first, b_id=second, state=state, probability=0.99, method="exact", made_by="service")
        )
    db.session.flush()
    assert come({"Record ID": "N1", "Outcome": "died"}, kind=Kind.LOSSES).removed == 2
    assert family(appointment.family_id).lost_at is not None
    assert family(other.id).lost_at is None
    booking = db.session.get_one(Booking, appointment.id)
    assert (booking.state, booking.cancel_reason) == ("cancelled", "bereavement")
    assert db.session.get(Silenced, appointment.public_id) is not None


def test_an_appointment_that_is_over_stays_as_it_was_and_its_messages_stop(world):
    world.session("sunshine", "ann", TUESDAY, "9:00", "12:00")
    appointment = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    db.session.execute(Family.__table__.update().values(name="Amy Ashworth1", name_words="'amy' 'ashworth1'"))
    losses = csv_of([{"DOB": f"{appointment.births[0]:%d/%m/%Y}", "Mother Name": "Amy Ashworth1", "Died": "yes"}])
    assert taken(losses, NOW + timedelta(days=5), kind=Kind.LOSSES).removed == 1
    booking = db.session.get_one(Booking, appointment.id)
    assert booking.state == "booked"
    assert db.session.get(Silenced, appointment.public_id) is not None


def test_a_loss_told_before_the_birth_is_remembered_without_a_name_by_every_source(world):
    come(
        {"Record ID": "N1", "DOB": "05/11/2026", "Mother Name": "Amy Ashworth1", "Died": "06/11/2026"}, kind=Kind.LOSSES
    )
    for record in records():
        known = family(record.family_id)
        assert (record.mother_surname, known.name, known.born) == (None, "", [])
        assert None not in (record.erased_at, known.lost_at, known.details_gone_at)
    assert len(records()) == 2
    agree(source="another")
    for source in (SOURCE, "another"):
        file = come(row(1), row(2, **LEE), source=source)
        assert (file.added, file.unchanged) == (1, 1)
    come(
        {"Record ID": "N1", "DOB": "05/11/2026", "Mother Name": "Amy  Ashworth1", "Died": "06/11/2026"},
        kind=Kind.LOSSES,
    )
    assert len(records(mother_surname=None)) == 2


def test_a_stillborn_baby_in_a_file_of_births_is_not_kept(world):
    file = come(row(1, Outcome="stillborn"), row(2, Outcome="live"))
    assert (file.added, file.removed) == (1, 0)
    assert [record.source_key for record in records(erased_at=None)] == ["N2"]


def test_a_lost_family_is_not_corrected_by_a_later_file(world):
    come(row(1))
    come({"Record ID": "N1", "Outcome": "died"}, kind=Kind.LOSSES)
    assert come(row(1, Sex="M")).unchanged == 1
    assert records()[0].sex == "F"


# ---- counts


def test_counts_stand_by_centre_and_month_and_are_told_anew(world):
    rows = [{"Centre": "Elland Children's Centre", "Month": "Oct 2026", "Births": "12"}]
    file = come(*rows, kind=Kind.COUNTS)
    assert (file.kind, file.added, file.period) == ("counts", 1, date(2026, 10, 1))
    come(rows[0] | {"Births": "13"}, kind=Kind.COUNTS)
    db.session.expire_all()
    [count] = db.session.scalars(select(BirthCount))
    assert (count.source, count.centre_id, count.births) == (SOURCE, world.centres["elland"], 13)


def test_counts_of_neighbourhoods_and_wards_go_to_their_centre(world):
    where = {"easting": 410780, "northing": 420850, "lsoa21": "E01010990", "ward": "E05001379"}
    db.session.add(Postcode(postcode="HX5 0AB", **where))
    db.session.add(ReachArea(lsoa="E01010975", centre_id=world.centres["todmorden"]))
    october = {"Month": "2026-10"}
    come(
        {"Area": "E01010990", "Births": "1"} | october,
        {"Area": "E05001379", "Births": "2"} | october,
        {"Area": "E01010975", "Births": "4"} | october,
        kind=Kind.COUNTS,
    )
    counts = {count.centre_id: count.births for count in db.session.scalars(select(BirthCount))}
    assert counts == {world.centres["elland"]: 3, world.centres["todmorden"]: 4}


def test_an_area_nobody_knows_is_a_fault(world):
    with pytest.raises(FileRefused) as refusal:
        come(
            *({"Area": area, "Month": "2026-10", "Births": "1"} for area in ("Nowhere", "E05009999")), kind=Kind.COUNTS
        )
    assert refusal.value.lines() == [
        "line 2: Area, Nowhere, is no centre, neighbourhood or ward known here",
        "line 3: Area, E05009999, is no centre, neighbourhood or ward known here",
    ]


# ---- between preview and taking in


def waiting(text="", **how):
    content = (text or csv_of([row(1, **{"Birth Weight": "3200", "Shoe": "1"})])).encode()
    return bring(content, how.get("source", SOURCE), how.get("kind", Kind.BIRTHS), "october.csv", "staff:1", NOW)


def test_what_must_never_be_taken_does_not_even_wait(world):
    file = waiting()
    assert "3200" not in str(file.sheet)
    assert "Ashworth1" in str(file.sheet)
    assert (
        brought(file).sheet.sha256
        == sha256(csv_of([row(1, **{"Birth Weight": "3200", "Shoe": "1"})]).encode()).hexdigest()
    )


def test_a_file_waits_an_hour_and_goes(world):
    file = waiting()
    number = file.id
    later = NOW + timedelta(hours=1)
    assert waiting_file(number, later - timedelta(seconds=1)) is file
    assert waiting_file(number, later) is None
    assert drop_old(later) == 0
    assert drop_old(later + timedelta(seconds=1)) == 1
    db.session.expire_all()
    assert db.session.get(WaitingFile, number) is None


def test_a_file_is_thrown_away_or_forgotten(world):
    for gone in (lambda file: drop(file, "staff:1", NOW), forget):
        file = waiting()
        number = file.id
        gone(file)
        assert db.session.get(WaitingFile, number) is None


def test_what_was_said_of_a_source_counts_for_its_next_file(world):
    save_mapping(SOURCE, {"phone": ""}, "staff:1", NOW)
    save_mapping(SOURCE, {"phone": "", "email": "Mail"}, "staff:1", NOW)
    assert said_of(SOURCE) == {"phone": "", "email": "Mail"}
    file = waiting()
    assert file.said == {"phone": "", "email": "Mail"}
    say_columns(file, {})
    assert brought(file).said == {}
    assert waiting("Area,Month,Births\nE01010975,2026-10,3\n", kind=Kind.COUNTS).said == {}


def test_a_file_taken_in_before_does_not_wait(world):
    taken(csv_of([row(1)]), NOW)
    with pytest.raises(FileTakenBefore):
        waiting(csv_of([row(1)]))
    with pytest.raises(NoAgreement):
        waiting(source="nobody")


# ---- deleted on the agreement's schedule


def test_details_go_when_they_are_due_and_what_is_counted_stays(world):
    come(row(1), row(2))
    taken(csv_of([row(3)]), NOW + timedelta(days=1))
    last = NOW + timedelta(days=364)
    assert erase_due(last, "service") == []
    due = last + timedelta(days=1)
    [would] = erase_due(due, "service", dry_run=True)
    assert (would.source, would.rows, would.rule, births_held()) == (SOURCE, 2, "365 days after the file came", 3)
    [gone] = erase_due(due, "service")
    assert replace(gone, digest="") == would
    db.session.expire_all()
    one, _, three = records()
    assert (one.source_key, one.born) == ("N1", date(2026, 11, 5))
    assert {getattr(one, name) for name in ITEMS if name not in {"born", "birth_order"}} == {None}
    known = family(one.family_id)
    assert (known.name, known.name_words, known.letter_address, known.postcode) == ("", "", None, None)
    assert known.details_gone_at == due
    assert (known.home_centre_id, known.born) == (world.centres["sunshine"], [one.born])
    assert family(three.family_id).name == "Amy Ashworth3"
    [proof] = db.session.scalars(select(Deletion))
    assert (proof.kind, proof.rows, proof.actor, proof.rule, proof.at) == ("live_births", 2, "service", would.rule, due)
    assert proof.digest == sha256(b"N1\nN2").hexdigest()
    assert erase_due(due, "service") == []


def test_a_family_goes_with_the_last_of_its_births(world):
    come(row(1, **LEE))
    taken(csv_of([row(2, **LEE)]), NOW + timedelta(days=1))
    number = records()[0].family_id
    erase_due(NOW + timedelta(days=365), "service")
    assert family(number).name == "Ann Lee"
    erase_due(NOW + timedelta(days=366), "service")
    assert family(number).name == ""


def test_a_file_from_before_brings_nothing_back(world):
    come(row(1))
    erase_due(NOW + timedelta(days=365), "service")
    file = taken(csv_of([row(1), row(2)]), NOW + timedelta(days=366))
    assert (file.added, file.unchanged) == (1, 1)
    assert records()[0].mother_surname is None
