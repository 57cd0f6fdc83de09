"""The page of the births to expect: managers say how many there will be, others read it, and the history names it."""

import pytest
from sqlalchemy import text

from registration.balancing.births.forms import births, times
from registration.balancing.births.queries import demand_names
from registration.balancing.models import DemandAdjustment
from registration.balancing.queries import adjustments
from registration.common.access import ROLES
from registration.common.db import db
from tests.balancing.council import TODAY
from tests.balancing.plans import latest
from tests.balancing.test_views import READERS
from tests.staff.people import sent, sign_in_as

MANAGERS = {"rota_manager", "administrator"}
PATH = "/balance/births"


def valley():
    return db.session.execute(text("SELECT id FROM cluster WHERE name = 'Upper Valley'")).scalar_one()


def said(**changes):
    answers = {
        "cluster": str(valley()),
        "first": "9/12/2026",
        "last": "2026-12-27",
        "times": "1.25",
        "births": "",
        "reason": " New homes ",
    }
    return answers | changes


@pytest.mark.parametrize("role", ROLES)
def test_managers_say_how_many_and_the_auditor_reads(client, world, role):
    sign_in_as(client, role)
    answer = client.get(PATH)
    assert answer.status_code == (200 if role in READERS else 403)
    assert ("Expect so many" in answer.text) == (role in MANAGERS)
    assert "no-store" in answer.headers["Cache-Control"] or role not in READERS


def test_the_page_shows_the_births_of_eight_weeks_and_stands_beside_the_plans(manager):
    assert f'href="{PATH}"' in manager.get("/balance/").text
    page = manager.get(PATH).text
    for words in ("Upper Valley", "Calder Valley", "16 November", "4 January", "What managers say: 0"):
        assert words in page, words


def test_what_is_said_counts_from_the_monday_of_its_weeks_and_a_star_marks_them(manager):
    sent(manager.post(PATH, data=said()), PATH)
    [word] = adjustments(TODAY)
    assert (word.said.first.isoformat(), word.said.last.isoformat()) == ("2026-12-07", "2026-12-21")
    assert (word.said.factor, word.said.births, word.said.reason) == (1.25, None, "New homes")
    page = manager.get(PATH).text
    assert "Upper Valley, the weeks of 7 December 2026 to 21 December 2026: 1.25 times the births expected" in page
    assert page.count("as a manager says") == 3
    assert "New homes" in page


def test_births_a_week_are_said_instead_and_shown(manager):
    sent(manager.post(PATH, data=said(last="2026-12-08", times="", births="12")), PATH)
    page = manager.get(PATH).text
    assert "the week of 7 December 2026: 12 births a week" in page
    assert ">12 (" in page, "with the range of a week"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cluster": ""}, "Choose a cluster"),
        ({"first": ""}, "Enter a day of the first week"),
        ({"last": "2026-12-06"}, "The last week must not be before the first"),
        ({"times": "", "births": ""}, "Give either how many times the births expected, or the births a week"),
        ({"births": "3"}, "Give either how many times the births expected, or the births a week"),
        ({"times": "6"}, "Enter how many times, like 1.25: at most 5"),
        ({"times": "", "births": "1001"}, "Enter a whole number from 0 to 1000"),
        ({"reason": " "}, "Say why the births will be others than expected"),
        ({"reason": "x" * 301}, "This must be 300 letters or fewer"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(manager, changes, sentence):
    answer = manager.post(PATH, data=said(**changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert adjustments(TODAY) == []


@pytest.mark.parametrize("written", ["", "x", "-1", "5.1", "1.2.3", "1e1", "٣"])
def test_no_number_of_times(written):
    with pytest.raises(ValueError, match=r".*"):
        times(written)


@pytest.mark.parametrize("written", ["", "x", "-1", "1.5", "1001", "10000", "٣"])
def test_no_number_of_births(written):
    with pytest.raises(ValueError, match=r".*"):
        births(written)


def test_numbers_are_read_as_written():
    assert [times(each) for each in ("0", ".8", "1.25", "5")] == [0, 0.8, 1.25, 5]
    assert [births(each) for each in ("0", "1000")] == [0, 1000]


def test_a_word_is_taken_back_once(manager):
    manager.post(PATH, data=said())
    number = latest(DemandAdjustment).id
    sent(manager.post(f"{PATH}/{number}/remove"), PATH)
    assert adjustments(TODAY) == []
    again = manager.post(f"{PATH}/{number}/remove")
    assert again.status_code == 409
    assert "This was taken back in the meantime." in again.text


def test_a_cluster_that_is_gone_is_refused(manager):
    assert manager.post(PATH, data=said(cluster="2147483646")).status_code == 422
    assert adjustments(TODAY) == []


def test_the_history_names_the_cluster_and_the_weeks(manager):
    manager.post(PATH, data=said())
    number = latest(DemandAdjustment).id
    manager.post(f"{PATH}/{number}/remove")
    name = "births in Upper Valley, the weeks of 7 December 2026 to 21 December 2026"
    assert demand_names([str(number), "0"])[str(number)].text == name
    page = manager.get(PATH).text
    assert page.count(name) == 2
    assert "took back what was said of the births to expect" in page
    assert f"demand {number}" not in page


def test_the_forecast_is_made_anew_when_births_are_said_and_taken_back(manager):
    jobs = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'balance.look_out'")
    manager.post(PATH, data=said())
    assert db.session.execute(jobs).scalar_one() >= 1
