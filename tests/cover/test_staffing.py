"""Other ways to staff what an absence leaves: asked for, found, made a draft of the rota, and families undisturbed after it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from registration.balancing import jobs
from registration.balancing.building.absence import Absence, NothingLeft, missed
from registration.balancing.plans.actions import PlanSettled, take_next
from registration.balancing.plans.covering import ChangesNothing, NotAnyMore, ways_of
from registration.booking.actions.changes import cancel
from registration.booking.actions.seats import stands_again
from registration.booking.queries.offers import latest_offer
from registration.booking.queries.sessions import taken_in
from registration.common.audit import AuditEvent
from registration.common.db import db
from registration.cover import actions
from registration.cover.jobs import look_again_at_families
from registration.cover.queries import Away, lines
from registration.cover.rules import Standing
from registration.cover.staffing import StaffingPage
from registration.messages.models import Message, StaffTask
from registration.rota.actions.drafts import HitsFamilies
from registration.rota.models import Session
from registration.rota.queries.drafts import examine
from registration.rota.rules.effect import hits
from tests.booking.appointments import NOW, booked
from tests.booking.world import TODAY, TUESDAY, at_time
from tests.cover.helpers import whole_day
from tests.rota.plans import half, publish, works

ACTOR = "staff:1"


@pytest.fixture
def busy(database, world, at):
    """Nobody is free to take a session over as it is: everybody has worked their contract."""
    at("2026-11-22T09:00")
    database.execute(
        text(
            "UPDATE registrar r SET contracted_sessions = (SELECT count(*) FROM session s WHERE s.registrar_id = r.id)"
        )
    )
    return world


@pytest.fixture
def sent(busy, family, planned):
    """Ann is put down as away on Tuesday; a family of hers was offered another time, and another is to be rung."""

    def send(*clocks, **changes):
        families = [family(clock, **changes) for clock in clocks]
        made = planned()
        actions.send_plan(made.public_id, NOW, ACTOR)
        return made, families

    return send


def found(made):
    """Look for ways, and find them."""
    plan = actions.find_ways(made.public_id, NOW, ACTOR)
    db.session.commit()
    jobs.work()
    db.session.refresh(plan)
    assert plan.state == "done", plan.conflicts
    return plan


def chosen(made, number=2):
    draft = actions.choose_way(made.public_id, number, NOW, ACTOR)
    db.session.commit()
    return draft


def events(about):
    wanted = select(AuditEvent.event).where(AuditEvent.about == about).order_by(AuditEvent.id)
    return list(db.session.scalars(wanted))


def messages(family):
    return list(db.session.scalars(select(Message).where(Message.about == family.public_id).order_by(Message.created)))


def deferred(name):
    return db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name"), {"name": name})


def test_a_colleague_without_families_takes_the_session_over_and_the_family_is_undisturbed(busy, sent):
    made, [mine] = sent("9:00")
    assert lines(made.id)[0].standing is Standing.WAITING
    plan = found(made)
    ways = ways_of(plan)
    assert [(way.changed, way.families_kept, way.families_lost) for way in ways] == [(0, 0, 1), (1, 1, 0)]
    draft = chosen(made)
    seen = examine(draft, TODAY)
    assert seen.conflicts == []
    assert hits(seen.difference, taken_in(seen.touched)) == []
    [(stands, later)] = seen.difference.taken_over
    assert (stands.key, later.registrar) == (mine.session_id, busy.registrars["bo"])
    before = deferred("cover.look_again")
    assert publish(draft)["taken_over"] == 1
    assert deferred("cover.look_again") == before + 1
    session = db.session.get(Session, mine.session_id)
    assert (session.registrar_id, session.state) == (busy.registrars["bo"], "published")
    fills = text("SELECT registrar_id FROM occupancy WHERE booking_id = :b")
    assert db.session.scalar(fills, {"b": mine.id}) == busy.registrars["bo"]
    gone = text("SELECT count(*) FROM session WHERE registrar_id = :bo AND centre_id = :elland AND state = 'published'")
    assert db.session.scalar(gone, {"bo": busy.registrars["bo"], "elland": busy.centres["elland"]}) == 0
    db.session.commit()
    look_again_at_families()
    [line] = lines(made.id)
    assert (line.standing, line.taker) == (Standing.UNDISTURBED, "Registrar Bo")
    assert latest_offer(mine.id).state == "withdrawn"
    assert "kept the time it had" in events(f"booking:{mine.id}")
    assert events(f"cover:{made.id}")[-2:] == [
        "looked for other ways to staff the sessions",
        "made a draft rota that staffs the sessions",
    ]
    assert actions.look_again(NOW) == 0


def told(family):
    """Give what a family was or is to be told since it booked."""
    return [each.template for each in messages(family) if each.state != "withdrawn" and each.version]


@pytest.mark.parametrize(("state", "again"), [("queued", []), ("sent", ["booking_confirmed", "offer_cover"])])
def test_a_family_that_was_told_hears_that_it_is_booked_as_before_and_no_other_does(
    database, sent, world, state, again
):
    [mine] = sent("9:00")[1]
    database.execute(text("UPDATE message SET state = :state WHERE template = 'offer_cover'"), {"state": state})
    database.execute(
        text("UPDATE session SET registrar_id = :cleo WHERE id = :session"),
        {"cleo": world.registrars["cleo"], "session": mine.session_id},
    )
    assert actions.look_again(NOW) == 1
    assert sorted(told(mine)) == again


def test_a_family_that_was_to_be_rung_is_not_rung(database, busy, sent):
    database.execute(text("UPDATE registrar SET contracted_sessions = 0"))
    database.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE registrar_id <> :ann OR begins_at > :day"),
        {"ann": busy.registrars["ann"], "day": whole_day(TUESDAY)[1]},
    )
    made, [mine] = sent("9:00", births=(TUESDAY - timedelta(days=42),))
    waits = select(StaffTask).where(StaffTask.about == mine.public_id, StaffTask.done_at.is_(None))
    assert lines(made.id)[0].standing is Standing.TO_CALL
    assert db.session.scalars(waits).all()
    database.execute(
        text("UPDATE session SET registrar_id = :cleo WHERE id = :session"),
        {"cleo": busy.registrars["cleo"], "session": mine.session_id},
    )
    assert actions.look_again(NOW) == 1
    assert db.session.scalars(waits).all() == []


def test_a_family_that_cancelled_moved_or_has_no_time_that_stands_is_left_as_it_is(busy, sent):
    made, [mine, gone] = sent("9:00", "10:00")
    assert actions.look_again(NOW) == 0
    cancel(gone.public_id, NOW)
    assert stands_again(gone.public_id, NOW) is False
    assert stands_again(mine.public_id, NOW) is False
    assert stands_again(mine.public_id, at_time(TUESDAY, "9:00")) is False
    assert {line.standing for line in lines(made.id)} == {Standing.WAITING, Standing.CANCELLED}


def test_a_family_whose_time_has_begun_is_left_to_who_is_there(database, sent, world):
    made, [mine] = sent("9:00")
    database.execute(
        text("UPDATE session SET registrar_id = :cleo WHERE id = :session"),
        {"cleo": world.registrars["cleo"], "session": mine.session_id},
    )
    assert actions.look_again(at_time(TUESDAY, "9:10")) == 0
    assert lines(made.id)[0].way != "take_over"


def test_a_draft_of_cover_is_brought_up_to_date_and_disturbs_nobody(busy, database, family, planned):
    mine, other = family("9:00"), family("10:00")
    made = planned()
    assert actions.look_again(NOW) == 0
    plan = found(made)
    assert [one["families"] for one in plan.missed["left"]] == [2]
    publish(chosen(made, len(ways_of(plan))))
    database.commit()
    assert not any(message.template == "offer_cover" for message in messages(mine))
    with pytest.raises(actions.PlanChanged):
        actions.send_plan(made.public_id, NOW, ACTOR)
    database.rollback()
    assert actions.look_again(NOW) == 2
    assert lines(made.id) == []
    actions.send_plan(made.public_id, NOW, ACTOR)
    assert told(other) == []


def test_what_a_draft_gives_to_somebody_already_is_not_looked_for(world, family, planned, at):
    at("2026-11-22T09:00")
    family("9:00")
    made = planned()
    assert lines(made.id)[0].way == "take_over"
    with pytest.raises(NothingLeft, match="nothing to staff otherwise"):
        actions.find_ways(made.public_id, NOW, ACTOR)


def test_ways_are_looked_for_once_at_a_time_and_found_before_other_plans(busy, sent):
    made, _ = sent("9:00")
    plan = actions.find_ways(made.public_id, NOW, ACTOR)
    assert actions.find_ways(made.public_id, NOW, ACTOR) is plan
    task = take_next()
    assert (task.plan_id, task.seconds) == (plan.id, 20)
    assert task.missed == plan.missed


def test_ways_that_do_not_fit_any_more_are_not_made_a_draft(database, busy, sent):
    made, _ = sent("9:00")
    with pytest.raises(actions.NotStaffed):
        actions.choose_way(made.public_id, 1, NOW, ACTOR)
    found(made)
    for number in (0, 3):
        with pytest.raises(PlanSettled):
            actions.choose_way(made.public_id, number, NOW, ACTOR)
    with pytest.raises(ChangesNothing):
        actions.choose_way(made.public_id, 1, NOW, ACTOR)
    database.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE registrar_id = :r"), {"r": busy.registrars["bo"]}
    )
    with pytest.raises(NotAnyMore, match="Find ways again"):
        actions.choose_way(made.public_id, 2, NOW, ACTOR)
    with pytest.raises(NothingLeft):
        actions.choose_way(made.public_id, 2, NOW + timedelta(days=2), ACTOR)


def test_an_absence_that_does_not_stand_is_not_staffed(database, busy, sent, planned, family):
    made, _ = sent("9:00")
    database.execute(text("UPDATE absence SET state = 'withdrawn'"))
    database.expire_all()
    with pytest.raises(actions.NotStaffed, match="while it stands"):
        actions.find_ways(made.public_id, NOW, ACTOR)
    other = planned("bo")
    actions.undo_plan(other.public_id, NOW, ACTOR)
    with pytest.raises(actions.NotStaffed):
        actions.find_ways(other.public_id, NOW, ACTOR)


def test_families_who_book_with_the_colleague_meanwhile_keep_their_time(database, busy, sent):
    made, _ = sent("9:00")
    found(made)
    draft = chosen(made)
    booked(busy.centres["elland"], at_time(TUESDAY, "9:30"), email="late@example.org", mobile=None)
    seen = examine(draft, TODAY)
    assert [hit.session.registrar for hit in hits(seen.difference, taken_in(seen.touched))] == [busy.registrars["bo"]]
    with pytest.raises(HitsFamilies):
        publish(draft)


def test_the_page_says_what_changes_for_whom_and_why_nobody_can_come(database, busy, sent):
    made, _ = sent("9:00")
    page = StaffingPage(found(made))
    assert page.families == 1
    [none, way] = page.ways
    assert (none.changes_anything, none.sessions_kept, none.fewer) == (False, 0, "6 in Calder Valley")
    assert none.unstaffed == ["Sunshine Children’s Centre, Tue 24 November, morning: 1 family"]
    assert way.taken == [
        "Registrar Bo at Sunshine Children’s Centre, Tue 24 November, morning: 1 family keeps their time"
    ]
    assert way.changes == [
        "Tue 24 November, morning: Registrar Bo, Elland Children’s Centre before, then Sunshine Children’s Centre"
    ]
    assert (way.sessions_kept, way.fewer, way.unstaffed) == (1, "6 in Calder Valley", [])
    assert way.closed == ["Elland Children’s Centre does not open in the 2 weeks from Mon 23 November"]
    assert "The choice drawn: way 1: 0 half-days" in page.drawing()


def test_a_session_that_nobody_may_take_over_is_said_to_be_so(busy, database, family):
    family("11:00")
    made = actions.start_plan(
        Away(busy.registrars["ann"], at_time(TUESDAY, "10:30"), whole_day(TUESDAY)[1]), "sickness", "", NOW, ACTOR
    )
    page = StaffingPage(found(made))
    [said] = page.ways[-1].unstaffed
    assert said.endswith(
        "Only a part of it falls into the absence, or nobody speaks what its families need at its hours."
    )


def test_where_nobody_can_come_the_page_says_why(database, busy, sent):
    booked(busy.centres["elland"], at_time(TUESDAY, "11:00"), email="e@example.org", mobile=None)
    made, _ = sent("9:00")
    [none] = StaffingPage(found(made)).ways
    [said] = none.unstaffed
    assert said.startswith("Sunshine Children’s Centre, Tue 24 November, morning: 1 family. Of 2 others, ")
    assert said.endswith("seeing families of their own then: 1; free, but needed more elsewhere: 1.")


# ---- what an absence leaves


def left(busy, day=TUESDAY, clocks=("0:00", "23:59"), today=TODAY, families=(), promised=()):
    begins, ends = (at_time(day, clock) for clock in clocks)
    absence = Absence(busy.registrars["ann"], begins, ends, dict(families), dict(promised))
    return missed(absence, today)


def test_what_is_past_or_today_is_pinned_and_nobody_is_called_for_it(busy):
    wednesday = TUESDAY + timedelta(days=1)
    found = left(busy, wednesday, today=TUESDAY)
    assert [one.half_days for one in found.left] == [(4,)]
    pins = {(pin.registrar, pin.half_day) for pin in found.built.instance.pins}
    assert {(busy.registrars[name], 2) for name in ("ann", "bo", "dev")} <= pins
    assert not any(one.available[half] for one in found.built.instance.registrars for half in (0, 1, 3))
    assert found.away == {(busy.registrars["ann"], 4)}
    with pytest.raises(NothingLeft):
        left(busy, TUESDAY, today=TUESDAY)


def test_the_absent_are_not_called_in_another_half_day_of_their_absence(busy):
    work = half(busy, TUESDAY.isoweekday()), half(busy, TUESDAY.isoweekday() + 2)
    works(busy, "ann", *work)
    begins, ends = at_time(TUESDAY, "0:00"), at_time(TUESDAY + timedelta(days=2), "23:59")
    found = missed(Absence(busy.registrars["ann"], begins, ends, {}, {}), TODAY)
    assert [one.half_days for one in found.left if one.registrar == busy.registrars["ann"]] == [(2,), (4,)]
    assert found.away == {(busy.registrars["ann"], at) for at in (2, 4, 6)}


def test_evenings_and_saturdays_are_not_staffed_otherwise(busy):
    saturday = TUESDAY + timedelta(days=4)
    busy.session("sunshine", "ann", saturday, "9:00", "12:00")
    with pytest.raises(NothingLeft):
        left(busy, saturday)


def test_a_session_of_which_only_a_part_is_missed_is_taken_over_by_nobody(busy):
    [one] = left(busy, clocks=("11:00", "23:59"), families={busy.sessions[0]: [""]}.items()).left
    assert (one.half_days, one.families, one.takers) == ((2,), 1, frozenset())


def test_those_who_speak_what_is_needed_and_are_not_held_by_their_hours_may_take_over(database, busy):
    session = busy.session("sunshine", "ann", TUESDAY + timedelta(days=2), "9:00", "16:00").id
    busy.session("elland", "bo", TUESDAY + timedelta(days=2), "12:30", "16:00")
    busy.session("elland", "dev", TUESDAY + timedelta(days=2), "9:00", "12:00")
    database.execute(text("UPDATE registrar SET languages = '{en-GB, pl}' WHERE name ~ 'Bo|Cleo'"))
    [one] = left(busy, TUESDAY + timedelta(days=2), families={session: ["pl", ""]}.items()).left
    assert (one.key, one.half_days, one.families) == (session, (6, 7), 2)
    assert one.takers == {busy.registrars["bo"], busy.registrars["cleo"]}


def test_who_has_promised_to_take_over_is_there_and_another_absence_is_one(database, busy):
    begins, ends = whole_day(TUESDAY)
    database.execute(
        text(
            "INSERT INTO absence (registrar_id, begins_at, ends_at, reason, made_by) SELECT unnest(:who), :b, :e, 'training', 'x'"
        ),
        {"who": [busy.registrars["ann"], busy.registrars["dev"]], "b": begins, "e": ends},
    )
    wednesday = TUESDAY + timedelta(days=1)
    session = next(
        each for each in busy.sessions if db.session.get(Session, each).begins_at == at_time(wednesday, "9:00")
    )
    found = missed(
        Absence(busy.registrars["ann"], begins, whole_day(wednesday)[1], {}, {session: busy.registrars["bo"]}), TODAY
    )
    places = found.built.today.places()
    assert places[busy.registrars["bo"], 4] == busy.centres["sunshine"]
    assert (busy.registrars["ann"], 2) in places
    assert not any(one == busy.registrars["dev"] for one, _ in places)
    assert [one.half_days for one in found.left] == [(2,)]
