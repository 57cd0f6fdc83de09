import pytest

from registration.staff import queries
from registration.staff.rules import ROLE_TITLES
from tests.booking.world import make_world
from tests.staff.people import PASSWORD, new_person, page, sign_in


@pytest.fixture
def flask(runner):
    return lambda *words, **more: runner.invoke(args=["staff", *words], **more)


def test_a_new_account_comes_with_a_link_that_sets_the_password_once(flask, client):
    done = flask("add", "Jo.Smith@council.gov.uk", "--role", "rota_manager")

    assert done.exit_code == 0, done.output
    assert "Account made for jo.smith@council.gov.uk: rota manager." in done.output
    path = done.output.split()[-1].partition("8000")[2]
    page(client.get(path))
    client.post(path, data={"password": PASSWORD, "password_confirm": PASSWORD})
    assert sign_in(client, "jo.smith@council.gov.uk").headers["Location"] == "/staff/"
    client.post("/staff/sign-out")
    assert client.get(path).headers["Location"] == "/staff/reset"


def test_a_password_can_be_piped_in(flask, client):
    done = flask("add", "jo@council.gov.uk", "--role", "auditor", "--password-stdin", input=f"{PASSWORD}\n")

    assert done.exit_code == 0
    assert "http" not in done.output
    assert sign_in(client, "jo@council.gov.uk").headers["Location"] == "/staff/"


def test_a_centre_worker_belongs_to_a_centre_that_is_there(flask, database):
    centre = make_world().centres["elland"]
    without = flask("add", "jo@council.gov.uk", "--role", "centre_worker")
    nowhere = flask(
        "add", "jo@council.gov.uk", "--role", "centre_worker", "--centre", f"{centre}", "--centre", "9999999"
    )
    assert queries.account("jo@council.gov.uk") is None
    words = ("--role", "centre_worker", "--centre", f"{centre}", "--name", "Jo of Elland")
    done = flask("add", "jo@council.gov.uk", *words)

    assert without.exit_code == 2
    assert nowhere.exit_code == 1
    assert "There is no centre 9999999. There are: " in nowhere.output
    assert f"{centre} " in nowhere.output.partition("There are: ")[2]
    assert "needs --centre" in without.output
    assert done.exit_code == 0
    user = queries.account("jo@council.gov.uk")
    assert (user.centre_ids, user.name) == ({centre}, "Jo of Elland")


def test_one_address_has_one_account(flask):
    new_person("registrar")

    again = flask("add", "REGISTRAR@council.gov.uk", "--role", "auditor")

    assert again.exit_code == 1
    assert "There is already an account for this email address." in again.output
    assert "Traceback" not in again.output


def test_a_short_password_makes_no_account(flask):
    refused = flask("add", "jo@council.gov.uk", "--role", "auditor", "--password-stdin", input="short\n")

    assert refused.exit_code == 1
    assert "at least 12 characters" in refused.output
    assert queries.account("jo@council.gov.uk") is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "jo@council.gov.uk", "--role", "king"), "'king' is not one of 'registrar'"),
        (("add", "jo@council.gov.uk"), "Missing option '--role'"),
        (("add", "nobody", "--role", "auditor"), "correct format"),
        (("add", "jo@council.gov.uk", "--role", "centre_worker", "--centre", "0"), "0 is not in the range"),
        (("forget-two-factor",), "Missing argument"),
    ],
)
def test_wrong_use_is_said_and_changes_nothing(flask, words, sentence):
    refused = flask(*words)

    assert refused.exit_code == 2
    assert sentence in refused.output
    assert queries.account("jo@council.gov.uk") is None


def test_help_names_every_role(flask):
    shown = flask("add", "--help")

    assert shown.exit_code == 0
    assert all(role in shown.output for role in ROLE_TITLES)


def test_a_lost_authenticator_is_forgotten(flask):
    user = new_person("registrar")
    user.tf_primary_method, user.tf_totp_secret = "authenticator", "secret"

    done = flask("forget-two-factor", "registrar@council.gov.uk")
    nobody = flask("forget-two-factor", "nobody@council.gov.uk")

    assert (done.exit_code, nobody.exit_code) == (0, 1)
    assert not user.has_two_factor
    assert "There is no account for this email address." in nobody.output
