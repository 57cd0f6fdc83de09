from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import text

from registration.staff import jobs
from registration.staff.security import HELP_LETTER, RESET_LETTER
from tests.staff.people import PASSWORD, new_person, page, sign_in


@pytest.fixture
def letters(app):
    """The folder where a demonstration keeps its mail, emptied; read it with letters()."""
    folder = Path(app.config["INSTANCE"]) / "mail"
    for kept in folder.glob("*.eml"):
        kept.unlink()
    return lambda: [message_from_bytes(kept.read_bytes(), policy=policy.default) for kept in sorted(folder.glob("*"))]


def work(database):
    """Do what the pages queued, as the worker would."""
    for name, arguments in database.execute(text("DELETE FROM procrastinate_jobs RETURNING task_name, args")).all():
        assert name == "staff.write"
        jobs.write(**arguments)


def test_a_forgotten_password_is_set_by_the_link_in_a_letter(client, database, letters):
    user = new_person("registrar", email="jo.smith@council.gov.uk", password=None)

    client.post("/staff/reset", data={"email": user.email})
    work(database)
    [letter] = letters()
    [link] = [word for word in letter.get_content().split() if word.startswith("http")]
    path = link.partition("8000")[2]
    page(client.get(path))
    client.post(path, data={"password": PASSWORD, "password_confirm": PASSWORD})

    assert (letter["To"], letter["Subject"]) == ("jo.smith@council.gov.uk", "Set your password for Right Start")
    assert letter["From"] == "registrars@calder-valley.example"
    assert letter["Message-ID"].endswith("@calder-valley.example>")
    assert "Hello Jo Smith," in letter.get_content()
    assert sign_in(client, user.email).headers["Location"] == "/staff/"
    work(database)
    assert any("has just been set" in kept.get_content() for kept in letters())


def test_a_name_is_no_markup_in_a_letter(database, letters):
    user = new_person("registrar")
    user.name = "Jo & Mary O'Neil"

    jobs.write(template=RESET_LETTER, subject="Hello", staff_id=user.id)

    assert "Hello Jo & Mary O'Neil," in letters()[0].get_content()


def test_a_cry_for_help_goes_to_the_council(database, letters):
    user = new_person("registrar")

    jobs.write(template=HELP_LETTER, subject="Help", staff_id=user.id)

    [letter] = letters()
    assert letter["To"] == "registrars@calder-valley.example"
    assert user.email in letter.get_content()


def test_the_sender_is_the_address_of_the_settings(app, database, letters, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_FROM", "Registrars <no-reply@council.gov.uk>")

    jobs.write(template=RESET_LETTER, subject="Hello", staff_id=new_person("registrar").id)

    [letter] = letters()
    assert letter["From"] == "Registrars <no-reply@council.gov.uk>"
    assert letter["Message-ID"].endswith("@council.gov.uk>")


def test_no_letter_is_written_about_an_account_that_is_gone(database, letters):
    jobs.write(template=RESET_LETTER, subject="Hello", staff_id=0)

    assert letters() == []
