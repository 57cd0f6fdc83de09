"""The data officer goes through pairs of records with the keyboard alone, and takes the last decision back."""

from __future__ import annotations

import pytest

from registration.staff.rules import demonstration_email, demonstration_password
from tests.journeys.looks import Looks

ALL = "/births/same-families"


@pytest.fixture
def pairs(service):
    """Three more pairs that wait, likelier than all others."""
    from registration.common.transaction import transaction
    from tests.births.same_families.records import birth, family, link_of, run

    with service.app.app_context(), transaction():
        made = [(birth(f"Amy {name}"), family(name=f"Amy {name}e")) for name in ("Ash", "Bell", "Cole")]
        run([(a, x, p) for (a, x), p in zip(made, (0.94, 0.93, 0.92), strict=True)])
        return [link_of(*pair).id for pair in made]


def sign_in(service, visitor) -> None:
    visitor.open("/staff/sign-in")
    password = demonstration_password(service.app.config["SECRET_KEY"], "data_officer")
    visitor.answer({"email": demonstration_email("data_officer"), "password": password})


def test_pairs_are_gone_through_by_keyboard_and_the_last_decision_is_taken_back(come, service, pairs):
    eyes = Looks(come())
    officer, keys = eyes.visitor, eyes.visitor.page.keyboard
    sign_in(service, officer)

    def press(key):
        with officer.page.expect_navigation(wait_until="load"):
            keys.press(key)

    def states():
        sql = "SELECT state FROM family_link WHERE a_id = (SELECT a_id FROM family_link WHERE id = :id) AND superseded_at IS NULL"
        return [service.one(sql, id=number) for number in pairs]

    officer.open(f"{ALL}/{pairs[1]}")
    eyes.look("not opened yet")
    officer.open(ALL)
    eyes.look("waiting")
    officer.page.get_by_role("button", name="Go through them").focus()
    press("Enter")
    eyes.look("a pair")
    assert "Amy Ashe" in officer.text
    press("s")
    assert "You said of the last two: same family." in officer.text
    press("d")
    assert states() == ["linked", "apart", "to_review"]
    press("u")
    assert states() == ["linked", "to_review", "to_review"]
    assert "Amy Belle" in officer.text
    officer.page.get_by_label("Why (optional)").focus()
    keys.type("sisters")
    assert states()[1] == "to_review"
    with officer.page.expect_navigation():
        officer.page.get_by_role("button", name="Different families").press("Enter")
    press("k")
    officer.open(ALL)
    assert "sisters" in officer.text
    eyes.look("decided")


def test_without_scripts_the_buttons_do_the_same(come, service, pairs):
    officer = come(320, 640, java_script_enabled=False)
    sign_in(service, officer)
    officer.open(ALL)
    officer.press(officer.page.get_by_role("button", name="Go through them"))
    assert "Keys:" not in officer.main.inner_text()
    officer.press(officer.page.get_by_role("button", name="Same family"))
    officer.press(officer.page.get_by_role("button", name="Undo"))
    assert officer.path.startswith(ALL)
