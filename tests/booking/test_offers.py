"""Offers of another time, and bookings whose registrar is away, on a real database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from registration.booking import jobs
from registration.booking.actions import changes, offers
from registration.booking.actions.holds import hold
from registration.booking.actions.refusals import AlreadyOffered, CannotChange, NotOffered, OfferOver, SlotTaken
from registration.booking.invariants import broken_rows
from registration.booking.queries import appointment_by_id
from registration.booking.queries.displaced import displaced, hits, is_displaced, live_among
from registration.booking.queries.offers import latest_offer, offer_by_id, offers_of
from registration.booking.rules.requests import HoldRequest
from registration.messages.models import Message, StaffTask
from registration.rota.models import Absence
from tests.booking.appointments import NOW, booked, link
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, at_time

NINE, TEN = at_time(TUESDAY, "9:00"), at_time(TUESDAY, "10:00")
EVENING = datetime(2026, 11, 23, 20, tzinfo=UTC)


@pytest.fixture
def mine(world):
    """A family's booking at Sunshine on Tuesday at nine."""
    return booked(world.centres["sunshine"], NINE)


def away(database, world, who="ann", day=TUESDAY):
    """Put a registrar out of the way for a day."""
    begins = at_time(day, "0:00")
    made = Absence(
        registrar_id=world.registrars[who],
        begins_at=begins,
        ends_at=begins + timedelta(days=1),
        reason="sickness",
        made_by="staff:1",
    )
    database.add(made)
    database.flush()
    return made


def elland(world, mine, cause="cover", start=TEN, answer_by=EVENING, **more):
    """Keep ten o'clock at Elland for a family."""
    return offers.keep(
        mine.public_id, world.centres["elland"], start, cause=cause, answer_by=answer_by, now=NOW, **more
    )


def sent(world, mine, cause="cover"):
    made = elland(world, mine, cause)
    offers.send(made.id, NOW)
    return made


def run_out(database, made):
    late = text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE offer_id = :id")
    assert database.execute(late, {"id": made.id}).rowcount == 1


def state(made):
    return offer_by_id(made.public_id).state


def tasks(database):
    database.expire_all()
    return [each.sentence for each in database.scalars(select(StaffTask).where(StaffTask.done_at.is_(None)))]


def filled(database):
    rows = database.execute(text("SELECT kind, begins_at, booking_id, offer_id FROM occupancy ORDER BY begins_at, id"))
    return [tuple(row) for row in rows]


def messages(database, mine):
    found = database.scalars(select(Message).where(Message.about == mine.public_id).order_by(Message.created))
    return sorted((m.template, m.channel) for m in found if m.state == "queued")


# ---- whose time does not stand


def test_a_booking_is_displaced_while_its_registrar_is_away_then(database, world, mine):
    assert not is_displaced(mine.id)
    absence = away(database, world)
    assert is_displaced(mine.id)
    assert [hit.reference for hit in displaced(NOW)] == [mine.reference]
    absence.state = "withdrawn"
    database.flush()
    assert not is_displaced(mine.id)
    assert displaced(NOW) == []


def test_an_absence_on_another_day_or_of_another_registrar_displaces_nobody(database, world, mine):
    away(database, world, day=WEDNESDAY)
    away(database, world, who="bo")
    assert not is_displaced(mine.id)


def test_those_who_would_be_hit_are_listed_with_the_least_days_left_first(database, world, mine):
    older = booked(
        world.centres["sunshine"], TEN, births=(BORN - timedelta(days=9),), email="b@example.org", mobile=None
    )
    found = hits([world.registrars["ann"]], NINE, at_time(TUESDAY, "23:00"), NOW)
    assert [(hit.reference, hit.start) for hit in found] == [(older.reference, TEN), (mine.reference, NINE)]
    assert found[0].births == older.births
    assert hits([world.registrars["ann"]], at_time(TUESDAY, "9:30"), TEN, NOW) == []
    assert hits([world.registrars["ann"]], NINE, TEN, NINE + timedelta(hours=3)) == []
    changes.cancel(older.public_id, NOW)
    assert [hit.booking_id for hit in live_among([mine.id, older.id])] == [mine.id]


def test_a_family_is_not_reminded_of_a_time_that_does_not_stand(database, world, mine, at):
    database.execute(text("UPDATE booking SET changed_at = '2026-11-01' WHERE id = :id"), {"id": mine.id})
    away(database, world)
    at("2026-11-22T10:30")
    jobs.remind_families(0)
    assert "reminder_two_days" not in [template for template, _ in messages(database, mine)]


# ---- keeping and sending


