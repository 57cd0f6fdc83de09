"""The pages of what-ifs, as a rota manager works with them and the auditor reads them."""

import pytest

from registration.balancing.plans import actions as plans
from registration.balancing.plans.models import BalancePlan
from registration.balancing.rules.scenarios import CentreClosed, HalfDayChanged, OfficeChanged, RoomAdded
from registration.balancing.what_ifs import actions
from registration.balancing.what_ifs.keeping import kept_changes
from registration.common import audit
from registration.common.access import ROLES
from registration.common.db import db
from tests.balancing.council import FIRST
from tests.balancing.plans import asked, latest, solved
from tests.balancing.test_views import READERS
from tests.staff.people import sent, sign_in_as

MANAGERS = {"rota_manager", "administrator"}


def begun(plan, *changes, name="Another room"):
    made = actions.begin(plan.id, name, "staff:1")
    for change in changes:
        actions.add_change(made.id, lambda _number, change=change: change, "staff:1")
    db.session.commit()
    return made


def ended(world, *changes, **named):
    """Give a what-if that has been solved, with the rota as it stood."""
    made = begun(solved(asked()), *(changes or (RoomAdded(world.centres["elland"]),)), **named)
    actions.start(made.id, "staff:1")
    solved(made)
    db.session.commit()
    return made


@pytest.mark.parametrize("role", ROLES)
def test_managers_put_what_ifs_together_and_the_auditor_reads(client, world, role):
    made = begun(solved(asked()), RoomAdded(world.centres["elland"]))
    sign_in_as(client, role)
    for path in (f"{made.former_id}/what-ifs", f"{made.former_id}/compare", f"{made.id}"):
        answer = client.get(f"/balance/{path}")
        assert answer.status_code == (200 if role in READERS else 403), path
        changes = any(word in answer.text for word in ("Begin it", "Solve it", "Add a change", "Take out"))
        assert changes == (role in MANAGERS and "compare" not in path), path
    assert client.get(f"/balance/{made.id}/changes/room").status_code == (200 if role in MANAGERS else 403)


def test_what_is_not_there_is_not_found(manager, world):
    plan = solved(asked())
    for path in ("0/what-ifs", "0/compare", "0/changes/room", f"{plan.id}/changes/room", f"{plan.id}/changes/nothing"):
        assert manager.get(f"/balance/{path}").status_code == 404, path
    for path in ("0/what-ifs", "0/start", f"{plan.id}/start", f"{plan.id}/changes/1/remove"):
        assert manager.post(f"/balance/{path}", data={"name": "x"}).status_code == 404, path


def test_a_what_if_is_begun_from_the_plan_and_listed_there(manager, world):
    plan = solved(asked())
    assert f'href="/balance/{plan.id}/what-ifs"' in manager.get(f"/balance/{plan.id}").text
    answer = manager.post(f"/balance/{plan.id}/what-ifs", data={"name": "  Without   Elland "})
    made = latest(BalancePlan)
    sent(answer, f"/balance/{made.id}")
    assert (made.name, made.former_id, made.asked_by[:6]) == ("Without Elland", plan.id, "staff:")
    for number in (plan.id, made.id):
        listed = manager.get(f"/balance/{number}/what-ifs").text
        assert "Without Elland" in listed
        assert "Being put together" in listed
    shown = manager.get("/balance/").text
    assert "1 what-if<" in shown
    assert f'href="/balance/{made.id}"' not in shown
    assert "What if: 1" in manager.get(f"/balance/{plan.id}").text


def test_a_what_if_needs_a_name_and_a_plan_that_has_a_rota(manager, world):
    answer = manager.post(f"/balance/{solved(asked()).id}/what-ifs", data={"name": " "})
    assert (answer.status_code, "Enter a name, like “Without Elland”" in answer.text) == (422, True)
    answer = manager.post(f"/balance/{asked().id}/what-ifs", data={"name": "Too early"})
    assert (answer.status_code, "This plan is not at that point any more" in answer.text) == (409, True)


