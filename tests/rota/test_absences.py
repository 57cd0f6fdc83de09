"""Registrars who are away: the spans of it, what it takes from families, and taking it back."""

import re
from datetime import date, datetime

import pytest
from sqlalchemy import select, text

from registration.booking.actions.holds import hold
from registration.booking.queries import openings
from registration.booking.queries.sessions import taken_in
from registration.booking.rules.requests import HoldRequest
from registration.common.audit import AuditEvent
from registration.common.clock import LONDON
from registration.rota.actions import absences
from registration.rota.actions.absences import (
    FamiliesBooked,
    NobodyAway,
    NoSuchAbsence,
    record_absence,
    withdraw_absence,
)
from registration.rota.models import Absence
from registration.rota.queries.absences import away_between
from registration.rota.rules.absences import ABSENCE_REASONS, away, span_text
from tests.booking.appointments import NOW as START
from tests.booking.appointments import booked, two_mornings
from tests.booking.world import BORN, MONDAY, NOW, TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page, sign_in_as

WHOLE_TUESDAY = away(TUESDAY, TUESDAY)


@pytest.fixture
def world(database):
    return two_mornings()


@pytest.fixture
def ill(world):
    """Put registrars down as away: ill("ann", span)."""

    def record(*who, span=WHOLE_TUESDAY, reason="sickness", **more):
        return record_absence([world.registrars[name] for name in who], *span, reason, "", "staff:7", **more)

    return record


def free(registrar, day):
    return [
        opening
        for opening in openings(at_time(day, "0:00"), at_time(day, "23:59"))
        if opening.registrar_id == registrar and opening.load < opening.end - opening.begin
    ]


# ---- spans


def test_whole_days_are_whole_civil_days_also_when_the_clocks_change():
    begins, ends = away(date(2027, 3, 28), date(2027, 3, 28))
    assert (ends.timestamp() - begins.timestamp()) / 3600 == 23
    begins, ends = away(date(2026, 10, 25), date(2026, 10, 25))
    assert (ends.timestamp() - begins.timestamp()) / 3600 == 25


@pytest.mark.parametrize(
    ("halves", "clocks"),
    [({"from_midday": True}, (13, 0)), ({"to_midday": True}, (0, 13)), ({}, (0, 0))],
)
def test_half_days_begin_or_end_at_one(halves, clocks):
    assert tuple(moment.hour for moment in away(MONDAY, MONDAY, **halves)) == clocks


@pytest.mark.parametrize(
    ("first", "last", "halves", "sentence"),
    [
        (TUESDAY, MONDAY, {}, "must be the first day or after"),
        (MONDAY, MONDAY, {"from_midday": True, "to_midday": True}, "not both"),
        (MONDAY, date(2027, 11, 25), {}, "a year at most"),
    ],
)
def test_a_span_that_is_none_is_refused_with_a_sentence(first, last, halves, sentence):
    with pytest.raises(ValueError, match=sentence):
        away(first, last, **halves)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (away(MONDAY, MONDAY), "Monday 23 November 2026"),
        (away(MONDAY, MONDAY, to_midday=True), "Monday 23 November 2026, morning"),
        (away(MONDAY, MONDAY, from_midday=True), "Monday 23 November 2026, afternoon"),
        (
            away(MONDAY, WEDNESDAY, from_midday=True),
            "Monday 23 November 2026, from midday to Wednesday 25 November 2026",
        ),
        (
            away(MONDAY, WEDNESDAY, to_midday=True),
            "Monday 23 November 2026 to Wednesday 25 November 2026, to midday",
        ),
        (
            (datetime(2026, 11, 23, 9, 30, tzinfo=LONDON), datetime(2026, 11, 23, 11, tzinfo=LONDON)),
            "Monday 23 November 2026, from 9:30am, to 11am",
        ),
        (
            (datetime(2026, 11, 23, 9, 30, tzinfo=LONDON), datetime(2026, 11, 24, 11, tzinfo=LONDON)),
            "Monday 23 November 2026, from 9:30am to Tuesday 24 November 2026, to 11am",
        ),
    ],
)
def test_a_span_is_said_as_people_do(span, said):
    assert span_text(*span) == said


