"""A centre closes for good, on a real database: drawn up, closed whole, its families settled, opened again."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text

from registration.booking.actions import changes, offers, wishes
from registration.booking.actions.holds import hold
from registration.booking.actions.refusals import NotOffered
from registration.booking.invariants import broken_rows
from registration.booking.queries import appointment_by_id
from registration.booking.queries.displaced import booked_after, has_closed, is_displaced
from registration.booking.queries.offers import latest_offer
from registration.booking.rules.requests import HoldRequest
from registration.booking.rules.wishes import Wish
from registration.centres.models import Centre, ReachArea
from registration.common.audit import history_of
from registration.cover import actions, jobs
from registration.cover.actions import AlreadyOver, CannotClose, CannotOpen, NotThere, PlanChanged
from registration.cover.queries import Closing, done_by, emptied, followers, lines, plan_names, plans, touched
from registration.cover.rules import Standing
from registration.families.models import Family, Membership
from registration.messages.models import Message, StaffTask
from registration.rota.actions import restoring
from registration.rota.models import (
    Absence,
    CentreDay,
    DraftSession,
    PatternException,
    PatternHalfDay,
    RotaDraft,
    Session,
    WorkingPattern,
)
from tests.booking.appointments import NOW, booked
from tests.booking.world import BORN, MONDAY, THURSDAY, TODAY, TUESDAY, WEDNESDAY, at_time

SOON = NOW + timedelta(minutes=5)
NINE = at_time(TUESDAY, "9:00")


def closing_of(world, place="sunshine", day=TUESDAY, into=None):
    return Closing(world.centres[place], at_time(day, "0:00"), world.centres[into] if into else None)


@pytest.fixture
def planned(world):
    """Plan to close a centre from a day on."""

    def plan(now=NOW, **what):
        return actions.start_closing(closing_of(world, **what), "", now, "staff:1")

    return plan


@pytest.fixture
def shut(planned):
    """Close a centre from a day on."""

    def close(now=NOW, **what):
        return actions.send_plan(planned(now, **what).public_id, now, "staff:1")

    return close


@pytest.fixture
def full(database, world):
    """No other centre has a room where a whole session could go."""
    for place in ("elland", "todmorden", "office"):
        day = CentreDay(centre_id=world.centres[place], day=TUESDAY, open=False, made_by="staff:1")
        database.add(day)
    database.flush()


def proposals(made):
    return {line.reference: (line.way, line.centre, line.start) for line in lines(made.id)}


def standings(made):
    return {line.reference: line.standing for line in lines(made.id)}


def tasks(database):
    database.expire_all()
    return [each.sentence for each in database.scalars(select(StaffTask).where(StaffTask.done_at.is_(None)))]


def session_of(database, mine):
    return database.get_one(Session, mine.session_id, populate_existing=True)


def of_ann(database, world):
    return database.scalars(select(Session).where(Session.registrar_id == world.registrars["ann"])).all()


def centre(database, world, place="sunshine"):
    return database.get_one(Centre, world.centres[place], populate_existing=True)


# ---- drawing up


def test_the_whole_session_goes_with_its_registrar_to_the_nearest_centre_with_a_room(world, family, planned):
    mine = family()
    made = planned()
    assert proposals(made) == {mine.reference: ("same_registrar", "Elland Children’s Centre", mine.start)}
    assert [(line.taker, line.was_centre) for line in lines(made.id)] == [
        ("Registrar Ann", "Sunshine Children’s Centre")
    ]


def test_a_successor_comes_before_a_nearer_centre(world, family, planned):
    mine = family()
    assert proposals(planned(into="todmorden"))[mine.reference][:2] == ("same_registrar", "Todmorden Children’s Centre")


def test_where_no_room_is_free_a_time_elsewhere_is_kept(database, world, family, planned, full):
    mine = family("9:30")
    made = planned()
    assert proposals(made) == {mine.reference: ("other_centre", "Elland Children’s Centre", at_time(TUESDAY, "9:30"))}
    assert made.kept_until == NOW + timedelta(minutes=30)


def test_no_time_at_the_centre_itself_is_proposed_after_its_last_day(database, world, family, planned, full):
    mine = family()
    world.session("sunshine", "bo", MONDAY, "9:00", "12:00")
    database.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE centre_id <> :c"), {"c": world.centres["sunshine"]}
    )
    soon = at_time(MONDAY, "11:30")
    assert proposals(planned()) == {mine.reference: ("same_centre", "Sunshine Children’s Centre", soon)}


def test_another_plan_sends_nobody_to_a_centre_that_is_to_close(database, world, family, planned, full):
    booked(world.centres["elland"], NINE, email="else@example.org", mobile=None)
    planned(place="elland")
    mine = family("9:30")
    assert proposals(planned())[mine.reference][:2] == ("office", "Halifax Register Office")


def test_families_of_the_days_before_are_not_touched(world, family, planned):
    family()
    assert proposals(planned(day=WEDNESDAY)) == {}


def test_whoever_would_be_told_too_late_does_not_go_along(world, family, planned):
    mine = family()
    assert proposals(planned(now=NINE - timedelta(hours=2)))[mine.reference][0] == "other_centre"


def test_a_draft_changes_nothing_and_is_given_again(database, world, family, planned):
    mine = family()
    made = planned()
    assert planned() is made
    assert centre(database, world).participating_to is None
    assert appointment_by_id(mine.public_id) == mine
    assert not is_displaced(mine.id)
    assert made.registrar_id is None
    assert plan_names([str(made.id)])[str(made.id)].text == "closing Sunshine Children’s Centre"


@pytest.mark.parametrize(
    ("first", "last"), [(TUESDAY, None), (date(2026, 1, 1), MONDAY), (date(2026, 1, 1), MONDAY - timedelta(days=1))]
)
def test_a_centre_closes_once_and_not_before_it_begins(database, world, planned, first, last):
    row = centre(database, world)
    row.participating_from, row.participating_to = first, last
    database.flush()
    with pytest.raises(CannotClose):
        planned()


def test_a_centre_may_close_sooner_than_was_said(database, world, shut):
    row = centre(database, world)
    row.participating_to = WEDNESDAY
    database.flush()
    assert shut().was_to == WEDNESDAY
    assert centre(database, world).participating_to == MONDAY


def test_what_closing_touches_is_counted(database, world, family):
    mine = family(join=True)
    wishes.join(mine.public_id, Wish(earlier=True, centre_ids=frozenset({world.centres["sunshine"]})), "online", NOW)
    pattern_of(database, world, "bo", MONDAY)
    exception_of(database, world, WEDNESDAY)
    draft = RotaDraft(name="January", first_day=TUESDAY, last_day=WEDNESDAY, made_by="staff:1")
    database.add(draft)
    database.flush()
    database.add(
        DraftSession(
            draft_id=draft.id,
            registrar_id=world.registrars["bo"],
            centre_id=world.centres["sunshine"],
            begins_at=at_time(WEDNESDAY, "13:00"),
            ends_at=at_time(WEDNESDAY, "15:00"),
        )
    )
    database.flush()
    database.execute(insert(ReachArea).values(lsoa="E01010876", centre_id=world.centres["sunshine"]))
    member = {"centre_id": world.centres["sunshine"], "joined_on": MONDAY, "source": "estart", "made_by": "staff:1"}
    others = insert(Family).values(name="Okafor", born=[MONDAY]).returning(Family.id)
    numbers = [mine.family_id, database.scalar(others), database.scalar(others)]
    left = [None, None, MONDAY]
    database.execute(
        insert(Membership),
        [
            member | {"family_id": each, "source_key": str(each), "left_on": on}
            for each, on in zip(numbers, left, strict=True)
        ],
    )
    found = touched(closing_of(world), NOW)
    assert (found.filled, found.wishes, found.joining, found.neighbourhoods) == (1, 1, 2, 1)
    empty = emptied(closing_of(world), {}, NOW)
    assert (empty.going, empty.withdrawn, empty.times) == ({}, [world.sessions[2]], 6)
    assert (found.patterns, found.half_days, found.drafts) == (["Registrar Bo"], 1, ["January"])
    none = touched(closing_of(world, "todmorden"), NOW)
    assert (none.filled, none.wishes, none.joining, none.neighbourhoods, none.patterns) == (0, 0, 0, 0, [])
    assert none.half_days == 0
    nothing = emptied(closing_of(world, "todmorden"), {}, NOW)
    assert (nothing.going, nothing.withdrawn, nothing.times) == ({}, [], 0)


def pattern_of(database, world, who, first, last=None, place="sunshine"):
    made = WorkingPattern(registrar_id=world.registrars[who], valid_from=first, valid_to=last, made_by="staff:1")
    database.add(made)
    database.flush()
    half = {"weekday": 2, "half": "morning", "begins": time(9), "ends": time(12)}
    room = world.rooms[place][0]
    database.add(PatternHalfDay(pattern_id=made.id, centre_id=world.centres[place], room_id=room, **half))
    other = half | {"weekday": 4, "centre_id": world.centres["office"]}
    database.add(PatternHalfDay(pattern_id=made.id, **other))
    database.flush()
    return made


def exception_of(database, world, day):
    made = PatternException(
        registrar_id=world.registrars["bo"],
        day=day,
        half="morning",
        centre_id=world.centres["sunshine"],
        room_id=world.rooms["sunshine"][0],
        begins=time(9),
        ends=time(12),
        made_by="staff:1",
    )
    free = PatternException(registrar_id=world.registrars["bo"], day=day, half="afternoon", made_by="staff:1")
    database.add_all([made, free])
    database.flush()
    return made


# ---- closing


def test_closing_moves_the_session_and_offers_the_family_its_own_time_there(database, world, family, shut):
    mine = family()
    made = shut()
    assert (centre(database, world).participating_to, centre(database, world).successor_id) == (MONDAY, None)
    assert session_of(database, mine).centre_id == world.centres["elland"]
    assert session_of(database, mine).state == "published"
    assert is_displaced(mine.id)
    assert has_closed(mine.id)
    offer = latest_offer(mine.id)
    assert (offer.start, offer.centre_id, offer.state, offer.stands) == (
        mine.start,
        world.centres["elland"],
        "sent",
        True,
    )
    [message] = database.scalars(select(Message).where(Message.template == "offer_cover"))
    assert message.details["closed"] is True
    assert standings(made) == {mine.reference: Standing.WAITING}
    assert made.state == "sent"
    assert not any(broken_rows().values())
    [first, second] = list(history_of(f"centre:{world.centres['sunshine']}", f"session:{mine.session_id}"))
    assert {first.what, second.what} == {"closed the centre", "went to another centre"}


def test_a_family_accepts_its_own_time_at_the_other_centre(database, world, family, shut):
    mine = family()
    made = shut()
    after = offers.accept(latest_offer(mine.id).public_id, SOON)
    assert (after.centre_id, after.start, after.state) == (world.centres["elland"], mine.start, "booked")
    assert session_of(database, mine).registrar_id == world.registrars["ann"]
    assert not is_displaced(mine.id)
    assert standings(made) == {mine.reference: Standing.ACCEPTED}
    assert not any(broken_rows().values())
    jobs.tidy(0)
    assert made.state == "settled"


def test_a_family_declines_and_keeps_nothing_but_a_caller(database, world, family, shut):
    mine = family()
    made = shut()
    offers.decline(latest_offer(mine.id).public_id, SOON)
    assert standings(made) == {mine.reference: Standing.TO_CALL}
    [sentence] = tasks(database)
    assert f"Call the family of appointment {mine.reference}: their centre has closed by" in sentence
    assert not any(broken_rows().values())


def test_an_offer_of_its_own_time_lapses_like_any_other(database, world, family, shut):
    mine = family()
    shut()
    assert offers.lapse_due(SOON) == 0
    assert offers.lapse_due(latest_offer(mine.id).answer_by + timedelta(minutes=1)) == 1
    assert latest_offer(mine.id).state == "lapsed"
    assert latest_offer(mine.id).stands is False
    assert not any(broken_rows().values())


def test_a_family_moves_itself_or_cancels_and_the_offer_goes(database, world, family, shut):
    mine, other = family(), family("9:30")
    made = shut()
    changes.move(mine.public_id, world.centres["office"], at_time(TUESDAY, "10:00"), SOON)
    changes.cancel(other.public_id, SOON)
    assert standings(made) == {mine.reference: Standing.MOVED, other.reference: Standing.CANCELLED}
    assert {latest_offer(each.id).state for each in (mine, other)} == {"withdrawn"}
    assert not any(broken_rows().values())


def test_a_family_told_by_letter_too_late_is_rung(database, world, family, shut):
    mine = family(email=None, mobile=None)
    made = shut()
    assert standings(made) == {mine.reference: Standing.TO_CALL}
    assert "known by their postal address alone" in tasks(database)[0]


def test_sessions_without_families_are_withdrawn_and_nobody_books_there(database, world, family, shut):
    mine = family()
    shut()
    [left] = database.scalars(select(Session).where(Session.centre_id == world.centres["sunshine"]))
    assert (left.state, left.withdrawn_for) == ("withdrawn", "centre_closed")
    with pytest.raises(NotOffered):
        hold(HoldRequest(world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), (BORN,), interpreter=False), NOW)
    with pytest.raises(NotOffered):
        changes.move(mine.public_id, world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), NOW)


def test_sessions_without_families_go_to_the_successor_with_their_registrars(database, world, shut):
    made = shut(into="todmorden")
    moved = database.scalars(select(Session).where(Session.centre_id == world.centres["todmorden"])).all()
    assert [(each.registrar_id, each.begins_at, each.state) for each in moved] == [
        (world.registrars["ann"], NINE, "published"),
        (world.registrars["ann"], at_time(WEDNESDAY, "9:00"), "published"),
    ]
    assert {each.room_id for each in moved} <= set(world.rooms["todmorden"])
    assert (done_by(made).moved, done_by(made).withdrawn, done_by(made).times) == (2, 0, 0)
    hold(HoldRequest(world.centres["todmorden"], at_time(WEDNESDAY, "9:00"), (BORN,), interpreter=False), NOW)
    assert not any(broken_rows().values())


def test_only_what_the_successor_has_no_place_for_is_withdrawn(database, world, shut):
    database.add(CentreDay(centre_id=world.centres["todmorden"], day=WEDNESDAY, open=False, made_by="staff:1"))
    database.flush()
    made = shut(into="todmorden")
    states = {each.begins_at: each.state for each in of_ann(database, world)}
    assert states == {NINE: "published", at_time(WEDNESDAY, "9:00"): "withdrawn"}
    assert (done_by(made).moved, done_by(made).withdrawn, done_by(made).times) == (1, 1, 6)


def test_a_room_goes_to_the_session_with_families_before_one_without(database, world, family, planned):
    """One room is left at the successor, and two sessions of the closing centre want it at the same time."""
    mine = family()
    world.session("sunshine", "cleo", TUESDAY, "9:00", "12:00", room=1)
    for room, who in ((0, "bo"), (1, "dev")):
        database.execute(
            text("UPDATE session SET centre_id = :c, room_id = :r WHERE registrar_id = :who"),
            {"c": world.centres["todmorden"], "r": world.rooms["todmorden"][room], "who": world.registrars[who]},
        )
    made = planned(into="todmorden")
    looked = emptied(closing_of(world, into="todmorden"), actions.going_along(made, actions.lines_of(made), NOW), NOW)
    assert (len(looked.going), looked.withdrawn, looked.times) == (1, [world.sessions[-1]], 6)
    actions.send_plan(made.public_id, NOW, "staff:1")
    assert session_of(database, mine).centre_id == world.centres["todmorden"]
    assert (done_by(made).moved, done_by(made).withdrawn, done_by(made).times) == (1, 1, 6)


def test_a_session_that_goes_nowhere_stays_until_its_last_family_has_left(database, world, family, shut, full):
    mine = family("9:30")
    made = shut()
    assert session_of(database, mine).state == "published"
    assert session_of(database, mine).centre_id == world.centres["sunshine"]
    jobs.tidy(0)
    assert session_of(database, mine).state == "published"
    offers.accept(latest_offer(mine.id).public_id, SOON)
    jobs.tidy(0)
    assert session_of(database, mine).state == "withdrawn"
    assert standings(made) == {mine.reference: Standing.ACCEPTED}
    assert actions.withdraw_left(NOW) == 0


def test_a_family_that_was_answering_loses_the_time_it_held(database, world, shut):
    hold(HoldRequest(world.centres["sunshine"], NINE, (BORN,), interpreter=False), NOW)
    shut()
    assert database.execute(text("SELECT count(*) FROM occupancy")).scalar_one() == 0


def test_a_time_offered_there_is_taken_back(database, world, family, shut):
    mine = booked(world.centres["elland"], NINE, email="else@example.org", mobile=None)
    made = offers.keep(
        mine.public_id,
        world.centres["sunshine"],
        at_time(TUESDAY, "10:00"),
        cause="waiting_list",
        answer_by=NOW + timedelta(hours=5),
        now=NOW,
    )
    offers.send(made.id, NOW)
    shut()
    assert latest_offer(mine.id).state == "withdrawn"
    assert tasks(database) == []


def test_whose_own_centre_closed_before_is_rung_when_the_next_closes(database, world, family, shut):
    mine = family()
    made = shut()
    assert latest_offer(mine.id).centre_id == world.centres["elland"]
    shut(place="elland")
    assert standings(made) == {mine.reference: Standing.TO_CALL}
    assert "cannot have the time offered to them either" in tasks(database)[0]


def test_whoever_waited_waits_for_the_successor_or_the_others_or_is_told(database, world, family, shut):
    here, there = world.centres["sunshine"], world.centres["office"]
    both, only = (
        booked(world.centres["elland"], at_time(TUESDAY, at), email=f"{at[0]}x@example.org", mobile=None)
        for at in ("9:00", "10:00")
    )
    wishes.join(both.public_id, Wish(earlier=True, centre_ids=frozenset({here, there})), "online", NOW)
    wishes.join(only.public_id, Wish(earlier=True, centre_ids=frozenset({here})), "online", NOW)
    shut()
    waiting = "SELECT booking_id, centre_ids FROM wish WHERE state = 'waiting'"
    assert [tuple(row) for row in database.execute(text(waiting))] == [(both.id, [there])]
    assert tasks(database) == [
        (
            f"Tell the family of appointment {only.reference}: Sunshine Children’s Centre closes, so they are not on its waiting "
            "list any more. They keep their appointment unless they were told otherwise."
        )
    ]


def test_with_a_successor_wishes_and_patterns_follow(database, world, family, shut):
    here, there = world.centres["sunshine"], world.centres["todmorden"]
    mine = booked(world.centres["elland"], NINE, email="else@example.org", mobile=None)
    wishes.join(mine.public_id, Wish(earlier=True, centre_ids=frozenset({here})), "online", NOW)
    old = pattern_of(database, world, "bo", TODAY - timedelta(days=90))
    spring = pattern_of(database, world, "cleo", WEDNESDAY, date(2027, 3, 1))
    bounded = pattern_of(database, world, "dev", TODAY, THURSDAY)
    other = pattern_of(database, world, "ann", TODAY, place="elland")
    exception = exception_of(database, world, WEDNESDAY)
    numbers = old.id, spring.id, bounded.id, other.id
    shut(into="todmorden")
    assert centre(database, world).successor_id == there
    assert database.execute(text("SELECT centre_ids FROM wish")).scalars().all() == [[there]]
    database.expire_all()
    rows = database.execute(
        text(
            "SELECT r.name, p.valid_from, p.valid_to, array_agg(h.centre_id ORDER BY h.weekday), bool_or(h.room_id IS NOT NULL)"
            " FROM working_pattern p JOIN registrar r ON r.id = p.registrar_id JOIN pattern_half_day h ON h.pattern_id = p.id"
            " GROUP BY p.id, r.name ORDER BY r.name, p.valid_from"
        )
    ).all()
    office = world.centres["office"]
    assert [tuple(row) for row in rows] == [
        ("Registrar Ann", TODAY, None, [world.centres["elland"], office], True),
        ("Registrar Bo", TODAY - timedelta(days=90), MONDAY, [here, office], True),
        ("Registrar Bo", TUESDAY, None, [there, office], False),
        ("Registrar Cleo", WEDNESDAY, date(2027, 3, 1), [there, office], False),
        ("Registrar Dev", TODAY, MONDAY, [here, office], True),
        ("Registrar Dev", TUESDAY, THURSDAY, [there, office], False),
    ]
    assert numbers[1] not in {row.id for row in database.scalars(select(WorkingPattern))}
    assert (exception.centre_id, exception.room_id) == (there, None)


# ---- what changes meanwhile


def test_a_room_that_is_taken_meanwhile_is_noticed(database, world, family, planned):
    family()
    made = planned()
    database.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE registrar_id = :r"), {"r": world.registrars["dev"]}
    )
    for room, who in ((1, "cleo"), (2, "dev")):
        world.session("elland", who, TUESDAY, "9:00", "12:00", room=room)
    with pytest.raises(PlanChanged):
        actions.send_plan(made.public_id, SOON, "staff:1")
    database.rollback()


def test_looking_again_proposes_what_is_possible_now(database, world, family, planned):
    mine, late = family(), family("9:30")
    made = planned()
    assert actions.refresh(made.public_id, SOON) == 0
    for place in ("elland", "todmorden"):
        database.add(CentreDay(centre_id=world.centres[place], day=TUESDAY, open=False, made_by="staff:1"))
    database.flush()
    assert actions.refresh(made.public_id, SOON) == 2
    assert {each[1] for each in proposals(made).values()} == {"Halifax Register Office"}
    assert {each[0] for each in proposals(made).values()} == {"same_registrar"}
    database.add(CentreDay(centre_id=world.centres["office"], day=TUESDAY, open=False, made_by="staff:1"))
    database.flush()
    assert actions.refresh(made.public_id, SOON) == 2
    assert proposals(made)[mine.reference][0] == proposals(made)[late.reference][0] == "other_centre"


def test_a_row_is_changed_and_no_session_is_taken_over(world, family, planned):
    mine = family()
    made = planned()
    [row] = lines(made.id)
    with pytest.raises(NotThere):
        actions.change_session(made.public_id, mine.session_id, None, NOW)
    actions.change_row(made.public_id, row.id, world.centres["office"], at_time(TUESDAY, "10:00"), NOW)
    assert proposals(made)[mine.reference][:2] == ("office", "Halifax Register Office")
    actions.undo_plan(made.public_id, NOW, "staff:1")
    with pytest.raises(AlreadyOver):
        actions.send_plan(made.public_id, NOW, "staff:1")


def test_a_centre_that_was_closed_meanwhile_is_not_closed_again(database, world, planned):
    made = planned()
    centre(database, world).participating_to = MONDAY
    database.flush()
    with pytest.raises(CannotClose):
        actions.send_plan(made.public_id, NOW, "staff:1")


def test_a_family_that_books_meanwhile_is_not_forgotten(database, world, family, planned):
    family()
    made = planned()
    family("9:30")
    with pytest.raises(PlanChanged):
        actions.send_plan(made.public_id, NOW, "staff:1")
    database.rollback()


def test_who_goes_along_loses_the_session_to_its_registrar_s_absence(database, world, family, shut):
    mine = family()
    shut()
    begins, ends = at_time(TUESDAY, "0:00"), at_time(WEDNESDAY, "0:00")
    database.add(
        Absence(
            registrar_id=world.registrars["ann"], begins_at=begins, ends_at=ends, reason="sickness", made_by="staff:1"
        )
    )
    database.flush()
    assert latest_offer(mine.id).stands is False


def test_an_own_time_is_kept_only_where_its_session_is(world, family):
    mine = family()
    with pytest.raises(NotOffered):
        offers.keep_with_registrar(
            mine.public_id, mine.session_id, world.centres["elland"], answer_by=mine.start, now=NOW
        )


# ---- opening again


def test_a_centre_is_opened_again_while_nobody_was_offered_anything(database, world, family, shut, full):
    mine = family()
    database.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE centre_id <> :c"), {"c": world.centres["sunshine"]}
    )
    made = shut()
    assert standings(made) == {mine.reference: Standing.TO_CALL}
    assert len(tasks(database)) == 1
    assert booked_after(world.centres["sunshine"], MONDAY, NOW) == 1
    actions.open_again(made.public_id, SOON, "staff:1")
    assert centre(database, world).participating_to is None
    assert tasks(database) == []
    assert not is_displaced(mine.id)
    assert made.state == "undone"
    states = database.scalars(select(Session.state).where(Session.centre_id == world.centres["sunshine"]))
    assert set(states) == {"published"}
    assert [each.whom for each in plans(NOW)] == ["Sunshine Children’s Centre"]
    with pytest.raises(NotThere):
        actions.open_again(made.public_id, SOON, "staff:1")


def test_what_went_to_the_successor_stays_there_when_the_centre_is_opened_again(database, world, shut):
    pattern_of(database, world, "bo", MONDAY)
    pattern_of(database, world, "cleo", MONDAY, place="elland")
    database.add(CentreDay(centre_id=world.centres["todmorden"], day=WEDNESDAY, open=False, made_by="staff:1"))
    database.flush()
    made = shut(into="todmorden")
    actions.open_again(made.public_id, SOON, "staff:1")
    where = {each.begins_at: (each.centre_id, each.state) for each in of_ann(database, world)}
    assert where == {
        NINE: (world.centres["todmorden"], "published"),
        at_time(WEDNESDAY, "9:00"): (world.centres["sunshine"], "published"),
    }
    assert list(done_by(made).followed) == ["Registrar Bo"]
    assert followers(made, done_by(made).followed, TODAY) == [(world.registrars["bo"], "Registrar Bo")]
    database.execute(text("UPDATE pattern_half_day SET centre_id = :c"), {"c": world.centres["sunshine"]})
    assert followers(made, done_by(made).followed, TODAY) == []


def test_a_centre_whose_family_lost_its_session_is_not_opened_again_though_nothing_was_offered(world, family, shut):
    """A letter would come too late, so the family is rung; its session has gone to the other centre with its registrar."""
    family(email=None, mobile=None)
    family("9:30")
    made = shut()
    with pytest.raises(CannotOpen):
        actions.open_again(made.public_id, SOON, "staff:1")


def test_a_session_whose_registrar_sits_elsewhere_by_then_keeps_the_centre_from_being_opened_in_one_step(
    database, world, shut
):
    made = shut(day=WEDNESDAY)
    world.session("todmorden", "ann", WEDNESDAY, "9:00", "12:00")
    with pytest.raises(restoring.CannotBringBack):
        actions.open_again(made.public_id, SOON, "staff:1")
    database.rollback()


def test_once_a_family_was_offered_a_time_the_centre_stays_closed(world, family, shut):
    family()
    made = shut()
    with pytest.raises(CannotOpen):
        actions.open_again(made.public_id, SOON, "staff:1")


@pytest.mark.parametrize("what", ["nothing", "draft", "absence"])
def test_only_what_closed_a_centre_can_be_opened(world, planned, what, family):
    number = uuid4()
    if what == "draft":
        number = planned().public_id
    if what == "absence":
        away = actions.start_plan(
            actions.planning.Away(world.registrars["ann"], NINE, at_time(TUESDAY, "12:00")),
            "sickness",
            "",
            NOW,
            "staff:1",
        )
        number = actions.send_plan(away.public_id, NOW, "staff:1").public_id
    with pytest.raises(NotThere):
        actions.open_again(number, SOON, "staff:1")
