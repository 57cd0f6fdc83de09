"""Who acts and who may: what the walk of every route (tests/test_access.py) does not show."""

import pytest
from flask import g

from registration.common.access import ROLES, current_actor, has_role, public, roles, signed_in
from tests.staff.people import sign_in_as


@pytest.mark.parametrize("names", [(), ("caretaker",), ("registrar", "caretaker")])
def test_a_list_of_no_role_or_of_one_nobody_has_is_a_mistake_found_at_once(names):
    with pytest.raises(ValueError, match="not roles of ours"):
        roles(*names)


def test_a_view_says_who_may_open_it():
    def view():
        return "in"

    assert vars(public(view))["access"] == "public"
    assert vars(roles("auditor", "registrar")(view))["access"] == {"auditor", "registrar"}
    assert len(set(ROLES)) == len(ROLES) == 8


def test_work_outside_a_request_is_done_by_the_service(app):
    with app.app_context():
        assert current_actor() == "service"


def test_on_the_pages_a_stranger_is_a_family(app, database):
    with app.test_request_context("/"):
        assert (current_actor(), signed_in(), has_role(*ROLES)) == ("family", False, False)


def test_who_is_named_by_the_way_the_request_came_acts_under_that_name(app):
    with app.test_request_context("/"):
        g.actor = "api"
        assert current_actor() == "api"


def test_a_member_of_staff_acts_under_the_accounts_number_and_holds_its_roles(client):
    user = sign_in_as(client, "registrar")
    with client:
        client.get("/staff/")
        assert (current_actor(), signed_in()) == (f"staff:{user.id}", True)
        assert has_role("registrar")
        assert has_role("auditor", "registrar")
        assert not has_role("auditor")


def test_an_application_without_sign_in_knows_nobody(app):
    from flask import Flask

    with Flask("bare").test_request_context("/"):
        assert (signed_in(), current_actor()) == (False, "family")
