"""The pages of tell once: services on the list, their secrets, and the log. No page names a family."""

import pytest
from sqlalchemy import select, text
from standardwebhooks.webhooks import Webhook

from registration.common.clock import now
from registration.families.tell_once import actions, jobs
from registration.families.tell_once.models import Telling, ToldService
from registration.families.tell_once.rules import WAITS, Outcome
from tests.booking.appointments import booked, two_mornings
from tests.booking.world import NOW, TUESDAY, at_time
from tests.staff.people import page, sent, sign_in_as

WHERE = "/births/tell-once"
HOOK = {
    "name": " Health  visiting ",
    "kind": "health_visiting",
    "way": "webhook",
    "url": "https://visiting.example.org/new",
    "items": ["name", "born"],
    "active": "y",
}


@pytest.fixture
def world(database, at):
    at(NOW)
    return two_mornings()


@pytest.fixture
def officer(client, world):
    sign_in_as(client, "data_officer")
    return client


@pytest.fixture
def visiting(officer, database):
    officer.post(f"{WHERE}/add", data=HOOK)
    return database.scalars(select(ToldService)).one()


@pytest.fixture
def told(database, world, visiting):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), tell=True, tell_of=(visiting.id,))
    return mine, database.scalars(select(Telling)).one()


def test_nothing_is_ticked_for_a_new_service_and_its_secret_is_asked_for(officer, visiting):
    one = f"{WHERE}/services/{visiting.id}"
    said = page(officer.get(one))
    assert " checked" not in officer.get(f"{WHERE}/add").text
    assert said.startswith("Done The service is put on the list.")
    assert "Nobody has its secret yet. Until the receiver has it, it cannot check" in said
    officer.post(f"{one}/secret")
    assert "Nobody has its secret yet" not in page(officer.get(one))


def test_a_service_is_put_on_the_list_and_changed(officer, database, visiting):
    assert "No service is on the list" not in page(officer.get(WHERE))
    facts = (visiting.name, visiting.kind, visiting.way, visiting.url, visiting.items, visiting.active)
    assert facts == ("Health visiting", "health_visiting", "webhook", HOOK["url"], ["name", "born"], True)
    one = f"{WHERE}/services/{visiting.id}"
    shown = officer.get(one).text
    assert 'value="https://visiting.example.org/new"' in shown
    sent(officer.post(one, data={"name": "Health visiting", "kind": "library", "way": "file", "items": ["name"]}), one)
    database.expire_all()
    assert (visiting.way, visiting.url, visiting.active) == ("file", None, False)
    said = page(officer.get(one))
    assert said.startswith("Done The change is kept.")
    assert "changed a service that is told of new families" in said
    assert f"tell-once/{visiting.id}" in page(officer.get(one))
    assert "wrote down a service that is told of new families" in page(officer.get(one))
    assert "Not told now" in page(officer.get(WHERE))


def test_a_centre_on_the_list_is_one_of_ours(officer, database, world):
    own = HOOK | {"kind": "centre"}
    assert "Choose which centre it is" in page(officer.post(f"{WHERE}/add", data=own | {"centre": "999"}), 422)
    officer.post(f"{WHERE}/add", data=own | {"centre": str(world.centres["elland"])})
    assert database.scalars(select(ToldService.centre_id)).one() == world.centres["elland"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Enter what families call the service"),
        ({"kind": ""}, "Choose what it is"),
        ({"way": "pigeon"}, "How is it told?"),
        ({"url": "ftp://x"}, "Enter an address that begins with https://"),
        ({"url": ""}, "Enter a web address like"),
        ({"items": []}, "Choose at least one thing it gets"),
    ],
)
def test_what_cannot_be_kept_is_told_beside_it(officer, database, change, sentence):
    assert sentence in page(officer.post(f"{WHERE}/add", data=HOOK | change), 422)
    assert database.scalars(select(ToldService)).all() == []


def test_a_name_stands_on_the_list_once(officer, visiting):
    assert "Another service has this name already." in page(officer.post(f"{WHERE}/add", data=HOOK), 409)


def test_a_live_service_takes_no_address_in_the_clear(app, officer, monkeypatch):
    near = HOOK | {"url": "http://127.0.0.1:9/"}
    monkeypatch.setitem(app.config, "DEMO", False)
    assert "begins with https://" in page(officer.post(f"{WHERE}/add", data=near), 422)


