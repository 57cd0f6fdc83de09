"""What a family does with its booking behind the secret link: on real pages, with a real database."""

import re
from datetime import UTC, date, timedelta

import icalendar
import pytest
from sqlalchemy import select, text

from registration.booking.actions import changes
from registration.booking.queries import appointment_by_id
from registration.booking.rules.attendance import Attending, Parents
from registration.families.models import CentreSignUp, SharingAnswer
from registration.families.queries import shares
from registration.families.rules import SHARING_WORDING
from registration.messages.models import Message
from tests.booking.appointments import NOW, booked, link, two_mornings
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, at_time, make_world, minute_of
from tests.staff.people import page

HALF_PAST_NINE = at_time(TUESDAY, "9:30")
ORDER = [
    "When and where",
    "Who must come",
    "What to bring",
    "Last day to register",
    "Add to your calendar",
    "Change or cancel",
    "What happens there",
    "While you are there",
    "Come back to the centre",
    "How we use your details",
    "If others use this device",
]


@pytest.fixture
def world(client, at):
    at("2026-11-22T09:00")
    return two_mornings()


@pytest.fixture
def mine(world):
    """A family's booking at Sunshine on Tuesday at half past nine."""
    return booked(world.centres["sunshine"], HALF_PAST_NINE)


def choice(world, place, day, clock):
    return {"time": f"{world.centres[place]}.{minute_of(day, clock)}"}


def offered(answer):
    """List the times that can be chosen on a page."""
    return re.findall(r'name="time" type="radio" value="([^"]+)"', answer.text)


def leads_to(answer, path):
    return answer.status_code == 303 and answer.headers["Location"] == path


def run_out(database, appointment):
    late = text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE booking_id = :id")
    assert database.execute(late, {"id": appointment.id}).rowcount == 1
    database.commit()


# ---- the confirmation


def test_what_makes_coming_easier_is_listed_with_the_comma_of_the_script(client, mine):
    shown = client.get(link(mine) + "/booked?lang=ur").text
    assert "بغیر سیڑھیوں کے، پارکنگ، " in shown


def test_what_a_centre_wrote_in_english_is_marked_as_english_where_the_page_is_not(client, mine):
    own = '<span lang="en" dir="ltr">A yellow door under a wooden porch, next to the library.</span>'
    assert own in client.get(link(mine) + "/booked?lang=ur").text
    assert own not in client.get(link(mine) + "/booked?lang=en").text


@pytest.mark.parametrize(("language", "signing"), [("en", r"\bsign\b"), ("pl", "podpis"), ("ur", "دستخط")])
def test_the_confirmation_assumes_nothing_about_a_signature(client, mine, language, signing):
    shown = client.get(f"{link(mine)}/booked?lang={language}").text
    assert not re.search(signing, shown.lower())


def test_the_confirmation_says_everything_in_the_order_a_family_needs_it(client, mine):
    answer = client.get(link(mine) + "/booked")
    said = page(answer)
    assert said.startswith(f"Your appointment is booked Your reference {mine.reference}")
    headings = re.findall(r'<h2 class="govuk-heading-m">([^<]+)</h2>', answer.text)
    assert headings == ORDER
    for fact in (
        "Tuesday 24 November 2026, 9:30am to 10am",
        "Sunshine Children’s Centre 14 Gibbet Street, Halifax, HX1 5ET",
        "From the bus station walk up Gibbet Street",
        "A yellow door under a wooden porch",
        "577 and 579",
        "Step-free, parking, a room to feed your baby",
        "One of you must come. You told us it will be the mother.",
        "your marriage or civil partnership certificate",
        "registered by Thursday 31 December 2026. This appointment is in time.",
        "about 30 minutes",
        "Weighing clinic, 9:30am to 11:30am",
        "You said yes: Sunshine Children’s Centre may have your details",
    ):
        assert fact in said, fact


def test_the_confirmation_names_nobody(client, mine):
    answer = client.get(link(mine) + "/booked")
    for secret in ("Aoife", "Brien", "aoife@example.org", "700900982"):
        assert secret not in answer.text


