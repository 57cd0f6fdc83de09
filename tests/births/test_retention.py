"""Each kind of record says who it is about for so long and no longer, and what goes leaves a proof."""

from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select, text

from registration.births.files.actions.erasing import KIND
from registration.births.models import Deletion
from registration.births.retention import actions, rules, running
from registration.births.retention.queries import due
from registration.births.rights.actions import Asked, ask
from registration.booking.actions import outcomes
from registration.booking.actions.contacts import contact_of, correct_contact
from registration.booking.invariants import broken_rows
from registration.booking.models import Booking, Journey
from registration.booking.rules.outcomes import Marking, Outcome
from registration.common.clock import london
from registration.common.times import spoken
from registration.families.actions import disclosed
from registration.families.models import CentreSignUp, Disclosure, Family, Membership
from registration.families.rules import Contact, Ruling
from registration.messages.models import Message
from tests.booking.appointments import booked, link
from tests.booking.world import BORN, TODAY, TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page, sign_in_as

RULES = {rule.kind: rule for rule in rules.RULES}
VISIT = at_time(TUESDAY, "10:00")


def later(**span):
    """Give a moment so long after the appointment of `mine` ended."""
    return VISIT + timedelta(**span)


def run(kind, now):
    return actions.delete_due(RULES[kind], "staff:5", now)


def rows(kind, now):
    return {each.title: each.rows for each in due(now)}[next(rule.title for rule in rules.RULES if rule.kind == kind)]


def fresh(database, model, key):
    database.expire_all()
    return database.get(model, key)


def test_a_booking_is_due_twelve_months_after_its_appointment_and_not_before(database, mine):
    other = booked(mine.centre_id, at_time(WEDNESDAY, "9:00"), email="b@example.org", mobile=None)
    at = datetime.fromisoformat("2027-11-24T09:59:59+00:00")

    assert (rows("bookings", at), run("bookings", at)) == (0, None)
    at += timedelta(seconds=2)
    assert rows("bookings", at) == 1
    done = run("bookings", at)

    assert (done.rows, done.digest) == (1, sha256(str(mine.family_id).encode()).hexdigest())
    assert "12 months after the appointment" in done.said
    assert (rows("bookings", at), run("bookings", at)) == (0, None)
    assert fresh(database, Family, other.family_id).name == other.name


def test_of_a_booking_that_is_gone_only_what_is_counted_is_left(database, mine, client):
    outcomes.mark(mine.public_id, Marking(Outcome("unable"), "other", "A note about her"), 0, "staff:7", later(hours=1))
    correct_contact(mine.public_id, Contact("New Name", "new@example.org", None, None, None), VISIT, tell=False)
    database.commit()
    before, amiss = database.get(Booking, mine.id).last_lawful_day, broken_rows()
    run("bookings", later(days=400))

    family, booking = fresh(database, Family, mine.family_id), fresh(database, Booking, mine.id)
    empty = (family.email, family.mobile, family.second_contact, family.letter_address, family.postcode)
    assert (family.name, family.access_needs, empty) == ("", "", (None,) * 5)
    assert (family.details_gone_at, family.home_centre_id) != (None, None)
    assert (booking.centre_id, booking.outcome, booking.begins_at) == (mine.centre_id, "unable", mine.start)
    assert (booking.email_key, booking.mobile_key) == (None, None)
    assert family.born == [TUESDAY]  # born on the Thursday before: in the first band, of which it is the first day
    assert booking.last_lawful_day == TUESDAY + timedelta(days=42) != before
    left = database.execute(text("SELECT note, reason, outcome FROM outcome")).all()
    assert left == [("", "other", "unable")]
    assert database.scalars(select(CentreSignUp)).all() == []
    said = database.execute(text("SELECT before, after FROM audit_event WHERE event = 'contact corrected'")).one()
    assert said == (None, {"emptied": True})
    assert "New Name" not in str(database.execute(text("SELECT before, after FROM audit_event")).all())
    assert client.get(link(mine)).status_code == 404
    assert broken_rows() == amiss


@pytest.mark.parametrize(
    ("days", "band"), [(2, 0), (14, 0), (15, 15), (28, 15), (29, 29), (35, 29), (36, 36), (42, 36), (43, 43), (90, 43)]
)
def test_how_late_a_family_registered_stays_to_be_counted(database, world, days, band):
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), births=(TUESDAY - timedelta(days=days),) * 2)
    run("bookings", later(days=400))

    assert rules.days_of_band(days) == band
    assert fresh(database, Family, made.family_id).born == [TUESDAY - timedelta(days=band)] * 2


def test_the_record_cannot_be_emptied_in_part_or_changed_under_that_name(database, mine):
    from sqlalchemy.exc import ProgrammingError

    for change in (
        "UPDATE audit_event SET after = '{}'",
        "UPDATE audit_event SET actor = 'nobody', before = NULL, after = '{\"emptied\": true}'",
    ):
        with pytest.raises(ProgrammingError, match="only ever added"), database.begin_nested():
            database.execute(text(change))


def test_a_wish_goes_thirty_days_after_the_appointment_it_waited_for(database, mine):
    assert run("wishes", later(days=29)) is None
    assert run("wishes", later(days=31)).rows == 1
    assert database.scalars(select(CentreSignUp)).all() == []


