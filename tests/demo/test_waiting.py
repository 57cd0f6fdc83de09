"""The demonstration's work lists and waiting list have something to show."""

import math
import time

from registration.booking.queries.wishes import waiters, waiting_list
from registration.desk import worklists
from registration.desk.supply import supply
from registration.desk.worklists import WITHOUT_TIME
from registration.staff.rules import demonstration_email, demonstration_password
from tests.demo.conftest import NOW


def test_some_families_wait_for_an_earlier_day_and_can_be_asked(loaded):
    shown = waiting_list(NOW)
    assert len(shown) == 6
    assert {each.centres is None for each in shown} == {True, False}
    assert all(each.since < NOW and each.start > NOW for each in shown)
    assert len(waiters(NOW)) == 6


def test_some_families_are_near_their_last_day_without_a_time(loaded):
    assert 0 < len(worklists.rows(WITHOUT_TIME, NOW)) < 40


def test_what_is_left_is_compared_with_what_is_to_be_expected(loaded):
    found = supply(NOW)
    assert all(each.expected > 0 for each in found)


def test_the_first_page_answers_within_three_times_that_of_a_page_with_nothing_on_it(demonstration):
    """The rota manager's, with every number and today's sessions, against the evaluator's, which has none of them."""
    clients = {role: demonstration.test_client() for role in ("rota_manager", "evaluator")}
    for role, client in clients.items():
        password = demonstration_password(demonstration.config["SECRET_KEY"], role)
        client.post("/staff/sign-in", data={"email": demonstration_email(role), "password": password})
    best = dict.fromkeys(clients, math.inf)
    for turn in range(100):  # other work on the machine comes in between: the best of many tries is the page's own
        for role, client in clients.items():
            begun = time.perf_counter()
            assert client.get("/staff/").status_code == 200
            best[role] = min(best[role], time.perf_counter() - begun)
        if turn > 5 and best["rota_manager"] < 3 * best["evaluator"]:
            break

    assert best["rota_manager"] < 3 * best["evaluator"]
