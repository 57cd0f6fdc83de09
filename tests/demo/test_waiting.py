"""The demonstration's work lists and waiting list have something to show."""

import math
import time

from sqlalchemy import select

from registration.balancing.models import SupplyForecast
from registration.balancing.outlook import forecast, look_out
from registration.booking.queries.wishes import waiters, waiting_list
from registration.centres.models import Centre, Cluster
from registration.common.db import db
from registration.desk import worklists
from registration.desk.worklists import WITHOUT_TIME
from registration.rota.actions.extra import add_extra_session
from registration.rota.models import Registrar, Session
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


def test_the_weeks_to_come_are_told_from_the_first_moment_on(loaded):
    found = forecast(NOW)
    assert db.session.get(SupplyForecast, 1).made_at == NOW
    assert [each.cluster for each in found.clusters] == ["Upper Valley", "Halifax", "Lower Valley"]
    assert all(each.births > 0 and each.weeks for each in found.clusters)


def test_a_cluster_whose_registrars_go_runs_dry_and_the_repair_makes_up_for_it(loaded):
    """One in five sessions of the Upper Valley is withdrawn, and registrars with half-days to spare live there."""
    valley = select(Centre.id).join(Cluster).where(Cluster.name == "Upper Valley")
    sessions = db.session.scalars(select(Session).where(Session.centre_id.in_(valley), Session.begins_at > NOW)).all()
    for session in sessions[::5]:
        session.state = "withdrawn"
    for person in db.session.scalars(select(Registrar)):
        person.contracted_sessions = 10
    db.session.flush()
    begun = time.process_time()  # other work on the machine is not ours
    dry = next(each for each in look_out(NOW).clusters if each.cluster == "Upper Valley")
    assert time.process_time() - begun < 20
    assert dry.is_dry
    assert dry.help.sessions
    for each in dry.help.sessions:
        add_extra_session(each.registrar_id, each.centre_id, None, each.begins, each.ends, "Times run dry", "service")
    after = next(each for each in look_out(NOW).clusters if each.cluster == "Upper Valley")
    assert after.own.value < dry.own.value
    assert after.is_dry is not dry.help.is_enough


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
