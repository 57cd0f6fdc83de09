"""What a family says at its appointment: whether the centre may have its details, and whether it joins."""

from datetime import date

import pytest
from sqlalchemy import select, text

from registration.booking.actions import changes
from registration.booking.actions.refusals import CannotChange
from registration.booking.actions.visits import write_down_answer
from registration.desk.views.day import visits
from registration.families.models import CentreSignUp, Membership
from tests.booking.appointments import NOW, booked
from tests.booking.world import MONDAY, TODAY, TUESDAY, at_time
from tests.staff.people import page, sign_in_as

JOINS = {"share": "yes", "join": "yes", "address": "3 Mill Lane, Halifax", "preference": "phone", "visit_needs": ""}


@pytest.fixture
def mine(world, client, database):
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), share=False)
    sign_in_as(client, "registrar")
    return made


def path(world, appointment):
    return f"/day/{world.centres['sunshine']}/{TUESDAY}/{appointment.public_id}/visit"


def answers(database):
    return database.execute(text("SELECT share, route FROM sharing_answer ORDER BY id")).all()


def test_a_family_that_joins_at_its_visit_is_kept_with_its_new_answer(client, database, world, mine):
    answer = client.post(path(world, mine), data=JOINS)
    assert answer.status_code == 303
    assert answers(database) == [(False, "online"), (True, "visit")]
    wish = database.scalars(select(CentreSignUp)).one()
    assert (wish.centre_id, wish.address, wish.contact_preference) == (
        world.centres["sunshine"],
        "3 Mill Lane, Halifax",
        "phone",
    )
    before, after = database.execute(text("SELECT before, after FROM audit_event ORDER BY id DESC LIMIT 1")).one()
    assert (before, after) == ({"share": False}, {"share": True, "joins": True})
    told = page(client.get(answer.headers["Location"]))
    assert "joins the centre" in told
    assert "The family’s answer is kept." in told


def test_the_page_shows_what_was_answered_before(client, world, mine):
    assert 'name="share" type="radio" value="no" checked' in client.get(path(world, mine)).text
    client.post(path(world, mine), data=JOINS)
    text_ = client.get(path(world, mine)).text
    assert 'name="share" type="radio" value="yes" checked' in text_
    assert 'name="join" type="radio" value="yes" checked' not in text_, "who joins is for the family to say each time"
    assert "They asked to join before." in text_


def test_joining_again_changes_the_wish_and_a_no_takes_it_back(client, database, world, mine):
    client.post(path(world, mine), data=JOINS)
    client.post(path(world, mine), data=JOINS | {"address": "4 Mill Lane"})
    assert database.scalars(select(CentreSignUp.address)).all() == ["4 Mill Lane"]
    client.post(path(world, mine), data={"share": "yes", "join": "no", "preference": "text"})
    assert database.scalars(select(CentreSignUp)).all() == []
    client.post(path(world, mine), data=JOINS)
    client.post(path(world, mine), data={"share": "no", "join": "no", "preference": "text"})
    assert database.scalars(select(CentreSignUp)).all() == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"share": ""}, "Choose what the family said"),
        ({"join": ""}, "Choose whether they want to join"),
        ({"address": " "}, "Enter their address"),
        ({"preference": "pigeon"}, "Choose how the centre should contact them"),
    ],
)
def test_what_is_missing_is_told_beside_it(client, database, world, mine, change, sentence):
    assert sentence in page(client.post(path(world, mine), data=JOINS | change), 422)
    assert len(answers(database)) == 1


@pytest.mark.parametrize("join", [{}, {"join": "yes", "address": "x" * 501}])
def test_a_no_to_sharing_counts_alone_whatever_stands_under_joining(client, database, world, mine, join):
    client.post(path(world, mine), data=JOINS)
    assert client.post(path(world, mine), data={"share": "no", **join}).status_code == 303
    assert answers(database)[-1] == (False, "visit")
    assert database.scalars(select(CentreSignUp)).all() == []