# ---- recording


def test_who_is_away_is_offered_to_nobody_and_it_stands_in_the_record(database, world, ill):
    [made] = ill("ann")

    assert not free(world.registrars["ann"], TUESDAY)
    assert free(world.registrars["ann"], WEDNESDAY)
    assert (made.reason, made.made_by, made.state) == ("sickness", "staff:7", "planned")
    event = database.scalars(select(AuditEvent).where(AuditEvent.event == "put down as away")).one()
    assert (event.about, event.actor) == (f"registrar:{world.registrars['ann']}", "staff:7")
    assert event.after["reason"] == "sickness"


def test_several_are_put_down_at_once_and_the_same_again_changes_nothing(database, ill):
    first = ill("ann", "bo", reason="training")
    again = ill("bo", "ann", reason="training")

    assert [absence.id for absence in again] == [absence.id for absence in first]
    assert [away.registrar for away in away_between(*WHOLE_TUESDAY)] == ["Registrar Ann", "Registrar Bo"]
    assert (
        database.scalars(select(AuditEvent.event).where(AuditEvent.event == "put down as away")).all()
        == ["put down as away"] * 2
    )


def test_nobody_at_all_and_a_reason_that_is_none_are_refused(ill):
    with pytest.raises(NobodyAway):
        ill()
    with pytest.raises(ValueError, match="hangover"):
        ill("ann", reason="hangover")


def test_where_families_are_booked_all_of_them_are_named(world, ill):
    late = booked(world.centres["elland"], at_time(TUESDAY, "10:00"), email="b@example.org", mobile=None)
    early = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))

    with pytest.raises(FamiliesBooked) as refused:
        ill("ann", "bo", unless_taken=taken_in)

    told = [(hit.registrar, hit.centre, hit.taken.reference) for hit in refused.value.hits]
    assert told == [
        ("Registrar Ann", "Sunshine Children’s Centre", early.reference),
        ("Registrar Bo", "Elland Children’s Centre", late.reference),
    ]


def test_a_family_booked_in_the_other_half_of_the_session_is_not_in_the_way(database, world, ill):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    half_past = at_time(TUESDAY, "9:30"), at_time(TUESDAY, "11:00")

    assert ill("ann", span=half_past, unless_taken=taken_in)
    [left] = [o for o in openings(*WHOLE_TUESDAY) if o.registrar_id == world.registrars["ann"]]
    assert left.load == 120


def test_whoever_settles_the_families_may_put_them_down_in_any_case(world, ill):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    assert ill("ann")


# ---- taking it back


def test_an_absence_taken_back_gives_the_times_again(database, world, ill):
    [made] = ill("ann")
    withdraw_absence(made.id, "staff:8")

    assert free(world.registrars["ann"], TUESDAY)
    assert away_between(*WHOLE_TUESDAY) == []
    event = database.scalars(select(AuditEvent).where(AuditEvent.event == "took back the absence")).one()
    assert (event.before["state"], event.after["state"], event.actor) == ("planned", "withdrawn", "staff:8")


def test_what_is_taken_back_cannot_be_taken_back_again(ill):
    [made] = ill("ann")
    withdraw_absence(made.id, "staff:8")
    with pytest.raises(NoSuchAbsence):
        withdraw_absence(made.id, "staff:8")


def test_one_taken_back_may_be_put_down_anew(database, ill):
    [made] = ill("ann")
    withdraw_absence(made.id, "staff:8")
    [anew] = ill("ann")

    assert anew.id != made.id
    states = database.execute(select(Absence.state).order_by(Absence.id)).scalars().all()
    assert states == ["withdrawn", "planned"]


def test_only_those_asked_about_are_listed(world, ill):
    ill("ann", "bo")
    assert [away.registrar for away in away_between(*WHOLE_TUESDAY, [world.registrars["bo"]])] == ["Registrar Bo"]


def test_every_reason_kept_can_be_read():
    assert all(title and not title.endswith(".") for title in ABSENCE_REASONS.values())
    assert absences.PLANNED == "planned"


