"""Who must come: every combination, as the Act has it."""

from itertools import product

import pytest

from registration.booking.rules.attendance import (
    Attending,
    Bring,
    MotherMustCome,
    Parents,
    WhoMustCome,
    needs_papers,
    what_to_bring,
    who_must_come,
)

MOTHER, OTHER, BOTH = Attending.MOTHER, Attending.OTHER_PARENT, Attending.BOTH


@pytest.mark.parametrize(("named", "attending"), list(product([True, False], Attending)))
def test_either_parent_of_a_married_couple_may_come_alone(named, attending):
    assert who_must_come(Parents(True, named, attending)) is WhoMustCome.EITHER_PARENT


@pytest.mark.parametrize(
    ("named", "attending", "who"),
    [
        (True, BOTH, WhoMustCome.BOTH_PARENTS),
        (True, MOTHER, WhoMustCome.MOTHER_WITH_PAPERS),
        (True, OTHER, WhoMustCome.OTHER_PARENT_WITH_PAPERS),
        (False, MOTHER, WhoMustCome.MOTHER),
        (False, BOTH, WhoMustCome.MOTHER),
    ],
)
def test_an_unmarried_couple(named, attending, who):
    assert who_must_come(Parents(False, named, attending)) is who


def test_an_unmarried_father_who_is_not_to_be_named_cannot_register():
    with pytest.raises(MotherMustCome):
        who_must_come(Parents(False, False, OTHER))


@pytest.mark.parametrize("attending", [MOTHER, OTHER])
def test_one_of_two_unmarried_parents_brings_papers_first_of_all(attending):
    parents = Parents(False, True, attending)

    assert needs_papers(who_must_come(parents))
    assert what_to_bring(parents)[0] is Bring.PAPERS


def test_a_married_couple_brings_its_certificate_and_nobody_else_does():
    assert Bring.MARRIAGE_CERTIFICATE in what_to_bring(Parents(True, True, MOTHER))
    assert Bring.MARRIAGE_CERTIFICATE not in what_to_bring(Parents(False, True, BOTH))
    assert not needs_papers(who_must_come(Parents(False, True, BOTH)))


def test_no_certificate_is_sold_on_the_day_of_a_declaration():
    parents = Parents(True, True, MOTHER)

    assert Bring.CARD in what_to_bring(parents)
    assert Bring.CARD not in what_to_bring(parents, declaration=True)


@pytest.mark.parametrize(
    ("parents", "papers"),
    [
        (Parents(True, True, MOTHER), False),
        (Parents(False, True, BOTH), False),
        (Parents(False, False, MOTHER), False),
        (Parents(False, True, MOTHER), True),
    ],
)
def test_papers_are_asked_of_nobody_but_a_parent_who_comes_for_two(parents, papers):
    assert (Bring.PAPERS in what_to_bring(parents)) is papers