def test_an_unmarried_father_who_comes_alone_is_told_his_papers_first(client, world):
    alone = Parents(married_or_civil_partners=False, both_parents_named=True, attending=Attending.OTHER_PARENT)
    theirs = booked(world.centres["sunshine"], HALF_PAST_NINE, parents=alone)
    said = page(client.get(link(theirs) + "/booked"))
    assert "with one of the papers below" in said
    assert "a statutory declaration of parentage" in said


def test_a_family_of_another_district_is_told_who_makes_the_certificates(client, world):
    theirs = booked(world.centres["sunshine"], HALF_PAST_NINE, born_in_district=False)
    said = page(client.get(link(theirs) + "/booked"))
    assert "send them to the office where your baby was born" in said
    assert "You can buy birth certificates before you leave" not in said


def test_a_late_appointment_is_confirmed_with_honest_words(client, world):
    theirs = booked(world.centres["sunshine"], HALF_PAST_NINE, births=(date(2026, 10, 1),))
    said = page(client.get(link(theirs) + "/booked"))
    assert "should be registered by Thursday 12 November 2026. You can still register after that day" in said


def test_a_centre_of_which_little_is_known_leaves_no_empty_lines(client, world):
    theirs = booked(world.centres["elland"], HALF_PAST_NINE)
    answer = client.get(link(theirs) + "/booked")
    said = page(answer)
    for nothing in ("How to get there", "The entrance", "Buses", "While you are there", "parking"):
        assert nothing not in said


def test_twins_take_twice_as_long(client, world):
    theirs = booked(world.centres["sunshine"], HALF_PAST_NINE, births=(BORN, BORN))
    assert "about 60 minutes" in page(client.get(link(theirs) + "/booked"))


@pytest.mark.parametrize(
    ("how", "heading"), [("moved", "Your appointment is moved"), ("kept", "You still have your appointment")]
)
def test_the_same_page_confirms_a_move_and_a_change_of_mind(client, mine, how, heading):
    assert page(client.get(f"{link(mine)}/{how}")).startswith(heading)


def test_a_yes_stays_with_the_centre_that_was_asked_about_when_the_family_moves(client, world, mine):
    assert "You said yes: Sunshine" in page(client.get(link(mine) + "/booked"))
    client.post(link(mine) + "/move", data=choice(world, "elland", TUESDAY, "10:00"))
    assert "We have not asked you yet whether Elland" in page(client.get(link(mine) + "/moved"))
    client.post(link(mine) + "/sharing", data={"share": "yes"})
    assert "You said yes: Elland" in page(client.get(link(mine)))


def test_nothing_is_confirmed_once_it_is_cancelled(client, mine):
    changes.cancel(mine.public_id, NOW)
    assert leads_to(client.get(link(mine) + "/booked"), link(mine))


# ---- the secret link


PATHS = ["", "/booked", "/moved", "/kept", "/calendar.ics", "/move", "/cancel", "/sharing"]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_behind_the_link_is_kept_by_nobody_and_told_to_nobody(client, mine, path):
    headers = client.get(link(mine) + path).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", ["x", "a" * 24, "é%00", "b" * 2000])
def test_a_link_that_does_not_exist_is_not_found(client, mine, path, token):
    answer = client.get(f"/booking/{token}{path}")
    page(answer, 404)
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/move", "/cancel", "/undo", "/sharing"])
def test_nothing_can_be_changed_without_the_link(client, database, mine, path):
    assert client.post(f"/booking/{'a' * 24}{path}", data={"share": "no"}).status_code == 404
    assert appointment_by_id(mine.public_id) == mine


@pytest.mark.parametrize("path", PATHS)
def test_looking_changes_nothing(client, database, mine, path):
    counts = (
        "SELECT (SELECT count(*) FROM audit_event), (SELECT count(*) FROM message), (SELECT count(*) FROM occupancy)"
    )
    before = database.execute(text(counts)).one()
    client.get(link(mine) + path)
    assert database.execute(text(counts)).one() == before
    assert appointment_by_id(mine.public_id) == mine