def test_a_time_kept_is_filled_and_the_family_has_its_old_one_too(database, world, mine):
    made = elland(world, mine)
    assert filled(database) == [("booking", NINE, mine.id, None), ("hold", TEN, None, made.id)]
    assert (made.start, made.end, made.booking_public_id) == (TEN, TEN + timedelta(minutes=30), mine.public_id)
    assert state(made) == "kept"
    assert latest_offer(mine.id) is None  # nobody has told the family yet
    with pytest.raises(SlotTaken):
        hold(HoldRequest(world.centres["elland"], TEN, (BORN,), interpreter=False), NOW)


def test_one_family_has_one_open_offer(world, mine):
    elland(world, mine)
    with pytest.raises(AlreadyOffered):
        elland(world, mine, start=at_time(TUESDAY, "9:30"))


def test_a_taken_time_one_not_offered_and_one_too_soon_are_not_kept(database, world, mine):
    booked(world.centres["elland"], TEN, email="b@example.org", mobile=None)
    with pytest.raises(SlotTaken):
        elland(world, mine)
    with pytest.raises(NotOffered):
        elland(world, mine, start=at_time(TUESDAY, "15:00"))
    with pytest.raises(NotOffered):
        elland(world, mine, start=NOW)
    with pytest.raises(NotOffered):
        elland(world, mine, start=at_time(TUESDAY, "9:30"), session_id=mine.session_id)
    assert [kind for kind, *_ in filled(database)] == ["booking", "booking"]


def test_a_time_another_keeps_is_kept_once_that_has_run_out(database, world, mine):
    hold(HoldRequest(world.centres["elland"], TEN, (BORN,), interpreter=False), NOW)
    with pytest.raises(SlotTaken):
        elland(world, mine)
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold'"))
    assert elland(world, mine).start == TEN


def test_a_registrar_whose_time_is_filled_in_the_same_moment_is_passed_over(database, world, mine):
    second = world.session("elland", "cleo", TUESDAY, "9:00", "11:00", room=1)
    filled_elsewhere = text("""
        INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until)
        VALUES (:session, :bo, :ten, :ten + interval '30 minutes', 'hold', clock_timestamp() + interval '1 hour')""")
    database.execute(filled_elsewhere, {"session": mine.session_id, "bo": world.registrars["bo"], "ten": TEN})
    assert elland(world, mine).session_id == second.id


def test_nothing_is_kept_for_a_booking_that_is_cancelled_or_past(world, mine):
    with pytest.raises(CannotChange):
        offers.keep(mine.public_id, world.centres["elland"], TEN, cause="cover", answer_by=EVENING, now=NINE)
    changes.cancel(mine.public_id, NOW)
    with pytest.raises(CannotChange):
        elland(world, mine)


def test_a_family_is_told_of_the_time_kept_and_of_its_old_one(database, world, mine):
    made = elland(world, mine)
    offers.send(made.id, NOW)
    assert ("offer_cover", "email") in messages(database, mine)
    assert ("offer_cover", "sms") in messages(database, mine)
    told = database.scalars(select(Message).where(Message.template == "offer_cover")).first()
    assert told.details["when"] == TEN.isoformat()
    assert told.details["was"] == mine.start.isoformat()
    assert told.details["centre"] == "Elland Children’s Centre"
    assert told.use_until == EVENING
    assert latest_offer(mine.id).stands
    with pytest.raises(OfferOver):
        offers.send(made.id, NOW)


def test_sending_gives_a_family_its_own_time_to_answer(database, world, mine):
    made = elland(world, mine, answer_by=NOW + timedelta(minutes=30))
    offer = offers.send(made.id, NOW, EVENING)
    assert offer.answer_by == EVENING
    left = database.execute(text("SELECT until - clock_timestamp() FROM occupancy WHERE kind = 'hold'")).scalar_one()
    assert timedelta(hours=34) < left <= EVENING - NOW


def test_what_is_not_kept_any_more_is_not_sent(database, world, mine):
    made = elland(world, mine)
    run_out(database, made)
    with pytest.raises(OfferOver):
        offers.send(made.id, NOW)


# ---- answering


def test_accepting_swaps_the_times_in_one_stroke_and_tells_the_family(database, world, mine):
    away(database, world)
    made = sent(world, mine)
    after = offers.accept(made.public_id, NOW)
    assert (after.centre, after.start, after.version) == ("Elland Children’s Centre", TEN, mine.version + 1)
    assert filled(database) == [("booking", TEN, mine.id, None)]
    assert state(made) == "accepted"
    assert messages(database, mine) == [("booking_moved", "email"), ("booking_moved", "sms")]
    assert not is_displaced(mine.id)
    assert offers.accept(made.public_id, NOW) == after
    assert not any(broken_rows().values())


def test_a_lost_time_that_has_passed_meanwhile_does_not_keep_a_family_from_accepting(database, world, mine):
    away(database, world)
    made = sent(world, mine)
    assert offers.accept(made.public_id, NINE + timedelta(minutes=10)).start == TEN


