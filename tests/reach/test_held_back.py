"""A no, or a loss, by any route holds back at once what may be the same family's: it is on no list before records are compared."""

from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import event

from registration.births.models import BirthRecord
from registration.births.rights import actions as rights
from registration.births.same_families import actions as same
from registration.births.same_families.apart import Result
from registration.booking.actions.changes import cancel_for_bereavement
from registration.booking.actions.visits import write_down_answer
from registration.common.db import db
from registration.families.links import subject_of
from registration.families.models import Family, FamilyLink
from registration.families.queries import rulings
from registration.families.rules import Contact, Ruling, lexemes
from registration.messages.actions import MessageRequest, send
from registration.messages.models import Message
from registration.messages.rules import Recipient
from registration.reach.members.actions import import_memberships, refuse
from registration.reach.outreach.queries import outreach
from tests.births import brought
from tests.booking.appointments import NOW, booked, link
from tests.booking.world import BORN, TUESDAY, at_time
from tests.reach.families import TODAY, agreement, answered, live_birth

#: What every booking here is called, and where its baby is born into.
NAME = "Aoife O’Brien"


@pytest.fixture
def told(world, here):
    """A family of live birth data on the list, of the name and birth that a family of the tests gives itself."""
    world.session("sunshine", "ann", TUESDAY, "9:00", "11:00")
    return known_by_data(here)


def known_by_data(here, name="Eva O'Brien", **changes):
    number = live_birth(agreement(), here, born=BORN, name=name, **changes)
    db.session.get_one(Family, number).name_words = lexemes(name)
    db.session.commit()
    return number


def listed(here):
    return {entry.card.family_id for entry in outreach(here, TODAY)}


def tuesday(here, **changes):
    return booked(here, at_time(TUESDAY, "9:30"), **changes)


@contextmanager
def statements():
    """Collect what the database is asked meanwhile."""
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(db.session.get_bind(), "before_cursor_execute", note)
    yield asked
    event.remove(db.session.get_bind(), "before_cursor_execute", note)


# ---- by every route


def by_booking(here, client):
    tuesday(here, share=False)


def on_the_telephone(here, client):
    write_down_answer(tuesday(here).public_id, None, "staff:1", TODAY, share=False, route="telephone")


def at_the_visit(here, client):
    write_down_answer(tuesday(here).public_id, None, "staff:1", TODAY, share=False)


def by_its_booking_link(here, client):
    assert client.post(f"{link(tuesday(here))}/sharing", data={"share": "no"}).status_code == 303


def by_its_own_link(here, client):
    rights.answer(tuesday(here).family_id, None, "family", share=False)


def without_a_link(here, client):
    contact = Contact(NAME, "else@example.org", None, None, None)
    rights.ask(rights.Asked(contact, (BORN,), None, "en", share=False), "family", TODAY)


def at_the_centre(here, client):
    refuse(here, answered(here, name=NAME, born=BORN), "staff:1", TODAY)


def by_a_loss(here, client):
    cancel_for_bereavement(tuesday(here).public_id, NOW)


@pytest.mark.parametrize(
    "says_no",
    [
        by_booking,
        on_the_telephone,
        at_the_visit,
        by_its_booking_link,
        by_its_own_link,
        without_a_link,
        at_the_centre,
        by_a_loss,
    ],
)
def test_a_no_by_any_route_takes_what_may_be_the_familys_off_the_list_at_once(client, told, here, says_no):
    assert told in listed(here)

    says_no(here, client)

    assert listed(here) == set()
    assert rulings(here, [told], TODAY)[told] is Ruling.DOUBTFUL
    [doubt] = db.session.query(FamilyLink)
    assert (doubt.state, told in (doubt.a_id, doubt.b_id)) == ("to_review", True)


def test_a_yes_holds_nothing_back_and_asks_the_database_nothing_more(told, here):
    with statements() as found:
        tuesday(here)

    assert told in listed(here)
    assert not [each for each in found if "family_link" in each]


def test_a_no_asks_the_database_two_things_more(world, here):
    world.session("sunshine", "ann", TUESDAY, "9:00", "11:00")
    with statements() as yes:
        tuesday(here)
    with statements() as no:
        booked(here, at_time(TUESDAY, "10:00"), births=(BORN - timedelta(days=1),), share=False, email="b@example.org")

    assert len(no) == len(yes) + 2


# ---- what is alike