def test_nothing_is_written_down_for_a_booking_that_is_gone(client, database, world, mine):
    changes.cancel(mine.public_id, NOW)
    database.commit()
    page(client.post(path(world, mine), data=JOINS), 404)
    with pytest.raises(CannotChange):
        write_down_answer(mine.public_id, None, "staff:1", TODAY, share=True)


def test_a_family_that_cancels_in_the_same_moment_is_said_to_have(client, database, world, mine, monkeypatch):
    read = visits.row_here

    def and_then_it_cancels(place, public_id):
        row = read(place, public_id)
        changes.cancel(mine.public_id, NOW)
        return row

    monkeypatch.setattr(visits, "row_here", and_then_it_cancels)
    answer = client.post(path(world, mine), data=JOINS)
    assert answer.status_code == 303
    assert "This booking can no longer be changed" in page(client.get(answer.headers["Location"]))
    assert answers(database) == [(False, "online")]


@pytest.fixture
def worker(client, world):
    """A worker of the centre, on the day of the visit."""

    def sign_in(at, moment):
        at(moment)
        return sign_in_as(client, "centre_worker", centres=[world.centres["sunshine"]])

    return sign_in


def test_a_centre_worker_writes_it_down_for_their_own_centre_on_the_day(client, database, world, worker, at):
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), share=True)
    worker(at, f"{TUESDAY}T09:35")

    assert 'value="yes" checked' not in client.get(path(world, made)).text
    assert "A family" not in page(client.get(path(world, made))), "the list names this family too"
    assert "Sharing and joining" in client.get(f"/day/{world.centres['sunshine']}/{TUESDAY}").text
    assert client.post(path(world, made), data=JOINS).status_code == 303
    assert answers(database) == [(True, "online"), (True, "visit")]


@pytest.mark.parametrize(("share", "moment"), [(True, f"{MONDAY}T09:35"), (False, f"{TUESDAY}T09:35")])
def test_before_the_day_and_against_a_no_a_centre_worker_writes_nothing_down(
    client, database, world, worker, at, share, moment
):
    """Else who may not know a family could let themselves know it."""
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), share=share)
    worker(at, moment)

    refused = client.post(path(world, made), data=JOINS)
    assert client.get(path(world, made)).status_code == refused.status_code == 303
    shown = page(client.get(refused.location))
    assert "The registrar writes this family’s answer down." in shown
    assert "Sharing and joining" not in shown
    assert answers(database) == [(share, "online")]


SINCE = "Already a member since 1 May 2026."


def joined(database, world, appointment):
    database.add(
        Membership(
            family_id=appointment.family_id,
            centre_id=world.centres["sunshine"],
            joined_on=date(2026, 5, 1),
            source="eStart",
            source_key="M1",
            made_by="staff:1",
        )
    )
    database.commit()


def test_a_member_from_before_is_recognised_where_joining_is_asked(client, database, world, mine):
    assert SINCE not in page(client.get(path(world, mine)))
    joined(database, world, mine)
    assert SINCE in page(client.get(path(world, mine)))


def test_a_member_from_before_is_recognised_on_the_telephone(client, database, world, desk):
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    joined(database, world, made)
    client.post(f"/desk/look/{made.public_id}")
    assert SINCE in page(client.get(f"/desk/booking/{made.public_id}/sharing"))


def test_a_centre_worker_learns_it_of_families_the_centre_may_know(client, database, world, worker, at):
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), share=True)
    joined(database, world, made)
    worker(at, f"{TUESDAY}T09:35")
    assert SINCE in page(client.get(path(world, made)))


def test_a_centre_worker_at_the_visit_reads_the_name_as_the_list_has_it(client, database, world, worker, at):
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    database.execute(text("DELETE FROM sharing_answer"))
    database.commit()
    worker(at, f"{TUESDAY}T09:35")
    assert "A family, 9:30am, " in page(client.get(path(world, made)))