def test_an_offer_that_ran_out_was_declined_or_is_unknown_is_not_accepted(database, world, mine):
    made = sent(world, mine)
    run_out(database, made)
    with pytest.raises(OfferOver):
        offers.accept(made.public_id, NOW)
    with pytest.raises(OfferOver):
        offers.accept(mine.public_id, NOW)
    offers.decline(made.public_id, NOW)
    with pytest.raises(OfferOver):
        offers.accept(made.public_id, NOW)
    assert appointment_by_id(mine.public_id) == mine


def test_a_time_whose_own_registrar_fell_ill_is_not_accepted(database, world, mine):
    made = sent(world, mine)
    away(database, world, who="bo")
    assert not latest_offer(mine.id).stands
    with pytest.raises(OfferOver):
        offers.accept(made.public_id, NOW)


def test_an_earlier_time_is_not_accepted_once_the_own_time_or_itself_has_passed(world, mine):
    made = sent(world, mine, "waiting_list")
    with pytest.raises(CannotChange):
        offers.accept(made.public_id, NINE)


def test_a_time_that_has_begun_is_not_accepted(database, world, mine):
    away(database, world)
    made = sent(world, mine)
    with pytest.raises(OfferOver):
        offers.accept(made.public_id, TEN)


def test_a_family_that_declines_is_rung_where_its_time_does_not_stand(database, world, mine):
    away(database, world)
    made = sent(world, mine)
    offers.decline(made.public_id, NOW)
    offers.decline(made.public_id, NOW)
    assert state(made) == "declined"
    assert filled(database) == [("booking", NINE, mine.id, None)]
    [asked] = tasks(database)
    assert mine.reference in asked
    assert "did not want the time offered" in asked
    assert "31 December" in asked
    changes.move(mine.public_id, world.centres["elland"], TEN, NOW)
    assert tasks(database) == []


def test_a_family_that_keeps_its_own_time_is_not_rung(database, world, mine):
    made = sent(world, mine, "waiting_list")
    assert ("offer_earlier", "sms") in messages(database, mine)
    offers.decline(made.public_id, NOW)
    assert tasks(database) == []
    with pytest.raises(OfferOver):
        offers.decline(mine.public_id, NOW)


def test_only_what_was_sent_can_be_declined(world, mine):
    made = elland(world, mine)
    with pytest.raises(OfferOver):
        offers.decline(made.public_id, NOW)


def test_a_family_that_takes_its_cancellation_back_is_rung_for_its_time_does_not_stand(database, world, mine):
    away(database, world)
    sent(world, mine)
    changes.cancel(mine.public_id, NOW)
    assert tasks(database) == []
    changes.undo_cancel(mine.public_id, NOW)
    assert "took their cancellation back" in tasks(database)[0]


def test_a_quiet_swap_needs_the_familys_own_centre_and_time_and_a_time_that_is_kept(database, world, mine):
    made = elland(world, mine)
    with pytest.raises(OfferOver):
        offers.swap_quietly(made.id, NOW)
    offers.withdraw(made.id, NOW)
    with pytest.raises(OfferOver):
        offers.swap_quietly(made.id, NOW)
    world.session("sunshine", "cleo", TUESDAY, "9:00", "10:00", room=1)
    same = offers.keep(mine.public_id, world.centres["sunshine"], NINE, cause="cover", answer_by=EVENING, now=NOW)
    after = offers.swap_quietly(same.id, NOW)
    assert (after.start, after.version) == (mine.start, mine.version)
    assert after.session_id != mine.session_id
    assert not any(broken_rows().values())


# ---- its end


def test_an_offer_lapses_once_its_time_has_run_out_and_a_person_rings(database, world, mine):
    made = sent(world, mine)
    jobs.lapse_offers(0)
    assert state(made) == "sent"
    run_out(database, made)
    jobs.lapse_offers(0)
    assert state(made) == "lapsed"
    assert "they have not answered" in tasks(database)[0]
    assert offers.lapse_due(NOW) == 0


def test_what_was_kept_and_never_sent_ends_quietly(database, world, mine):
    made = elland(world, mine)
    run_out(database, made)
    assert offers.lapse_due(NOW) == 1
    assert state(made) == "withdrawn"
    assert tasks(database) == []


def test_an_earlier_time_lapses_without_a_call(database, world, mine):
    run_out(database, sent(world, mine, "waiting_list"))
    offers.lapse_due(NOW)
    assert tasks(database) == []


def test_withdrawing_frees_the_time_and_calls_back_what_was_written(database, world, mine):
    made = sent(world, mine)
    assert offers.withdraw(made.id, NOW)
    assert not offers.withdraw(made.id, NOW)
    assert filled(database) == [("booking", NINE, mine.id, None)]
    assert not any(template.startswith("offer") for template, _ in messages(database, mine))
    again = elland(world, mine)
    offers.send(again.id, NOW)
    assert ("offer_cover", "sms") in messages(database, mine)
    assert [offer.state for offer in offers_of(mine.id)] == ["sent", "withdrawn"]