def test_of_a_message_that_one_was_sent_stays(database, mine):
    database.execute(text("UPDATE message SET state = 'sent' WHERE about = :id"), {"id": mine.public_id})
    count = len(database.scalars(select(Message)).all())
    written = datetime.fromisoformat("2026-11-22T09:00:00+00:00")

    assert run("messages", written + timedelta(days=89)) is None
    assert run("messages", written + timedelta(days=91)).rows == count
    database.expire_all()
    left = database.scalars(select(Message)).all()
    assert {(m.address, str(m.details), m.template) for m in left} == {("", "{}", "booking_confirmed")}
    assert len({m.address_digest for m in left}) == count
    assert {name: count for name, count in broken_rows().items() if count} == {}


def test_a_message_that_still_waits_is_left_alone(database, mine):
    assert run("messages", later(days=500)) is None


def test_answers_on_the_way_go_after_a_day(database, world):
    database.add(Journey(token_digest=b"x" * 32, answers={"born": ["2026-11-19"]}))
    database.flush()
    at = database.scalar(text("SELECT clock_timestamp()"))

    assert run("journeys", at + timedelta(hours=23)) is None
    assert run("journeys", at + timedelta(hours=25)).rows == 1


def test_to_whom_details_went_is_known_for_two_years(database, mine):
    disclosed({mine.family_id: Ruling.SAID_YES}, "list", "staff:3", TODAY, centre_id=mine.centre_id)
    at = database.scalar(select(Disclosure.at))

    assert run("disclosures", at + timedelta(days=729)) is None
    assert run("disclosures", at + timedelta(days=732)).rows == 1


def test_a_family_without_booking_goes_a_year_after_it_was_last_heard_of(database, world):
    contact = Contact("Ola Nowak", "ola@example.org", None, None, None)
    number = ask(Asked(contact, (BORN,), "HX5 0AB", "pl", share=True), "family", TODAY)
    at = fresh(database, Family, number).created_at

    assert run("families", at + timedelta(days=364)) is None
    database.add(
        Membership(
            family_id=number,
            centre_id=world.centres["elland"],
            joined_on=TODAY,
            source="centre",
            source_key="1",
            made_by="service",
        )
    )
    database.flush()
    assert run("families", at + timedelta(days=400)) is None, "it is still a member"
    database.execute(text("UPDATE membership SET left_on = :day"), {"day": date(2026, 12, 1)})
    assert run("families", at + timedelta(days=400)).rows == 1
    gone = fresh(database, Family, number)
    assert (gone.name, gone.email, gone.born) == ("", None, [BORN])


def test_more_than_a_batch_goes_in_several_with_a_proof_each(database, world, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    for number in range(5):
        database.add(Journey(token_digest=bytes([number]) * 32, answers={}))
    database.commit()
    at = database.scalar(text("SELECT clock_timestamp()")) + timedelta(days=3)

    done = list(running.delete_everything_due("service", at))

    assert [(each.kind, each.rows) for each in done] == [("journeys", 2), ("journeys", 2), ("journeys", 1)]
    assert [each.rows for each in database.scalars(select(Deletion).order_by(Deletion.id))] == [2, 2, 1]
    assert list(running.delete_everything_due("service", at)) == []


def test_what_was_interrupted_is_whole_or_not_at_all(database, mine, monkeypatch):
    def broken(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(actions, "proof", broken)
    with pytest.raises(KeyboardInterrupt):
        list(running.delete_everything_due("service", later(days=400)))

    assert fresh(database, Family, mine.family_id).name == mine.name
    assert contact_of(mine).name == mine.name


def test_the_command_says_what_is_due_and_deletes_nothing_on_a_dry_run(database, mine, runner, at):
    at("2028-01-01T09:00")
    said = runner.invoke(args=["retention", "run", "--dry-run"])
    assert (said.exit_code, "Bookings and their families: 1 due. 12 months after" in said.output) == (0, True)
    assert fresh(database, Family, mine.family_id).name == mine.name

    said = runner.invoke(args=["retention", "run"]).output
    assert "bookings: 1 gone." in said
    assert "Nothing was due." in runner.invoke(args=["retention", "run"]).output


def test_the_nightly_job_deletes_what_is_due(database, mine, at):
    from registration.births.retention.jobs import delete_due_records

    at("2028-01-01T02:41")
    delete_due_records(0)
    assert fresh(database, Family, mine.family_id).name == ""


@pytest.mark.parametrize("role", ["data_officer", "administrator", "auditor"])
def test_the_page_shows_every_rule_what_is_due_and_what_went(client, mine, at, role):
    sign_in_as(client, role)
    assert "Nothing was deleted yet" in page(client.get("/births/retention"))
    at("2028-01-01T09:00")
    done = run("bookings", later(days=400))
    said = page(client.get("/births/retention"))

    assert all(rule.title in said for rule in rules.RULES)
    when = london(later(days=400))
    assert f"{when:%-d %B %Y}, {spoken(when.time())} {rules.RULES[0].title} 1" in said
    assert rules.TITLES[KIND] == "Live births"
    assert done.digest[:16] in said


def test_others_do_not_see_it(client, world):
    sign_in_as(client, "centre_worker")
    assert client.get("/births/retention").status_code == 403


def test_one_of_a_unit_is_said_in_the_singular():
    assert RULES["wishes"].said(1) == "1 day after the wish or the appointment: deleted"
