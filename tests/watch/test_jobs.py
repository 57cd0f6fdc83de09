"""The nightly look at every promise: it is written down, told as a figure, and said aloud where one is broken."""

from sqlalchemy import text

from registration.booking.invariants import broken_rows
from registration.common.audit import history_of
from registration.watch.jobs import check_promises
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, at_time


def test_every_promise_has_its_figure_once_it_was_looked_at(read, world, caplog):
    assert not [name for name in read() if name.startswith("promise")]

    check_promises(0)

    said = read()
    counts = {name: count for name, count in said.items() if name.startswith("promise_broken_rows")}
    assert len(counts) == len(broken_rows()) > 10
    assert set(counts.values()) == {0}
    assert said["promises_checked_timestamp_seconds"] > 0
    assert [line.what for line in history_of("promises:nightly")] == [
        "looked for rows that break a promise of the service"
    ]
    assert "a promise is broken" not in caplog.messages


def test_a_promise_that_is_broken_is_counted_and_said_aloud(read, database, world, caplog):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    database.execute(text("UPDATE booking SET last_lawful_day = last_lawful_day + 1"))

    check_promises(0)

    assert read()['promise_broken_rows{promise="wrong_last_lawful_day"}'] == 1
    (told,) = [record for record in caplog.records if record.message == "a promise is broken"]
    assert (told.levelname, told.facts) == ("ERROR", {"promise": "wrong_last_lawful_day", "rows": 1})
