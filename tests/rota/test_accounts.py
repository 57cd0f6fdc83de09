"""A registrar has at most one account, and an account at most one registrar."""

import pytest

from registration.rota.actions.accounts import NoSuchRegistrar, RegistrarTaken, tie_account
from registration.rota.queries.accounts import registrars_and_accounts
from tests.booking.world import make_world
from tests.staff.people import new_person


@pytest.fixture
def world(database):
    return make_world()


@pytest.fixture
def jo(database):
    return new_person("registrar", email="jo@council.gov.uk").id


def owners():
    return {name.removeprefix("Registrar "): owner for _, name, owner in registrars_and_accounts()}


def test_tying_a_registrar_lets_the_former_one_go(world, jo):
    tie_account(jo, world.registrars["ann"])
    tie_account(jo, world.registrars["bo"])

    assert owners() == {"Ann": None, "Bo": jo, "Cleo": None, "Dev": None}


def test_an_account_may_be_nobodys(world, jo):
    tie_account(jo, world.registrars["ann"])
    tie_account(jo, None)
    tie_account(jo, None)

    assert set(owners().values()) == {None}


def test_a_registrar_with_an_account_is_given_to_no_other(world, jo):
    other = new_person("registrar", email="other@council.gov.uk").id
    tie_account(other, world.registrars["ann"])

    with pytest.raises(RegistrarTaken):
        tie_account(jo, world.registrars["ann"])


def test_a_registrar_who_is_not_there_gets_no_account(world, jo):
    with pytest.raises(NoSuchRegistrar):
        tie_account(jo, 0)
