"""The lot can be drawn again by hand; events count by their last version; records that are one family become one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from registration.pilot.record.rules.assembling import Families, assembled
from registration.pilot.record.rules.events import Event, Kind, histories
from registration.pilot.record.rules.lot import (
    BeforeToday,
    CannotDraw,
    PilotBegun,
    ReasonWanted,
    beginnings,
    check_against_lot,
    check_change,
    days_of,
    drawn,
    steps_of,
)

pytestmark = pytest.mark.rules

DAY = date(2026, 6, 1)
AS_OF = date(2026, 12, 31)
CLUSTERS = {"north": "North", "south": "South"}


# ---- the lot


def test_the_smallest_hash_of_seed_and_name_is_drawn_first():
    units = ["Halifax North", "Elland", "Upper Valley", "Brighouse"]
    by_hand = sorted((sha256(f"lottery 7|{unit}".encode()).hexdigest(), unit) for unit in units)

    assert drawn("lottery 7", units) == [unit for _, unit in by_hand]
    assert drawn("lottery 7", reversed(units)) == drawn("lottery 7", units)
    assert drawn("lottery 8", units) != drawn("lottery 7", units)
    # printf '%s' 'lottery 7|Elland' | sha256sum
    assert by_hand[[unit for _, unit in by_hand].index("Elland")][0].startswith("9d20a68ab79b")


def test_steps_that_do_not_come_out_even_are_longer_at_the_beginning():
    assert steps_of("abcdefg", 3) == ["abc", "de", "fg"]
    assert steps_of("abc", 3) == ["a", "b", "c"]
    for steps in (0, 4):
        with pytest.raises(CannotDraw):
            steps_of("abc", steps)


def test_steps_begin_so_many_weeks_apart_and_the_last_may_stay_out():
    assert beginnings(DAY, 3, 2, last_stays_out=False) == [DAY, date(2026, 6, 15), date(2026, 6, 29)]
    assert beginnings(DAY, 3, 2, last_stays_out=True) == [DAY, date(2026, 6, 15), None]


def test_a_first_day_that_has_come_stays():
    check_change(None, DAY, DAY)
    check_change(date(2026, 6, 2), None, DAY)
    check_change(DAY, DAY, DAY)
    with pytest.raises(PilotBegun):
        check_change(DAY, None, DAY)
    with pytest.raises(PilotBegun):
        check_change(DAY, date(2026, 6, 2), DAY)


def test_a_day_drawn_by_lot_gives_way_to_a_later_one_for_a_reason():
    check_against_lot(DAY, DAY, "", date(2027, 1, 1))
    check_against_lot(None, DAY, "A flood", DAY)
    check_against_lot(DAY, None, "The room is ready", DAY)
    with pytest.raises(ReasonWanted):
        check_against_lot(None, DAY, "", DAY)
    with pytest.raises(BeforeToday):
        check_against_lot(date(2026, 5, 31), None, "The room is ready", DAY)


def test_a_lot_gives_each_unit_its_day():
    assert days_of(["a", "b", "c"], [DAY, None]) == {"a": DAY, "b": DAY, "c": None}


# ---- events


def event(kind, source="a", version=1, day=DAY, **changes):
    usual = {"family": "f1", "birth": None, "at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC), "venue": None}
    return Event(kind=kind, source=source, version=version, day=day, **(usual | changes))


def test_the_last_version_up_to_a_day_counts_and_what_is_undone_does_not():
    first, moved = event(Kind.BOOKED), event(Kind.MOVED, version=2, day=date(2026, 6, 9))
    undone = [event(Kind.REGISTERED, "b"), event(Kind.REGISTERED, "b", 2, undone=True)]

    assert histories([first, moved, *undone], AS_OF) == [[first, moved]]
    assert histories([first, moved], date(2026, 6, 8)) == [[first]]
    assert histories([first, moved], date(2026, 6, 9)) == [[first, moved]]
    assert histories([first, moved], date(2026, 5, 31)) == []


# ---- births


def born(source, day=DAY, family="f1", route="booking", version=1, **changes):
    facts = {"decile": None, "resident": True, "help": False, "alike": []} | changes.pop("facts", {})
    return event(
        Kind.BORN,
        source,
        version,
        day,
        family=family,
        birth=source,
        route=route,
        facts=facts,
        **({"venue": "north"} | changes),
    )


def live(source, day=DAY, family="l1", **changes):
    facts = {"resident": None, "help": None} | changes.pop("facts", {})
    return born(source, day, family, "live_births", facts=facts, **changes)


def rows_of(*events, linked=(), left_out=()):
    told = histories(sorted(events, key=lambda each: (each.source, each.version)), AS_OF)
    return assembled(told, Families(linked, frozenset(left_out)), CLUSTERS)


def births(*events, **how):
    names = (
        "birth_id",
        "family_id",
        "dob",
        "cluster",
        "home_centre",
        "imd_decile",
        "resident_in_area",
        "born_in_district",
        "hard_to_reach",
        "vulnerable",
        "feed_received_on",
        "left_area_on",
    )
    rows = rows_of(*events, **how).rows["births.csv"]
    return sorted((dict(zip(names, row, strict=True)) for row in rows), key=lambda row: row["birth_id"])


def test_a_birth_that_live_birth_data_and_a_booking_tell_is_one():
    [birth] = births(
        live("l-1", facts={"decile": 2}),
        born("k-1", facts={"help": True}),
        event(Kind.FED, "fed", day=date(2026, 6, 9), family="l1", birth="l-1"),
        linked=[("f1", "l1")],
    )

    assert birth == {
        "birth_id": "b-l-1",
        "family_id": "f-f1",
        "dob": "2026-06-01",
        "cluster": "North",
        "home_centre": "c-north",
        "imd_decile": "2",
        "resident_in_area": "1",
        "born_in_district": "",
        "hard_to_reach": "1",
        "vulnerable": "",
        "feed_received_on": "2026-06-09",
        "left_area_on": "",
    }


def test_records_that_are_not_linked_are_two_families():
    assert [row["family_id"] for row in births(live("l-1"), born("k-1"))] == ["f-f1", "f-l1"]


def test_twins_stay_two_and_each_finds_its_own():
    told = [live("l-1"), live("l-2"), born("k-1"), born("k-2")]

    assert [row["birth_id"] for row in births(*told, linked=[("f1", "l1")])] == ["b-l-1", "b-l-2"]


def test_a_slip_of_four_weeks_is_the_same_baby_and_a_day_more_is_another():
    for day, count in ((date(2026, 6, 29), 1), (date(2026, 6, 30), 2), (date(2026, 5, 4), 1), (date(2026, 5, 3), 2)):
        assert len(births(live("l-1"), born("k-1", day), linked=[("f1", "l1")])) == count


def test_the_day_of_birth_that_agrees_goes_before_one_that_is_near():
    """A booking of twins born on two days, of whom one's day is mistyped, leaves each its own."""
    told = [live("l-1", DAY), live("l-2", date(2026, 6, 3)), born("k-1", date(2026, 6, 2)), born("k-2", DAY)]
    told.append(event(Kind.BOOKED, "booking", facts={"slot": "20260610T090000Z", "declaration": True}, venue="north"))

    found = births(*told, linked=[("f1", "l1")])
    assert [(row["birth_id"], row["dob"]) for row in found] == [("b-l-1", "2026-06-01"), ("b-l-2", "2026-06-03")]


