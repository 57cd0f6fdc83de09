"""Calendar files, read back by the programs families use: five independent readers must understand the same."""

import ctypes
import ctypes.util
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import vobject

from registration.common.ics import CalendarEvent, calendar

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
STAMP = datetime(2026, 3, 1, 12, tzinfo=UTC)

EVENT = CalendarEvent(
    uid="3f2c@births.example.gov.uk",
    sequence=2,
    start=datetime(2026, 4, 14, 10, 30, tzinfo=LONDON),
    end=datetime(2026, 4, 14, 11, 0, tzinfo=LONDON),
    summary="Register your baby’s birth; 30 minutes, please",
    location="Tŷ Hafan Children's Centre, 1 High Street\nHalifax\nHX1 1AA",
    description="Bring photo ID. " * 12 + "پیدائش",
    organizer_name='Calderdale Council, "Registration"',
    organizer_email="births@example.gov.uk",
    url="https://births.example.gov.uk/booking/AbC_1-2",
    geo=(53.7248, -1.8658),
)

# On the Sunday of each clock change: the hour before, the hour missing or doubled (told apart by fold), the hour after.
MOMENTS = [
    datetime(2026, 3, 28, 10, 0, tzinfo=LONDON),
    datetime(2026, 3, 29, 0, 45, tzinfo=LONDON),
    datetime(2026, 3, 29, 2, 0, tzinfo=LONDON),
    datetime(2026, 10, 25, 0, 45, tzinfo=LONDON),
    datetime(2026, 10, 25, 1, 30, tzinfo=LONDON),
    datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1),
    datetime(2026, 10, 25, 2, 0, tzinfo=LONDON),
    datetime(2026, 12, 31, 23, 50, tzinfo=LONDON),
]
EVENTS = [
    replace(EVENT, start=moment, end=(moment.astimezone(UTC) + timedelta(minutes=30)).astimezone(LONDON))
    for moment in MOMENTS
]
FILES = [calendar(event, "REQUEST", stamped=STAMP) for event in EVENTS]
ALL_FACTS = ("uid", "start", "end", "summary", "location", "status", "sequence", "method")


def _told(event):
    return {
        "uid": event.uid,
        "start": int(event.start.timestamp()),
        "end": int(event.end.timestamp()),
        "summary": event.summary,
        "location": event.location,
        "status": "CONFIRMED",
        "sequence": event.sequence,
        "method": "REQUEST",
    }


def _missing(what):
    """Leave a reader out where the machine has none of it, but never in continuous integration."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} must be here in CI")
    pytest.skip(f"{what} is not on this machine")


def _by_vobject(_tmp_path):
    def read(data):
        whole = vobject.readOne(data.decode())
        event = whole.vevent
        return {
            "uid": event.uid.value,
            "start": int(event.dtstart.value.timestamp()),
            "end": int(event.dtend.value.timestamp()),
            "summary": event.summary.value,
            "location": event.location.value,
            "status": event.status.value,
            "sequence": int(event.sequence.value),
            "method": whole.method.value,
        }

    return [read(data) for data in FILES]


def _by_node(reader):
    def read(_tmp_path):
        node = shutil.which("node")
        if node is None or not (ROOT / "node_modules" / reader).is_dir():
            _missing(f"npm's {reader}")
        sent = json.dumps([data.decode() for data in FILES])
        script = Path(__file__).with_name("read_calendars.mjs")
        done = subprocess.run(
            [node, script], input=sent, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
        )
        return json.loads(done.stdout)[reader]

    return read


KHAL = """
[calendars]
[[one]]
path = {folder}/cal
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = UTC
default_timezone = UTC
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
timeformat = %H:%M
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""


