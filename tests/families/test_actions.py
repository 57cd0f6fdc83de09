"""Keeping a family, its answers and its wishes, on a real database."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from registration.families import actions
from registration.families.models import CentreSignUp, Family, SharingAnswer
from registration.families.queries import shares
from registration.families.rules import SHARING_WORDING, Answer, Contact, FamilyDetails
from tests.booking.world import make_world

DETAILS = FamilyDetails(
    name="Aoife O’Brien",
    births=(date(2026, 11, 20), date(2026, 11, 19)),
    email="aoife@example.org",
    mobile="+447700900982",
    second_contact="pat@example.org",
    language="ur",
    locale="pl",
    interpreter=True,
    access_needs="A chair with arms",
    letter_address="1 Mill Lane\nHX1 1AA",
)
YES = Answer(share=True, wording_version=SHARING_WORDING, route="online", recorded_by="family")
NO = replace(YES, share=False, route="telephone", recorded_by="staff:3")


@pytest.fixture
def family(database):
    return actions.add_family(DETAILS, YES)


def kept(database, family_id):
    return database.get(Family, family_id, populate_existing=True)


def answers(database, family_id):
    """List a family's answers in their order: what, to which words, by which route, written down by whom."""
    wanted = select(SharingAnswer).where(SharingAnswer.family_id == family_id).order_by(SharingAnswer.id)
    return [Answer(a.share, a.wording_version, a.route, a.recorded_by) for a in database.scalars(wanted)]


def wishes(database):
    return [
        (w.family_id, w.address, w.contact_preference, w.visit_needs) for w in database.scalars(select(CentreSignUp))
    ]


def test_a_family_is_kept_as_it_gave_itself_with_the_earliest_birth_first(database, family):
    found = kept(database, family)

    as_given = {name: getattr(found, name) for name in FamilyDetails.__slots__ if name != "births"}
    assert as_given == {name: getattr(DETAILS, name) for name in as_given}
    assert found.born == [date(2026, 11, 19), date(2026, 11, 20)]
    assert found.lost_at is None
    assert abs((found.created_at - datetime.now(UTC)).total_seconds()) < 60


def test_what_a_family_did_not_give_is_not_made_up(database):
    least = replace(DETAILS, email=None, mobile=None, second_contact=None, letter_address=None, access_needs="")
    found = kept(database, actions.add_family(least, NO))

    assert (found.email, found.mobile, found.second_contact, found.letter_address) == (None, None, None, None)
    assert found.access_needs == ""


def test_a_family_comes_with_its_answer_and_how_it_was_given(database, family):
    other = actions.add_family(DETAILS, NO)

    assert answers(database, family) == [YES]
    assert answers(database, other) == [NO]
    assert other != family


def test_a_new_answer_stands_beside_the_old_one(database, family):
    actions.record_answer(family, NO)
    actions.record_answer(family, YES)

    assert answers(database, family) == [YES, NO, YES]


def test_an_answer_is_never_rewritten(database, family):
    with pytest.raises(ProgrammingError, match="Rows of sharing_answer are only ever added"), database.begin_nested():
        database.execute(text("UPDATE sharing_answer SET share = NOT share"))

    assert answers(database, family) == [YES]


def test_answers_go_with_the_family_when_it_is_deleted(database, family):
    database.execute(text("DELETE FROM family WHERE id = :id"), {"id": family})

    assert answers(database, family) == []


@pytest.fixture
def joined(database, family):
    """A family that asked to join a centre, beside another one that did so too."""
    centre = make_world().centres["sunshine"]
    actions.ask_to_join(family, centre, "3 Mill Lane, Halifax", "email", "A ramp")
    other = actions.add_family(DETAILS, YES)
    actions.ask_to_join(other, centre, "4 Mill Lane, Halifax", "phone", "")
    return family, (other, "4 Mill Lane, Halifax", "phone", "")


def test_a_family_that_lost_its_baby_is_asked_for_by_no_centre(database, family):
    actions.mark_lost(family)
    actions.ask_to_join(family, make_world().centres["sunshine"], "3 Mill Lane, Halifax", "email", "")
    assert database.scalars(select(CentreSignUp).where(CentreSignUp.family_id == family)).all() == []


def test_a_wish_to_join_is_kept_as_it_was_told(database, joined):
    family, theirs = joined

    assert wishes(database) == [(family, "3 Mill Lane, Halifax", "email", "A ramp"), theirs]


@pytest.mark.parametrize(("corrected", "told"), [("9 New Road", "9 New Road"), (None, "3 Mill Lane, Halifax")])
def test_a_corrected_address_is_what_its_centre_gets_next(database, joined, corrected, told):
    family, theirs = joined
    contact = Contact(DETAILS.name, DETAILS.email, DETAILS.mobile, None, corrected)
    actions.correct_contact(family, contact, datetime.now(UTC))

    assert sorted(wishes(database)) == [(family, told, "email", "A ramp"), theirs]


def test_a_no_takes_the_wish_to_join_back_and_leaves_other_families_alone(database, joined):
    family, theirs = joined
    actions.change_answer(family, NO)

    assert shares(family) is False
    assert wishes(database) == [theirs]


def test_a_yes_leaves_the_wish_to_join(database, joined):
    family, _ = joined
    actions.change_answer(family, YES)

    assert answers(database, family) == [YES, YES]
    assert len(wishes(database)) == 2


def test_a_loss_is_noted_and_takes_the_family_off_every_list(database, joined):
    family, theirs = joined
    actions.mark_lost(family)

    assert abs((kept(database, family).lost_at - datetime.now(UTC)).total_seconds()) < 60
    assert kept(database, theirs[0]).lost_at is None
    assert wishes(database) == [theirs]


def test_a_loss_noted_twice_keeps_its_first_moment(database, family):
    actions.mark_lost(family)
    first = datetime(2026, 11, 22, 9, tzinfo=UTC)
    database.execute(text("UPDATE family SET lost_at = :at"), {"at": first})
    actions.mark_lost(family)

    assert kept(database, family).lost_at == first
