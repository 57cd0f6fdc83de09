"""What a family says on the telephone, and at its visit, of telling other services."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from registration.booking.actions.refusals import CannotChange
from registration.booking.actions.visits import write_down_telling
from registration.families.tell_once.actions import keep_service
from registration.families.tell_once.rules import TELLING_WORDING, Kind, ServiceSaid, Way
from tests.booking.appointments import NOW, booked
from tests.booking.world import TUESDAY, at_time
from tests.staff.people import page, sign_in_as


@pytest.fixture
def library(world, database):
    said = ServiceSaid("Halifax Library", Kind.LIBRARY, None, Way.FILE, None, ["name"], active=True)
    keep_service(None, said, "staff:1")
    database.commit()


def asked(client, appointment):
    client.post(f"/desk/look/{appointment.public_id}")
    return f"/desk/booking/{appointment.public_id}/tell-others"


def test_the_words_are_read_out_and_the_answer_is_kept_with_its_route(client, desk, database, world, library):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    where = asked(client, mine)
    assert "Read this to the family We can tell these services too" in page(client.get(where))
    assert " checked" not in client.get(where).text
    assert "Choose yes if we shall tell them" in page(client.post(where), 422)
    assert client.post(where, data={"tell": "yes"}).status_code == 303
    assert 'value="yes" checked' in client.get(where).text
    client.post(where, data={"tell": "no"})
    rows = database.execute(text("SELECT share, route, recorded_by FROM telling_answer ORDER BY id")).all()
    assert rows == [(True, "telephone", f"staff:{desk.id}"), (False, "telephone", f"staff:{desk.id}")]
    record = text(
        "SELECT before->>'tell', after->>'tell' FROM audit_event WHERE event = 'telling.answered' ORDER BY id"
    )
    assert database.execute(record).all() == [(None, "true"), ("true", "false")]


def test_where_nobody_is_to_be_told_there_is_nothing_to_ask(client, desk, world, library):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), share=False)
    where = asked(client, mine)
    assert "There is nothing to ask" in page(client.get(where))
    assert client.post(where, data={"tell": "yes"}).status_code == 409


# ---- at the visit


SAID = {"share": "yes", "join": "no", "preference": "text"}


@pytest.fixture
def visit(client, world, library):
    """The page on which the answers of a family at its visit are written down."""
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), share=False)
    sign_in_as(client, "registrar")
    return f"/day/{world.centres['sunshine']}/{TUESDAY}/{mine.public_id}/visit"


def kept(database):
    return database.execute(text("SELECT share, route, wording_version FROM telling_answer ORDER BY id")).all()


def test_at_the_visit_it_is_asked_with_the_answer_on_the_centre(client, database, visit):
    asked_ = page(client.get(visit))
    assert "If the centre may have their details, read this too We can tell these services too" in asked_
    assert "Halifax Library" in asked_
    assert 'name="tell" type="radio" value="yes" checked' not in client.get(visit).text
    assert 'name="tell" type="radio" value="no" checked' not in client.get(visit).text

    assert client.post(visit, data=SAID | {"tell": "yes"}).status_code == 303
    assert kept(database) == [(True, "visit", TELLING_WORDING)]
    assert database.execute(text("SELECT event, state FROM telling")).all() == [("told", "waiting")]
    assert 'name="tell" type="radio" value="yes" checked' in client.get(visit).text


def test_left_open_or_with_a_no_to_the_centre_nothing_is_kept_of_other_services(client, database, visit):
    client.post(visit, data=SAID)
    client.post(visit, data=SAID | {"share": "no", "tell": "yes"})
    assert kept(database) == []
    assert "Choose what the family said" in page(client.post(visit, data=SAID | {"tell": "perhaps"}), 422)


def test_what_a_family_says_of_other_services_is_no_centre_workers_to_know_or_to_change(
    client, database, world, library, at
):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    at(f"{TUESDAY}T09:35")
    sign_in_as(client, "centre_worker", centres=[world.centres["sunshine"]])
    where = f"/day/{world.centres['sunshine']}/{TUESDAY}/{mine.public_id}/visit"

    assert "Halifax Library" not in page(client.get(where))
    assert client.post(where, data=SAID | {"tell": "yes"}).status_code == 303
    assert kept(database) == []


def test_an_answer_that_does_not_count_is_not_kept(database, world, library):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), share=False)
    for number in (mine.public_id, uuid4()):
        with pytest.raises(CannotChange):
            write_down_telling(number, "visit", "staff:1", NOW, tell=True)
    assert kept(database) == []
