"""Plans of cover on a real database: drawn up, changed, sent whole, settled."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from registration.booking.actions import changes, offers
from registration.booking.actions.holds import hold
from registration.booking.actions.refusals import SlotTaken
from registration.booking.invariants import broken_rows
from registration.booking.queries import appointment_by_id
from registration.booking.queries.offers import latest_offer
from registration.booking.rules.requests import HoldRequest
from registration.cover import actions, jobs
from registration.cover.actions import AlreadyOver, NotThere, PlanChanged, planning
from registration.cover.queries import lines, minute, plans
from registration.cover.rules import Proposal, Standing, Way
from registration.messages.models import Message, StaffTask
from registration.rota.models import Absence, PatternException, Registrar, Session
from tests.booking.appointments import NOW, booked
from tests.booking.world import BORN, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, at_time
from tests.cover.helpers import whole_day

SOON = NOW + timedelta(minutes=5)
EIGHT_MONDAY = at_time(MONDAY, "20:00")


def proposals(made):
    """Say what a plan proposes, by reference: way, centre and time."""
    return {line.reference: (line.way, line.centre, line.start) for line in lines(made.id)}


def standings(made):
    return {line.reference: line.standing for line in lines(made.id)}


def tasks(database):
    database.expire_all()
    return [each.sentence for each in database.scalars(select(StaffTask).where(StaffTask.done_at.is_(None)))]


def told(database, mine):
    """Give the messages a family still gets besides its first confirmation."""
    found = database.scalars(select(Message).where(Message.about == mine.public_id, Message.state == "queued"))
    return sorted(m.template for m in found if m.template != "booking_confirmed")


def kept(database):
    return database.execute(text("SELECT count(*) FROM occupancy WHERE kind = 'hold'")).scalar_one()


def left_free(database, world, *who):
    """Let nobody but these be free to take anything over."""
    others = [number for name, number in world.registrars.items() if name not in who]
    database.execute(text("UPDATE registrar SET contracted_sessions = 0 WHERE id = ANY(:ids)"), {"ids": others})


@pytest.fixture
def alone(database, world):
    """Nobody is free to take a session over."""
    left_free(database, world)


# ---- drawing up


def test_a_registrar_who_is_free_takes_the_whole_session_over(world, family, planned):
    mine = family()
    made = planned()
    assert proposals(made) == {mine.reference: ("take_over", "Sunshine Children’s Centre", mine.start)}
    assert [line.taker for line in lines(made.id)] == ["Registrar Cleo"]


def test_a_draft_changes_nothing_and_tells_nobody(database, world, family, planned, alone):
    mine = family()
    made = planned()
    assert database.scalars(select(Absence)).all() == []
    assert appointment_by_id(mine.public_id) == mine
    assert told(database, mine) == []
    assert latest_offer(mine.id) is None
    assert made.kept_until == NOW + timedelta(minutes=30)


@pytest.mark.parametrize(
    "busy",
    [
        {"may_register_births": False},
        {"left_on": TUESDAY},
        {"contracted_sessions": 0},
    ],
)
def test_who_may_not_has_left_or_has_worked_enough_takes_nothing_over(database, world, family, planned, busy):
    mine = family()
    left_free(database, world, "cleo")
    cleo = database.get(Registrar, world.registrars["cleo"])
    for name, value in busy.items():
        setattr(cleo, name, value)
    database.flush()
    assert proposals(planned())[mine.reference][0] == "same_centre"


@pytest.mark.parametrize(("contract", "way"), [(2, "same_centre"), (3, "take_over")])
def test_whole_days_of_the_week_count_twice_against_a_contract(database, world, family, planned, contract, way):
    mine = family()
    left_free(database, world, "cleo")
    world.session("todmorden", "cleo", WEDNESDAY, "9:00", "16:00")
    database.get(Registrar, world.registrars["cleo"]).contracted_sessions = contract
    database.flush()
    assert proposals(planned())[mine.reference][0] == way


def test_who_is_away_themselves_or_left_free_on_purpose_takes_nothing_over(database, world, family, planned):
    mine = family()
    left_free(database, world, "cleo")
    begins, ends = whole_day(TUESDAY)
    away = Absence(
        registrar_id=world.registrars["cleo"], begins_at=begins, ends_at=ends, reason="training", made_by="staff:1"
    )
    database.add(away)
    database.flush()
    assert proposals(planned())[mine.reference][0] == "same_centre"
    away.state = "withdrawn"
    database.add(
        PatternException(registrar_id=world.registrars["cleo"], day=TUESDAY, half="morning", made_by="staff:1")
    )
    database.flush()
    actions.clean_up(NOW + timedelta(hours=1))
    assert proposals(planned())[mine.reference][0] == "same_centre"


def test_who_has_to_come_from_another_centre_at_the_same_hour_takes_nothing_over(database, world, family, planned):
    mine = family()
    left_free(database, world, "cleo")
    world.session("todmorden", "cleo", TUESDAY, "12:20", "14:00")
    assert proposals(planned())[mine.reference][0] == "same_centre"


def test_a_session_that_is_only_half_in_the_absence_is_not_taken_over(world, family):
    mine = family()
    away = planning.Away(world.registrars["ann"], at_time(TUESDAY, "8:00"), at_time(TUESDAY, "11:00"))
    made = actions.start_plan(away, "sickness", "", NOW, "staff:1")
    assert proposals(made)[mine.reference][0] == "same_centre"


def test_somebody_else_at_the_same_centre_keeps_the_time(database, world, family, planned, alone):
    mine = family()
    world.session("sunshine", "cleo", TUESDAY, "9:00", "10:00", room=1)
    assert proposals(planned())[mine.reference] == ("same_time", "Sunshine Children’s Centre", mine.start)


def test_the_fewest_days_left_choose_first_and_nobody_passes_day_42(database, world, family, planned, alone):
    late = family("9:00")
    # Day 42 is the Tuesday itself: of what is left that day only one place is in reach.
    early = family("9:30", births=(TUESDAY - timedelta(days=42),))
    made = planned()
    assert proposals(made)[early.reference] == ("other_centre", "Elland Children’s Centre", early.start)
    assert proposals(made)[late.reference][0] == "same_centre"
    assert list(proposals(made)) == [early.reference, late.reference]


def test_where_no_time_is_left_in_the_42_days_a_person_rings(database, world, family, planned, alone):
    mine = family(births=(TUESDAY - timedelta(days=42),))
    database.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE registrar_id <> :ann"), {"ann": world.registrars["ann"]}
    )
    assert proposals(planned()) == {mine.reference: ("call", "", None)}


def test_the_desks_own_minutes_are_proposed_too(database, world, family, planned, alone):
    mine = family(births=(TUESDAY - timedelta(days=42),))
    ann, dev = world.registrars["ann"], world.registrars["dev"]
    database.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE registrar_id NOT IN (:a, :d)"), {"a": ann, "d": dev}
    )
    database.execute(text("UPDATE session SET kept_minutes = 180 WHERE registrar_id = :d"), {"d": dev})
    assert proposals(planned())[mine.reference][0] == "office"


def test_two_managers_who_plan_the_same_absence_share_one_plan(world, family, planned):
    family()
    assert planned().id == planned().id
    assert planned(day=WEDNESDAY).id != planned().id


def test_an_unknown_reason_is_refused(world):
    with pytest.raises(ValueError, match="fun"):
        actions.start_plan(planning.Away(1, *whole_day(TUESDAY)), "fun", "", NOW, "staff:1")


def test_a_registrar_of_another_draft_is_proposed_to_nobody(database, world, family, planned, alone):
    mine = family(births=(TUESDAY - timedelta(days=42),))
    planned("bo")
    assert proposals(planned())[mine.reference][0] == "office"


# ---- changing a draft


def test_a_row_is_changed_to_another_time_or_to_a_call(database, world, family, planned, alone):
    mine = family()
    made = planned()
    [row] = lines(made.id)
    ten = at_time(TUESDAY, "10:00")
    actions.change_row(made.public_id, row.id, world.centres["elland"], ten, SOON)
    assert proposals(made) == {mine.reference: ("other_centre", "Elland Children’s Centre", ten)}
    [row] = lines(made.id)
    actions.change_row(made.public_id, row.id, world.centres["office"], ten, SOON)
    assert proposals(made)[mine.reference][0] == "office"
    [row] = lines(made.id)
    assert row.chosen
    actions.change_row(made.public_id, row.id, None, None, SOON)
    assert proposals(made) == {mine.reference: ("call", "", None)}
    assert kept(database) == 0
    with pytest.raises(NotThere):
        actions.change_row(made.public_id, row.id, None, None, SOON)


def test_a_time_that_is_taken_is_not_proposed(world, family, planned, alone):
    family()
    made = planned()
    ten = at_time(TUESDAY, "10:00")
    booked(world.centres["elland"], ten, email="b@example.org", mobile=None)
    [row] = lines(made.id)
    with pytest.raises(SlotTaken):
        actions.change_row(made.public_id, row.id, world.centres["elland"], ten, SOON)


def test_a_session_is_given_to_another_or_to_nobody(database, world, family, planned):
    mine, other = family("9:00"), family("9:30")
    made = planned()
    session_id = mine.session_id
    world.session("elland", "dev", THURSDAY, "9:00", "12:00")
    actions.change_session(made.public_id, session_id, None, SOON)
    assert {way for way, *_ in proposals(made).values()} == {"same_centre"}
    third = family("10:00")
    actions.refresh(made.public_id, SOON)
    assert proposals(made)[third.reference][0] == "same_centre"
    actions.change_session(made.public_id, session_id, world.registrars["cleo"], SOON)
    assert {way for way, *_ in proposals(made).values()} == {"take_over"}
    assert len(proposals(made)) == len({mine, other, third})
    assert kept(database) == 0
    with pytest.raises(SlotTaken):
        actions.change_session(made.public_id, session_id, world.registrars["bo"], SOON)
    with pytest.raises(NotThere):
        actions.change_session(made.public_id, 0, None, SOON)


def test_looking_again_takes_in_who_booked_and_leaves_out_who_moved(database, world, family, planned):
    mine = family("9:00")
    made = planned()
    changes.move(mine.public_id, world.centres["elland"], at_time(TUESDAY, "9:00"), SOON)
    new = family("10:00")
    assert actions.refresh(made.public_id, SOON) == 2
    assert list(proposals(made)) == [new.reference]
    assert proposals(made)[new.reference][0] == "take_over"
    assert made.kept_until == SOON + timedelta(minutes=30)
    assert actions.refresh(made.public_id, SOON) == 0


def test_looking_again_proposes_anew_what_is_gone(database, world, family, planned):
    mine = family("9:00")
    made = planned()
    assert [line.taker for line in lines(made.id)] == ["Registrar Cleo"]
    world.session("todmorden", "cleo", TUESDAY, "9:00", "12:00")
    left_free(database, world)
    assert actions.refresh(made.public_id, SOON) == 1
    way, _, start = proposals(made)[mine.reference]
    assert way == "same_centre"
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold'"))
    assert actions.refresh(made.public_id, SOON) == 1
    assert proposals(made)[mine.reference] == (way, "Sunshine Children’s Centre", start)
    [row] = lines(made.id)
    actions.change_row(made.public_id, row.id, None, None, SOON)
    assert actions.refresh(made.public_id, SOON) == 0


def test_looking_again_sees_that_a_family_has_another_time_in_the_same_session(database, world, family, planned):
    mine = family("9:00")
    made = planned()
    later = at_time(TUESDAY, "10:00")
    changes.move(mine.public_id, world.centres["sunshine"], later, SOON)
    assert actions.refresh(made.public_id, SOON) == 1
    assert proposals(made) == {mine.reference: ("take_over", "Sunshine Children’s Centre", later)}


def test_a_family_whose_time_goes_again_and_again_is_rung(database, world, family, planned, alone, monkeypatch):
    mine = family()
    ten = at_time(TUESDAY, "10:00")
    booked(world.centres["elland"], ten, email="b@example.org", mobile=None)

    def stubborn(families, _ground):
        return [
            Proposal(each.booking_id, Way.OTHER_CENTRE, None, None, world.centres["elland"], minute(ten))
            for each in families
        ]

    monkeypatch.setattr(planning, "plan", stubborn)
    assert proposals(planned()) == {mine.reference: ("call", "", None)}


def test_a_family_past_its_twelve_months_is_proposed_nothing_that_needs_the_registrar_general(
    database, world, planned, alone
):
    born = TUESDAY.replace(year=TUESDAY.year - 1)
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"), births=(born,))
    assert proposals(planned()) == {mine.reference: ("other_centre", "Elland Children’s Centre", mine.start)}


# ---- putting it away


def test_a_draft_put_away_frees_every_time_it_kept(database, world, family, planned, alone):
    family()
    made = planned()
    assert kept(database) == 1
    actions.undo_plan(made.public_id, SOON, "staff:1")
    assert (kept(database), made.state) == (0, "undone")
    for act in (actions.undo_plan, actions.send_plan):
        with pytest.raises(AlreadyOver):
            act(made.public_id, SOON, "staff:1")
    with pytest.raises(AlreadyOver):
        actions.refresh(uuid4(), SOON)


def test_a_draft_that_was_left_is_put_away_after_half_an_hour(database, world, family, planned, alone, at):
    family()
    made = planned()
    at("2026-11-22T09:29")
    jobs.tidy(0)
    assert made.state == "draft"
    at("2026-11-22T09:30")
    jobs.tidy(0)
    assert (kept(database), made.state) == (0, "undone")


# ---- sending


def test_whose_session_is_taken_over_hears_nothing_and_keeps_its_time(database, world, family, planned):
    mine, other = family("9:00"), family("9:30")
    hold(HoldRequest(world.centres["sunshine"], at_time(TUESDAY, "11:00"), (BORN,), interpreter=False), NOW)
    made = planned()
    actions.send_plan(made.public_id, SOON, "staff:1")
    session = database.get(Session, mine.session_id)
    assert session.registrar_id == world.registrars["cleo"]
    assert appointment_by_id(mine.public_id) == mine
    assert (told(database, mine), told(database, other), tasks(database)) == ([], [], [])
    assert standings(made) == dict.fromkeys([mine.reference, other.reference], Standing.UNDISTURBED)
    assert kept(database) == 1  # a family that is still answering goes on
    assert database.execute(text("SELECT count(DISTINCT registrar_id) FROM occupancy")).scalar_one() == 1
    assert not any(broken_rows().values())
    assert actions.settle_plans(SOON) == 1
    assert made.state == "settled"


def test_whose_time_another_registrar_has_hears_nothing_either(database, world, family, planned, alone):
    mine = family()
    world.session("sunshine", "cleo", TUESDAY, "9:00", "10:00", room=1)
    made = planned()
    actions.send_plan(made.public_id, SOON, "staff:1")
    after = appointment_by_id(mine.public_id)
    assert (after.start, after.version, after.centre_id) == (mine.start, mine.version, mine.centre_id)
    assert after.session_id != mine.session_id
    assert told(database, mine) == []
    assert standings(made) == {mine.reference: Standing.UNDISTURBED}
    assert not any(broken_rows().values())


def test_the_others_are_offered_a_time_and_the_absence_stands(database, world, family, planned, alone):
    mine = family(births=(BORN,))
    made = planned()
    actions.send_plan(made.public_id, SOON, "staff:1")
    [absence] = database.scalars(select(Absence)).all()
    assert (absence.registrar_id, absence.reason, made.absence_id) == (world.registrars["ann"], "sickness", absence.id)
    assert told(database, mine) == ["offer_cover"]
    offer = latest_offer(mine.id)
    assert (offer.stands, offer.answer_by) == (True, EIGHT_MONDAY)
    assert standings(made) == {mine.reference: Standing.WAITING}
    assert tasks(database) == []
    assert actions.settle_plans(SOON) == 0
    offers.accept(offer.public_id, SOON)
    assert standings(made) == {mine.reference: Standing.ACCEPTED}
    assert actions.settle_plans(SOON) == 1
    assert not any(broken_rows().values())


def test_a_family_for_which_nothing_was_found_is_rung(database, world, family, planned, alone):
    mine = family(births=(TUESDAY - timedelta(days=42),))
    database.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE registrar_id <> :ann"), {"ann": world.registrars["ann"]}
    )
    made = planned()
    actions.send_plan(made.public_id, SOON, "staff:1")
    [asked] = tasks(database)
    assert mine.reference in asked
    assert standings(made) == {mine.reference: Standing.TO_CALL}
    [row] = lines(made.id)
    actions.mark_called(made.public_id, row.id, SOON, "staff:2")
    actions.mark_called(made.public_id, row.id, SOON, "staff:3")
    assert standings(made) == {mine.reference: Standing.CALLED}
    assert lines(made.id)[0].called_by == "staff:2"
    assert tasks(database) == []
    assert actions.settle_plans(SOON) == 1
    with pytest.raises(NotThere):
        actions.mark_called(made.public_id, row.id, SOON, "staff:2")


def test_a_family_with_little_time_to_answer_is_rung_besides(database, world, family, planned, alone):
    mine = family()
    monday = at_time(MONDAY, "15:00")
    made = planned(now=monday)
    actions.send_plan(made.public_id, monday, "staff:1")
    assert told(database, mine) == ["offer_cover"]
    assert len(tasks(database)) == 1


def by_letter(family):
    return family("9:00", email=None, letter_address="3 Mill Lane\nHalifax", channel="telephone")


def test_a_family_told_by_letter_has_time_for_the_post(database, world, family, planned, alone):
    mine = by_letter(family)
    world.session("sunshine", "cleo", THURSDAY, "9:00", "10:00", room=1)
    made = planned()
    [line] = lines(made.id)
    assert (line.told_by, line.start) == (["letter"], at_time(THURSDAY, "9:00"))
    actions.send_plan(made.public_id, SOON, "staff:1")
    assert latest_offer(mine.id).answer_by == at_time(WEDNESDAY, "20:00")
    assert told(database, mine) == ["offer_cover"]
    [asked] = tasks(database)  # it would come on Tuesday morning, and has its letter in the evening at the latest
    assert asked.startswith(f"Reach the family of appointment {mine.reference}, known by their postal address alone")
    assert "have a letter on its way that comes after that" in asked


def test_no_letter_goes_where_it_would_come_too_late(database, world, family, planned, alone):
    mine = by_letter(family)
    made = planned()
    [line] = lines(made.id)
    assert line.way == "call"
    actions.change_row(made.public_id, line.id, world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), SOON)
    actions.send_plan(made.public_id, SOON, "staff:1")
    assert told(database, mine) == []
    assert kept(database) == 0
    assert "would have the letter about another time too late" in tasks(database)[0]
    assert proposals(made) == {mine.reference: ("call", "", None)}
    assert standings(made) == {mine.reference: Standing.TO_CALL}


def test_a_family_whose_second_contact_is_a_mobile_is_told_by_text_and_email(world, family, planned):
    family("9:00", second_contact="+447700900555")
    assert [line.told_by for line in lines(planned().id)] == [["text message", "email"]]


def test_a_family_that_says_no_or_nothing_is_to_be_rung(database, world, family, planned, alone):
    no, nothing = family("9:00"), family("9:30")
    made = planned()
    actions.send_plan(made.public_id, SOON, "staff:1")
    offers.decline(latest_offer(no.id).public_id, SOON)
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold'"))
    offers.lapse_due(SOON)
    assert standings(made) == dict.fromkeys([no.reference, nothing.reference], Standing.TO_CALL)
    assert len(tasks(database)) == 2
    changes.move(no.public_id, world.centres["elland"], at_time(TUESDAY, "9:00"), SOON)
    changes.cancel(nothing.public_id, SOON)
    assert standings(made) == {no.reference: Standing.MOVED, nothing.reference: Standing.CANCELLED}
    assert tasks(database) == []


def test_a_family_on_its_way_to_book_with_the_absent_registrar_loses_its_hold(database, world, family, planned, alone):
    family()
    hold(HoldRequest(world.centres["sunshine"], at_time(TUESDAY, "11:00"), (BORN,), interpreter=False), NOW)
    made = planned()
    actions.send_plan(made.public_id, SOON, "staff:1")
    assert database.execute(text("SELECT count(*) FROM occupancy WHERE hold_digest IS NOT NULL")).scalar_one() == 0


def test_an_offer_with_a_registrar_who_falls_ill_too_is_taken_back_and_its_family_rung(
    database, world, family, planned, alone
):
    mine = family(births=(TUESDAY - timedelta(days=42),))
    first = planned()
    actions.send_plan(first.public_id, SOON, "staff:1")
    assert latest_offer(mine.id).centre == "Elland Children’s Centre"
    second = planned("bo")
    assert lines(second.id) == []
    actions.send_plan(second.public_id, SOON, "staff:1")
    assert latest_offer(mine.id).state == "withdrawn"
    assert any("cannot have the time offered to them either" in each for each in tasks(database))
    assert standings(first) == {mine.reference: Standing.TO_CALL}


def test_whoever_only_waits_for_an_earlier_time_is_not_rung_when_that_goes(database, world, planned):
    mine = booked(world.centres["elland"], at_time(TUESDAY, "9:00"))
    ten = at_time(TUESDAY, "10:00")
    until = NOW + timedelta(hours=2)
    made = offers.keep(mine.public_id, world.centres["sunshine"], ten, cause="waiting_list", answer_by=until, now=NOW)
    offers.send(made.id, NOW)
    actions.send_plan(planned().public_id, SOON, "staff:1")
    assert latest_offer(mine.id).state == "withdrawn"
    assert tasks(database) == []


@pytest.mark.parametrize("change", ["booked", "moved", "cancelled", "taken", "run out"])
def test_a_plan_that_does_not_fit_any_more_is_not_sent_at_all(database, world, family, planned, change):
    mine = family()
    made = planned()
    if change == "booked":
        family("11:00")
    elif change == "moved":
        changes.move(mine.public_id, world.centres["elland"], mine.start, SOON)
    elif change == "cancelled":
        changes.cancel(mine.public_id, SOON)
    elif change == "taken":
        world.session("todmorden", "cleo", TUESDAY, "9:00", "12:00")
    else:
        left_free(database, world)
        actions.change_session(made.public_id, mine.session_id, None, SOON)
        database.execute(
            text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold'")
        )
    database.commit()
    if change == "booked":  # whoever books in a session that is taken over notices nothing either
        actions.send_plan(made.public_id, SOON, "staff:1")
        return
    with pytest.raises(PlanChanged):
        actions.send_plan(made.public_id, SOON, "staff:1")
    database.rollback()
    assert database.scalars(select(Absence)).all() == []
    actions.refresh(made.public_id, SOON)
    actions.send_plan(made.public_id, SOON, "staff:1")
    assert not any(broken_rows().values())


def test_a_family_that_booked_while_the_plan_was_made_keeps_it_from_being_sent(database, world, family, planned, alone):
    family()
    made = planned()
    family("11:00")
    with pytest.raises(PlanChanged):
        actions.send_plan(made.public_id, SOON, "staff:1")


def test_an_absence_that_hits_nobody_is_recorded_by_sending_its_plan(database, world, planned):
    made = planned()
    actions.send_plan(made.public_id, SOON, "staff:1")
    assert len(database.scalars(select(Absence)).all()) == 1
    assert [(each.families, each.state) for each in plans(NOW)] == [(0, "sent")]
