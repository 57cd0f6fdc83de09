"""The pages of patterns, days, rooms and drafts, as a rota manager works with them and others read them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from registration.common.access import ROLES
from registration.common.audit import AuditEvent
from registration.rota.forms import patterns as forms_patterns
from registration.rota.models import CentreDay, DraftSession, PatternException, RotaDraft, Session, WorkingPattern
from registration.rota.queries.drafts import examine
from registration.rota.queries.planning import draft_sessions, patterns_between
from registration.staff.rules import ROTA_READERS
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, at_time
from tests.rota.plans import FIRST, LAST, decide, draft, half, otherwise, publish, works
from tests.staff.people import page, sent, sign_in_as

PAGES = ("/rota/patterns", "/rota/drafts", "/rota/days", "/rota/rooms")
TODAY = date(2026, 11, 22)


def last(database, model):
    database.expire_all()
    return database.scalars(select(model).order_by(model.id.desc())).first()


# ---- who may look


@pytest.mark.parametrize("role", ROLES)
def test_who_may_read_the_pages_of_the_rota_sees_no_button_to_change_it(client, world, role):
    works(world, "ann", half(world))
    otherwise(world, "ann", FIRST, reason="jury")
    decide(world, FIRST, is_open=False, reason="storm")
    made = draft()
    sign_in_as(client, role)
    paths = dict.fromkeys(PAGES, role in ROTA_READERS) | {
        f"/rota/patterns/{world.registrars['ann']}": role in ROTA_READERS
    }
    for path in ("/rota/drafts", f"/rota/drafts/{made.id}"):
        paths[path] = role in {"rota_manager", "administrator", "auditor"}
    for path, may in paths.items():
        answer = client.get(path)
        told = page(answer, 200 if may else 403)
        if may and role not in {"rota_manager", "administrator"}:
            assert "<button" not in answer.text.partition("<main")[2], path
            assert "jury" not in told or role == "auditor"
        assert "no-store" in answer.headers["Cache-Control"]


def test_what_is_not_there_is_not_found(manager):
    for path in ("/rota/patterns/0", "/rota/patterns/0/new", "/rota/drafts/0", "/rota/drafts/0/sessions/1"):
        page(manager.get(path), 404)
    for path in ("/rota/patterns/versions/0/end", "/rota/patterns/versions/0/remove", "/rota/drafts/0/publish"):
        page(manager.post(path), 404)


# ---- patterns


def test_patterns_are_listed_with_the_contract_and_what_comes(manager, world, database):
    database.execute(text("UPDATE registrar SET contracted_sessions = 1 WHERE id = :r"), {"r": world.registrars["ann"]})
    works(world, "ann", half(world, 1), half(world, 2, room=1))
    works(world, "ann", half(world, 3), first=date(2026, 12, 1))
    told = page(manager.get("/rota/patterns"))
    assert "Registrar Ann Monday morning: Elland Children’s Centre, any room, 9am to 12:30pm" in told
    assert "Tuesday morning: Elland Children’s Centre, Room 2, 9am to 12:30pm 2 of 1: too many" in told
    assert "Another pattern from Tuesday 1 December 2026" in told
    assert "Registrar Bo No pattern 0 No change known" in told


def test_a_registrar_who_left_is_not_listed(manager, world, database):
    database.execute(text("UPDATE registrar SET left_on = '2026-11-22' WHERE id = :r"), {"r": world.registrars["ann"]})
    assert "Registrar Ann" not in page(manager.get("/rota/patterns"))


def typed_week(**changes):
    return {"valid_from": "2026-11-30", "valid_to": ""} | changes


def test_a_new_pattern_begins_as_the_one_in_force_and_is_kept(manager, world, database):
    ann, elland = world.registrars["ann"], world.centres["elland"]
    works(world, "ann", half(world, 1, "9:15", "12:15", room=1))
    asked = manager.get(f"/rota/patterns/{ann}/new").text
    assert f'<option value="{elland}:{world.rooms["elland"][1]}" selected>' in asked
    assert 'value="09:15"' in asked
    typed = typed_week(
        place_1_morning=f"{elland}:{world.rooms['elland'][0]}",
        begins_1_morning="9:00",
        ends_1_morning="12.30",
        place_5_evening=str(world.centres["office"]),
        begins_5_evening="17:00",
        ends_5_evening="19:00",
    )
    sent(manager.post(f"/rota/patterns/{ann}/new", data=typed), f"/rota/patterns/{ann}")
    [kept] = [each for each in patterns_between(FIRST, FIRST).values() if each.registrar == ann]
    assert kept.half_days == (half(world, 1, room=0), half(world, 5, "17:00", "19:00", place="office"))
    told = page(manager.get(f"/rota/patterns/{ann}"))
    assert "From monday 5 january 2026 to sunday 29 november 2026 (now)".casefold() in told.casefold()
    assert "2 half-days." in told


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"valid_from": ""}, "Enter the first day"),
        ({"valid_from": "soon"}, "Enter a date like 24/11/2026"),
        ({"valid_from": "0001-01-01"}, "Enter a year from 2000 to 2100"),
        ({}, "Choose a centre for at least one half-day"),
        (
            {"place_1_morning": "E", "begins_1_morning": "9", "ends_1_morning": "12:00"},
            "Enter a time like 9:30 or 16:00",
        ),
        ({"place_1_morning": "E", "begins_1_morning": "9:00"}, "Enter a time like 9:30 or 16:00"),
        (
            {"place_1_morning": "E", "begins_1_morning": "13:00", "ends_1_morning": "14:00"},
            "A morning begins before 12:00",
        ),
        (
            {"place_1_morning": "E", "begins_1_morning": "9:00", "ends_1_morning": "9:00"},
            "The end must be after the beginning",
        ),
        (
            {"place_1_morning": "0", "begins_1_morning": "9:00", "ends_1_morning": "12:00"},
            "Choose one of those offered",
        ),
        (
            {"place_1_morning": "E", "begins_1_morning": "9:00", "ends_1_morning": "12:00", "valid_from": "2026-01-01"},
            "Registrar Ann already has a pattern from Monday 5 January 2026 until further notice",
        ),
    ],
)
def test_a_faulty_pattern_is_shown_again_with_what_is_wrong(manager, world, database, changes, sentence):
    works(world, "ann", half(world))
    typed = typed_week(**changes)
    typed = {name: str(world.centres["elland"]) if value == "E" else value for name, value in typed.items()}
    answer = manager.post(f"/rota/patterns/{world.registrars['ann']}/new", data=typed)
    assert sentence in page(answer, 422)
    assert len(database.scalars(select(WorkingPattern)).all()) == 1


def test_a_half_day_is_somewhere_else_in_every_second_week(manager, world, database):
    ann, elland, office = world.registrars["ann"], str(world.centres["elland"]), str(world.centres["office"])
    where = f"/rota/patterns/{ann}/new"
    plain = manager.get(where).text
    assert "Every second week is otherwise" in plain
    assert "other_1_morning" not in plain
    asked = page(manager.get(f"{where}?weeks=two"))
    assert "The week of Monday 23 November 2026 is a week A, that of Monday 16 November 2026 a week B." in asked
    assert "Where in weeks B" in asked
    times = {
        "begins_1_morning": "9:00",
        "ends_1_morning": "12:00",
        "begins_2_morning": "9:00",
        "ends_2_morning": "12:00",
    }
    times |= {
        "begins_3_morning": "9:00",
        "ends_3_morning": "12:00",
        "begins_4_morning": "9:00",
        "ends_4_morning": "12:00",
    }
    places = {
        "place_1_morning": elland,
        "other_1_morning": office,
        "place_2_morning": elland,
        "other_2_morning": "none",
    }
    places |= {"other_3_morning": office, "place_4_morning": elland, "other_4_morning": elland}
    sent(manager.post(where, data=typed_week(weeks="two") | times | places), f"/rota/patterns/{ann}")
    [kept] = [each for each in patterns_between(FIRST, FIRST).values() if each.registrar == ann]
    assert [(each.weekday, each.weeks, str(each.centre)) for each in kept.half_days] == [
        (1, "a", elland),
        (1, "b", office),
        (2, "a", elland),
        (3, "b", office),
        (4, "every", elland),
    ]
    told = page(manager.get(f"/rota/patterns/{ann}"))
    assert "Monday morning in weeks B: Halifax Register Office" in told
    assert "3 half-days." in told
    again = forms_patterns.shown(kept)
    assert [again.get(f"{box}_{day}_morning") for day in (1, 2, 3, 4) for box in ("place", "other")] == [
        elland, office, elland, "none", None, office, elland, None,
    ]  # fmt: skip


def test_a_fault_of_the_other_weeks_is_said_too(manager, world, database):
    where = f"/rota/patterns/{world.registrars['ann']}/new"
    other = {"other_1_morning": str(world.centres["office"]), "begins_1_morning": "13:00", "ends_1_morning": "14:00"}
    told = page(manager.post(where, data=typed_week() | other), 422)
    assert "A morning begins before 12:00" in told
    assert "Where in weeks B" in told
    assert "Enter a time like" in page(manager.post(where, data=typed_week() | other | {"ends_1_morning": ""}), 422)


def test_before_a_pattern_ends_another_for_good_somebody_says_what_comes_after(manager, world, database):
    ann, where = world.registrars["ann"], f"/rota/patterns/{world.registrars['ann']}/new"
    works(world, "ann", half(world))
    place = {"place_2_morning": str(world.centres["elland"]), "begins_2_morning": "9:00", "ends_2_morning": "12:00"}
    typed = typed_week(valid_to="2026-12-27") | place
    told = page(manager.post(where, data=typed), 422)
    assert "This ends the pattern that runs from Monday 5 January 2026 without an end." in told
    assert "From Monday 28 December 2026 Registrar Ann would have no pattern" in told
    assert "Choose what comes after this pattern" in told
    assert len(database.scalars(select(WorkingPattern)).all()) == 1
    assert "Choose what comes after" in page(manager.post(where, data=typed | {"then": "nonsense"}), 422)
    sent(manager.post(where, data=typed | {"then": "resume"}), f"/rota/patterns/{ann}")
    assert "From Monday 28 December 2026 until further notice" in page(manager.get(f"/rota/patterns/{ann}"))


def test_a_pattern_may_be_the_last_where_somebody_chose_that(manager, world, database):
    works(world, "ann", half(world))
    place = {"place_2_morning": str(world.centres["elland"]), "begins_2_morning": "9:00", "ends_2_morning": "12:00"}
    typed = typed_week(valid_to="2026-12-27", then="end") | place
    manager.post(f"/rota/patterns/{world.registrars['ann']}/new", data=typed)
    ends = database.scalars(select(WorkingPattern.valid_to).order_by(WorkingPattern.valid_from)).all()
    assert ends == [date(2026, 11, 29), date(2026, 12, 27)]


def test_a_version_is_ended_and_one_to_come_taken_out(manager, world, database):
    ann = world.registrars["ann"]
    made = works(world, "ann", half(world), last=date(2026, 11, 29))
    coming = works(world, "ann", half(world), first=date(2026, 12, 1))
    path = f"/rota/patterns/versions/{made.id}"
    assert "The next pattern is in force from" in page(
        manager.post(f"{path}/end", data={"last_day": "2026-12-31"}), 422
    )
    assert "Enter the last day it is in force" in page(manager.post(f"{path}/end", data={"last_day": "x"}), 422)
    sent(manager.post(f"{path}/end", data={"last_day": "2026-11-30"}), f"/rota/patterns/{ann}")
    assert "This pattern has begun" in page(manager.post(f"{path}/remove"), 409)
    sent(manager.post(f"/rota/patterns/versions/{coming.id}/remove"), f"/rota/patterns/{ann}")
    assert last(database, WorkingPattern).valid_to == date(2026, 11, 30)


def test_an_exception_is_kept_shown_and_taken_out(manager, world, database):
    ann = world.registrars["ann"]
    typed = {"day": "30/11/2026", "half": "morning", "place": "", "begins": "", "ends": "", "reason": " court  duty"}
    sent(manager.post(f"/rota/patterns/{ann}/exceptions", data=typed), f"/rota/patterns/{ann}")
    told = page(manager.get(f"/rota/patterns/{ann}"))
    assert "Monday 30 November 2026, morning No session court duty" in told
    typed |= {"place": str(world.centres["office"]), "begins": "10:00", "ends": "11:30"}
    manager.post(f"/rota/patterns/{ann}/exceptions", data=typed)
    assert "Halifax Register Office, any room, 10am to 11:30am" in page(manager.get(f"/rota/patterns/{ann}"))
    path = f"/rota/patterns/{ann}/exceptions/{last(database, PatternException).id}/remove"
    sent(manager.post(path), f"/rota/patterns/{ann}")
    assert "This exception is not there any more" in page(manager.post(path), 409)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day": ""}, "Enter the day"),
        ({"place": "E"}, "Enter a time like 9:30 or 16:00"),
        ({"place": "E", "begins": "10:00", "ends": "9:00"}, "The end must be after the beginning"),
    ],
)
def test_a_faulty_exception_is_shown_again(manager, world, changes, sentence):
    typed = {"day": "30/11/2026", "half": "morning", "place": "", "begins": "", "ends": "", "reason": ""} | changes
    typed = {name: str(world.centres["elland"]) if value == "E" else value for name, value in typed.items()}
    assert sentence in page(manager.post(f"/rota/patterns/{world.registrars['ann']}/exceptions", data=typed), 422)


# ---- days and rooms


def test_a_day_is_decided_and_taken_back(manager, world, database):
    assert "Friday 25 December 2026: Christmas Day" in page(manager.get("/rota/days"))
    typed = {"centre": str(world.centres["office"]), "day": "2026-12-25", "state": "open", "reason": "on duty"}
    sent(manager.post("/rota/days", data=typed), "/rota/days")
    manager.post("/rota/days", data=typed | {"centre": "", "day": "2026-12-24", "state": "closed", "reason": ""})
    told = page(manager.get("/rota/days"))
    assert "Friday 25 December 2026 Halifax Register Office Open on duty" in told
    assert "Thursday 24 December 2026 Every centre Closed" in told
    path = f"/rota/days/{last(database, CentreDay).id}/remove"
    sent(manager.post(path), "/rota/days")
    assert "Nothing is decided for this day any more" in page(manager.post(path), 409)


def test_a_day_that_cannot_be_decided_is_told_beside_the_field(manager, world, database):
    assert "Choose open or closed" in page(manager.post("/rota/days", data={"centre": "", "day": "2026-12-24"}), 422)
    world.session("elland", "ann", TUESDAY)
    reference = booked(world.centres["elland"], at_time(TUESDAY, "9:30")).reference
    database.commit()
    typed = {"centre": "", "day": TUESDAY.isoformat(), "state": "closed"}
    assert f"booked on Tuesday 24 November 2026: {reference}" in page(manager.post("/rota/days", data=typed), 422)


def test_rooms_are_added_renamed_and_taken_out(manager, world, database):
    typed = {"centre": str(world.centres["elland"]), "name": "Attic"}
    sent(manager.post("/rota/rooms", data=typed), "/rota/rooms")
    assert 'value="Attic"' in manager.get("/rota/rooms").text
    assert "has a room called Attic already" in page(manager.post("/rota/rooms", data=typed), 422)
    assert "Choose a centre" in page(manager.post("/rota/rooms", data={"name": "x"}), 422)
    path = f"/rota/rooms/{world.rooms['elland'][2]}"
    sent(manager.post(f"{path}/name", data={"name": "Cellar"}), "/rota/rooms")
    assert "has a room called Attic already" in page(manager.post(f"{path}/name", data={"name": "attic"}), 422)
    assert "Enter the name of the room" in page(manager.post(f"{path}/name", data={"name": ""}), 422)
    sent(manager.post(f"{path}/remove"), "/rota/rooms")
    assert "This room is not there any more" in page(manager.post(f"{path}/remove"), 409)


# ---- drafts


def test_a_draft_is_made_for_the_missing_weeks_read_and_published(manager, world, database):
    works(world, "ann", half(world, 1))
    asked = manager.get("/rota/drafts").text
    assert 'value="2026-11-23"' in asked
    assert 'value="2027-02-21"' in asked
    answer = manager.post("/rota/drafts", data={"first": "2026-11-30", "last": "2026-12-13", "name": "Advent"})
    made = last(database, RotaDraft)
    sent(answer, f"/rota/drafts/{made.id}")
    told = page(manager.get(f"/rota/drafts/{made.id}"))
    assert "Monday 30 November 2026 to Sunday 13 December 2026." in told
    assert "New: 2" in told
    assert "Conflicts: 0" in told
    assert "Mon 30 Nov 2026, 9am to 12:30pm Elland Children’s Centre Room 1 Registrar Ann New" in told
    mark = examine(made, TODAY).mark
    sent(manager.post(f"/rota/drafts/{made.id}/publish", data={"seen": mark}), f"/rota/drafts/{made.id}")
    assert len(database.scalars(select(Session)).all()) == 2
    told = page(manager.get(f"/rota/drafts/{made.id}"))
    assert "Published 22 November 2026, 9am: 2 new, 0 changed, 0 as before, 0 withdrawn" in told
    assert "The rota is published to Monday 7 December 2026" in page(manager.get("/rota/drafts"))


def test_a_faulty_span_is_told_beside_the_field(manager, world):
    told = page(manager.post("/rota/drafts", data={"first": "2026-11-22", "last": "2026-12-13"}), 422)
    assert "The first day must be after today" in told
    assert "Enter the last day" in page(manager.post("/rota/drafts", data={"first": "2026-11-23"}), 422)


def test_the_weeks_of_a_draft_are_turned_over(manager, world):
    works(world, "ann", half(world, 1))
    made = draft(FIRST, FIRST + timedelta(days=13))
    first = page(manager.get(f"/rota/drafts/{made.id}?week=nonsense"))
    assert "Week after" in first
    assert "Week before" not in first
    second = page(manager.get(f"/rota/drafts/{made.id}?week=2026-12-08"))
    assert "Mon 7 Dec 2026, 9am" in second
    assert "Week after" not in second
    assert "Mon 7 Dec 2026, 9am" in page(manager.get(f"/rota/drafts/{made.id}?week=2099-01-01"))


def test_conflicts_and_families_hit_are_named_and_hold_publishing_up(manager, world, database):
    world.session("elland", "bo", FIRST)
    reference = booked(world.centres["elland"], at_time(FIRST, "9:30")).reference
    works(world, "ann", half(world, 1), half(world, 1, "13:00", "13:20"))
    made = draft()
    answer = manager.get(f"/rota/drafts/{made.id}")
    told = page(answer)
    assert "Conflicts: 1 What is wrong Session It is shorter than one appointment, which takes 30 minutes" in told
    assert (
        f"Registrar Bo, Elland Children’s Centre, Room 1, Monday 30 November 2026, 9am to midday: 9:30am {reference}"
        in told
    )
    assert "Would be withdrawn" in told
    assert "Publish this rota" not in answer.text
    assert "This draft has conflicts" in page(manager.post(f"/rota/drafts/{made.id}/publish"), 409)
    short = next(each for each in draft_sessions(made.id) if each.ends.minute == 20)
    sent(
        manager.post(f"/rota/drafts/{made.id}/sessions/{short.key}/remove"),
        f"/rota/drafts/{made.id}?week=2026-11-30",
    )
    assert "would take families’ times away" in page(manager.post(f"/rota/drafts/{made.id}/publish"), 409)
    assert len(database.scalars(select(Session)).all()) == 1


def test_what_looks_otherwise_by_now_is_not_published(manager, world):
    works(world, "ann", half(world, 1))
    made = draft()
    told = page(manager.post(f"/rota/drafts/{made.id}/publish", data={"seen": "what it was"}), 409)
    assert "Something changed since you looked" in told


def test_the_effect_is_capacity_against_births_by_cluster_and_week(manager, world, database, at):
    at("2026-11-09T09:00")
    world.session("elland", "bo", date(2026, 11, 10))
    booked(world.centres["elland"], at_time(date(2026, 11, 10), "9:30"), births=(date(2026, 11, 2),))
    at("2026-11-22T09:00")
    works(world, "ann", half(world, 1, "9:00", "9:30"))
    works(world, "bo", half(world, 1, "9:00", "12:30"))
    publish(draft(FIRST, FIRST))
    made = draft(FIRST, FIRST + timedelta(days=7))
    told = page(manager.get(f"/rota/drafts/{made.id}"))
    assert "Calder Valley 1.0 told from 1 baby seen by now of 5 weeks of birth 8 8 now 0" in told
    assert "That is not the babies seen by now divided by their weeks of birth" in told
    assert "average of the appointments" not in told


def test_too_few_places_are_said_in_words(manager, world, database, at):
    at("2026-11-09T09:00")
    world.session("elland", "bo", date(2026, 11, 10))
    booked(world.centres["elland"], at_time(date(2026, 11, 10), "9:30"), births=(date(2026, 11, 2),))
    at("2026-11-22T09:00")
    assert "told from 1 baby seen by now of 5 weeks of birth 0 1 too few" in page(
        manager.get(f"/rota/drafts/{draft().id}")
    )


def test_a_draft_without_anything_says_so(manager, world):
    told = page(manager.get(f"/rota/drafts/{draft().id}"))
    assert "Nothing yet: there is neither a session nor a past appointment." in told
    assert "No session that week." in told


def test_what_makes_no_session_is_listed(manager, world):
    works(world, "ann", half(world, 1))
    decide(world, FIRST, is_open=False, reason="storm")
    told = page(manager.get(f"/rota/drafts/{draft().id}"))
    assert "Monday 30 November 2026, morning: Registrar Ann at Elland Children’s Centre: storm" in told


def test_a_session_of_a_draft_is_added_and_changed(manager, world, database):
    made = draft()
    path = f"/rota/drafts/{made.id}/sessions"
    assert 'value="2026-12-01"' in manager.get(f"{path}/new?day=2026-12-01").text
    typed = {
        "registrar": str(world.registrars["ann"]),
        "place": str(world.centres["elland"]),
        "day": "2026-12-01",
        "begins": "9:00",
        "ends": "12:00",
    }
    sent(manager.post(f"{path}/new", data=typed), f"/rota/drafts/{made.id}?week=2026-12-01")
    row = last(database, DraftSession)
    asked = manager.get(f"{path}/{row.id}").text
    assert f'<option value="{world.centres["elland"]}:{world.rooms["elland"][0]}" selected>' in asked
    sent(
        manager.post(f"{path}/{row.id}", data=typed | {"registrar": str(world.registrars["bo"])}),
        f"/rota/drafts/{made.id}?week=2026-12-01",
    )
    assert last(database, DraftSession).registrar_id == world.registrars["bo"]
    assert "The day must be one of the draft’s" in page(
        manager.post(f"{path}/new", data=typed | {"day": "2027-12-01"}), 422
    )
    assert "Enter a time like 9:30 or 16:00" in page(manager.post(f"{path}/new", data=typed | {"ends": ""}), 422)
    assert "This session is not in the draft any more" in page(manager.post(f"{path}/1/remove"), 409)
    page(manager.get(f"{path}/0"), 404)


def test_the_record_calls_a_draft_by_its_name(client, world):
    made = draft(name="Advent")
    sign_in_as(client, "auditor")
    assert f'<a class="govuk-link" href="/rota/drafts/{made.id}">Advent</a>' in client.get("/history").text


def test_a_draft_is_put_aside_once(manager, world):
    made = draft()
    sent(manager.post(f"/rota/drafts/{made.id}/discard"), "/rota/drafts")
    assert "Put aside" in page(manager.get("/rota/drafts"))
    assert "This draft was put aside." in page(manager.get(f"/rota/drafts/{made.id}"))
    assert "This draft was published or put aside already" in page(manager.post(f"/rota/drafts/{made.id}/discard"), 409)


def test_a_button_pressed_on_a_page_that_is_not_ours_changes_nothing(manager, world, database, app):
    made, version = draft(), works(world, "ann", half(world), first=date(2026, 12, 1))
    kept = otherwise(world, "ann", FIRST)
    decide(world, FIRST, is_open=False)
    row = last(database, CentreDay)
    session = f"/rota/drafts/{made.id}/sessions/1/remove"
    events = len(database.scalars(select(AuditEvent)).all())
    app.config["WTF_CSRF_CHECK_DEFAULT"], app.config["WTF_CSRF_ENABLED"] = False, True
    try:
        for path in (
            f"/rota/drafts/{made.id}/publish",
            f"/rota/drafts/{made.id}/discard",
            session,
            f"/rota/patterns/versions/{version.id}/remove",
            f"/rota/patterns/{world.registrars['ann']}/exceptions/{kept.id}/remove",
            f"/rota/days/{row.id}/remove",
            f"/rota/rooms/{world.rooms['elland'][2]}/remove",
        ):
            page(manager.post(path), 422)
    finally:
        app.config["WTF_CSRF_CHECK_DEFAULT"] = True
        app.config["WTF_CSRF_ENABLED"] = False
    assert len(database.scalars(select(AuditEvent)).all()) == events
    assert LAST > FIRST