def test_of_two_babies_the_one_of_the_same_day_is_the_same():
    found = births(
        live("l-1", date(2026, 6, 3)),
        born("k-1", date(2026, 6, 2)),
        born("k-2", date(2026, 6, 3)),
        linked=[("l1", "f1")],
    )

    assert [(row["birth_id"], row["dob"], row["family_id"]) for row in found] == [
        ("b-k-1", "2026-06-02", "f-f1"),
        ("b-l-1", "2026-06-03", "f-f1"),
    ]


def test_of_two_sources_the_first_that_told_and_the_first_leaving_count():
    [birth] = births(
        live("l-1"),
        live("l-2", family="l2"),
        event(Kind.FED, "fed-1", day=date(2026, 6, 9), family="l1", birth="l-1"),
        event(Kind.FED, "fed-2", day=date(2026, 6, 5), family="l2", birth="l-2"),
        event(Kind.MOVED_AWAY, "left-1", day=date(2026, 7, 7), family="l1"),
        event(Kind.MOVED_AWAY, "left-2", day=date(2026, 8, 8), family="l2"),
        linked=[("l1", "l2")],
    )

    assert (birth["feed_received_on"], birth["left_area_on"]) == ("2026-06-05", "2026-07-07")


def test_a_family_that_booked_anew_for_the_same_babies_is_one():
    found = births(
        born("k-1", facts={"alike": ["mail", "phone"]}),
        born("k-2", family="f2", facts={"alike": ["mail"]}),
        born("k-3", family="f3"),
    )

    assert [(row["birth_id"], row["family_id"]) for row in found] == [("b-k-1", "f-f1"), ("b-k-3", "f-f3")]


def test_where_a_family_lived_at_the_birth_counts_and_not_where_it_moved():
    [birth] = births(
        live("l-1", facts={"decile": None}, venue=None),
        live("l-1", version=2, facts={"decile": 3}, venue="north"),
        live("l-1", version=3, facts={"decile": 9}, venue="south"),
        event(Kind.MOVED_AWAY, "left", day=date(2026, 7, 7), family="l1"),
    )

    assert (birth["home_centre"], birth["imd_decile"], birth["left_area_on"]) == ("c-north", "3", "2026-07-07")


def test_what_nobody_knows_stays_empty():
    [birth] = births(born("k-1", venue=None, facts={"resident": None, "help": None}))

    assert [birth[name] for name in ("cluster", "home_centre", "imd_decile", "resident_in_area")] == [
        "unassigned",
        "",
        "",
        "",
    ]
    assert [birth[name] for name in ("born_in_district", "hard_to_reach", "left_area_on")] == ["", "", ""]


