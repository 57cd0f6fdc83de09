"""What a family says on the telephone of telling other services."""

import pytest
from sqlalchemy import text

from registration.families.tell_once.actions import keep_service
from registration.families.tell_once.rules import Kind, ServiceSaid, Way
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, at_time
from tests.staff.people import page


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