def test_a_new_secret_is_shown_once_and_signs_what_is_sent(officer, database, visiting):
    one = f"{WHERE}/services/{visiting.id}"
    shown = made_secret(officer, one)
    secret = next(word for word in shown.split() if word.startswith("whsec_"))
    database.expire_all()
    assert Webhook(secret)._whsecret == actions.key_of(visiting)
    assert secret not in officer.get(one).text
    assert "gave the service a new secret" in page(officer.get(one))
    officer.post(one, data=HOOK | {"way": "file"})
    assert actions.password_of(database.get(ToldService, visiting.id)) not in made_secret(officer, one)


def made_secret(officer, one):
    """Make a new secret; give the page that shows it, which shows it once however often it is opened again."""
    sent(officer.post(f"{one}/secret"), f"{one}/secret")
    shown = page(officer.get(f"{one}/secret"))
    for _ in range(2):
        answer = officer.get(f"{one}/secret")
        assert (answer.status_code, answer.headers["Location"]) == (303, one)
    return shown


def test_another_service_and_another_officer_are_shown_no_secret(officer, app, visiting, database):
    one = f"{WHERE}/services/{visiting.id}"
    officer.post(f"{one}/secret")
    other = app.test_client()
    sign_in_as(other, "data_officer", email="other@council.gov.uk")
    sent(other.get(f"{one}/secret"), one)
    other.post(f"{one}/secret")
    sent(officer.get(f"{one}/secret"), one)
    assert "whsec_" in page(other.get(f"{one}/secret"))


def test_a_demonstration_says_that_its_own_machine_may_be_told(app, officer, monkeypatch):
    assert "In this demonstration it may also lead to the machine itself" in page(officer.get(f"{WHERE}/add"))
    monkeypatch.setitem(app.config, "DEMO", False)
    assert "In this demonstration" not in page(officer.get(f"{WHERE}/add"))


def test_the_log_says_what_became_of_each_and_names_no_family(officer, database, told, visiting):
    mine, row = told
    assert "Halifax" not in (shown := page(officer.get(WHERE)))
    assert f"Health visiting A family is there {row.reference[:8]} Waiting" in shown
    actions.claim(row.id, now())
    actions.record(row.id, Outcome(arrived=False, problem="It answered 500."), now())
    shown = page(officer.get(f"{WHERE}?state=failing"))
    assert "Tried in vain so far It answered 500. Next try 22 November, 9am. Try now" in shown
    assert "1, 1 tried in vain so far" in shown
    for state in ("delivered", "dead", "withdrawn"):
        assert row.reference[:8] not in page(officer.get(f"{WHERE}?state={state}"))
    for secret in (mine.name, mine.email, mine.reference):
        assert secret not in officer.get(WHERE).text
    assert row.reference[:8] in page(officer.get(f"{WHERE}?state=nonsense"))


def test_what_was_given_up_is_told_again_by_hand(officer, database, told):
    _, row = told
    for _ in range(len(WAITS) + 1):
        database.execute(text("UPDATE telling SET due_at = :now"), {"now": now()})
        database.expire_all()
        actions.claim(row.id, now())
        actions.record(row.id, Outcome(arrived=False, problem="It answered 500."), now())
    database.commit()
    assert "Given up After 10 tries. It answered 500. Try again" in page(officer.get(WHERE))
    sent(officer.post(f"{WHERE}/{row.id}/again"), WHERE)
    database.expire_all()
    assert (row.state, row.tries) == ("waiting", 0)
    assert "It is not there any more." in page(officer.post(f"{WHERE}/999999/again"), 409)


def test_what_a_family_took_back_is_not_told_again(officer, database, told, visiting):
    mine, row = told
    given = actions.AnswerOnTelling(
        share=False, service_ids=(visiting.id,), wording_version="1", route="online", recorded_by="family"
    )
    actions.answer(mine.family_id, given, now())
    database.commit()
    refused = page(officer.post(f"{WHERE}/{row.id}/again"), 409)
    assert "The family’s answer does not allow it" in refused
    jobs.look_after(0)


def test_the_auditor_reads_the_log_and_changes_nothing(client, world):
    sign_in_as(client, "auditor")
    assert "No service is on the list yet, so families are not asked." in page(client.get(WHERE))
    assert "Put a service" not in page(client.get(WHERE))
    assert client.post(f"{WHERE}/add", data=HOOK).status_code == 403
    assert client.get(f"{WHERE}/services/1").status_code == 403
