"""Runs that link records in the database, what people decide, and what centres may see because of it."""

import pytest

from registration.births.same_families import actions
from registration.births.same_families.actions import LinkSettled
from registration.births.same_families.queries import (
    evaluation_links,
    next_waiting,
    records_compared,
    side,
    waiting_count,
)
from registration.common.audit import AuditEvent
from registration.common.db import db
from registration.families.models import Family, FamilyLink, LinkRun
from registration.families.queries import rulings
from registration.families.rules import Ruling
from tests.births.same_families.records import BORN, NOW, TODAY, birth, family, link_of, links, run, says
from tests.booking.world import make_world

LINKED, TO_REVIEW, APART = "linked", "to_review", "apart"


def ruling(centre, number):
    return rulings(centre, [number], TODAY)[number]


def test_a_run_links_what_is_likely_and_leaves_what_is_doubtful_to_a_person(database):
    a, b, c = birth(), birth("Bea Booth"), birth("Cat Cole")
    x, y, z = family(), family(name="Bea Boothe"), family(name="Zoe Zed")
    run([(a, x, 0.99), (b, y, 0.5), (c, z, 0.01)])

    assert links() == {(a, x): (LINKED, "splink"), (b, y): (TO_REVIEW, "splink")}
    [made] = db.session.query(LinkRun)
    assert (made.state, made.done, made.method) == ("done", 3, "splink")
    wanted = {"records": 6, "linked": 1, "to_review": 1, "begun": 2, "ended": 0}
    assert {name: made.result[name] for name in wanted} == wanted
    assert made.result["rates"][0] == {"by": "All", "group": "All", "records": 3, "linked": 1}


def test_the_same_run_again_writes_nothing_and_another_supersedes_without_rewriting(database):
    a, x = birth(), family()
    run([(a, x, 0.99)])
    run([(a, x, 0.99)])
    assert db.session.query(FamilyLink).count() == 1

    run([(a, x, 0.5)])
    run([])
    kept = db.session.query(FamilyLink).order_by(FamilyLink.id).all()
    assert [(each.state, each.superseded_at is None) for each in kept] == [(LINKED, False), (TO_REVIEW, False)]


def test_what_a_person_decided_outlives_every_run(database):
    a, b, x, y = birth(), birth("Bea Booth"), family(), family(name="Bea Booth")
    run([(a, x, 0.5), (b, y, 0.5)])
    actions.decide(link_of(a, x).id, same=False, reason="Two sisters", actor="staff:1", now=NOW)
    actions.decide(link_of(b, y).id, same=True, reason="", actor="staff:1", now=NOW)
    run([(a, x, 0.99)])

    assert links() == {(a, x): (APART, "person"), (b, y): (LINKED, "person")}


def test_a_run_by_equality_alone_says_so_and_takes_no_likeness_back(database):
    a, b, x, y = birth(), birth("Bea Booth"), family(), family(name="Bea Booth")
    run([(a, x, 0.97)])
    run([(b, y, 1.0)], exact_only=True)

    assert links() == {(a, x): (LINKED, "splink"), (b, y): (LINKED, "exact")}
    assert db.session.query(LinkRun).order_by(LinkRun.id.desc()).first().method == "exact"


def test_a_link_to_a_record_whose_details_are_gone_stands_and_waits_for_nobody(database):
    a, x = birth(), family()
    run([(a, x, 0.5)])
    db.session.get_one(Family, x).details_gone_at = f"{TODAY}T10:00Z"
    db.session.flush()
    run([])

    assert links() == {(a, x): (TO_REVIEW, "splink")}
    assert (waiting_count(), next_waiting()) == (0, None)


# ---- what a centre may see


@pytest.fixture
def centre(database):
    return make_world().centres["sunshine"]


def test_a_link_found_lets_a_no_reach_the_live_birth_record_and_undone_lets_it_go(centre):
    a, x = birth(centre=centre), family()
    says(x, share=False)
    assert ruling(centre, a) is Ruling.UNDER_AGREEMENT
    run([(a, x, 0.5)])
    assert ruling(centre, a) is Ruling.DOUBTFUL
    made = actions.decide(link_of(a, x).id, same=True, reason="", actor="staff:1", now=NOW)
    assert ruling(centre, a) is Ruling.SAID_NO
    actions.take_back(made.id, "staff:1", NOW)
    assert ruling(centre, a) is Ruling.DOUBTFUL
    actions.decide(link_of(a, x).id, same=False, reason="", actor="staff:1", now=NOW)
    assert ruling(centre, a) is Ruling.UNDER_AGREEMENT