@pytest.mark.parametrize("change", ["move", "cancel", "bereavement"])
def test_a_family_that_changes_its_booking_lets_the_offer_go(database, world, mine, change):
    made = sent(world, mine)
    if change == "move":
        assert changes.move(mine.public_id, world.centres["elland"], TEN, NOW).start == TEN
    elif change == "cancel":
        changes.cancel(mine.public_id, NOW)
    else:
        changes.cancel_for_bereavement(mine.public_id, NOW)
    assert state(made) == "withdrawn"
    assert not any(template.startswith("offer") for template, _ in messages(database, mine))
    assert not any(broken_rows().values())


def test_offers_with_a_registrar_who_is_away_then_are_taken_back(world, mine):
    made = sent(world, mine)
    nobody = offers.withdraw_with(world.registrars["ann"], NINE, EVENING + timedelta(days=1), NOW)
    assert (nobody, state(made)) == ([], "sent")
    [family] = offers.withdraw_with(world.registrars["bo"], NINE, EVENING + timedelta(days=1), NOW)
    assert (family.reference, state(made)) == (mine.reference, "withdrawn")


# ---- the family's page


def test_a_family_takes_the_time_on_its_page(client, database, world, mine, at):
    at("2026-11-22T09:00")
    away(database, world)
    made = sent(world, mine)
    page = client.get(link(mine))
    assert "cannot go ahead" in page.text
    assert f"{link(mine)}/offer" in page.text
    page = client.get(f"{link(mine)}/offer")
    assert "We are keeping another appointment for you" in page.text
    assert "Tuesday 24 November 2026, 10am to 10:30am" in page.text
    assert "until Monday 23 November at 8pm" in page.text
    assert "It does not suit me: please call me" in page.text
    answer = client.post(f"{link(mine)}/offer", data={"offer": str(made.public_id), "answer": "accept"})
    assert answer.location.endswith("/moved")
    assert "Elland" in client.get(answer.location).text
    assert client.get(f"{link(mine)}/offer").location == link(mine)
    assert "cannot go ahead" not in client.get(link(mine)).text


def test_a_family_that_wants_neither_is_told_it_will_be_rung(client, database, world, mine, at):
    at("2026-11-22T09:00")
    away(database, world)
    made = sent(world, mine)
    answer = client.post(f"{link(mine)}/offer", data={"offer": str(made.public_id), "answer": "decline"})
    assert "We will call you" in client.get(answer.location).text
    assert "We will call you" in client.get(link(mine)).text
    database.commit()
    again = client.post(f"{link(mine)}/offer", data={"offer": str(made.public_id), "answer": "accept"})
    assert again.status_code == 409


def test_a_family_keeps_the_time_it_has(client, world, mine, at):
    at("2026-11-22T09:00")
    made = sent(world, mine, "waiting_list")
    assert "come free" in client.get(link(mine)).text
    assert "Keep the appointment I have" in client.get(f"{link(mine)}/offer").text
    answer = client.post(f"{link(mine)}/offer", data={"offer": str(made.public_id), "answer": "decline"})
    assert answer.location == link(mine)
    page = client.get(f"{link(mine)}/offer")
    assert "Nothing has changed" in page.text


def test_an_answer_that_says_nothing_or_is_to_another_offer_changes_nothing(client, database, world, mine, at):
    at("2026-11-22T09:00")
    assert client.get(f"{link(mine)}/offer").status_code == 303
    assert client.post(f"{link(mine)}/offer").status_code == 303
    made = sent(world, mine)
    database.commit()  # a page that refuses undoes what was not kept before it
    assert client.post(f"{link(mine)}/offer", data={"offer": str(made.public_id)}).status_code == 422
    other = client.post(f"{link(mine)}/offer", data={"offer": str(mine.public_id), "answer": "accept"})
    assert other.status_code == 409
    assert state(made) == "sent"


def test_the_record_names_what_was_offered_and_what_became_of_it(database, world, mine):
    world.session("sunshine", "cleo", TUESDAY, "9:00", "10:00", room=1)
    same = offers.keep(mine.public_id, world.centres["sunshine"], NINE, cause="cover", answer_by=EVENING, now=NOW)
    offers.swap_quietly(same.id, NOW)
    event, after = database.execute(text("SELECT event, after FROM audit_event ORDER BY id DESC LIMIT 1")).one()
    assert event == "given another registrar"
    assert after["centre"] == world.centres["sunshine"]
    assert (datetime.fromisoformat(after["start"]), after["cause"]) == (NINE, "cover")
