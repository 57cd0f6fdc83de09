"""The accounts page: who may sign in, as what, at which centres, and who changed it."""

import pytest
from sqlalchemy import select, text

from registration.common import audit
from registration.common.links import digest
from registration.common.sessions import BrowserSession
from registration.rota.models import Registrar
from registration.staff import queries
from tests.booking.world import make_world
from tests.staff.people import new_person, page, sign_in, sign_in_as

NEW = {"name": "Amina Khan", "email": "Amina@council.gov.uk", "roles": ["registrar"], "registrar": ""}


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    return make_world()


@pytest.fixture
def chief(client):
    return sign_in_as(client, "administrator")


@pytest.fixture
def jo(database):
    return new_person("registrar", email="jo@council.gov.uk")


def another(client):
    """Give a second browser."""
    return type(client)(client.application, client.application.response_class)


def told(user):
    return [(line.what, line.changes) for line in audit.history_of(f"staff:{user.id}")]


def letters(database):
    rows = database.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'staff.write' ORDER BY id"))
    return [(row.args["template"], row.args["staff_id"]) for row in rows]


def change(client, user, **asked):
    asked = {"name": user.name, "roles": sorted(user.role_names), "registrar": ""} | asked
    return client.post(f"/staff/people/{user.id}", data=asked)


def test_a_person_who_is_added_is_sent_a_link_to_set_a_password(client, chief, database):
    answer = client.post("/staff/people/add", data=NEW, follow_redirects=True)

    user = queries.account("amina@council.gov.uk")
    assert "Amina Khan has an account. We have sent amina@council.gov.uk a link" in page(answer)
    assert (user.name, user.role_names, user.password) == ("Amina Khan", {"registrar"}, None)
    assert letters(database) == [("staff/mail/welcome", user.id)]
    assert [what for what, _ in told(user)] == ["sent a link to set a password", "made the account"]
    assert {line.who.text for line in audit.history_of(f"staff:{user.id}")} == {chief.name}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "x" * 121}, "The name must have at most 120 characters"),
        ({"email": "nobody"}, "Enter an email address in the correct format"),
        ({"email": "administrator@council.gov.uk"}, "There is already an account for this email address."),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["king"]}, "Choose one of those offered"),
        ({"roles": ["centre_worker"]}, "Choose the centres this centre worker belongs to"),
        ({"roles": ["centre_worker"], "centres": ["99"]}, "Choose one of those offered"),
        ({"registrar": "99"}, "Choose one of those offered"),
        ({"registrar": "a"}, "Choose one of those offered"),
    ],
)
def test_what_cannot_be_an_account_is_said_and_nobody_is_added(client, chief, asked, sentence):
    answer = client.post("/staff/people/add", data=NEW | asked)

    assert sentence in page(answer, 422)
    assert queries.account("amina@council.gov.uk") is None


def test_a_centre_worker_belongs_to_the_centres_chosen(client, chief, world):
    centres = [str(world.centres["sunshine"]), str(world.centres["elland"])]

    client.post("/staff/people/add", data=NEW | {"roles": ["centre_worker"], "centres": centres})

    user = queries.account("amina@council.gov.uk")
    assert user.centre_ids == {int(number) for number in centres}
    assert page(client.get("/staff/people")).count("Centre worker Sunshine Children’s Centre, Elland") == 1


def test_nobody_but_a_centre_worker_is_kept_to_centres(client, chief, world):
    client.post("/staff/people/add", data=NEW | {"centres": [str(world.centres["sunshine"])]})

    assert queries.account("amina@council.gov.uk").centre_ids == set()


def test_roles_count_from_the_next_page_on_and_the_change_stands_in_the_record(client, chief, jo):
    other = another(client)
    sign_in(other, jo.email)

    assert change(client, jo, roles=["evaluator", "auditor"], name="Jo the Auditor").status_code == 303

    assert "Jo the Auditor" in page(other.get("/history"))
    assert told(jo)[0] == (
        "changed the account",
        (("name", "Jo", "Jo the Auditor"), ("roles", "registrar", "auditor, evaluator")),
    )


def test_saving_an_account_as_it_is_notes_nothing(client, chief, jo):
    change(client, jo)

    assert [what for what, _ in told(jo)] == ["made the account"]


def test_the_form_shows_the_account_as_it_is(client, chief, world, database):
    centre = world.centres["elland"]
    registrar = database.get(Registrar, world.registrars["ann"])
    user = new_person("centre_worker", centres=[centre], also=["registrar"])
    registrar.staff_user_id = user.id

    shown = client.get(f"/staff/people/{user.id}").text

    for value in ("centre_worker", "registrar", centre):
        assert f'value="{value}" checked' in shown
    assert f'<option value="{registrar.id}" selected>' in shown


