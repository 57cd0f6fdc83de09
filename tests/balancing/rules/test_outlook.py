"""What is told of the weeks to come, and how it is kept."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from registration.balancing.rules.intervals import Interval
from registration.balancing.rules.outlook import Forecast, Help, Outlook, Session, Week, holds, kept, read

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NONE = Interval(0.0, 0.0, 0.0)


def outlook(own=NONE, at_all=NONE, **changes):
    values = {
        "cluster_id": 3,
        "cluster": "Lower Valley",
        "births": 40.5,
        "booked": 12,
        "free": 30,
        "kept": 4,
        "centres": (("Elland", 20), ("Brighouse", 10)),
        "utilisation": 1.02,
        "own": own,
        "at_all": at_all,
        "weeks": (Week(date(2026, 11, 23), own, at_all),),
        "help": None,
    }
    return Outlook(**(values | changes))


def test_a_cluster_runs_dry_from_one_family_on():
    assert not outlook(Interval(0.99, 0, 4)).is_dry
    assert outlook(Interval(1.0, 0, 4)).is_dry


def test_those_not_missed_anywhere_go_to_another_cluster():
    assert outlook(Interval(5.0, 0, 9), Interval(2.0, 0, 4)).elsewhere == 3
    assert outlook(NONE, Interval(2.0, 0, 4)).elsewhere == 0, "others took its places"


def test_help_is_enough_where_fewer_than_one_is_missed_then():
    assert Help(opens_desk=False, sessions=(), missed=0.99).is_enough
    assert not Help(opens_desk=False, sessions=(), missed=1.0).is_enough


@pytest.mark.parametrize(("minutes", "good"), [(0, True), (59, True), (60, False), (-1, False)])
def test_a_forecast_is_shown_for_an_hour(minutes, good):
    assert holds(NOW, NOW + timedelta(minutes=minutes)) is good


def test_a_forecast_is_read_as_it_was_kept():
    session = Session(4, "Dana Shaw", 2, "Elland", "Room 2", NOW, NOW + timedelta(hours=3))
    dry = outlook(Interval(5.0, 0, 9), help=Help(opens_desk=True, sessions=(session,), missed=0.4))
    told = Forecast(NOW, date(2027, 2, 20), (dry, outlook(utilisation=None, weeks=())))

    assert read(json.loads(json.dumps(kept(told)))) == told
    empty = Forecast(NOW, None, ())
    assert read(json.loads(json.dumps(kept(empty)))) == empty
