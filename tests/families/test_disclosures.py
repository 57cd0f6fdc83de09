"""What goes to whom is kept, and a no or a loss reaches every record of a family."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from registration.families import actions
from registration.families.links import subject_of
from registration.families.models import CentreSignUp, Disclosure, FamilyLink
from registration.families.queries import rulings, same_family
from registration.families.rules import DETAILS as GOES
from registration.families.rules import Ruling
from registration.messages.actions import MessageRequest, send
from registration.messages.models import Message
from registration.messages.rules import Recipient
from tests.booking.world import make_world
from tests.families.test_actions import DETAILS, NO, YES

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def world(database):
    return make_world()


def families(number):
    return [actions.add_family(DETAILS, YES) for _ in range(number)]


def link(database, one, other, state):
    database.add(
        FamilyLink(
            a_id=min(one, other), b_id=max(one, other), state=state, probability=0.9, method="splink", made_by="service"
        )
    )
    database.flush()


def told(database):
    rows = database.scalars(select(Disclosure).order_by(Disclosure.id))
    return [(row.family_id, row.centre_id, row.recipient, row.basis, row.how, row.told_on) for row in rows]


def waiting(family_id):
    """Write a family a message that waits to go out; give it."""
    request = MessageRequest("your_link", subject_of(family_id), 1, Recipient("email", "a@example.org"), "en", {})
    return send(request, now=NOW)


def state_of(database, message_id):
    return database.get(Message, message_id, populate_existing=True).state


def test_what_went_is_kept_once_a_day_for_those_alone_who_may_be_told_of(database, world):
    one, other = families(2)
    centre = world.centres["sunshine"]
    decided = {one: Ruling.SAID_YES, other: Ruling.SAID_NO}

    actions.disclosed(decided, "list", "staff:3", TODAY, centre_id=centre)
    actions.disclosed(decided, "list", "staff:4", TODAY, centre_id=centre)
    actions.disclosed(decided, "webhook", "service", TODAY, recipient="Libraries")
    actions.disclosed({other: Ruling.LOST}, "list", "staff:4", TODAY, centre_id=centre)

    assert told(database) == [
        (one, centre, "", "said_yes", "list", TODAY),
        (one, None, "Libraries", "said_yes", "webhook", TODAY),
    ]
    assert set(database.scalar(select(Disclosure.what).limit(1))) == GOES[Ruling.SAID_YES]


def test_a_family_is_every_record_linked_to_it_and_those_apart_are_none_of_it(database, world):
    one, sure, doubtful, beyond, apart = families(5)
    link(database, one, sure, "linked")
    link(database, sure, doubtful, "to_review")
    link(database, doubtful, beyond, "linked")
    link(database, one, apart, "apart")

    assert same_family(one) == {one: True, sure: True, doubtful: False, beyond: False}


def test_a_no_under_one_record_takes_wishes_and_waiting_messages_of_all_back(database, world):
    one, sure, doubtful = families(3)
    stranger = actions.add_family(replace(DETAILS, births=(date(2026, 11, 1),)), YES)
    link(database, one, sure, "linked")
    link(database, one, doubtful, "to_review")
    for number in (one, sure, doubtful, stranger):
        actions.ask_to_join(number, world.centres["sunshine"], "1 Mill Lane", "text", "")
    messages = {number: waiting(number) for number in (one, sure, doubtful, stranger)}

    actions.change_answer(sure, NO)

    assert {number: state_of(database, each) for number, each in messages.items()} == {
        one: "withdrawn",
        sure: "withdrawn",
        doubtful: "withdrawn",
        stranger: "queued",
    }
    left = set(database.scalars(select(CentreSignUp.family_id)))
    assert left == {doubtful, stranger}, "a wish that may be another family's stays"


def test_after_a_loss_nothing_is_written_to_any_record_of_the_family_again(database, world):
    one, sure, doubtful = families(3)
    link(database, one, sure, "linked")
    link(database, one, doubtful, "to_review")
    actions.ask_to_join(sure, world.centres["sunshine"], "1 Mill Lane", "text", "")
    before = waiting(sure)

    actions.mark_lost(one)

    assert state_of(database, before) == "withdrawn"
    assert [waiting(number) for number in (one, sure)] == [None, None]
    assert waiting(doubtful) is not None
    assert list(database.scalars(select(CentreSignUp.family_id))) == []


def test_a_no_that_may_be_the_familys_holds_its_details_back_until_somebody_decides(database, world):
    one, other = families(2)
    centre = world.centres["sunshine"]
    actions.record_answer(one, replace(YES, centre_id=centre))
    actions.record_answer(other, NO)
    actions.record_answer(other, YES)
    link(database, one, other, "to_review")

    assert rulings(centre, [one], TODAY) == {one: Ruling.DOUBTFUL}
