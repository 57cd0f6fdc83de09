"""When a message may go out, how often it is tried, and what fits in a text."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.messages import rules
from registration.messages.rules import Recipient, State

LONDON = ZoneInfo("Europe/London")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("2026-04-14T07:59:59", "2026-04-14T08:00"),
        ("2026-04-14T08:00", "2026-04-14T08:00"),
        ("2026-04-14T19:59:59", "2026-04-14T19:59:59"),
        ("2026-04-14T20:00", "2026-04-15T08:00"),
        ("2026-12-31T23:30", "2027-01-01T08:00"),
        ("2026-03-28T21:00", "2026-03-29T08:00"),
        ("2026-10-24T21:00", "2026-10-25T08:00"),
    ],
)
def test_families_are_left_in_peace_from_eight_at_night_to_eight_in_the_morning(asked, given):
    assert rules.next_allowed(at(asked).astimezone(UTC)) == at(given)


@given(MOMENTS)
def test_the_next_allowed_moment_is_allowed_and_the_first_such(moment):
    allowed = rules.next_allowed(moment)

    assert time(8) <= allowed.astimezone(LONDON).time() < time(20)
    assert allowed >= moment
    assert rules.next_allowed(allowed) == allowed
    if allowed > moment:
        just_before = (allowed - timedelta(seconds=1)).astimezone(LONDON).time()
        assert not time(8) <= just_before < time(20)
        assert allowed - moment <= timedelta(hours=13)


@pytest.mark.parametrize(
    ("template", "channel", "waits"),
    [
        ("booking_confirmed", "sms", True),
        ("booking_confirmed", "email", False),
        ("reminder_week", "email", True),
        ("reminder_morning", "sms", True),
    ],
)
def test_every_text_and_every_reminder_waits_for_daytime(template, channel, waits):
    night = at("2026-04-14T22:00")

    assert (rules.due(template, channel, night) > night) is waits


def test_attempts_are_spread_over_five_hours_and_then_given_up():
    waits = [rules.wait_after(attempts) for attempts in range(1, 7)]

    assert [wait and wait.total_seconds() for wait in waits] == [30, 120, 600, 3600, 14400, None]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("999999999", 86400),
        ("Wed, 01 Apr 2026 11:05:00 GMT", 300),
        ("Wed, 01 Apr 2026 11:05:00", 300),
        ("Wed, 01 Apr 2026 10:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_a_carrier_asks_to_be_left_alone_in_seconds_or_until_a_moment_but_never_beyond_a_day(header, seconds):
    now = datetime(2026, 4, 1, 11, tzinfo=UTC)

    assert rules.wait_asked(header, now) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 7700 900123", "+447700900123"),
        ("+44 (0)7700 900-123", "+447700900123"),
        ("0044 7700\u00a0900123", "+447700900123"),
        ("00353 86 123 4567", "+353861234567"),
        ("07700\u2013900123", "+447700900123"),
    ],
)
def test_a_number_is_kept_as_carriers_want_it(typed, number):
    assert rules.e164(typed) == number
    assert Recipient("sms", typed).address == number


@pytest.mark.parametrize("typed", ["", "12345", "not a number", "+12", "+44770090012345678", "٠٧٧٠٠٩٠٠١٢٣"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValueError, match="telephone"):
        rules.e164(typed)


def test_an_e_mail_address_is_one_word_with_an_at():
    assert Recipient("email", " parent@example.com ").address == "parent@example.com"
    for wrong in ("parent", "a@b.c\nBcc: x@y.z", "a b@c.d"):
        with pytest.raises(ValueError, match="email"):
            Recipient("email", wrong)


def test_a_letter_needs_lines_to_go_to():
    assert Recipient("letter", "\nA Smith\n1 High St\n").address == "A Smith\n1 High St"
    with pytest.raises(ValueError, match="address"):
        Recipient("letter", " \n ")


@pytest.mark.parametrize(
    ("reply", "wish"),
    [
        ("STOP", "stop"),
        (" stop. ", "stop"),
        ("Unsubscribe", "stop"),
        ("START", "start"),
        ("yes", "start"),
        ("Please stop by at ten", "other"),
        ("", "other"),
    ],
)
def test_a_reply_is_a_wish_only_when_it_is_that_one_word(reply, wish):
    assert rules.wish(reply) == wish


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("delivered", State.DELIVERED),
        ("read", State.DELIVERED),
        ("undelivered", State.BOUNCED),
        ("failed", State.BOUNCED),
        ("sent", None),
        ("queued", None),
        ("nonsense", None),
    ],
)
def test_only_a_final_receipt_changes_a_state(status, state):
    assert rules.from_receipt(status) == state


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("00:00", "midnight"),
        ("09:05", "9:05am"),
        ("10:30", "10:30am"),
        ("12:00", "midday"),
        ("14:00", "2pm"),
        ("23:59", "11:59pm"),
    ],
)
def test_times_are_written_as_english_families_write_them(moment, words):
    assert rules.english_time(at(f"2026-04-14T{moment}")) == words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 918, 6),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("Äéü" * 53, 1),
        ("ŵ" * 70, 1),
        ("ŵ" + "a" * 70, 2),
        ("ŵ" * 134, 2),
        ("ŵ" * 135, 3),
        ("👶" * 35, 1),
        ("👶" * 36, 2),
        ("’" + "a" * 69, 1),
        ("’" + "a" * 70, 2),
    ],
)
def test_parts_are_counted_as_carriers_charge_them(text, parts):
    assert rules.text_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "parts", "over"),
    [("a" * 160, 1, 0), ("a" * 161, 1, 1), ("a" * 306, 2, 0), ("ی" * 70, 1, 0), ("ی" * 71, 1, 1), ("ی" * 201, 3, 0)],
)
def test_what_is_too_long_for_so_many_parts_is_counted_in_the_texts_own_alphabet(text, parts, over):
    assert rules.excess(text, parts) == over


@given(st.text(max_size=700))
def test_a_text_fits_its_parts_and_no_fewer(text):
    parts = rules.text_parts(text)
    assert rules.excess(text, parts) <= 0
    assert parts == 1 or rules.excess(text, parts - 1) > 0


@given(st.text(alphabet="abc €[]{}é", max_size=400))
def test_a_longer_text_never_takes_fewer_parts(text):
    assert rules.text_parts(text) <= rules.text_parts(text + "a")
    assert rules.gsm7_length(text) == len(text) + sum(text.count(extended) for extended in "€[]{}")


def test_typographic_signs_are_made_plain_and_other_letters_left():
    assert rules.plain("baby’s – “book”…\u00a0ŵ") == 'baby\'s - "book"... ŵ'


def test_accents_a_text_has_not_are_dropped_from_names_and_others_stay():
    assert rules.folded("Tŷ Café Ørsted [A] Łódź’s") == "Ty Café Ørsted [A] Łodz's"


@pytest.mark.parametrize(
    ("name", "room", "short"),
    [
        ("Moss Side Hub", 13, "Moss Side Hub"),
        ("Sunshine Children's Centre", 25, "Sunshine Centre"),
        ("Sunshine Children's Centre", 14, "Sunshine Ctr"),
        ("Elland Best Start Family Hub", 20, "Elland Hub"),
        ("Illingworth and Ovenden Community Children's Centre", 40, "Illingworth and Ovenden Community Centre"),
        ("Illingworth and Ovenden Community Children's Centre", 30, "Illingworth & Ovenden Comm Ctr"),
        ("Illingworth and Ovenden Community Children's Centre", 26, "Illingworth & Ovenden Com."),
        ("Illingworth, Ovenden", 13, "Illingworth."),
    ],
)
def test_a_centres_name_is_shortened_by_usual_words_first(name, room, short):
    assert rules.shortened(name, room) == short
    assert len(short) <= room


@given(st.text(alphabet="abcdefg ’'&,", min_size=1, max_size=80), st.integers(12, 60))
def test_a_shortened_name_always_fits(name, room):
    assert len(rules.shortened(name, room)) <= room


def test_no_reminder_is_written_as_a_letter():
    assert all("letter" not in rules.TEMPLATES[name] for name in rules.REMINDERS)
    assert set(rules.TEMPLATES) >= rules.REMINDERS