def test_the_centres_day_is_drawn_anew_for_families(database, world, ill):
    stamps = text("SELECT stamp FROM session WHERE registrar_id = :who ORDER BY id")
    before = database.execute(stamps, {"who": world.registrars["ann"]}).scalars().all()
    ill("ann")
    after = database.execute(stamps, {"who": world.registrars["ann"]}).scalars().all()
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True]


# ---- pages

TYPED = {
    "first-day": "24",
    "first-month": "11",
    "first-year": "2026",
    "last-day": "25",
    "last-month": "11",
    "last-year": "2026",
    "reason": "annual_leave",
    "note": "",
}


@pytest.fixture
def manager(at, client, world):
    at(NOW)
    sign_in_as(client, "rota_manager")
    return client


def test_somebody_is_put_down_as_away_and_taken_back_on_the_pages(database, world, manager):
    asked = manager.get(f"/rota/absences/add?registrar={world.registrars['ann']}")
    page(asked)
    assert re.search(rf'value="{world.registrars["ann"]}" checked', asked.text)
    typed = TYPED | {"registrars": [world.registrars["ann"], world.registrars["dev"]], "from_midday": "y"}
    answer = manager.post("/rota/absences/add", data=typed)
    assert answer.headers["Location"] == "/rota/absences"
    said = page(manager.get("/rota/absences"))
    when = "Tuesday 24 November 2026, from midday to Wednesday 25 November 2026 Annual leave"
    assert f"Registrar Ann {when}" in said
    assert f"Registrar Dev {when}" in said

    [absence] = database.scalars(select(Absence).where(Absence.registrar_id == world.registrars["dev"])).all()
    manager.post(f"/rota/absences/{absence.id}/withdraw")
    assert "Registrar Dev" not in page(manager.get("/rota/absences"))
    again = page(manager.post(f"/rota/absences/{absence.id}/withdraw"), 409)
    assert "This absence is not planned any more" in again


def test_where_families_are_booked_the_page_lists_them_and_leads_to_cover(database, world, manager):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    hold(HoldRequest(world.centres["sunshine"], at_time(TUESDAY, "10:00"), (BORN,), interpreter=False), START)
    database.commit()
    typed = TYPED | {"registrars": [world.registrars["ann"], world.registrars["dev"]], "to_midday": "y"}
    answer = manager.post("/rota/absences/add", data=typed)
    said = page(answer, 422)

    assert "2 families are booked in this time" in said
    assert f"Tuesday 24 November, 9am, Sunshine Children’s Centre, with Registrar Ann: {mine.reference}" in said
    assert "a family is booking just now" in said
    link = f"/cover/new?registrar={world.registrars['ann']}&amp;from=2026-11-24&amp;to=2026-11-25"
    assert link in answer.text
    assert "Plan cover for Registrar Dev" not in said
    assert database.scalars(select(Absence)).all() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"registrars": []}, "Choose at least one registrar"),
        ({"registrars": ["0"]}, "Choose one of those offered"),
        ({"first-day": ""}, "First day must include a day"),
        ({"last-day": "23"}, "The last day must be the first day or after it"),
        ({"reason": ""}, "Choose why"),
        ({"note": "x" * 201}, "200 letters or fewer"),
    ],
)
def test_what_cannot_be_is_said(database, world, manager, wrong, sentence):
    typed = TYPED | {"registrars": [world.registrars["ann"]]} | wrong
    assert sentence in page(manager.post("/rota/absences/add", data=typed), 422)
    assert database.scalars(select(Absence)).all() == []


def test_a_button_pressed_on_a_page_that_is_not_ours_takes_nothing_back(app, database, ill, manager, monkeypatch):
    [absence] = ill("ann")
    database.commit()
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setitem(app.config, "WTF_CSRF_CHECK_DEFAULT", False)
    assert "Press the button on this page." in page(manager.post(f"/rota/absences/{absence.id}/withdraw"), 422)
    page(manager.post(f"/rota/registrars/{absence.registrar_id}/stay"), 400)
    assert absence.state == "planned"


def test_without_absences_the_page_says_so(client, world):
    sign_in_as(client, "registrar")
    assert "Nobody is away." in page(client.get("/rota/absences"))
