"""Whom a centre sees, with which details, and what it writes down; never a family that may not reach it."""

import pytest

from registration.families import actions
from registration.families.models import Family
from registration.families.rules import Ruling
from registration.reach.models import FamilyContact
from registration.reach.outreach.actions import MayNotKnow, log_contact
from registration.reach.outreach.queries import known_one, known_to, outreach
from registration.reach.outreach.rules import Try, Why
from tests.reach.families import A_DAY, BORN, NOW, TODAY, agreement, answered, link, live_birth, member, said, wished
from tests.staff.people import page, sent, sign_in_as

CALL = Try(TODAY, "call", "reached")


def names(centre_id):
    return [entry.card.name for entry in known_to(centre_id, TODAY)]


def test_each_basis_gives_its_details_and_no_other(world, here):
    live_birth(agreement(), here, email="told@example.org", mobile="+447700900555")
    answered(here, letter_address="9 Secret Street")
    wished(here)

    told, yes, joined = (entry.card for entry in known_to(here, TODAY))

    assert (told.basis, told.email, told.mobile, told.address) == (
        Ruling.UNDER_AGREEMENT,
        "",
        "",
        "7 Told Street, Halifax\nHX1 1UJ",
    )
    assert (yes.basis, yes.email, yes.mobile, yes.address) == (
        Ruling.SAID_YES,
        "berta@example.org",
        "+447700900123",
        "",
    )
    assert (joined.basis, joined.preference, joined.visit_needs) == (Ruling.JOINED, "text", "A ramp")
    assert joined.address.startswith("3 Mill Lane")


def test_what_a_family_gave_another_centre_does_not_come_with_live_birth_data(world, here, there):
    one, other = live_birth(agreement(), here), answered(there, name="As she booked")
    link(one, other)

    [entry] = known_to(here, TODAY)

    assert (entry.card.name, entry.card.email, entry.card.family_id) == ("Anna Told", "", one)


@pytest.mark.parametrize(
    "how",
    ["no", "loss", "linked no", "linked loss", "undecided no", "left", "not noticed", "elsewhere", "details gone"],
)
def test_who_may_not_be_told_of_is_on_no_list_and_has_no_page(database, world, here, there, how):
    under = agreement("by_letter" if how == "not noticed" else "by_source")
    number = live_birth(under, there if how == "elsewhere" else here)
    if how in {"no", "loss"}:
        actions.record_answer(number, said(share=False, centre_id=here)) if how == "no" else actions.mark_lost(number)
    if how.startswith(("linked", "undecided")):
        other = answered(there, share="no" not in how)
        link(number, other, "to_review" if how.startswith("undecided") else "linked")
        if "loss" in how:
            actions.mark_lost(other)
    if how == "left":
        database.get_one(Family, number).left_area_on = TODAY
    if how == "details gone":
        database.get_one(Family, number).details_gone_at = NOW
    database.flush()

    assert names(here) == []
    assert outreach(here, TODAY) == []
    if how != "left":
        assert known_one(here, number, TODAY) is None
        with pytest.raises(MayNotKnow):
            log_contact(here, number, CALL, "staff:1", TODAY)


def test_notice_by_letter_lets_a_centre_know_after_its_days(database, world, here):
    number = live_birth(agreement("by_letter", 14), here, noticed_on=TODAY - 14 * A_DAY)

    [entry] = outreach(here, TODAY)

    assert entry.card.family_id == number
    assert entry.standing.since == TODAY


def test_a_family_under_two_records_stands_on_the_list_once(world, here):
    link(live_birth(agreement(), here), answered(here))

    assert names(here) == ["Berta Booked"]


def test_the_list_says_why_and_a_contact_takes_a_family_off(world, here):
    number = live_birth(agreement(), here)
    wished(here)
    old = answered(here, name="Away")
    member(old, here)

    whys = {entry.card.name: entry.row.why for entry in outreach(here, TODAY)}
    assert whys == {"Anna Told": Why.NOT_CONTACTED, "Wanda Wished": Why.TO_TAKE_IN, "Away": Why.NOT_COMING}
    late = {entry.card.name: entry.row.overdue for entry in outreach(here, TODAY)}
    assert late == {"Anna Told": True, "Wanda Wished": False, "Away": False}

    log_contact(here, number, CALL, "staff:1", TODAY)
    log_contact(here, old, Try(TODAY, "visit", "no_answer", "call", TODAY, "Door shut"), "staff:1", TODAY)

    assert {entry.card.name: entry.row.why for entry in outreach(here, TODAY)} == {
        "Wanda Wished": Why.TO_TAKE_IN,
        "Away": Why.NEXT_STEP,
    }


