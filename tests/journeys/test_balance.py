"""A manager plans six weeks, moves and pins sessions, publishes the plan, and a family sees a new time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registration.balancing.rules.half_days import Calendar
from registration.common.clock import today
from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks

#: The plan begins in so many weeks: families of today can still be seen in its first weeks.
AHEAD, WEEKS = 3, 6


@pytest.fixture
def eyes(come, service) -> Looks:
    """A rota manager who looks closely."""
    member = come()
    member.open("/balance/")
    password = demonstration_password(service.app.config["SECRET_KEY"], "rota_manager")
    member.answer({"email": demonstration_email("rota_manager"), "password": password})
    return Looks(member)


def first_day():
    return today() - timedelta(days=today().weekday()) + timedelta(weeks=AHEAD)


def solve(service) -> None:
    """Do what the worker does with plans that wait."""
    from registration.balancing.jobs import work

    with service.app.app_context():
        work()


def latest(service):
    """Give the latest plan: its number, and what it keeps."""
    return service.rows("SELECT id, instance, rota, first_day FROM balance_plan ORDER BY id DESC LIMIT 1")[0]


def free_moves(plan) -> list[tuple[int, int, int]]:
    """Give sessions of the first four weeks that no family has booked, each with another centre where nobody sits that day."""
    instance, assignments = plan.instance, plan.rota["assignments"]
    pinned = {(pin["registrar"], pin["t"]) for pin in instance["pins"]}
    open_ = {(one["centre"], one["t"] // 2) for one in assignments}
    reach = {one["id"]: one["reach"] for one in instance["registrars"]}
    there = {(one["registrar"], one["t"]) for one in assignments}
    kept = {(each["id"], half) for each in instance["centres"] for half, count in enumerate(each["booked"]) if count}
    return [
        (one["registrar"], one["t"], centre["id"])
        for one in assignments
        for centre in instance["centres"]
        if one["t"] < 40
        and (one["registrar"], one["t"]) not in pinned
        and (one["registrar"], one["t"] ^ 1) not in there
        and (one["centre"], one["t"]) not in kept
        and centre["rooms"][one["t"]]
        and str(centre["cluster"]) in reach[one["registrar"]]
        and (centre["id"], one["t"] // 2) not in open_
    ]


def starts(service, centre, day) -> int:
    """Count the times a family of today is offered at a centre on a day."""
    client = service.app.test_client()
    given = {"born": today().isoformat(), "postcode": "HX1 1AA", "centre": centre, "from": day, "to": day}
    answer = client.get("/api/v1/availability", query_string=given).get_json()
    return sum(len(each["starts"]) for place in answer["centres"] for each in place["days"])


def press(member, name) -> None:
    member.press(member.main.get_by_role("button", name=name).first)


def test_six_weeks_are_planned_changed_and_published_and_a_family_sees_a_new_time(eyes, service):
    member = eyes.visitor
    eyes.look("none yet")
    eyes.try_out("no monday", {"first": (first_day() + timedelta(days=1)).isoformat()})
    member.answer({"first": first_day().isoformat(), "weeks": str(WEEKS), "name": "The weeks around New Year"})
    member.open(f"{member.path}?still=1")
    eyes.look("waiting")
    solve(service)
    member.open(member.path.partition("?")[0])
    assert "Ready" in member.text
    eyes.look("solved")

    plan = latest(service)
    registrar, half_day, centre = free_moves(plan)[0]
    day = Calendar(plan.first_day, WEEKS).day(half_day)
    assert starts(service, centre, day.isoformat()) == 0
    member.open(f"/balance/{plan.id}/weeks?week={half_day // 10 + 1}")
    eyes.look()
    member.follow(f"/sessions/{registrar}/{half_day}")
    eyes.try_out("nowhere")
    member.answer({"centre": str(centre)})
    other = next(one for one in plan.rota["assignments"] if one["t"] == half_day + 10 or one["t"] == half_day + 2)
    member.open(f"/balance/{plan.id}/sessions/{other['registrar']}/{other['t']}")
    press(member, "Pin:")
    assert "Wishes for the next solution: 2" in member.text
    eyes.look("with wishes")

    press(member, "Solve again")
    solve(service)
    again = latest(service)
    assert again.id > plan.id
    places = {(one["registrar"], one["t"]): one["centre"] for one in again.rota["assignments"]}
    assert places[registrar, half_day] == centre
    assert places[other["registrar"], other["t"]] == other["centre"]

    member.open(f"/balance/{again.id}")
    press(member, "Make this a draft of the rota")
    assert "Conflicts: 0" in member.text
    press(member, "Publish this rota")
    assert "Published" in member.text
    assert starts(service, centre, day.isoformat()) > 0
    member.open("/balance/")
    eyes.look("made a draft")


def test_a_manager_says_how_many_births_to_expect_and_takes_it_back(eyes, service):
    member = eyes.visitor
    member.follow("/balance/births")
    eyes.empty_and(both={"times": "2", "births": "9", "reason": "Both"})
    cluster = service.one("SELECT id FROM cluster ORDER BY name LIMIT 1")
    said = service.one("SELECT count(*) FROM demand_adjustment WHERE withdrawn_at IS NULL")
    member.answer({"cluster": str(cluster), "times": "1.5", "births": "", "reason": "Homes are being let"})
    assert f"What managers say: {said + 1}" in member.text
    assert "1.5 times the births expected" in member.text
    eyes.look("said")
    press(member, "Take back")
    assert f"What managers say: {said}" in member.text


def test_what_cannot_be_says_so_in_words_and_writes_nothing(eyes, service):
    member, before = eyes.visitor, service.app.config["AUTHORITY"]
    drafts = service.one("SELECT count(*) FROM rota_draft")
    service.app.config["AUTHORITY"] = replace(before, balance=replace(before.balance, office_staff=40))
    member.open("/balance/")
    member.answer({"first": (first_day() + timedelta(weeks=8)).isoformat(), "weeks": "1"})
    service.app.config["AUTHORITY"] = before
    solve(service)
    member.open(member.path)
    assert "the office needs 40, and only" in member.text
    eyes.look("impossible")
    assert service.one("SELECT count(*) FROM rota_draft") == drafts
    assert latest(service).rota is None