@pytest.mark.parametrize("path", PATHS)
def test_a_bereaved_familys_link_shows_one_quiet_page_with_the_number(client, mine, path):
    changes.cancel_for_bereavement(mine.public_id, NOW)
    answer = client.get(link(mine) + path)
    assert page(answer) == "Please call us You can reach us on 01632 960100 . Monday to Friday, 9am to 5pm"
    for word in ("baby", "birth", mine.reference, "Sunshine", "cancel"):
        assert word not in answer.text.replace("noindex", ""), word


@pytest.mark.parametrize("path", ["/move", "/cancel", "/undo", "/sharing"])
def test_a_bereaved_familys_link_changes_nothing(client, database, mine, path):
    lost = changes.cancel_for_bereavement(mine.public_id, NOW)
    answers = len(database.scalars(select(SharingAnswer)).all())
    assert page(client.post(link(mine) + path, data={"share": "yes"})).startswith("Please call us")
    assert appointment_by_id(mine.public_id) == lost
    assert len(database.scalars(select(SharingAnswer)).all()) == answers


# ---- the booking as it stands


def test_a_booking_to_come_has_two_buttons(client, mine):
    answer = client.get(link(mine))
    said = page(answer)
    assert said.startswith(f"Your appointment Reference: {mine.reference}")
    assert "Tuesday 24 November 2026, 9:30am to 10am" in said
    buttons = re.findall(r'<a href="([^"]+)" role="button"', answer.text)
    assert buttons == [link(mine) + "/move", link(mine) + "/cancel"]


@pytest.mark.parametrize("moment", ["2026-11-24T09:30", "2026-12-24T12:00"])
def test_a_past_booking_shows_its_facts_and_no_button(client, at, mine, moment):
    at(moment)
    answer = client.get(link(mine))
    assert page(answer).startswith("Your appointment was on Tuesday 24 November 2026")
    assert "/move" not in answer.text
    assert "/cancel" not in answer.text


@pytest.mark.parametrize("path", ["/move", "/cancel"])
def test_a_past_booking_leads_from_every_change_back_to_its_facts(client, at, mine, path):
    at("2026-11-24T09:30")
    assert leads_to(client.get(link(mine) + path), link(mine))
    assert leads_to(client.post(link(mine) + path, data={"time": "1.1"}), link(mine))
    assert appointment_by_id(mine.public_id) == mine


# ---- the calendar file


def entry(answer):
    (event,) = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    return event