def test_each_kind_of_change_is_asked_for_and_said_in_words(manager, world):
    made = begun(solved(asked()))
    assert "Nothing yet." in manager.get(f"/balance/{made.id}").text
    given = {
        "close": {"centre": world.centres["todmorden"], "day": "2026-12-10"},
        "room": {"centre": world.centres["elland"]},
        "half-day": {"registrar": world.registrars["ann"], "slot": "4", "more": "more"},
        "registrar": {
            "name": " A new  one ", "grade": "registrar", "slots": "5", "languages": "pl", "half_days": ["1", "0"],
            "home": kept_home(made),
        },
        "office": {"least": "1", "least_registrars": "0"},
    }  # fmt: skip
    for kind, data in given.items():
        assert "Add this change" in manager.get(f"/balance/{made.id}/changes/{kind}").text
        sent(manager.post(f"/balance/{made.id}/changes/{kind}", data=data), f"/balance/{made.id}")
    db.session.expire_all()
    changes = kept_changes(made.changes)
    assert changes[0] == CentreClosed(world.centres["todmorden"], 6)
    assert changes[1] == RoomAdded(world.centres["elland"])
    assert changes[2] == HalfDayChanged(world.registrars["ann"], 4, more=True)
    assert (changes[3].name, changes[3].half_days, changes[3].slots) == ("A new one", (0, 1), 5)
    assert changes[4] == OfficeChanged(1, 0)
    shown = manager.get(f"/balance/{made.id}").text
    assert "What is otherwise: 5" in shown
    assert "Close Todmorden Children’s Centre from Thu 10 December." in shown
    assert "Upper Valley has no centre then: its families are expected in Calder Valley." in shown
    assert "speaks Polish" in shown
    assert manager.get("/history").status_code in (200, 403)