# ---- pages


@pytest.fixture
def worker(client, world, here):
    return sign_in_as(client, "centre_worker", centres=[here])


def test_one_button_writes_a_contact_down_and_goes_on_to_the_next(client, database, worker, here):
    one, other = (live_birth(agreement(), here, born=BORN - n * A_DAY, name=f"Anna {n}") for n in range(2))

    answer = client.post(f"/reach/{here}/families/{one}/contact", data={"route": "call", "result": "reached"})

    sent(answer, f"/reach/{here}/outreach#f-{other}")
    assert [row.family_id for row in database.query(FamilyContact)] == [one]
    words = page(client.get(f"/reach/{here}/outreach"))
    assert "Anna 1" in words
    assert "Anna 0" not in words
    sent(
        client.post(f"/reach/{here}/families/{other}/contact", data={"route": "visit", "result": "sent"}),
        f"/reach/{here}/outreach",
    )
    assert "Nobody: every family" in page(client.get(f"/reach/{here}/outreach"))


@pytest.mark.parametrize(
    "data",
    [
        {"route": "fax", "result": "reached"},
        {"result": "reached"},
        {"route": "call", "result": "?"},
        {"route": "call", "result": "reached", "next_on": "2026-11-21"},
    ],
)
def test_a_button_nobody_drew_writes_nothing_down(client, database, worker, here, data):
    number = live_birth(agreement(), here)

    assert client.post(f"/reach/{here}/families/{number}/contact", data=data).status_code == 422
    assert database.query(FamilyContact).count() == 0


def test_who_said_no_meanwhile_is_told_to_be_gone(client, worker, here):
    number = live_birth(agreement(), here)
    actions.record_answer(number, said(share=False, centre_id=None))

    answer = client.post(f"/reach/{here}/families/{number}/contact", data={"route": "call", "result": "reached"})

    assert "may not reach the centre" in page(answer, 409)
    assert client.get(f"/reach/{here}/families/{number}").status_code == 404


def test_a_contact_is_written_down_with_its_next_step(client, worker, here):
    number = live_birth(agreement(), here)
    where = f"/reach/{here}/families/{number}"
    given = {"on": "2026-11-20", "route": "visit", "result": "no_answer", "next_step": "call", "next_on": "2026-11-30"}

    sent(client.post(where, data=given | {"note": "Try after 4pm"}), where)

    words = page(client.get(where))
    assert "Try after 4pm" in words
    assert "Call, 30 Nov 2026" in words
    for wrong in ({"on": "2026-11-23"}, {"next_on": ""}, {"next_on": "2026-11-01"}, {"result": ""}):
        assert client.post(where, data=given | wrong).status_code == 422


def test_a_manager_sees_who_was_not_contacted_in_time(client, world, here, there):
    live_birth(agreement(), here)
    live_birth(agreement(), there, received=TODAY)
    sign_in_as(client, "rota_manager")

    words = page(client.get("/reach/waiting"))

    assert "Sunshine Children’s Centre 1 1 16 days 14" in words
    assert "Elland Children’s Centre 1 0 none 14" in words
    assert "Write down" not in page(client.get(f"/reach/{here}/outreach"))
    assert NOW.date() == TODAY


def test_the_first_page_tells_a_centre_worker_how_many_wait(client, world, here, there):
    live_birth(agreement(), here)
    live_birth(agreement(), there)
    sign_in_as(client, "centre_worker", centres=[here])

    words = page(client.get("/staff/"))

    assert "1 Sunshine Children’s Centre, 1 late" in words
    assert "Elland" not in words


def test_a_long_list_is_shown_a_morning_at_a_time(client, database, worker, here, monkeypatch):
    monkeypatch.setattr("registration.reach.outreach.views.AT_ONCE", 1)
    answered(here, name="Ada One")
    answered(here, name="Bea Two")
    database.commit()

    first = page(client.get(f"/reach/{here}/outreach"))
    assert "2 to contact" in first
    assert "The first 1 are shown." in first
    assert ("Ada One" in first) is not ("Bea Two" in first)
    every = page(client.get(f"/reach/{here}/outreach?all="))
    assert "Ada One" in every
    assert "Bea Two" in every
    assert "are shown." not in every
