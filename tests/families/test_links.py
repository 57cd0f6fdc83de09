"""A family's own link."""

from uuid import UUID

import pytest

from registration.families.links import family_link, family_of, subject_of
from tests.families.test_actions import DETAILS, YES, actions


@pytest.fixture
def family(database):
    return actions.add_family(DETAILS, YES)


def test_a_link_opens_the_family_it_was_made_for_and_no_other(family):
    other = actions.add_family(DETAILS, YES)
    token = family_link(family)

    assert len(token) == 24
    assert family_link(family) == token
    assert family_of(token) == family
    assert family_of(family_link(other)) == other


def test_a_link_that_was_never_made_opens_nothing(family):
    token = family_link(family)

    assert family_of(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert family_of("") is None
    assert family_of("\udc00") is None


def test_what_messages_to_a_family_are_about_stays_the_same_and_is_its_own():
    assert subject_of(7) == subject_of(7) == UUID(str(subject_of(7)))
    assert subject_of(7) != subject_of(8)
