"""Data officers are written to 60 and 14 days before an agreement's review, once each, and again for the next review."""

from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import text

from registration.births.agreements import actions, jobs
from registration.births.agreements.reminding import remind
from registration.births.agreements.rules.review import letter_due
from registration.staff.jobs import write
from tests.births.agreements.made import ACTOR, TODAY, drafted, in_force
from tests.staff.people import new_person

DAY = timedelta(days=1)
REVIEW = date(2027, 6, 30)


@pytest.mark.parametrize(("left", "due"), [(61, None), (60, 60), (15, 60), (14, 14), (0, 14), (-1, None)], ids=str)
def test_a_letter_is_due_60_and_14_days_before_the_review_and_none_after(left, due):
    assert letter_due(REVIEW, REVIEW - left * DAY) == due


@pytest.fixture
def officer(database, at):
    at("2026-11-22T09:00")
    return new_person("data_officer", email="dora@council.gov.uk")


@pytest.fixture
def letters(app, database):
    """What the worker sends of what is queued."""

    def sent():
        folder = Path(app.config["INSTANCE"]) / "mail"
        for kept in folder.glob("*.eml"):
            kept.unlink()
        for arguments in database.scalars(text("DELETE FROM procrastinate_jobs RETURNING args")).all():
            write(**arguments)
        read = [message_from_bytes(kept.read_bytes(), policy=policy.default) for kept in folder.glob("*.eml")]
        return [(letter["To"], letter["Subject"], letter.get_content()) for letter in read]

    return sent


def test_each_data_officer_is_written_to_once_for_each_of_the_two_days(database, officer, letters):
    found = in_force(review_on=REVIEW)
    database.execute(text("DELETE FROM procrastinate_jobs"))
    new_person("administrator")
    told = [remind(REVIEW - left * DAY) for left in (61, 60, 59, 15, 14, 13, 0, -1)]

    assert told == [0, 1, 0, 0, 1, 0, 0, 0]
    first, second = letters()
    assert f"http://127.0.0.1:8000/births/agreements/{found.id}" in first[2], "with the port, as the service runs"
    assert first[:2] == ("dora@council.gov.uk", "Review by 30 June 2027: Calder NHS Trust")
    assert {("in 60 days" in said, "in 14 days" in said) for *_, said in (first, second)} == {
        (True, False),
        (False, True),
    }
    assert f"/births/agreements/{found.id}\n" in first[2].replace("\r\n", "\n")


def test_another_day_of_review_is_told_of_anew(database, officer):
    found = in_force(review_on=REVIEW)
    assert remind(REVIEW - 14 * DAY) == 1
    actions.note_review(found.id, REVIEW + 365 * DAY, TODAY, ACTOR)
    assert remind(REVIEW - 13 * DAY) == 0
    assert remind(REVIEW + 305 * DAY) == 1


def test_without_a_data_officer_the_letter_stays_due(database, at):
    at("2027-06-20T07:00")
    in_force(review_on=REVIEW)
    assert remind(REVIEW - 10 * DAY) == 0
    new_person("data_officer")
    jobs.remind_of_reviews(0)
    assert remind(REVIEW - 10 * DAY) == 0


def test_of_a_draft_nobody_is_told(database, officer):
    drafted(review_on=REVIEW)
    assert remind(REVIEW - 14 * DAY) == 0