@pytest.mark.parametrize(
    ("name", "changes", "birth", "held"),
    [
        ("Eva Other", {}, {}, False),
        ("O’Brien Eva Other", {}, {}, True),
        ("Eva Other", {"postcode": "HX11UJ"}, {}, True),
        ("Eva Other", {"postcode": "HX1 1UK"}, {}, False),
        ("Eva Other", {"mobile": "+447700900982"}, {}, True),
        ("Eva Other", {"email": "AOIFE@example.org"}, {}, True),
        ("Eva Other", {"second_contact": "+447700900982"}, {}, True),
        ("Eva Other", {}, {"phone": "+447700900982"}, True),
        ("Eva Other", {}, {"email": "aoife@example.org"}, True),
        (NAME, {"details_gone_at": NOW}, {}, False),
    ],
)
def test_a_record_is_held_back_where_postcode_surname_or_a_contact_is_the_same(world, here, name, changes, birth, held):
    world.session("sunshine", "ann", TUESDAY, "9:00", "11:00")
    number = known_by_data(here, name, **changes)
    for what, value in birth.items():
        setattr(db.session.query(BirthRecord).filter_by(family_id=number).one(), what, value)
    db.session.commit()

    tuesday(here, share=False, postcode="HX1 1UJ")

    assert (rulings(here, [number], TODAY)[number] is Ruling.DOUBTFUL) == held


def test_another_days_baby_is_another_familys(world, here):
    world.session("sunshine", "ann", TUESDAY, "9:00", "11:00")
    number = live_birth(agreement(), here, born=BORN - timedelta(days=1), mobile="+447700900982")
    tuesday(here, share=False)

    assert listed(here) == {number}


# ---- what comes of it


def settled(found=()):
    """Let a run compare all records, that finds these pairs."""
    same.ask_run("staff:1")
    task = same.take_next()
    results = tuple([(f"{a}.1", f"{b}.1", 0.99) for a, b in found] if number == 0 else [] for number in range(3))
    same.settle(task, Result(results, exact_only=False), NOW)


def test_the_next_run_decides_a_pair_that_was_held_back(told, here):
    tuesday(here, share=False)
    settled()

    assert listed(here) == {told}, "it is another family, as comparing tells"


def test_a_run_that_finds_the_pair_makes_the_no_the_familys(told, here):
    mine = tuesday(here, share=False).family_id
    settled([(told, mine)])

    assert rulings(here, [told], TODAY)[told] is Ruling.SAID_NO


def test_two_bookings_are_for_a_person_for_no_run_holds_them_against_each_other(told, here):
    before = tuesday(here, email="else@example.org", mobile=None).family_id
    booked(here, at_time(TUESDAY, "10:00"), share=False)
    settled()

    assert rulings(here, [before], TODAY)[before] is Ruling.DOUBTFUL


def test_who_a_person_set_apart_is_not_held_back_again(told, here):
    mine = tuesday(here, share=False).family_id
    pair = db.session.query(FamilyLink).one()
    same.decide(pair.id, same=False, reason="", actor="staff:1", now=NOW)
    assert listed(here) == {told}

    rights.answer(mine, None, "family", share=False)
    assert listed(here) == {told}


def test_what_was_to_be_sent_to_who_may_be_the_family_is_called_back(told, here):
    waiting = send(
        MessageRequest("your_link", subject_of(told), 1, Recipient("email", "a@example.org"), "en", {}), now=NOW
    )
    tuesday(here, share=False)

    assert db.session.get(Message, waiting, populate_existing=True).state == "withdrawn"


def test_who_holds_back_is_kept_with_the_pair(told, here):
    write_down_answer(tuesday(here).public_id, None, "staff:7", TODAY, share=False)

    assert db.session.query(FamilyLink).one().made_by == "staff:7"


# ---- records that come later


def told_by_file():
    brought.taken(brought.csv_of([brought.row(DOB=f"{BORN:%d/%m/%Y}", **{"Mother Surname": "O'Brien"})]), NOW)


def test_a_birth_that_is_told_of_after_a_no_is_on_no_list_for_a_moment(world, here):
    world.session("sunshine", "ann", TUESDAY, "9:00", "11:00")
    brought.agree()
    tuesday(here, share=False)
    told_by_file()
    [number] = [row.id for row in db.session.query(Family).filter_by(source="live_births")]

    assert rulings(here, [number], TODAY)[number] is Ruling.DOUBTFUL


def test_a_birth_like_a_family_that_said_yes_is_not_held_back(world, here):
    world.session("sunshine", "ann", TUESDAY, "9:00", "11:00")
    brought.agree()
    tuesday(here)
    told_by_file()

    assert db.session.query(FamilyLink).count() == 0


MEMBERS = "key,our key,centre,joined,left,name,born,email,mobile,house,address,postcode\n"


def brought_in(name):
    row = f"M1,,Sunshine Children's Centre,01/06/2026,,{name},{BORN:%d/%m/%Y},,,,,\n"
    import_memberships(BytesIO((MEMBERS + row).encode()), "eStart", None, "staff:1", TODAY)


def test_a_member_that_comes_or_is_renamed_after_a_no_is_on_no_list(world, here):
    world.session("sunshine", "ann", TUESDAY, "9:00", "11:00")
    tuesday(here, share=False)
    brought_in("Eva Other")
    number = db.session.query(Family.id).filter_by(source="member").scalar()
    assert rulings(here, [number], TODAY)[number] is Ruling.JOINED

    brought_in("Eva O'Brien")

    assert rulings(here, [number], TODAY)[number] is Ruling.DOUBTFUL
