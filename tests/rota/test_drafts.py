"""Drafts of the rota: made from patterns, changed, and published whole or not at all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from registration.common.audit import AuditEvent
from registration.rota.actions import drafts
from registration.rota.actions.sessions import SessionTaken
from registration.rota.models import Absence, DraftSession, RotaDraft, Session
from registration.rota.queries import drafts as questions
from registration.rota.queries.planning import draft_sessions, published_to
from registration.rota.rules.patterns import HalfDay
from tests.booking.appointments import booked
from tests.booking.world import at_time
from tests.rota.plans import ACTOR, FIRST, LAST, decide, draft, half, otherwise, publish, works
from tests.rota.rules.plans import clock

TODAY = date(2026, 11, 22)


def refused(sentence, kind):
    return pytest.raises(kind, match=f"^{sentence}")


def sessions(database, state="published"):
    database.expire_all()
    rows = database.scalars(select(Session).filter_by(state=state).order_by(Session.begins_at, Session.id))
    return [(each.registrar_id, each.centre_id, each.room_id, each.begins_at, each.ends_at) for each in rows]


def drafted(made):
    return draft_sessions(made.id)


def events(database, event):
    return [each.after for each in database.scalars(select(AuditEvent).filter_by(event=event).order_by(AuditEvent.id))]


# ---- made


def test_a_draft_is_made_of_the_weekly_patterns(world, database):
    works(world, "ann", half(world, 1), half(world, 2, "13:00", "16:00", place="office", room=2))
    works(world, "bo", half(world, 1))
    made, left_out = drafts.make_draft(FIRST, LAST, "", TODAY, ACTOR)
    assert made.name == "Rota from Monday 30 November 2026"
    assert left_out == []
    first, second = world.rooms["elland"][:2]
    assert [(each.registrar, each.room) for each in drafted(made)] == [
        (world.registrars["ann"], first),
        (world.registrars["bo"], second),
        (world.registrars["ann"], world.rooms["office"][2]),
    ]
    assert events(database, "made a draft rota")[0]["sessions"] == 3
    assert sessions(database) == []


def test_a_draft_leaves_out_absences_closed_days_and_exceptions_and_tells(world, database):
    works(world, "ann", half(world, 1), half(world, 2), half(world, 3), half(world, 4))
    decide(world, FIRST, is_open=False, reason="storm")
    begins = at_time(FIRST + timedelta(days=1), "0:00")
    database.add(
        Absence(
            registrar_id=world.registrars["ann"],
            begins_at=begins,
            ends_at=begins + timedelta(days=1),
            reason="annual_leave",
            made_by=ACTOR,
        )
    )
    otherwise(world, "ann", FIRST + timedelta(days=2), reason="jury")
    made, left_out = drafts.make_draft(FIRST, LAST, "December", TODAY, ACTOR)
    assert [each.why for each in left_out] == ["storm", "annual leave", "jury"]
    assert [each.day for each in drafted(made)] == [FIRST + timedelta(days=3)]


def test_sessions_keep_the_rooms_they_have_and_extra_ones_keep_theirs(world, database):
    works(world, "ann", half(world, 1))
    works(world, "bo", half(world, 1))
    world.session("elland", "ann", FIRST, ends="12:30", room=2)
    extra = world.session("elland", "cleo", FIRST, room=0)
    extra.kind, extra.reason = "extra", "twins from afar"
    database.flush()
    rooms = {each.registrar: each.room for each in drafted(draft())}
    assert rooms == {
        world.registrars["ann"]: world.rooms["elland"][2],
        world.registrars["bo"]: world.rooms["elland"][1],
    }


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (TODAY, LAST, "The first day must be after today"),
        (LAST, FIRST, "The last day must be the first day or after it"),
        (FIRST, FIRST + timedelta(weeks=26), "A draft covers half a year at most"),
    ],
)
def test_a_span_that_is_none_is_refused(world, first, last, sentence):
    with refused(sentence, drafts.NotThatDraft):
        draft(first, last)


# ---- changed


def test_a_session_is_added_changed_and_taken_out(world, database):
    made = draft()
    added = drafts.put_session(made.id, None, world.registrars["ann"], FIRST, half(world), ACTOR)
    assert added.room_id == world.rooms["elland"][0]
    changed = drafts.put_session(
        made.id, added.id, world.registrars["bo"], LAST, half(world, place="office", room=1), ACTOR
    )
    assert (changed.id, changed.registrar_id, changed.room_id) == (
        added.id,
        world.registrars["bo"],
        world.rooms["office"][1],
    )
    assert changed.begins_at == at_time(LAST, "9:00")
    drafts.drop_session(made.id, added.id, ACTOR)
    assert drafted(made) == []
    with refused("This session is not in the draft any more", drafts.NotThatSession):
        drafts.drop_session(made.id, added.id, ACTOR)
    told = database.scalars(select(AuditEvent.event).where(AuditEvent.about == f"draft:{made.id}")).all()
    assert told == [
        "made a draft rota",
        "added a session to the draft",
        "changed a session of the draft",
        "took a session out of the draft",
    ]


def test_a_second_session_gets_the_next_room_and_without_one_none(world):
    made = draft()
    rooms = [
        drafts.put_session(made.id, None, world.registrars[who], FIRST, half(world), ACTOR).room_id
        for who in ("ann", "bo", "cleo", "dev")
    ]
    assert rooms == [*world.rooms["elland"], None]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day": FIRST - timedelta(days=1)}, "The day must be one of the draft’s: Monday 30 November 2026 to"),
        ({"registrar": 0}, "There is no such registrar"),
        ({"centre": 0}, "There is no such centre"),
        ({"room": 0}, "The centre has no such room"),
        ({"ends": "8:00"}, "The end must be after the beginning"),
    ],
)
def test_a_session_that_is_none_is_refused(world, changes, sentence):
    what = {"day": FIRST, "registrar": world.registrars["ann"], "centre": world.centres["elland"], "room": None}
    what |= {"ends": "12:00"} | changes
    place = HalfDay(1, what["centre"], what["room"], clock("9:00"), clock(what["ends"]))
    with refused(sentence, drafts.NotThatSession):
        drafts.put_session(draft().id, None, what["registrar"], what["day"], place, ACTOR)


def test_a_room_of_another_centre_is_refused(world):
    place = HalfDay(1, world.centres["elland"], world.rooms["office"][0], clock("9:00"), clock("12:00"))
    with refused("The centre has no such room", drafts.NotThatSession):
        drafts.put_session(draft().id, None, world.registrars["ann"], FIRST, place, ACTOR)


def test_a_session_of_another_draft_is_not_this_ones(world):
    one, other = draft(), draft()
    added = drafts.put_session(one.id, None, world.registrars["ann"], FIRST, half(world), ACTOR)
    with refused("This session is not in the draft any more", drafts.NotThatSession):
        drafts.drop_session(other.id, added.id, ACTOR)


def test_a_draft_put_aside_is_neither_changed_nor_published(world, database):
    made = draft()
    drafts.discard(made.id, ACTOR)
    for change in (
        lambda: drafts.discard(made.id, ACTOR),
        lambda: publish(made),
        lambda: drafts.put_session(made.id, None, world.registrars["ann"], FIRST, half(world), ACTOR),
        lambda: drafts.drop_session(made.id, 0, ACTOR),
    ):
        with pytest.raises(drafts.DraftSettled):
            change()


# ---- published


def test_a_draft_becomes_the_rota(world, database):
    works(world, "ann", half(world, 1), half(world, 2, "13:00", "15:00", place="office"))
    made = draft()
    assert publish(made) == {"new": 2, "changed": 0, "unchanged": 0, "withdrawn": 0}
    rows = database.scalars(select(Session).order_by(Session.begins_at)).all()
    assert [(each.state, each.kind, each.kept_minutes) for each in rows] == [
        ("published", "rota", 30),
        ("published", "rota", 0),
    ]
    assert (made.state, made.published_by) == ("published", ACTOR)
    assert events(database, "published the rota")[0]["new"] == 2
    assert published_to() == FIRST + timedelta(days=1)
    with pytest.raises(drafts.DraftSettled):
        publish(made)


def test_the_same_again_changes_nothing(world, database):
    works(world, "ann", half(world, 1), half(world, 2))
    publish(draft())
    before = database.execute(text("SELECT id, stamp FROM session ORDER BY id")).all()
    assert publish(draft()) == {"new": 0, "changed": 0, "unchanged": 2, "withdrawn": 0}
    assert database.execute(text("SELECT id, stamp FROM session ORDER BY id")).all() == before


def test_what_the_draft_does_not_have_is_withdrawn_and_extra_sessions_and_other_days_stay(world, database):
    world.session("elland", "ann", FIRST)
    extra = world.session("elland", "bo", FIRST, room=1)
    extra.kind, extra.reason = "extra", "twins from afar"
    world.session("elland", "ann", LAST + timedelta(days=1))
    assert publish(draft())["withdrawn"] == 1
    assert [each[0] for each in sessions(database)] == [world.registrars["bo"], world.registrars["ann"]]


def test_two_sessions_change_rooms_and_one_gets_longer(world, database):
    one, other = world.session("elland", "ann", FIRST, room=0), world.session("elland", "bo", FIRST, room=1)
    works(world, "ann", half(world, 1, room=1, ends="12:00"))
    works(world, "bo", half(world, 1, room=0, ends="12:30"))
    assert publish(draft())["changed"] == 2
    database.expire_all()
    assert (one.room_id, one.kept_minutes, one.state) == (world.rooms["elland"][1], 0, "published")
    assert (other.room_id, other.kept_minutes) == (world.rooms["elland"][0], 30)
    assert other.ends_at == at_time(FIRST, "12:30")


def test_a_draft_with_conflicts_is_not_published_at_all(world, database):
    works(world, "ann", half(world, 1), half(world, 2))
    made = draft()
    drafts.put_session(made.id, None, world.registrars["ann"], FIRST, half(world, place="office"), ACTOR)
    with pytest.raises(drafts.HasConflicts) as caught:
        publish(made)
    assert [each.code for each in caught.value.conflicts] == ["registrar_twice"]
    assert sessions(database) == []
    assert made.state == "draft"


def test_an_absence_that_came_after_the_draft_is_a_conflict(world, database):
    works(world, "ann", half(world, 1))
    made = draft()
    begins = at_time(FIRST, "11:00")
    absence = {"begins_at": begins, "ends_at": begins + timedelta(hours=5), "reason": "training", "made_by": ACTOR}
    database.add(Absence(registrar_id=world.registrars["ann"], **absence))
    database.flush()
    with pytest.raises(drafts.HasConflicts) as caught:
        publish(made)
    assert [each.sentence for each in caught.value.conflicts] == ["Registrar Ann is absent then: training"]


def test_a_session_that_stands_and_stays_is_no_conflict_with_an_absence_for_cover_sees_to_it(world, database):
    works(world, "ann", half(world, 1))
    publish(draft())
    made = draft()
    begins = at_time(FIRST, "11:00")
    absence = {"begins_at": begins, "ends_at": begins + timedelta(hours=5), "reason": "training", "made_by": ACTOR}
    database.add(Absence(registrar_id=world.registrars["ann"], **absence))
    database.flush()
    assert publish(made) == {"new": 0, "changed": 0, "unchanged": 1, "withdrawn": 0}
    assert len(sessions(database)) == 1


def test_a_contract_counts_the_other_days_of_a_week_too(world, database):
    database.execute(text("UPDATE registrar SET contracted_sessions = 2 WHERE id = :r"), {"r": world.registrars["ann"]})
    works(world, "ann", half(world, 1), half(world, 2), half(world, 3))
    publish(draft(FIRST, FIRST + timedelta(days=1)))
    made = draft(FIRST + timedelta(days=2))
    with pytest.raises(drafts.HasConflicts) as caught:
        publish(made)
    assert [each.code for each in caught.value.conflicts] == ["over_contract"]


def test_families_that_would_lose_their_time_are_named_and_nothing_is_done(world, database):
    session = world.session("elland", "ann", FIRST)
    works(world, "bo", half(world, 1))
    reference = booked(world.centres["elland"], at_time(FIRST, "9:30")).reference
    made = draft()
    with pytest.raises(drafts.HitsFamilies) as caught:
        publish(made)
    [hit] = caught.value.hits
    assert (hit.session.key, hit.references) == (session.id, [reference])
    assert len(sessions(database)) == 1


def test_families_whose_session_goes_on_longer_stay(world, database):
    world.session("elland", "ann", FIRST)
    booked(world.centres["elland"], at_time(FIRST, "9:30"))
    works(world, "ann", half(world, 1, "8:30", "12:30"))
    assert publish(draft())["changed"] == 1


def test_what_is_past_or_today_stays_as_it_is(world, database, at):
    works(world, "ann", half(world, 1), half(world, 2))
    made = draft()
    world.session("elland", "bo", FIRST)
    at("2026-11-30T08:00")
    assert publish(made) == {"new": 1, "changed": 0, "unchanged": 0, "withdrawn": 0}
    assert [each[0] for each in sessions(database)] == [world.registrars["bo"], world.registrars["ann"]]


def test_a_draft_of_days_that_are_all_past_changes_nothing(world, database, at):
    works(world, "ann", half(world, 1))
    made = draft()
    at("2026-12-24T08:00")
    assert publish(made) == {"new": 0, "changed": 0, "unchanged": 0, "withdrawn": 0}


def test_what_nobody_looked_at_is_not_published(world, database):
    works(world, "ann", half(world, 1))
    made = draft()
    mark = questions.examine(made, TODAY).mark
    world.session("elland", "ann", FIRST)
    with refused("Something changed since you looked", drafts.LooksOtherwise):
        publish(made, mark=mark)
    assert len(sessions(database)) == 1
    assert questions.published_counts(made) is None
    publish(made)
    assert questions.published_counts(made)["changed"] == 1


def test_a_clash_that_came_in_the_meantime_is_a_sentence(world, database, monkeypatch):
    works(world, "ann", half(world, 1))
    made = draft()
    seen = questions.examine(made, TODAY)
    world.session("elland", "ann", FIRST, begins="8:00", ends="10:00")
    monkeypatch.setattr(drafts, "examine", lambda *_, **__: seen)
    with refused("Someone else gave one of these registrars or rooms another session. Publish again", SessionTaken):
        publish(made, mark=seen.mark)
    assert len(sessions(database)) == 1


def test_another_fault_of_the_database_is_not_taken_for_that(world, database, monkeypatch):
    works(world, "ann", half(world, 1))
    made = draft()
    monkeypatch.setattr(drafts, "_room", lambda _session: 0)
    with pytest.raises(IntegrityError):
        publish(made)


def test_drafts_in_the_making_come_first(world, database):
    first, second, third = draft(), draft(), draft()
    drafts.discard(second.id, ACTOR)
    assert [each.id for each in questions.drafts_made()] == [third.id, first.id, second.id]
    assert database.scalars(select(DraftSession)).all() == []
    assert len(database.scalars(select(RotaDraft)).all()) == 3