def test_a_link_brings_the_yes_of_a_booking_to_the_live_birth_record(centre):
    a, x = birth(), family()
    says(x, share=True, centre=centre)
    assert ruling(centre, a) is Ruling.NOT_ASKED
    run([(a, x, 0.99)])
    assert ruling(centre, a) is Ruling.SAID_YES
    run([])
    assert ruling(centre, a) is Ruling.NOT_ASKED


def test_a_family_that_said_no_or_lost_its_baby_is_linked_and_counted_nowhere(database):
    pairs = [(birth(f"Amy {name}"), family(name=f"Amy {name}")) for name in ("Ash", "Bell", "Cole", "Dale")]
    (a, x), (b, y), (c, z), (d, w) = pairs
    says(x, share=True)
    says(y, share=True)
    says(y, share=False)
    db.session.get_one(Family, c).lost_at = f"{TODAY}T10:00Z"
    run([(a, x, 0.99), (b, y, 0.98), (c, z, 0.97), (d, w, 0.96)])

    assert set(links()) == {(a, x), (b, y), (c, z), (d, w)}
    assert evaluation_links(TODAY) == [(a, x, 0.99), (d, w, 0.96)]
    made = db.session.query(LinkRun).one()
    assert made.result["rates"][0] == {"by": "All", "group": "All", "records": 2, "linked": 2}


# ---- which records are compared


def test_each_baby_of_a_family_is_a_record_of_what_its_source_tells(database):
    a = birth(babies=2, mother_born=BORN.replace(year=1996), baby_given="Leo", sex="M", email="amy@example.org")
    x = family(name="Amy Jane Ashworth", second_contact="pat@example.org")
    y = family("member", name="Amy", mobile=None, second_contact="+447700900999", letter_address=None, postcode=None)
    found = records_compared()

    assert len({each.unique_id for each in found.records[a]}) == 2
    [one, _] = found.records[a]
    assert (one.m_given, one.m_surname, one.m_dob, one.c_given, one.c_sex) == (
        "Amy",
        "Ashworth",
        "1996-11-05",
        "Leo",
        "M",
    )
    assert (one.c_dob, one.postcode, one.house, one.email) == ("2026-11-05", "HX1 5ET", "3", "amy@example.org")
    [booking] = found.records[x]
    assert (booking.m_given, booking.m_surname, booking.house) == ("Amy Jane", "Ashworth", "3 Mill Lane")
    assert (booking.phone, booking.email) == ("+447700900123", "pat@example.org")
    [member] = found.records[y]
    assert (member.m_given, member.m_surname, member.phone, member.house) == ("", "Amy", "+447700900999", "")


def test_records_without_details_are_not_compared(database):
    a, x = birth(), family()
    for number in (a, x):
        db.session.get_one(Family, number).details_gone_at = f"{TODAY}T10:00Z"
    db.session.flush()

    assert records_compared().source == {}


def test_births_are_held_against_bookings_and_members_and_bookings_against_members(database):
    a, x, m, n = birth(), family(), family("member"), family("moved_in")
    actions.ask_run("staff:1")
    files = actions.take_next().files

    def numbers(side):
        return sorted(int(each.unique_id.partition(".")[0]) for each in side)

    told = [(numbers(each.left), numbers(each.right)) for each in files]
    assert told == [([a], [x]), ([a], [m, n]), ([x], [m, n])]


def test_a_persons_link_in_one_comparison_is_no_bar_to_a_link_in_another(database):
    a, x, m = birth(), family(), family("member")
    run([(a, x, 0.5)])
    actions.decide(link_of(a, x).id, same=True, reason="", actor="staff:1", now=NOW)
    other = family()
    run([(a, other, 0.99)], [(a, m, 0.99)])

    assert (link_of(a, other).state, link_of(a, m).state) == (TO_REVIEW, LINKED)


def test_what_two_records_tell_is_taken_from_where_it_is_best_known(database):
    told = side(birth(baby_given="Leo", email="amy@example.org"))
    plain = side(family(letter_address="3 Mill Lane"))

    assert (told.name, told.babies, told.address, told.email) == (
        "Amy Ashworth",
        ("Leo",),
        "3 Mill Lane",
        "amy@example.org",
    )
    assert (plain.name, plain.babies, plain.address, plain.postcode) == ("Amy Ashworth", (), "3 Mill Lane", "HX1 5ET")


# ---- one run at a time


def test_one_run_waits_at_most_and_one_is_worked_on_at_most(database):
    actions.ask_run("staff:1")
    actions.ask_run("staff:2")
    first = actions.take_next()
    actions.ask_run("staff:2")

    assert actions.take_next() is None
    assert [each.state for each in db.session.query(LinkRun).order_by(LinkRun.id)] == ["running", "waiting"]
    actions.give_up(first.run_id, "Tried")
    assert actions.take_next().run_id != first.run_id
    assert actions.take_next() is None