def kept_home(made):
    return made.instance["clusters"][0]["id"]


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("close", {"centre": "", "day": "2026-12-10"}, "Choose a centre"),
        ("close", {"centre": "todmorden", "day": ""}, "Enter the first day on which it is closed"),
        ("close", {"centre": "todmorden", "day": "soon"}, "Enter a date like 24/11/2026"),
        ("close", {"centre": "todmorden", "day": "2027-06-01"}, "The day must be in the weeks of the plan"),
        ("room", {}, "Choose a centre"),
        ("half-day", {"registrar": "ann", "slot": "0", "more": "more"}, "Registrar Ann works that half-day already."),
        ("half-day", {"registrar": "ann", "slot": "0"}, "Choose whether it is one more or one fewer"),
        ("half-day", {"registrar": "ann", "slot": "", "more": "more"}, "Choose a half-day"),
        ("half-day", {"slot": "0", "more": "more"}, "Choose a registrar"),
        ("registrar", {"name": "x", "slots": "5"}, "Choose the cluster they set out from"),
        ("registrar", {"name": "x", "slots": "5", "home": "here"}, "Choose at least one half-day"),
        ("registrar", {"name": "", "slots": "5"}, "Enter what to call them, like “a new registrar”"),
        ("registrar", {"name": "x", "slots": "31"}, "Enter a whole number from 1 to 30"),
        ("registrar", {"name": "x", "slots": ""}, "Enter how many families they see in a half-day"),
        ("registrar", {"name": "x", "languages": "quite many!"}, "Enter languages as tags parted by semicolons"),
        ("office", {"least": "1", "least_registrars": "2"}, "There cannot be more full registrars than people"),
        ("office", {"least": "one", "least_registrars": "2"}, "Enter a whole number from 0 to 200"),
        ("office", {"least": "", "least_registrars": ""}, "Enter how many people"),
        ("office", {"least": "0", "least_registrars": "0"}, "The register office keeps as many already."),
    ],
)
def test_an_answer_that_cannot_be_is_asked_for_again(manager, world, kind, data, sentence):
    made = begun(solved(asked()))
    names = {"todmorden": world.centres["todmorden"], "ann": world.registrars["ann"], "here": kept_home(made)}
    answer = manager.post(
        f"/balance/{made.id}/changes/{kind}", data={name: names.get(value, value) for name, value in data.items()}
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Error: " in answer.text
    db.session.expire_all()
    assert made.changes == []


def test_a_day_outside_the_plan_is_the_days_fault(manager, world):
    made = begun(solved(asked()))
    data = {"centre": str(world.centres["todmorden"]), "day": "2027-06-01"}
    page = manager.post(f"/balance/{made.id}/changes/close", data=data).text
    assert 'id="day-error"' in page
    assert 'id="centre-error"' not in page


def test_cells_name_their_column_where_a_row_stands_as_a_card(manager, world):
    made = ended(world)
    page = manager.get(f"/balance/{made.id}").text
    rows, labelled = page.count('scope="row"'), page.count('data-label="What if: ')
    assert rows == labelled > 0
    assert page.count('rs-scroll rs-cards"') == 3


def test_changes_are_taken_out_and_what_is_left_is_solved(manager, world):
    made = begun(solved(asked()), RoomAdded(world.centres["elland"]), OfficeChanged(1, 0))
    sent(manager.post(f"/balance/{made.id}/changes/2/remove"), f"/balance/{made.id}")
    answer = manager.post(f"/balance/{made.id}/changes/2/remove")
    assert (answer.status_code, "This change is not there any more" in answer.text) == (409, True)
    sent(manager.post(f"/balance/{made.id}/start"), f"/balance/{made.id}")
    shown = manager.get(f"/balance/{made.id}").text
    assert "Waiting its turn" in shown
    assert "One more room at Elland Children’s Centre." in shown
    for path, data in (("start", {}), ("changes/room", {"centre": world.centres["elland"]})):
        plans.take_next()
        plans.give_up(made.id, "It died.") if made.state == "running" else None
        db.session.commit()
        answer = manager.post(f"/balance/{made.id}/{path}", data=data)
        assert answer.status_code == 409
        assert "This what-if has been solved already" in answer.text


def test_nothing_is_solved_without_a_change(manager, world):
    made = begun(solved(asked()))
    assert "Solve it" not in manager.get(f"/balance/{made.id}").text
    answer = manager.post(f"/balance/{made.id}/start")
    assert (answer.status_code, "Add at least one change first" in answer.text) == (409, True)


def test_what_comes_of_it_stands_beside_the_plan_and_the_rota_as_it_is(manager, world):
    made = ended(
        world, RoomAdded(world.centres["elland"]), HalfDayChanged(world.registrars["ann"], 4, more=True),
        CentreClosed(world.centres["todmorden"], 0), OfficeChanged(1, 0),
    )  # fmt: skip
    shown = manager.get(f"/balance/{made.id}").text
    for words in (
        "The rota as it stands",
        "The plan: Rota from Monday 7 December 2026",
        "What if: Another room",
        "Families past day 42 before they are seen",
        "Nobody is expected here",
        "it cannot be made a draft of the rota",
        'href="/rota/rooms"',
        f'href="/rota/patterns/{world.registrars["ann"]}"',
        "Close the centre for real",
        "Office cover stands in the council’s file",
    ):
        assert words in shown, words
    assert "Make this a draft" not in shown
    assert "Solve again" not in shown
    week = manager.get(f"/balance/{made.id}/weeks").text
    assert "/sessions/" not in week
    assert manager.get(f"/balance/{made.id}/sessions/{world.registrars['ann']}/0").status_code == 404
    answer = manager.post(f"/balance/{made.id}/draft")
    assert (answer.status_code, "This is a what-if, and not the council as it is." in answer.text) == (409, True)


def test_another_is_begun_with_the_same_changes(manager, world):
    made = ended(world)
    sent(manager.post(f"/balance/{made.id}/what-ifs", data={"name": "And more"}), f"/balance/{made.id + 1}")
    other = latest(BalancePlan)
    assert (other.changes, other.former_id, other.state) == (made.changes, made.former_id, "open")


def test_a_what_if_that_cannot_be_says_so_in_names(manager, world):
    made = begun(solved(asked()), OfficeChanged(9, 0))
    actions.start(made.id, "staff:1")
    plans.take_next()
    plans.settle_impossible(made.id, ["On Monday morning of week 1 the office needs 9, and only 1 is available."])
    db.session.commit()
    shown = manager.get(f"/balance/{made.id}").text
    assert "On Mon 7 December, morning the office needs 9" in shown
    assert "With these changes there is no rota that keeps the rules." in shown
    assert "9 people for other duties at the register office" in shown
    assert "Solve again" not in shown
    assert "Another what-if with the same changes" in shown


def test_a_new_registrar_has_a_name_on_every_page(manager, world):
    plan = solved(asked())
    made = begun(plan)
    facts = {"name": "Eve", "grade": "registrar", "slots": "6", "half_days": ["0"], "home": kept_home(made)}
    manager.post(f"/balance/{made.id}/changes/registrar", data=facts)
    manager.post(f"/balance/{made.id}/start")
    db.session.expire_all()
    solved(made, (made.changes[0]["id"], 0, world.centres["elland"]))
    db.session.commit()
    assert "Eve" in manager.get(f"/balance/{made.id}/weeks").text


def test_up_to_four_are_compared_and_those_left_out_are_counted(manager, world):
    first = ended(world, name="First")
    others = [begun(db.session.get(BalancePlan, first.former_id), name=f"Other {number}") for number in range(3)]
    path = f"/balance/{first.former_id}/compare"
    usual = manager.get(path).text
    assert "What if: First" in usual
    assert "What if: Other" not in usual
    chosen = "&".join(f"column={key}" for key in ("today", first.former_id, first.id, *(one.id for one in others)))
    for address in (f"{path}?{chosen}", f"/balance/{first.id}/compare?{chosen}&column={others[0].id}"):
        shown = manager.get(address).text
        assert "At most 4 stand side by side: 2 of those chosen are left out" in shown
        assert "What if: Other 0<br>Being put together" in shown
        assert "What if: Other 1" not in shown
    one = manager.get(f"{path}?{chosen.rpartition('&')[0]}").text
    assert "1 of those chosen is left out" in one
    assert "Nothing was chosen" in manager.get(f"{path}?column=9999999").text


def test_the_day_of_the_plan_is_the_first_that_can_be_named(manager, world):
    made = begun(solved(asked()))
    data = {"centre": world.centres["elland"], "day": FIRST.isoformat()}
    sent(manager.post(f"/balance/{made.id}/changes/close", data=data), f"/balance/{made.id}")
    assert kept_changes(latest(BalancePlan).changes) == [CentreClosed(world.centres["elland"], 0)]


def test_an_open_what_if_is_renamed(manager, world):
    made = begun(solved(asked()))
    sent(manager.post(f"/balance/{made.id}/name", data={"name": " Two   rooms "}), f"/balance/{made.id}")
    page = manager.get(f"/balance/{made.id}").text
    assert "What if: Two rooms" in page
    [line] = audit.lines(audit.AuditEvent.event == "balance.what_if_renamed", most=9)
    assert (line.what, line.changes) == ("called the what-if otherwise", (("name", "Another room", "Two rooms"),))
    manager.post(f"/balance/{made.id}/name", data={"name": "Two rooms"})
    assert len(audit.lines(audit.AuditEvent.event == "balance.what_if_renamed", most=9)) == 1, "nothing changed"
    answer = manager.post(f"/balance/{made.id}/name", data={"name": " "})
    assert (answer.status_code, "Enter a name, like “Without Elland”" in answer.text) == (422, True)


def test_an_open_what_if_is_thrown_away_once_confirmed_and_the_history_keeps_what_it_was(manager, world):
    made = begun(solved(asked()), RoomAdded(world.centres["elland"]))
    number, origin, path = made.id, made.former_id, f"/balance/{made.id}/throw-away"
    assert f'href="{path}"' in manager.get(f"/balance/{number}").text
    asks = manager.get(path).text
    for words in ("Throw this what-if away?", "Another room", "One more room at Elland Children’s Centre", "Keep it"):
        assert words in asks, words
    assert manager.get(f"/balance/{number}").status_code == 200, "nothing is gone yet"
    sent(manager.post(path), f"/balance/{origin}/what-ifs")
    for method in (manager.get, manager.post):
        assert method(path).status_code == 404
    assert manager.get(f"/balance/{number}").status_code == 404
    [line] = audit.history_of(f"balance:{number}")[:1]
    assert line.what == "threw the what-if away"
    assert ("what", "One more room at Elland Children’s Centre", "") in line.changes


def test_one_that_was_solved_keeps_its_name_and_stays(manager, world):
    made = ended(world)
    said = "This what-if has been solved already. Make another with the same changes."
    for answer in (
        manager.post(f"/balance/{made.id}/name", data={"name": "Other"}),
        manager.get(f"/balance/{made.id}/throw-away"),
        manager.post(f"/balance/{made.id}/throw-away"),
    ):
        assert answer.status_code == 409
        assert said in answer.text
    assert "What if: Another room" in manager.get(f"/balance/{made.id}").text
    assert "Throw this" not in manager.get(f"/balance/{made.id}").text
