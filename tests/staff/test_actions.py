import pytest
from sqlalchemy import select

from registration.common.audit import AuditEvent
from registration.staff import actions, queries
from registration.staff.models import StaffUser
from registration.staff.rules import PASSWORD_MAX, ROLE_TITLES
from registration.staff.security import hashed
from tests.applications import applications
from tests.staff.people import PASSWORD, new_person, sign_in


def test_an_account_is_found_by_its_address_however_it_is_written(database):
    user = actions.add_account(" Jo.Smith@Council.gov.uk ", role="centre_worker", centres=[7, 9, 7])

    assert (user.email, user.name, user.centre_ids) == ("jo.smith@council.gov.uk", "Jo Smith", {7, 9})
    assert user.role_names == {"centre_worker"}
    assert user.password is None
    assert queries.account("JO.SMITH@council.gov.uk") is user
    assert queries.account("someone@council.gov.uk") is None


def test_making_an_account_stands_in_the_record(database):
    user = actions.add_account("jo@council.gov.uk", role="registrar")

    line = database.scalars(select(AuditEvent).where(AuditEvent.about == f"staff:{user.id}")).one()
    assert (line.event, line.actor, line.after) == (
        "staff.added",
        "service",
        {"name": "Jo", "roles": ["registrar"], "centres": []},
    )


def test_two_people_with_one_role_share_it(database):
    first = actions.add_account("a@council.gov.uk", role="auditor")
    second = actions.add_account("b@council.gov.uk", role="auditor")

    assert first.roles == second.roles
    assert first.roles[0].description == "Auditor"


def test_one_address_has_one_account_and_the_work_around_it_is_kept(database):
    actions.add_account("jo@council.gov.uk", role="registrar")

    with pytest.raises(actions.EmailTaken) as refusal:
        actions.add_account("JO@council.gov.uk", role="auditor")

    assert refusal.value.sentence == "There is already an account for this email address."
    assert queries.account("jo@council.gov.uk").role_names == {"registrar"}


def test_a_role_nobody_knows_is_an_error(database):
    with pytest.raises(KeyError):
        actions.add_account("jo@council.gov.uk", role="king")


@pytest.mark.parametrize(("password", "word"), [("short", "at least 12"), ("x" * (PASSWORD_MAX + 1), "at most 128")])
def test_a_password_has_a_least_and_a_most_length(database, password, word):
    user = actions.add_account("jo@council.gov.uk", role="registrar")

    with pytest.raises(actions.PasswordRefused) as refusal:
        actions.set_password(user, password)

    assert word in refusal.value.sentence
    assert user.password is None


def test_passwords_are_kept_as_argon2id(server_url, tmp_path):
    with applications(tmp_path) as make, make(server_url.format("postgres")).app_context():
        kept = hashed(PASSWORD, StaffUser(email="jo@council.gov.uk"))

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_forgotten_authenticator_leaves_nothing_behind_and_ends_sessions(database):
    user = new_person("registrar")
    user.tf_primary_method, user.tf_totp_secret, user.mf_recovery_codes = "authenticator", "secret", ["code"]
    before = user.fs_uniquifier

    assert actions.forget_two_factor("REGISTRAR@council.gov.uk") is user

    database.flush()
    database.refresh(user)
    assert not user.has_two_factor
    assert not user.mf_recovery_codes
    assert user.fs_uniquifier != before


def test_a_forgotten_authenticator_of_nobody_is_refused(database):
    with pytest.raises(actions.NoSuchAccount):
        actions.forget_two_factor("nobody@council.gov.uk")


def test_a_demonstration_has_one_account_per_role_made_once(client, database):
    given = actions.demonstration_accounts(own_centre=3)
    again = actions.demonstration_accounts(own_centre=4)

    assert [role for role, _, _ in given] == list(ROLE_TITLES)
    assert again == given
    assert len(database.scalars(select(StaffUser)).all()) == len(ROLE_TITLES)
    assert queries.account("centre-worker@example.org").centre_ids == {3}
    assert queries.account("registrar@example.org").centre_ids == set()
    for _role, email, password in given:
        assert sign_in(client, email, password).status_code == 302
        client.post("/staff/sign-out")


def test_a_demonstration_keeps_a_password_somebody_changed(database):
    _, email, _ = actions.demonstration_accounts()[0]
    actions.set_password(queries.account(email), PASSWORD)
    kept = queries.account(email).password

    actions.demonstration_accounts()

    assert queries.account(email).password == kept


def test_no_other_installation_gets_accounts_with_passwords_that_can_be_worked_out(app, database, monkeypatch):
    monkeypatch.setitem(app.config, "DEMO", value=False)

    with pytest.raises(actions.OnlyForDemonstrations):
        actions.demonstration_accounts()

    assert database.scalars(select(StaffUser)).all() == []
