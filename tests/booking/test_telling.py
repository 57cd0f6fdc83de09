"""Whether other services are told too: asked after the centre, never a condition, changed at any time."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from registration.booking.rules.journey import Answers, Step, questions, settled
from registration.families.tell_once.actions import keep_service
from registration.families.tell_once.rules import TELLING_WORDING, Kind, ServiceSaid, Way
from tests.booking.appointments import booked, link, two_mornings
from tests.booking.world import NOW, TUESDAY, at_time
from tests.staff.people import page, sent

LIBRARY = ServiceSaid("Halifax Library", Kind.LIBRARY, None, Way.FILE, None, ["name"], active=True)


@pytest.fixture
def world(database, at):
    at(NOW)
    return two_mornings()


@pytest.fixture
def library(world, database):
    number = keep_service(None, LIBRARY, "staff:1")
    database.commit()
    return number


def answered(database):
    return database.execute(
        text("SELECT share, route, wording_version, recorded_by FROM telling_answer ORDER BY id")
    ).all()


def told(database):
    return database.execute(text("SELECT event, state FROM telling ORDER BY id")).all()


# ---- in the journey


def test_where_there_is_nobody_to_tell_nobody_is_asked(family, world, database):
    parent = family()
    assert "tell" not in parent.walk_to("check")
    parent.book()
    assert answered(database) == []


def test_a_family_that_says_yes_to_the_centre_is_asked_once_about_the_others(family, library, database):
    parent = family()
    parent.walk_to("tell")
    assert "to Halifax Library: your name" in parent.text
    assert "your mobile number" not in parent.text
    assert "Your appointment is the same whether you say yes or no." in parent.text
    assert not parent.page.select("input[type=radio][checked]")
    parent.post("tell", {})
    assert parent.wrong == ["Choose yes if we shall tell them"]
    parent.post("tell", {"tell": "yes"})
    assert "Tell other services too Yes" in parent.text
    parent.book()
    assert answered(database) == [(True, "online", TELLING_WORDING, "family")]
    assert told(database) == [("told", "waiting")]
    assert "You said yes: we tell other services too: Halifax Library." in page(parent.client.get(parent.path))


def test_a_no_is_kept_and_nothing_is_told(family, library, database):
    parent = family(tell={"tell": "no"})
    parent.walk_to("check")
    assert "Tell other services too No" in parent.text
    parent.book()
    assert answered(database) == [(False, "online", TELLING_WORDING, "family")]
    assert told(database) == []
    assert "You said no: we tell no other services." in page(parent.client.get(parent.path))


def test_a_family_that_says_no_to_the_centre_is_not_asked(family, library, database):
    parent = family(share={"share": "no"})
    assert "tell" not in parent.walk_to("check")
    parent.book()
    assert answered(database) == []
    assert "other services" not in page(parent.client.get(parent.path))


def test_a_yes_goes_with_the_yes_to_the_centre_it_followed():
    said = Answers(share=True, tell_of=(3,), tell=True)
    assert Step.TELL in questions(said)
    assert Answers.from_json(said.to_json()) == said
    assert settled(said, Answers(share=False, tell=True)).tell is None
    assert settled(said, Answers(share=True, tell_of=(3, 4), tell=True)).tell is None
    assert settled(said, Answers(share=True, tell_of=(3,), tell=True)).tell is True


def listed(name, *items):
    """Put a service on the list that gets these items; give its number."""
    return keep_service(None, replace(LIBRARY, name=name, items=list(items)), "staff:1")


# ---- beside the booking


@pytest.fixture
def mine(world, library):
    return booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))


def test_a_family_changes_its_answer_by_its_link_at_any_time(client, database, mine):
    where = link(mine)
    assert "We have not asked you yet whether we shall tell other services too: Halifax Library." in page(
        client.get(where)
    )
    assert " checked" not in client.get(f"{where}/telling").text
    sent(client.post(f"{where}/telling", data={"tell": "yes"}), where)
    assert page(client.get(where)).startswith("Done Your answer is saved.")
    assert 'value="yes" checked' in client.get(f"{where}/telling").text
    assert "You said yes: we tell other services too" in page(client.get(where))
    sent(client.post(f"{where}/telling", data={"tell": "no"}), where)
    assert "You said no: we tell no other services." in page(client.get(where))
    assert [share for share, *_ in answered(database)] == [True, False]
    assert told(database) == [("told", "withdrawn")]
    assert "Choose yes if we shall tell them" in page(client.post(f"{where}/telling"), 422)


def test_a_no_to_the_centre_takes_the_others_back_at_once(client, database, mine):
    client.post(f"{link(mine)}/telling", data={"tell": "yes"})
    client.post(f"{link(mine)}/sharing", data={"share": "no"})
    assert told(database) == [("told", "withdrawn")]
    said = page(client.get(link(mine)))
    assert said.startswith("Done Your answer is saved.")
    assert "You said no: we tell no other services." in said
    assert "We tell no other services" in page(client.get(f"{link(mine)}/telling"))
    assert "That no counts for every other service too" in page(
        client.post(f"{link(mine)}/telling", data={"tell": "yes"}), 409
    )
    assert told(database) == [("told", "withdrawn")]
    client.post(f"{link(mine)}/sharing", data={"share": "yes"})
    assert told(database) == [("told", "withdrawn")]


def test_each_service_is_named_with_what_it_gets_itself(client, database, mine):
    listed("Health visiting", "mobile", "born")
    database.commit()
    said = page(client.get(f"{link(mine)}/telling"))
    assert "to Halifax Library : your name" in said
    assert "to Health visiting : your mobile number, your baby’s date of birth" in said
    assert "your email address" not in said


def test_of_a_service_that_joined_the_list_later_the_family_is_asked_alone(client, database, mine):
    where = link(mine)
    client.post(f"{where}/telling", data={"tell": "yes"})
    listed("New Visitors", "mobile")
    database.commit()
    said = page(client.get(where))
    assert "You said yes: we tell other services too: Halifax Library." in said
    assert "We have not asked you yet whether we shall tell other services too: New Visitors." in said
    assert "Say whether we tell New Visitors" in said

    assert "Halifax Library" not in page(client.get(f"{where}/telling?new=1"))
    assert " checked" not in client.get(f"{where}/telling?new=1").text
    assert "new=1" in client.get(f"{where}/telling?new=1").text
    assert "Halifax Library" not in page(client.post(f"{where}/telling?new=1"), 422)
    sent(client.post(f"{where}/telling?new=1", data={"tell": "no"}), where)
    assert [share for share, *_ in answered(database)] == [True, False]
    assert told(database) == [("told", "waiting")]
    said = page(client.get(where))
    assert "You said yes: we tell other services too: Halifax Library." in said
    assert "You said no: we do not tell New Visitors." in said
    assert client.get(f"{where}/telling?new=1").status_code == 404
    sent(client.post(f"{where}/telling", data={"tell": "no"}), where)
    assert "You said no: we tell no other services." in page(client.get(where))


def test_a_yes_that_a_no_to_the_centre_took_back_is_not_said_to_stand(client, mine):
    where = link(mine)
    client.post(f"{where}/telling", data={"tell": "yes"})
    for share in ("no", "yes"):
        client.post(f"{where}/sharing", data={"share": share})
    assert "We have not asked you yet whether we shall tell other services too" in page(client.get(where))


def test_without_a_service_there_is_no_such_page(client, world):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    assert client.get(f"{link(mine)}/telling").status_code == 404
    assert "other services" not in page(client.get(link(mine)))