def test_the_calendar_file_has_the_appointment_in_utc(client, mine):
    answer = client.get(link(mine) + "/calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="appointment-{mine.reference}.ics"'
    event = entry(answer)
    assert (event["UID"], event["SEQUENCE"]) == (f"{mine.public_id}@right-start", 0)
    assert event.decoded("DTSTART") == HALF_PAST_NINE.astimezone(UTC)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(minutes=30)
    assert b"DTSTART:20261124T093000Z" in answer.data
    assert event["LOCATION"] == "Sunshine Children’s Centre, 14 Gibbet Street, Halifax, HX1 5ET"
    assert event["URL"] == f"http://localhost{link(mine)}"
    assert mine.reference in event["DESCRIPTION"]
    assert "ATTENDEE" not in event


def test_a_moved_appointment_keeps_its_uid_and_counts_up(client, world, mine):
    client.post(link(mine) + "/move", data=choice(world, "elland", TUESDAY, "10:00"))
    event = entry(client.get(link(mine) + "/calendar.ics"))
    assert (event["UID"], event["SEQUENCE"]) == (f"{mine.public_id}@right-start", 1)
    assert event.decoded("DTSTART") == at_time(TUESDAY, "10:00").astimezone(UTC)


def test_a_cancelled_appointment_is_taken_out_of_the_calendar(client, mine):
    client.post(link(mine) + "/cancel")
    answer = client.get(link(mine) + "/calendar.ics")
    assert answer.headers["Content-Type"].endswith("method=CANCEL")
    assert icalendar.Calendar.from_ical(answer.data)["METHOD"] == "CANCEL"
    event = entry(answer)
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", 1, f"{mine.public_id}@right-start")


# ---- another time


def test_other_times_are_shown_near_the_familys_centre_first_and_its_own_is_not(client, world, mine):
    answer = client.get(link(mine) + "/move")
    said = page(answer)
    assert "Your appointment is on Tuesday 24 November 2026 at 9:30am at Sunshine Children’s Centre" in said
    assert "It stays yours until you have chosen another. Register by Thursday 31 December 2026." in said
    first = choice(world, "sunshine", TUESDAY, "9:00")["time"]
    assert offered(answer)[0] == first
    assert choice(world, "sunshine", TUESDAY, "9:30")["time"] not in offered(answer)
    assert len(offered(answer)) == len(set(offered(answer)))
    assert "Tue 24 November, 9am Sunshine Children’s Centre step-free" in said


def test_a_page_older_than_the_last_move_says_what_stands_now_and_keeps_the_choice(client, world, mine):
    old = client.get(link(mine) + "/move").text
    drawn = {"standing": re.search(r'name="standing" value="([^"]+)"', old)[1]}
    assert leads_to(
        client.post(link(mine) + "/move", data=choice(world, "sunshine", TUESDAY, "9:00") | drawn),
        f"{link(mine)}/moved",
    )
    wanted = choice(world, "elland", TUESDAY, "10:00")
    answer = client.post(link(mine) + "/move", data=wanted | drawn)
    said = page(answer, 409)
    assert "Your appointment was changed while this page was open." in said
    assert "Your appointment is on Tuesday 24 November 2026 at 9am at Sunshine" in said
    assert re.search(rf'value="{wanted["time"]}"[^>]* checked', answer.text)
    assert appointment_by_id(mine.public_id).start == at_time(TUESDAY, "9:00")
    again = {"standing": re.search(r'name="standing" value="([^"]+)"', answer.text)[1]}
    assert leads_to(client.post(link(mine) + "/move", data=wanted | again), f"{link(mine)}/moved")
    assert appointment_by_id(mine.public_id).start == at_time(TUESDAY, "10:00")


def test_pressing_twice_for_the_same_time_is_no_change_meanwhile(client, world, mine):
    old = client.get(link(mine) + "/move").text
    sent = choice(world, "sunshine", TUESDAY, "9:00") | {
        "standing": re.search(r'name="standing" value="([^"]+)"', old)[1]
    }
    for _ in range(2):
        assert leads_to(client.post(link(mine) + "/move", data=sent), f"{link(mine)}/moved")


def test_every_time_of_a_day_is_one_link_away(client, world, mine):
    days = re.findall(r'href="([^"]+\?day=[^"]+)">([^<]+)</a>, (\d+) times?', client.get(link(mine) + "/move").text)
    assert [(words, int(count)) for _, words, count in days] == [
        ("Tuesday 24 November", 7),
        ("Wednesday 25 November", 4),
    ]
    answer = client.get(days[0][0])
    page(answer)
    expected = [choice(world, "sunshine", TUESDAY, clock)["time"] for clock in ("9:00", "10:00", "10:30")]
    expected += [choice(world, "elland", TUESDAY, clock)["time"] for clock in ("9:00", "9:30", "10:00", "10:30")]
    assert offered(answer) == expected
    assert "2.9 miles from where it is now" in answer.text


def test_other_choices_say_why_they_are_worth_a_look(client, database, at):
    at("2026-11-22T09:00")
    world = make_world()
    world.weeks()
    database.commit()
    mine = booked(world.centres["sunshine"], HALF_PAST_NINE)
    said = page(client.get(link(mine) + "/move"))
    assert "Mon 23 November, 1pm Elland Children’s Centre 1 day sooner · 2.9 miles from where it is now" in said
    assert "Sat 28 November, 10am Sunshine Children’s Centre a Saturday · step-free" in said
    assert "an evening · 2.9 miles" in said
    thursday = page(client.get(link(mine) + "/move?day=2026-11-26"))
    assert "Halifax Register Office 0.4 miles from where it is now · register office · step-free" in thursday
    wednesday = page(client.get(link(mine) + "/move?day=2026-11-25"))
    assert "Todmorden Children’s Centre" in wednesday
    assert "step-free" not in wednesday


@pytest.mark.parametrize("day", ["2026-11-26", "never", "2026-13-01", ""])
def test_a_day_without_times_shows_the_first_choices_instead(client, mine, day):
    answer = client.get(f"{link(mine)}/move?day={day}")
    page(answer)
    assert offered(answer) == offered(client.get(link(mine) + "/move"))


def test_a_line_stands_where_the_late_times_begin(client, world, mine):
    world.session("sunshine", "ann", date(2027, 1, 2), "9:00", "10:00")
    answer = client.get(link(mine) + "/move")
    said = page(answer)
    assert said.index("Wednesday 25 November , 4 times") < said.index("After this you would be past the 42 days")
    assert said.index("After this you would be past the 42 days") < said.index("Saturday 2 January , 2 times")
    late = page(client.get(link(mine) + "/move?day=2027-01-02"))
    assert "after the 42 days" in late


def left_with_its_own_time_only(database, appointment):
    """Leave no session but one that the booking fills."""
    database.execute(text("UPDATE session SET state = 'withdrawn' WHERE id <> :id"), {"id": appointment.session_id})
    fill = "UPDATE session SET begins_at = :begins, ends_at = :ends WHERE id = :id"
    values = {"id": appointment.session_id, "begins": appointment.start, "ends": appointment.end}
    database.execute(text(fill), values)
    database.commit()


def test_a_family_with_only_late_times_left_is_advised_to_keep_what_it_has(client, world, database, mine):
    left_with_its_own_time_only(database, mine)
    world.session("sunshine", "cleo", date(2027, 1, 2), "9:00", "10:00")
    assert "better to keep the appointment you have" in page(client.get(link(mine) + "/move"))


def test_a_late_family_is_told_it_can_still_register(client, world):
    late = booked(world.centres["sunshine"], HALF_PAST_NINE, births=(date(2026, 10, 1),))
    said = page(client.get(link(late) + "/move"))
    assert "You can still register after the 42 days: choose the first time that suits you." in said
    assert "Register by" not in said
    assert "after the 42 days ·" not in said
    assert "After this you would be past the 42 days" not in said


def test_with_no_other_time_the_family_is_told_to_keep_its_own_or_call(client, database, mine):
    left_with_its_own_time_only(database, mine)
    answer = client.get(link(mine) + "/move")
    assert "There is no other time just now. Keep your appointment, or call 01632" in page(answer)
    assert offered(answer) == []
    page(client.post(link(mine) + "/move"), 422)


def test_a_chosen_time_is_the_familys_and_confirmed(client, database, world, mine):
    answer = client.post(link(mine) + "/move", data=choice(world, "elland", TUESDAY, "10:00"))
    assert leads_to(answer, link(mine) + "/moved")
    said = page(client.get(link(mine) + "/moved"))
    assert "Elland Children’s Centre" in said
    assert appointment_by_id(mine.public_id).start == at_time(TUESDAY, "10:00")
    assert database.execute(text("SELECT count(*) FROM occupancy")).scalar_one() == 1
    waiting = database.scalars(select(Message.template).where(Message.state == "queued"))
    assert set(waiting) == {"booking_moved"}


def test_the_record_says_that_the_family_moved_it(client, database, world, mine):
    client.post(link(mine) + "/move", data=choice(world, "elland", TUESDAY, "10:00"))
    actor = database.execute(text("SELECT actor FROM audit_event WHERE event = 'moved'")).scalar_one()
    assert actor == "family"


def test_pressing_twice_moves_once(client, world, mine):
    for _ in range(2):
        answer = client.post(link(mine) + "/move", data=choice(world, "elland", TUESDAY, "10:00"))
        assert leads_to(answer, link(mine) + "/moved")
    assert appointment_by_id(mine.public_id).version == 1


def test_without_a_choice_the_page_says_so_beside_the_times(client, mine):
    answer = client.post(link(mine) + "/move")
    assert "There is a problem Choose a time" in page(answer, 422)
    assert "<title>Error: Choose another time" in answer.text
    assert 'href="#time"' in answer.text
    assert offered(answer)


@pytest.mark.parametrize("value", ["x", "1", "1.x", "1.2.3", "-1.5", "9999999999.1", "1.9999999999", "١.١", "1.1\x00"])
def test_a_value_no_button_of_ours_has_is_refused(client, mine, value):
    answer = client.post(link(mine) + "/move", data={"time": value})
    page(answer, 422)
    assert appointment_by_id(mine.public_id) == mine


def test_a_time_someone_else_took_is_refused_with_what_is_free_instead(client, world, mine):
    booked(world.centres["sunshine"], at_time(TUESDAY, "10:00"), email="b@example.org", mobile=None)
    answer = client.post(link(mine) + "/move", data=choice(world, "sunshine", TUESDAY, "10:00"))
    said = page(answer, 409)
    assert "There is a problem Someone else has just taken this time. Choose another time." in said
    assert said.index("The same day and centre") < said.index("Other days at this centre") < said.index("Other centres")
    assert offered(answer)[:2] == [choice(world, "sunshine", TUESDAY, clock)["time"] for clock in ("10:30", "9:00")]
    assert appointment_by_id(mine.public_id) == mine


@pytest.mark.parametrize(("place", "clock"), [("sunshine", "9:10"), ("sunshine", "15:00"), ("office", "9:00")])
def test_a_time_that_is_not_offered_is_refused_with_what_is(client, world, mine, place, clock):
    answer = client.post(link(mine) + "/move", data=choice(world, place, TUESDAY, clock))
    assert "We do not offer this time. Choose another time." in page(answer, 409)
    assert offered(answer)
    assert appointment_by_id(mine.public_id) == mine


def test_a_time_at_a_centre_nobody_knows_is_refused(client, mine):
    answer = client.post(link(mine) + "/move", data={"time": "999999999.1"})
    assert "We do not offer this time. Choose another time." in page(answer, 409)
    assert appointment_by_id(mine.public_id) == mine


def test_a_cancelled_booking_leads_from_moving_to_what_became_of_it(client, world, mine):
    changes.cancel(mine.public_id, NOW)
    assert leads_to(client.get(link(mine) + "/move"), link(mine))
    assert leads_to(client.post(link(mine) + "/move", data=choice(world, "elland", TUESDAY, "10:00")), link(mine))


# ---- cancelling


def test_cancelling_is_asked_once_and_offers_to_move_instead(client, mine):
    answer = client.get(link(mine) + "/cancel")
    said = page(answer)
    assert said.startswith("Do you want to cancel this appointment? Tuesday 24 November 2026, 9:30am")
    assert "Choose another time instead" in said
    assert appointment_by_id(mine.public_id).state == "booked"


def test_a_cancelled_family_is_offered_a_new_time_and_a_minute_to_think_again(client, mine):
    assert leads_to(client.post(link(mine) + "/cancel"), link(mine))
    answer = client.get(link(mine))
    said = page(answer)
    assert "Take my appointment back Your appointment is cancelled" in said
    assert re.match(
        r"Important Cancelled by mistake\? We keep the time for you for one minute, until \d+:\d\d:\d\d[ap]m\. Take",
        said,
    )
    assert "Take my appointment back" in said
    assert "Your baby’s birth still has to be registered Register by Thursday 31 December 2026." in said
    assert re.search(r'<a href="/" role="button"', answer.text)


def test_the_minute_is_told_in_the_familys_own_way(client, mine):
    client.post(link(mine) + "/cancel")
    assert re.search(r"\d\d:\d\d:\d\d", page(client.get(link(mine) + "?lang=pl")))


def test_a_late_family_that_cancels_is_told_it_can_still_register(client, world):
    late = booked(world.centres["sunshine"], HALF_PAST_NINE, births=(date(2026, 10, 1),))
    client.post(link(late) + "/cancel")
    assert "You can still register after that day" in page(client.get(link(late)))


def test_cancelling_twice_cancels_once(client, mine):
    for _ in range(2):
        assert leads_to(client.post(link(mine) + "/cancel"), link(mine))
    assert appointment_by_id(mine.public_id).version == 1
    assert leads_to(client.get(link(mine) + "/cancel"), link(mine))


def test_a_cancellation_is_undone_within_the_minute_without_a_script(client, mine):
    client.post(link(mine) + "/cancel")
    assert leads_to(client.post(link(mine) + "/undo"), link(mine) + "/kept")
    assert page(client.get(link(mine) + "/kept")).startswith("You still have your appointment")
    assert appointment_by_id(mine.public_id).state == "booked"


def test_after_the_minute_the_undo_is_kindly_over_and_offers_to_book_again(client, database, mine):
    client.post(link(mine) + "/cancel")
    run_out(database, mine)
    answer = client.post(link(mine) + "/undo")
    said = page(answer, 409)
    assert "The minute to take your appointment back is over." in said
    assert "Book a new appointment" in said
    assert "Take my appointment back" not in said
    assert appointment_by_id(mine.public_id).state == "cancelled"
    assert "Take my appointment back" not in page(client.get(link(mine)))


def test_a_family_that_booked_anew_cannot_take_the_old_time_back_too(client, world, mine):
    client.post(link(mine) + "/cancel")
    booked(world.centres["elland"], at_time(TUESDAY, "10:00"))
    page(client.post(link(mine) + "/undo"), 409)
    assert appointment_by_id(mine.public_id).state == "cancelled"


# ---- may the centre have the details


def answers(database, appointment):
    rows = database.scalars(select(SharingAnswer).where(SharingAnswer.family_id == appointment.family_id))
    return [(row.share, row.wording_version, row.route, row.recorded_by) for row in rows]


@pytest.mark.parametrize(("share", "value"), [(True, "yes"), (False, "no")])
def test_the_answer_on_sharing_is_shown_as_it_stands(client, world, share, value):
    theirs = booked(world.centres["sunshine"], HALF_PAST_NINE, share=share)
    answer = client.get(link(theirs) + "/sharing")
    assert page(answer).startswith("May Sunshine Children’s Centre have your details?")
    assert re.findall(r'value="(\w+)" checked', answer.text) == [value]
    assert f"You said {value}" in page(client.get(link(theirs)))


def test_a_family_that_was_never_asked_finds_no_answer(client, database, mine):
    database.execute(text("DELETE FROM sharing_answer"))
    assert "checked" not in client.get(link(mine) + "/sharing").text
    assert "We have not asked you yet whether Sunshine" in page(client.get(link(mine)))


def test_the_answer_can_be_changed_and_the_old_one_is_kept_for_the_record(client, database, mine):
    assert leads_to(client.post(link(mine) + "/sharing", data={"share": "no"}), link(mine))
    assert answers(database, mine)[-1] == (False, SHARING_WORDING, "online", "family")
    assert len(answers(database, mine)) == 2
    assert shares(mine.family_id) is False
    assert "You said no: your details do not go to Sunshine" in page(client.get(link(mine)))


def test_a_no_takes_the_wish_to_join_back_and_says_so_before(client, database, world):
    theirs = booked(world.centres["sunshine"], HALF_PAST_NINE, join=True)
    assert "If you now say no, we take that back too." in page(client.get(link(theirs) + "/sharing"))
    client.post(link(theirs) + "/sharing", data={"share": "yes"})
    assert len(database.scalars(select(CentreSignUp)).all()) == 1
    client.post(link(theirs) + "/sharing", data={"share": "no"})
    assert database.scalars(select(CentreSignUp)).all() == []


@pytest.mark.parametrize("data", [{}, {"share": "maybe"}])
def test_an_answer_on_sharing_is_yes_or_no(client, database, mine, data):
    said = page(client.post(link(mine) + "/sharing", data=data), 422)
    assert "There is a problem" in said
    assert len(answers(database, mine)) == 1


def test_the_answer_can_be_changed_after_the_appointment_too(client, at, mine):
    at("2026-12-24T12:00")
    assert "Change your answer" in page(client.get(link(mine)))
    assert client.post(link(mine) + "/sharing", data={"share": "no"}).status_code == 303


# ---- a page that lay open too long, and forms sent over https


@pytest.fixture
def guarded(app, monkeypatch):
    """Switch on what the tests' settings leave out: the check against forged forms."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


@pytest.mark.parametrize(
    ("path", "data", "to"),
    [
        ("/move?day=2026-11-24", {"time": "1.2"}, "/move?away=1&day=2026-11-24&time=1.2"),
        ("/cancel", {}, "/cancel?away=1"),
        ("/sharing", {"share": "no"}, "/sharing?away=1&share=no"),
        ("/undo", {}, "?away=1"),
    ],
)
def test_a_page_that_lay_open_too_long_is_shown_again_and_changes_nothing(client, guarded, mine, path, data, to):
    assert leads_to(client.post(link(mine) + path, data=data), link(mine) + to)
    assert "You were away for a while. Nothing has been changed." in page(client.get(link(mine) + to))
    assert appointment_by_id(mine.public_id) == mine


def test_a_browser_that_keeps_no_cookies_is_told_so_instead_of_going_round_for_ever(client, guarded, mine):
    client.post(link(mine) + "/cancel")
    client.delete_cookie("session")
    shown = page(client.get(link(mine) + "/cancel?away=1"))
    assert "Your browser does not keep our cookie, so nothing can be changed here." in shown
    assert "You were away" not in shown


def test_what_was_chosen_before_it_lapsed_is_still_chosen(client, world, mine):
    chosen = choice(world, "sunshine", WEDNESDAY, "9:00")["time"]
    answer = client.get(f"{link(mine)}/move?day=2026-11-25&time={chosen}&away=1")
    assert f'value="{chosen}" checked' in answer.text


@pytest.mark.parametrize("path", ["/move", "/cancel", "/sharing"])
def test_forms_work_over_https_with_what_the_pages_let_a_browser_say_of_itself(client, guarded, world, mine, path):
    secure = {"base_url": "https://localhost"}
    asked = client.get(link(mine) + path, **secure)
    assert asked.headers["Referrer-Policy"] == "same-origin"
    token = re.search(r'name="csrf_token" value="([^"]+)"', asked.text)[1]
    data = {"csrf_token": token, "share": "no"} | choice(world, "elland", TUESDAY, "10:00")
    answer = client.post(
        link(mine) + path, data=data, headers={"Referer": f"https://localhost{link(mine)}{path}"}, **secure
    )
    assert answer.status_code == 303
    assert "away" not in answer.headers["Location"]


def test_a_booking_made_with_neither_email_nor_mobile_promises_no_message(client, world):
    theirs = booked(
        world.centres["sunshine"],
        HALF_PAST_NINE,
        email=None,
        mobile=None,
        letter_address="3 Mill Lane",
        channel="telephone",
    )
    assert "We are sending this to you too" not in page(client.get(link(theirs) + "/booked"))


def test_the_words_of_a_booking_come_in_the_language_of_the_page(client, mine):
    answer = client.get(link(mine) + "/booked?lang=ur")
    page(answer)
    assert 'dir="rtl"' in answer.text
    assert f'<strong class="rs-reference" dir="ltr">{mine.reference}</strong>' in answer.text
