"""A manager wonders what would come of it if a centre closed and somebody came, and sees it beside the plan."""

from __future__ import annotations

import pytest

from tests.journeys.looks import Looks
from tests.journeys.test_balance import eyes, first_day, latest, press, solve  # noqa: F401 -- a fixture among them


@pytest.fixture
def planned(eyes, service) -> Looks:  # noqa: F811 -- the fixture
    """A manager before a plan of two weeks that has been solved."""
    member = eyes.visitor
    member.open("/balance/")
    member.answer({"first": first_day().isoformat(), "weeks": "2", "name": "Two weeks"})
    solve(service)
    member.open(f"/balance/{latest(service).id}")
    assert "Ready" in member.text
    return eyes


def test_a_what_if_is_put_together_solved_and_held_beside_the_plan(planned, service):
    member, plan = planned.visitor, latest(service)
    sessions = service.one("SELECT count(*) FROM session")
    member.follow("/what-ifs")
    planned.empty_and()
    member.answer({"name": "One closed, one more"})
    planned.look("nothing yet")
    made = member.path

    centre = service.one("SELECT id FROM centre WHERE kind <> 'register_office' ORDER BY id DESC LIMIT 1")
    registrar = service.one("SELECT id FROM registrar WHERE may_register_births ORDER BY id LIMIT 1")
    home = plan.instance["clusters"][0]["id"]
    member.follow("/changes/close")
    planned.empty_and(too_late={"centre": str(centre), "day": "2030-01-07"})
    member.answer({"centre": str(centre), "day": first_day().isoformat()})
    member.follow("/changes/room")
    planned.empty_and()
    member.answer({"centre": str(plan.instance["centres"][0]["id"])})
    member.follow("/changes/half-day")
    planned.empty_and()
    slot = next(slot for slot in range(10) if not works(plan, registrar)[slot])
    member.answer({"registrar": str(registrar), "slot": str(slot), "more": "more"})
    member.follow("/changes/registrar")
    planned.empty_and()
    new = {"name": "A new registrar", "home": str(home), "slots": "6", "half_days": "0", "languages": "pl"}
    member.answer(new)
    member.follow("/changes/office")
    planned.empty_and(more_than_there_are={"least": "1", "least_registrars": "2"})
    member.answer({"least": "1", "least_registrars": "0"})
    assert "What is otherwise: 5" in member.text
    planned.look("with changes")

    press(member, "1 person for other duties")
    assert "What is otherwise: 4" in member.text
    press(member, "Solve it")
    member.open(f"{made}?still=1")
    planned.look("what if, waiting")
    solve(service)
    member.open(made)
    for words in ("The rota as it stands", "The plan: Two weeks", "What if: One closed, one more", "A new registrar"):
        assert words in member.text, words
    planned.look("solved")
    member.open(f"{made}/weeks")
    planned.look("of a what-if")

    member.open(f"/balance/{plan.id}/what-ifs")
    planned.look("with one")
    press(member, "Compare")
    assert "What if: One closed, one more" in member.text
    planned.look("three")
    assert service.one("SELECT count(*) FROM session") == sessions


def test_an_open_what_if_is_renamed_and_thrown_away(planned, service):
    member = planned.visitor
    member.follow("/what-ifs")
    member.answer({"name": "One mistake"})
    made = member.path
    member.follow("/changes/office")
    member.answer({"least": "1", "least_registrars": "0"})
    member.give({"name": "One of many"})
    press(member, "Rename it")
    assert "What if: One of many" in member.text
    member.follow("/throw-away")
    planned.look("to be thrown away")
    press(member, "Throw it away")
    assert member.path.endswith("/what-ifs")
    assert service.one("SELECT count(*) FROM balance_plan WHERE id = :id", id=int(made.rpartition("/")[2])) == 0


def works(plan, registrar) -> list[bool]:
    """Say of each half-day of a week whether a registrar ever works it in a plan."""
    [one] = [each for each in plan.instance["registrars"] if each["id"] == registrar]
    return [any(one["avail"][slot::10]) for slot in range(10)]


def test_what_cannot_be_is_said_in_words_and_tried_otherwise(planned, service):
    member, plan = planned.visitor, latest(service)
    member.follow("/what-ifs")
    member.answer({"name": "Everybody at the office"})
    made = member.path
    member.follow("/changes/office")
    member.answer({"least": "150", "least_registrars": "0"})
    press(member, "Solve it")
    solve(service)
    member.open(made)
    assert "the office needs 150, and only" in member.text
    planned.look("what if, impossible")
    member.give({"name": "Half of them"})
    press(member, "Begin it")
    assert "What if: Half of them" in member.text
    assert "150 people" in member.text
    both = "&".join(f"column={path.rpartition('/')[2]}" for path in (made, member.path))
    member.open(f"/balance/{plan.id}/compare?column=today&column={plan.id}&{both}")
    assert "Cannot be" in member.text
    planned.look("four")
    assert fits_on_paper(member.page)


def fits_on_paper(page) -> bool:
    """Say whether nothing stands outside a sheet of A4 with its margins, 186 mm wide inside."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})
    wide = page.evaluate(
        "Math.max(...[...document.querySelectorAll('main *')].map((one) => one.getBoundingClientRect().right))"
    )
    page.emulate_media(media="screen")
    return wide <= 703
