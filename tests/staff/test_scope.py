"""Who sees which centre."""

import pytest
from flask_login import login_user

from registration.common.access import ROLES
from registration.staff import rules, scope
from tests.staff.people import new_person

LISTS = {
    name: value
    for name, value in vars(rules).items()
    if name.isupper() and isinstance(value, tuple | frozenset) and set(value) <= set(ROLES)
}


@pytest.fixture
def scope_of(app, database):
    def ask(*held, centres=()):
        role, *also = held
        with app.test_request_context():
            login_user(new_person(role, centres=centres, also=also))
            return scope.own_centres(), scope.may_see_centre(7)

    return ask


@pytest.mark.parametrize("role", ["registrar", "rota_manager", "booking_desk", "administrator", "auditor"])
def test_most_roles_see_every_centre(scope_of, role):
    assert scope_of(role) == (None, True)


def test_a_centre_worker_sees_their_own_centres_only(scope_of):
    assert scope_of("centre_worker", centres=[7, 9]) == ({7, 9}, True)


def test_a_centre_worker_does_not_see_another_centre(scope_of):
    assert scope_of("centre_worker", centres=[9]) == ({9}, False)


def test_a_centre_worker_who_is_also_a_registrar_sees_every_centre(scope_of):
    assert scope_of("centre_worker", "registrar", centres=[9]) == (None, True)


@pytest.mark.parametrize("role", ["data_officer", "evaluator", "centre_worker"])
def test_nobody_sees_a_centre_by_leaving_out_their_own(scope_of, role):
    assert scope_of(role) == (frozenset(), False)


def test_lists_are_of_known_roles_without_repetition():
    assert {
        "DAY_READERS",
        "DAY_MARKERS",
        "DESK",
        "ROTA_READERS",
        "ROTA_MANAGERS",
        "COVER",
        "HISTORY",
        "ACCOUNTS",
    } <= set(LISTS)
    assert all(len(value) == len(set(value)) for value in LISTS.values())


def test_the_auditor_changes_nothing_and_the_evaluator_only_the_pilot():
    assert [name for name, value in LISTS.items() if "auditor" in value and not name.endswith("READERS")] == [
        "HISTORY",
        "EVERY_CENTRE",
    ]
    changing = [name for name, value in LISTS.items() if "evaluator" in value and not name.endswith("READERS")]
    assert changing == ["PILOT"]
