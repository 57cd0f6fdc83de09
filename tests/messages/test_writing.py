"""The words families get: what they say, what they must never say, and that they fit."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registration.common.ics import CalendarEvent
from registration.common.links import secret
from registration.messages import rules
from registration.messages.writing import clock_time, direction, write

from .conftest import START

TEMPLATES = Path(__file__).parents[2] / "templates" / "messages"
TEXTS = [(name, channel) for name, channels in rules.TEMPLATES.items() for channel in sorted(channels)]
LONG_HOST = "https://registerabirth.staffordshire.gov.uk"


@pytest.fixture
def words(app):
    """Write a draft as the service at a long public address would."""

    def written(sheet, host="https://births.calderdale.gov.uk"):
        before = app.config["PUBLIC_URL"]
        app.config["PUBLIC_URL"] = host
        try:
            with app.app_context():
                return write(sheet)
        finally:
            app.config["PUBLIC_URL"] = before

    return written


def test_there_is_a_template_for_every_message_and_channel_and_none_besides():
    ending = {"sms": "sms.txt", "email": "email.txt", "letter": "letter.html"}

    wanted = {f"{name}.{ending[channel]}" for name, channel in TEXTS}

    assert wanted == {path.name for path in TEMPLATES.glob("[a-z]*.*.*")}


def test_a_reminder_reads_as_designed(words, sheet, app, about):
    with app.app_context():
        link = secret("booking", str(about))

    text = words(sheet("reminder_two_days", told={"centre": "Moss Side Hub"}), "https://bir.th").body

    assert text == (
        "Birth appointment Tue 14 Apr 10:30am, Moss Side Hub. Bring photo ID. "
        f"Change or cancel: https://bir.th/booking/{link} Ref 7K4-XWM"
    )
    assert rules.text_parts(text) == 1


CENTRES = [
    "Moss Side Hub",
    "Sunshine Children’s Centre",
    "Illingworth and Ovenden Community Children’s Centre and Nursery School",
    "Tŷ Hafan Best Start Family Hub",
    "St Augustine’s – Children’s Centre [Mixenden]",
]


@pytest.mark.parametrize("host", ["https://births.calderdale.gov.uk", LONG_HOST])
@pytest.mark.parametrize("centre", CENTRES)
@pytest.mark.parametrize("template", sorted(rules.REMINDERS))
def test_an_english_reminder_fits_one_part_with_its_link_and_centre(words, sheet, template, centre, host):
    when = datetime(2026, 9, 23, 11, 45, tzinfo=START.tzinfo)  # Wed 23 Sept 12:45pm, as long as it gets

    text = words(sheet(template, told={"centre": centre, "when": when.isoformat()}), host).body

    assert rules.text_parts(text) == 1, text
    assert f"{host}/booking/" in text
    assert rules.folded(centre).split()[0] in text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(centre=st.text(alphabet="abcdefghij ’-&[]éŵ", max_size=90), minutes=st.integers(0, 60 * 24 * 365))
def test_a_reminder_fits_whatever_the_centre_is_called(words, sheet, centre, minutes):
    when = (START + timedelta(minutes=minutes)).isoformat()

    text = words(sheet("reminder_week", told={"centre": centre, "when": when}), LONG_HOST).body

    assert rules.text_parts(text) == 1, text


def test_a_text_that_takes_two_parts_anyway_is_not_made_shorter_for_nothing(words, sheet):
    text = words(sheet("reminder_week", told={"centre": "Elland Library"}), f"https://{'long.' * 20}gov.uk").body

    assert text.startswith("Birth appointment Tue 14 Apr 10:30am, Elland Library. Bring photo ID.")
    assert rules.text_parts(text) == 2


@pytest.mark.parametrize("template", sorted(rules.REMINDERS))
def test_an_urdu_text_is_shortened_until_it_takes_the_fewest_parts_of_seventy_letters(words, sheet, template):
    """In Urdu a part holds 70 letters, and 67 where there are several."""
    long = "Illingworth and Ovenden Community Children’s Centre and Nursery School"
    host = "https://births.calderdale.gov.uk"

    def parts(centre):
        return rules.text_parts(words(sheet(template, told={"centre": centre}, locale="ur"), host).body)

    assert parts(long) == parts("x" * 12)
    english = words(sheet(template, told={"centre": "x" * 12}), host).body
    assert rules.text_parts(english) == 1
    assert rules.gsm7_length(words(sheet(template, locale="ur"), host).body) is None


@pytest.mark.parametrize(("template", "channel"), TEXTS)
def test_no_message_is_empty_or_says_what_a_shared_phone_must_not_show(words, sheet, template, channel):
    written = words(sheet(template, channel))

    everything = f"{written.subject}\n{written.body}"
    assert "None" not in everything
    assert "7K4-XWM" in everything or "/booking/" in everything or "/your-details/" in everything
    if channel == "sms":
        assert "\n" not in written.body
        assert rules.text_parts(written.body) <= 2
        assert not {"married", "father", "mother", "baby", "Congratulations"} & set(written.body.split())
    if channel == "email":
        assert 0 < len(written.subject) < 90
        assert "\n\n\n" not in written.body
        EmailMessage()["Subject"] = written.subject


def test_a_confirmation_by_e_mail_tells_all_a_family_needs(words, sheet, app, about):
    with app.app_context():
        link = secret("booking", str(about))

    written = words(sheet("booking_confirmed", "email"), "https://bir.th")

    assert written.subject == "Your birth registration appointment: Tuesday 14 April 2026, 10:30am"
    for said in [
        "When: Tuesday 14 April 2026, 10:30am to 11am\n",
        "Where: Sunshine Children’s Centre, 1 High Street, Halifax, HX1 1AA\n",
        "How to get there: Bus 576 stops outside.\n",
        "The entrance: The blue door beside the nursery.\n",
        "Reference: 7K4-XWM\n",
        "Who must come\nOne parent must come.",
        "What to bring\n- photo ID for each parent who comes\n- your baby’s red book\n",
        "registered by Tuesday 26 May 2026. This appointment is in time.",
        "While you are there\n- Weighing clinic, 9:30am to 11am\n",
        f"\nhttps://bir.th/booking/{link}\n",
        "Call us on 01632 960100.",
    ]:
        assert said in written.body
    assert "another registration district" not in written.body


def test_a_late_appointment_is_told_in_honest_words_and_a_declaration_is_explained(words, sheet):
    body = words(sheet("booking_confirmed", "email", told={"in_time": False, "declaration": True})).body

    assert "You can still register after that day" in body
    assert "This appointment is in time" not in body
    assert "born in another registration district" in body


def test_what_is_not_known_is_not_mentioned(words, sheet):
    nothing = {"directions": "", "entrance": "", "services": [], "bring": [], "who_must_come": "", "address": ""}

    body = words(sheet("booking_confirmed", "email", told=nothing | {"last_lawful_day": "", "link_for": ""})).body

    for heading in (
        "How to get there",
        "The entrance",
        "While you are there",
        "What to bring",
        "Who must come",
        "By law",
    ):
        assert heading not in body
    assert "Where: Sunshine Children’s Centre\n" in body
    assert "/booking/" not in body


def test_a_move_names_the_old_time_where_it_is_given(words, sheet):
    old = (START - timedelta(days=1)).isoformat()

    assert (
        "The old one, Mon 13 Apr 10:30am, is no longer kept"
        in words(sheet("booking_moved", "email", {"was": old})).body
    )
    assert "The old one is no longer kept" in words(sheet("booking_moved", "email")).body


def test_a_cancellation_has_no_secret_link_and_says_where_to_book_again(words, sheet):
    for channel in ("sms", "email"):
        body = words(sheet("booking_cancelled", channel), "https://bir.th").body

        assert "/booking/" not in body
        assert "https://bir.th/ or call" in body


def test_a_letter_is_html_with_its_address_and_nothing_unescaped(words, sheet):
    body = words(sheet("booking_confirmed", "letter", told={"entrance": "<script>"})).body

    assert "A &lt;Smith&gt;<br>HX1 1AA" in body
    assert "&lt;script&gt;" in body
    assert "Wednesday 1 April 2026" in body
    assert body.count("<h1") == 1
    assert "/booking/" not in body


def test_the_calendar_file_carries_the_link_and_the_family_only_when_it_goes_out(words, sheet, about):
    event = CalendarEvent("u@x", 3, START, START + timedelta(minutes=30), "Register", organizer_email="r@x.example")

    sent = words(sheet("booking_moved", "email", calendar=event), "https://bir.th").calendar
    cancelled = words(sheet("booking_cancelled", "email", calendar=event, calendar_method="CANCEL")).calendar

    unfolded = sent.replace(b"\r\n ", b"")
    assert b"URL:https://bir.th/booking/" in unfolded
    assert b"mailto:parent@example.com" in unfolded
    assert b"METHOD:REQUEST" in sent
    assert b"DTSTAMP:20260401T110000Z" in sent
    assert b"METHOD:CANCEL" in cancelled


def test_times_follow_the_language_and_english_wall_clocks(words, sheet):
    winter = datetime(2026, 12, 1, 14, 0, tzinfo=START.tzinfo)

    assert clock_time(winter, "en_GB") == "2pm"
    assert clock_time(winter, "pl") == "14:00"
    assert "10:30" in words(sheet("reminder_week", locale="pl")).body
    assert "wt. 14 kwi" in words(sheet("reminder_week", locale="pl")).body


def test_an_urdu_message_is_written_with_urdu_dates_and_from_right_to_left(words, sheet):
    assert "اپریل" in words(sheet("booking_confirmed", "email", locale="ur")).body
    assert (direction("ur"), direction("ur_PK"), direction("pl")) == ("rtl", "rtl", "ltr")


def test_a_time_without_a_zone_is_a_fault_and_not_a_guess(words, sheet):
    with pytest.raises(ValueError, match="zone"):
        words(sheet(told={"when": "2026-04-14T10:30"}))


def test_each_family_gets_its_own_link(words, sheet):
    one, other = (words(sheet(told={"link_for": name})).body for name in ("a", "b"))

    assert one != other
