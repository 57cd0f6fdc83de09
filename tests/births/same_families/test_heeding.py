"""What a link, made or undone, asks for at once; what a run leaves to persons; and the next best of a pair set apart."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registration.births.linking.matching import link
from registration.births.same_families import actions
from registration.births.same_families.apart import Result
from registration.families.models import Family, FamilyLink
from registration.families.tell_once.models import Telling, ToldService
from registration.messages.models import Message
from registration.reach.letters.actions import Occasion, invite
from tests.births.same_families.records import NOW, TODAY, birth, family, link_of, links, run, says
from tests.booking.world import make_world

FACTS = {"centre": "A", "address": "B", "telephone": "01632 960100", "council": "C"}


@pytest.fixture
def centre(database):
    return make_world().centres["sunshine"]


@pytest.fixture
def invited(centre):
    """A family that said yes, and to which a welcome waits to be sent."""
    number = family(email="amy@example.org")
    says(number, share=True, centre=centre)
    assert invite(centre, Occasion("welcome"), FACTS, "staff:1", NOW, TODAY) == 1
    return number


def states(database, kind=Message):
    return list(database.scalars(select(kind.state).order_by(kind.id)))


@pytest.mark.parametrize("probability", [0.5, 0.99])
def test_a_run_that_finds_a_no_calls_back_what_waits(database, invited, probability):
    refused = birth()
    says(refused, share=False)
    run([(refused, invited, probability)])

    assert states(database) == ["withdrawn"]


def test_a_person_who_links_a_record_to_a_loss_calls_back_what_waits_and_one_who_sets_it_apart_does_not(
    database, invited
):
    lost, other = birth(), birth("Bea Booth")
    run([(lost, invited, 0.5), (other, invited, 0.5)])
    actions.decide(link_of(other, invited).id, same=False, reason="", actor="staff:1", now=NOW)
    assert states(database) == ["queued"]
    database.get_one(Family, lost).lost_at = NOW
    database.flush()
    actions.decide(link_of(lost, invited).id, same=True, reason="", actor="staff:1", now=NOW)

    assert states(database) == ["withdrawn"]


def test_a_link_to_a_no_takes_back_what_a_service_was_to_be_told_and_undone_it_is_told_again(database, centre):
    service = {"name": "Sunshine", "kind": "centre", "centre_id": centre, "way": "file", "items": ["name"]}
    database.add(ToldService(**service, active=True, made_by="staff:1", made_at=f"{TODAY}T00:00Z"))
    database.flush()
    number, refused = family(), birth()
    says(number, share=True, centre=centre)
    says(refused, share=False)
    run([])
    assert states(database, Telling) == ["waiting"]
    run([(refused, number, 0.5)])
    assert states(database, Telling) == ["withdrawn"]
    made = actions.decide(link_of(refused, number).id, same=False, reason="", actor="staff:1", now=NOW)
    assert states(database, Telling) == ["withdrawn", "waiting"]
    actions.take_back(made.id, "staff:1", NOW)
    assert states(database, Telling) == ["withdrawn", "withdrawn"]


def test_what_waits_for_a_person_because_of_a_no_without_a_link_outlives_every_run(database):
    a, slip = birth(), family("moved_in")
    database.add(FamilyLink(a_id=a, b_id=slip, state="to_review", probability=0.5, method="exact", made_by="service"))
    database.flush()
    run([])
    assert links() == {(a, slip): ("to_review", "exact")}
    run([], [(a, slip, 0.2)])
    assert links() == {(a, slip): ("to_review", "exact")}


# ---- set apart


def compare():
    """Compare all records as the worker does, by equality alone; give the pairs that a run says are linked."""
    actions.ask_run("staff:1")
    task = actions.take_next()
    found = [
        [(p.left, p.right, p.probability) for p in link(f.left, f.right, apart=f.apart, exact_only=True).pairs]
        for f in task.files
    ]
    actions.settle(task, Result(tuple(found), exact_only=True), NOW)
    return {pair for pair, (state, _) in links().items() if state == "linked"}


@given(choices=st.lists(st.integers(0, 9), max_size=6))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_records_set_apart_hide_no_pair_that_could_still_be_linked(database, choices):
    undone = database.begin_nested()
    births, bookings = [birth(), birth(house="5", mother_given="Amelia")], [family(), family(mobile=None)]
    possible = {(a, x) for a in births for x in bookings}
    for choice in choices:
        stand = sorted(compare())
        assert set(stand) <= possible
        assert len(stand) == most(possible)
        if stand:
            pair = stand[choice % len(stand)]
            actions.decide(link_of(*pair).id, same=False, reason="", actor="staff:1", now=NOW)
            possible.discard(pair)
    undone.rollback()


def most(possible):
    """Give how many pairs can stand together, no record in two."""
    return max((1 + most({b for b in possible if not {*b} & {*a}}) for a in possible), default=0)