def test_a_family_that_is_left_out_stands_in_no_file():
    told = [born("k-1"), event(Kind.JOINED, "m", venue="north", facts={"left": None})]

    assert not any(rows_of(*told, left_out=["f1"]).rows.values())


# ---- bookings and what came of them


def booking(*stints, marked=None):
    """Events of a booking that stood at these (venue, slot) one after another."""
    first = DAY.replace(day=2)
    events = [born("k-1")]
    for number, (venue, slot) in enumerate(stints):
        events.append(
            event(
                Kind.MOVED if number else Kind.BOOKED,
                "booking",
                number + 1,
                first.replace(day=2 + number),
                venue=venue,
                facts={"slot": slot, "declaration": False},
            )
        )
    if marked:
        events.append(event(marked, "mark", day=DAY.replace(day=20), venue=stints[-1][0], facts={"booking": "booking"}))
    return events


def test_a_booking_that_moved_within_a_place_is_one_with_its_last_time():
    [row] = rows_of(*booking(("north", "20260610T090000Z"), ("north", "20260620T090000Z"), marked=Kind.ATTENDED)).rows[
        "bookings.csv"
    ]

    assert row == ("k-booking-0", "b-k-1", "c-north", "2026-06-02T09:00:00Z", "2026-06-20T09:00:00Z", "attended")


def test_a_booking_that_went_to_another_place_was_cancelled_there_and_made_here():
    rows = rows_of(*booking(("north", "20260610T090000Z"), ("office", "20260620T090000Z"), marked=Kind.DNA)).rows[
        "bookings.csv"
    ]

    assert [row[2:] for row in rows] == [
        ("c-north", "2026-06-02T09:00:00Z", "2026-06-10T09:00:00Z", "cancelled"),
        ("c-office", "2026-06-03T09:00:00Z", "2026-06-20T09:00:00Z", "dna"),
    ]


@pytest.mark.parametrize(("marked", "status"), [(None, "booked"), (Kind.CANCELLED, "cancelled")])
def test_a_booking_of_which_nobody_said_what_came_of_it_stands(marked, status):
    [row] = rows_of(*booking(("north", "20260610T090000Z"), marked=marked)).rows["bookings.csv"]

    assert row[-1] == status


def test_a_booking_whose_babies_nobody_told_is_left_out():
    assert rows_of(*booking(("north", "20260610T090000Z"))[1:]).rows["bookings.csv"] == []


def test_whether_a_birth_happened_in_our_district_is_told_by_its_booking():
    assert births(*booking(("north", "20260610T090000Z")))[0]["born_in_district"] == "1"


def test_every_baby_of_a_booking_is_registered_and_one_born_after_it_is_not():
    registered = event(Kind.REGISTERED, "reg", day=DAY.replace(day=10), venue="north", facts={"booking": "booking"})
    made = rows_of(born("k-1"), born("k-2", DAY.replace(day=10)), born("k-3", DAY.replace(day=11)), registered)

    assert sorted(made.rows["registrations.csv"]) == [
        ("b-k-1", "c-north", "2026-06-10T09:00:00Z"),
        ("b-k-2", "c-north", "2026-06-10T09:00:00Z"),
    ]
    assert made.early == 1


def test_joining_anew_after_leaving_is_two_joinings_and_a_correction_is_one():
    def joined(version, day, left):
        facts = {"left": left}
        return event(Kind.JOINED, "m", version, day, venue="north", route="eStart", facts=facts)

    anew = rows_of(born("k-1"), joined(1, DAY, "2026-07-01"), joined(2, date(2026, 9, 1), None))
    assert sorted(anew.rows["memberships.csv"]) == [
        ("f-f1", "c-north", "2026-06-01", "eStart"),
        ("f-f1", "c-north", "2026-09-01", "eStart"),
    ]
    corrected = rows_of(born("k-1"), joined(1, DAY, None), joined(2, date(2026, 9, 1), None))
    assert corrected.rows["memberships.csv"] == [("f-f1", "c-north", "2026-09-01", "eStart")]
    overlapping = rows_of(born("k-1"), joined(1, DAY, "2026-12-01"), joined(2, date(2026, 9, 1), "2026-12-01"))
    assert overlapping.rows == corrected.rows


def test_members_and_visits_of_a_place_that_is_no_centre_are_left_out():
    told = [event(Kind.JOINED, "m", venue="office", facts={"left": None}), event(Kind.USED, "u", venue="office")]
    here = [
        event(Kind.USED, "v", venue="north"),
        event(Kind.CONTACTED, "c", venue="north", route="call", facts={"result": "sent"}),
    ]
    rows = rows_of(*told, *here).rows

    assert rows["memberships.csv"] == []
    assert rows["visits.csv"] == [("f-f1", "c-north", "2026-06-01")]
    assert rows["contacts.csv"] == [("f-f1", "2026-06-01", "call", "sent")]