def test_a_run_without_a_sign_of_life_is_given_up_and_changes_nothing_any_more(database):
    a, x = birth(), family()
    actions.ask_run("staff:1")
    task = actions.take_next()
    actions.note(task.run_id, 1)
    actions.look_after()
    made = db.session.get_one(LinkRun, task.run_id, populate_existing=True)
    assert (made.state, made.done) == ("running", 1)
    made.beat_at = f"{TODAY}T00:00Z"
    db.session.flush()
    actions.look_after()
    assert (made.state, made.result) == ("failed", {"reason": actions.GIVEN_UP})
    actions.settle(task, actions.Result(([(f"{a}.0", f"{x}.0", 0.99)], [], []), exact_only=False), NOW)
    actions.give_up(task.run_id, "Again")
    assert (links(), made.result) == ({}, {"reason": actions.GIVEN_UP})


def test_a_run_that_waits_is_queued_again_where_nobody_works(database):
    from sqlalchemy import text

    actions.ask_run("staff:1")
    wanted = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name")
    before = db.session.scalar(wanted, {"name": actions.WORK})
    actions.look_after()
    assert db.session.scalar(wanted, {"name": actions.WORK}) == before + 1


def test_a_run_is_asked_for_once_after_records_came_from_elsewhere(database):
    family()
    actions.ask_for_newcomers()
    assert db.session.query(LinkRun).count() == 0
    birth()
    actions.ask_for_newcomers()
    actions.give_up(actions.take_next().run_id, "Tried")
    actions.ask_for_newcomers()
    assert db.session.query(LinkRun).count() == 1
    family("moved_in")
    actions.ask_for_newcomers()
    assert [each.asked_by for each in db.session.query(LinkRun)] == ["service", "service"]


# ---- what people decide


def test_a_decision_is_on_record_with_its_reason_and_so_is_taking_it_back(database):
    a, x = birth(), family()
    run([(a, x, 0.5)])
    first = link_of(a, x)
    actions.looked(first, "staff:1")
    made = actions.decide(first.id, same=False, reason="Two sisters", actor="staff:1", now=NOW)
    again = actions.take_back(made.id, "staff:2", NOW)

    assert (again.state, again.method, again.probability, again.made_by) == (TO_REVIEW, "splink", 0.5, "staff:2")
    events = db.session.query(AuditEvent).filter_by(about=f"same:{first.id}").order_by(AuditEvent.id)
    assert [(each.event, each.actor, each.before, each.after) for each in events] == [
        ("same.looked", "staff:1", None, None),
        ("same.decided", "staff:1", {"state": TO_REVIEW}, {"state": APART, "reason": "Two sisters"}),
        ("same.taken_back", "staff:2", {"state": APART}, {"state": TO_REVIEW}),
    ]


def test_nobody_decides_or_takes_back_what_does_not_stand(database):
    a, x = birth(), family()
    run([(a, x, 0.5)])
    first = link_of(a, x)
    with pytest.raises(LinkSettled):
        actions.take_back(first.id, "staff:1", NOW)
    made = actions.decide(first.id, same=True, reason="", actor="staff:1", now=NOW)
    for settled in (first.id, made.id, 0):
        with pytest.raises(LinkSettled):
            actions.decide(settled, same=True, reason="", actor="staff:1", now=NOW)
    actions.take_back(made.id, "staff:1", NOW)
    with pytest.raises(LinkSettled):
        actions.take_back(made.id, "staff:1", NOW)


def test_a_link_that_no_run_proposed_is_not_taken_back_here(database):
    a, x = birth(), family()
    db.session.add(FamilyLink(a_id=a, b_id=x, state=LINKED, probability=1, method="person", made_by="staff:1"))
    db.session.flush()
    with pytest.raises(LinkSettled):
        actions.take_back(link_of(a, x).id, "staff:1", NOW)


def test_pairs_are_gone_through_the_likeliest_first_and_begin_again_at_the_end(database):
    pairs = [(birth(f"Amy {name}"), family(name=f"Amy {name}")) for name in ("Ash", "Bell", "Cole")]
    run([(a, x, p) for (a, x), p in zip(pairs, (0.3, 0.6, 0.6), strict=True)])
    low, first, second = (link_of(*pair) for pair in pairs)
    assert [next_waiting(), next_waiting(second), next_waiting(first), next_waiting(low)] == [
        second,
        first,
        low,
        second,
    ]
    for each in (first, second):
        actions.decide(each.id, same=True, reason="", actor="staff:1", now=NOW)
    assert next_waiting(low) is None