def test_an_account_is_tied_to_one_registrar(client, chief, jo, world, database):
    first, second = world.registrars["ann"], world.registrars["bo"]

    for chosen in (first, second):
        assert change(client, jo, registrar=str(chosen)).status_code == 303
    tied = database.scalars(select(Registrar.id).where(Registrar.staff_user_id == jo.id)).all()
    change(client, jo)

    assert tied == [second]
    assert database.scalars(select(Registrar.id).where(Registrar.staff_user_id.is_not(None))).all() == []
    assert {line.who.text for line in audit.history_of(f"registrar:{first}")} == {chief.name}


def test_a_registrar_with_an_account_is_offered_to_no_other(client, chief, jo, world, database):
    registrar = database.get(Registrar, world.registrars["ann"])
    registrar.staff_user_id = jo.id

    assert "Choose one of those offered" in page(change(client, chief, registrar=str(registrar.id)), 422)


def test_an_ended_account_is_signed_out_at_once_and_can_sign_in_no_more(client, chief, jo, database):
    other = another(client)
    sign_in(other, jo.email)

    answer = client.post(f"/staff/people/{jo.id}/end", follow_redirects=True)

    assert "Jo can no longer sign in." in page(answer)
    assert other.get("/staff/").status_code == 302
    assert sign_in(other, jo.email).status_code == 200
    assert told(jo)[0] == ("ended the account", ())
    assert "Jo (ended)" in page(client.get("/staff/people"))


def test_an_ended_account_can_be_opened_again(client, chief, jo):
    client.post(f"/staff/people/{jo.id}/end")

    client.post(f"/staff/people/{jo.id}/restore")

    assert sign_in(another(client), jo.email).headers["Location"] == "/staff/"
    assert told(jo)[0][0] == "opened the account again" or told(jo)[1][0] == "opened the account again"


def test_nobody_ends_their_own_account(client, chief):
    answer = client.post(f"/staff/people/{chief.id}/end", follow_redirects=True)

    assert "You cannot end your own account. Ask another administrator." in page(answer)
    assert chief.active


def test_the_last_administrator_stays(client, chief):
    answer = change(client, chief, roles=["registrar"])

    assert "This is the only administrator." in page(answer, 422)
    assert queries.account(chief.email).role_names == {"administrator"}


def test_an_ended_administrator_counts_for_nothing(client, chief):
    second = new_person("administrator", email="second@council.gov.uk")
    client.post(f"/staff/people/{second.id}/end")

    assert "This is the only administrator." in page(change(client, chief, roles=["registrar"]), 422)


def test_of_two_administrators_one_may_step_down(client, chief):
    new_person("administrator", email="second@council.gov.uk")

    assert change(client, chief, roles=["registrar"]).status_code == 303
    assert client.get("/staff/people").status_code == 403


def test_a_lost_authenticator_app_is_taken_away(client, chief, jo):
    jo.tf_primary_method, jo.tf_totp_secret = "authenticator", "secret"

    answer = client.post(f"/staff/people/{jo.id}/forget-two-factor", follow_redirects=True)

    assert "is signed out everywhere and can set up a new authenticator app" in page(answer)
    assert not jo.has_two_factor
    assert told(jo)[0][0] == "took away the lost authenticator app"


def test_a_forgotten_password_is_helped_with_a_link(client, chief, jo, database):
    answer = client.post(f"/staff/people/{jo.id}/link", follow_redirects=True)

    assert "We have sent jo@council.gov.uk a link" in page(answer)
    assert letters(database) == [("staff/mail/reset", jo.id)]


def test_an_account_that_is_not_there_is_not_found(client, chief):
    assert client.get("/staff/people/0").status_code == 404
    assert client.get("/staff/people/99999999999999999999").status_code == 404


def test_the_auditor_reads_accounts_and_their_history_and_changes_nothing(client, jo):
    sign_in_as(client, "auditor")

    shown = client.get(f"/staff/people/{jo.id}")

    assert "Roles: Registrar." in page(shown)
    assert "made the account" in page(shown)
    assert "End this account" not in shown.text
    assert "Add a person" not in page(client.get("/staff/people"))
    assert client.post(f"/staff/people/{jo.id}/end").status_code == 403


def test_signing_out_everywhere_ends_every_session(client, database):
    user = sign_in_as(client, "registrar")
    former = user.fs_uniquifier
    other, stranger = another(client), another(client)
    sign_in(other, user.email)
    stranger.get("/staff/sign-in")

    answer = client.post("/staff/sign-out-everywhere", follow_redirects=True)

    assert "You are signed out on every device." in page(answer)
    assert other.get("/staff/").status_code == 302
    assert client.get("/staff/").status_code == 302
    assert database.scalars(select(BrowserSession).where(BrowserSession.owner == digest(former))).all() == []
    assert told(user)[0][0] == "signed out everywhere"