def _by_khal(tmp_path):
    program = Path(sys.executable).with_name("khal")
    if not program.exists():
        _missing("khal")
    (tmp_path / "cal").mkdir()
    (tmp_path / "config").write_text(KHAL.format(folder=tmp_path))
    wanted = "{uid}\x1f{start-long-full}\x1f{end-long-full}\x1f{title}\x1f{location}\x1f{status}"

    def seconds(text):
        return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp())

    def read(data):
        (tmp_path / "one.ics").write_bytes(data)
        command = [program, "-c", tmp_path / "config", "printics", "-f", wanted, tmp_path / "one.ics"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        uid, start, end, summary, location, status = done.stdout.partition("\n")[2].split("\x1f")
        facts = {"uid": uid, "start": seconds(start), "end": seconds(end), "summary": summary}
        return facts | {"location": location, "status": status.strip()}

    return [read(data) for data in FILES]


class _IcalTime(ctypes.Structure):
    """The C struct icaltimetype of libical 3, which it hands over by value."""

    _fields_ = [
        (name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second", "date", "dst")
    ] + [("zone", ctypes.c_void_p)]


def _libical():
    name = ctypes.util.find_library("ical") or "libical.so.3"
    try:
        library = ctypes.CDLL(name)
    except OSError:
        _missing("libical")
    for function in ("icalparser_parse_string", "icalcomponent_get_inner"):
        getattr(library, function).restype = ctypes.c_void_p
    for function in ("get_uid", "get_summary", "get_location"):
        getattr(library, f"icalcomponent_{function}").restype = ctypes.c_char_p
    for function in ("dtstart", "dtend"):
        getattr(library, f"icalcomponent_get_{function}").restype = _IcalTime
    library.icaltime_as_timet_with_zone.restype = ctypes.c_long
    library.icaltime_as_timet_with_zone.argtypes = [_IcalTime, ctypes.c_void_p]
    library.icaltimezone_get_utc_timezone.restype = ctypes.c_void_p
    return library


def _by_libical(_tmp_path):
    library = _libical()
    utc = ctypes.c_void_p(library.icaltimezone_get_utc_timezone())

    def seconds(moment):
        assert moment.zone == utc.value, "libical did not see a UTC time"
        return library.icaltime_as_timet_with_zone(moment, utc)

    def read(data):
        whole = ctypes.c_void_p(library.icalparser_parse_string(data))
        event = ctypes.c_void_p(library.icalcomponent_get_inner(whole))
        return {
            "uid": library.icalcomponent_get_uid(event).decode(),
            "start": seconds(library.icalcomponent_get_dtstart(event)),
            "end": seconds(library.icalcomponent_get_dtend(event)),
            "summary": library.icalcomponent_get_summary(event).decode(),
            "location": library.icalcomponent_get_location(event).decode(),
            "sequence": library.icalcomponent_get_sequence(event),
        }

    return [read(data) for data in FILES]


READERS = {
    "vobject": _by_vobject,
    "ical.js": _by_node("ical.js"),
    "node-ical": _by_node("node-ical"),
    "khal": _by_khal,
    "libical": _by_libical,
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_understands_the_same_on_both_sides_of_both_clock_changes(reader, tmp_path):
    understood = READERS[reader](tmp_path)

    assert len(understood) == len(EVENTS)
    for seen, event in zip(understood, EVENTS, strict=True):
        assert len(seen) >= len(ALL_FACTS) - 2
        assert seen == {name: value for name, value in _told(event).items() if name in seen}


def _lines(data):
    return re.sub(rb"\r\n[ \t]", b"", data).decode().split("\r\n")


def test_times_are_written_in_utc_and_no_zone_is_described():
    lines = _lines(calendar(EVENT, "PUBLISH", stamped=STAMP))

    assert "DTSTART:20260414T093000Z" in lines
    assert "DTEND:20260414T100000Z" in lines
    assert not any("TZID" in line or "VTIMEZONE" in line for line in lines)


def test_lines_end_with_crlf_and_are_folded_at_75_octets():
    data = calendar(EVENT, "PUBLISH", stamped=STAMP)

    assert data.count(b"\n") == data.count(b"\r\n")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


def test_a_request_tells_who_asks_whom_and_warns_two_days_and_three_hours_before():
    asked = replace(EVENT, attendee="parent@example.com")

    lines = _lines(calendar(asked, "REQUEST", stamped=STAMP))

    assert "METHOD:REQUEST" in lines
    assert "STATUS:CONFIRMED" in lines
    assert "SEQUENCE:2" in lines
    assert "DTSTAMP:20260301T120000Z" in lines
    assert "LAST-MODIFIED:20260301T120000Z" in lines
    assert [line for line in lines if line.startswith("TRIGGER")] == ["TRIGGER:-P2D", "TRIGGER:-PT3H"]
    assert any(line.startswith("ORGANIZER;CN=") and line.endswith(":mailto:births@example.gov.uk") for line in lines)
    assert any(line.startswith("ATTENDEE;PARTSTAT=ACCEPTED") and "RSVP=FALSE" in line for line in lines)
    assert "URL:https://births.example.gov.uk/booking/AbC_1-2" in lines
    assert "GEO:53.7248;-1.8658" in lines


def test_a_cancellation_has_the_same_uid_and_rings_no_alarm():
    lines = _lines(calendar(replace(EVENT, sequence=3), "CANCEL", stamped=STAMP))

    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3", f"UID:{EVENT.uid}"} <= set(lines)
    assert not any("VALARM" in line for line in lines)


def test_what_is_not_given_is_not_written():
    bare = CalendarEvent("u", 0, EVENT.start, EVENT.end, "Register a birth")

    names = {re.split("[:;]", line)[0] for line in _lines(calendar(bare, stamped=STAMP))}

    assert not names & {"LOCATION", "URL", "GEO", "ORGANIZER", "ATTENDEE"}


def test_an_organiser_without_a_name_is_shown_by_address():
    lines = _lines(calendar(replace(EVENT, organizer_name=""), stamped=STAMP))

    assert "ORGANIZER;CN=births@example.gov.uk:mailto:births@example.gov.uk" in lines


def test_the_stamp_is_the_present_moment_unless_told():
    before = datetime.now(UTC).replace(microsecond=0)

    line = next(line for line in _lines(calendar(EVENT)) if line.startswith("DTSTAMP:"))

    written = datetime.strptime(line, "DTSTAMP:%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert before <= written <= datetime.now(UTC)


@pytest.mark.parametrize("event", [EVENT, replace(EVENT, geo=None)])
def test_an_event_survives_being_kept_as_json(event):
    assert CalendarEvent.from_json(json.loads(json.dumps(event.as_json()))) == event


@pytest.mark.parametrize(
    "times",
    [
        {"start": datetime(2026, 4, 14, 10), "end": EVENT.end},
        {"start": EVENT.start, "end": datetime(2026, 4, 14, 12)},
        {"start": EVENT.start, "end": EVENT.start},
    ],
)
def test_an_event_without_zone_or_length_is_refused(times):
    with pytest.raises(ValueError, match="calendar event"):
        replace(EVENT, **times)
