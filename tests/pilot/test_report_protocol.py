"""The protocol: read with every fault named, and held against what was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from registration.pilot.report.protocol import (
    DEFAULT,
    HORIZONS,
    METRICS,
    SLICES,
    Done,
    Lot,
    ProtocolRefused,
    deviations,
    read_protocol,
    sha256,
)

AS_OF = date(2027, 6, 30)
SHIPPED = DEFAULT.read_text(encoding="utf-8")


def protocol(tmp_path, text):
    path = tmp_path / "protocol.toml"
    path.write_text(text, encoding="utf-8")
    return read_protocol(path)


def registered(tmp_path, **changes):
    """A protocol that was registered in time and plans exactly what is done."""
    shipped = protocol(tmp_path, SHIPPED)
    plan = replace(shipped, registered_on=date(2025, 11, 1), registered_by="A. Evaluator", as_of=AS_OF)
    return replace(plan, **changes)


def done(**changes):
    kept = Done(AS_OF, frozenset(METRICS), frozenset(SLICES), given=True, first_birth=date(2026, 1, 1))
    return replace(kept, **changes)


def test_the_shipped_protocol_plans_every_metric_slice_and_horizon_that_is_reported(tmp_path):
    shipped = protocol(tmp_path, SHIPPED)

    assert (shipped.metrics, shipped.slices, shipped.horizons) == (METRICS, SLICES, HORIZONS)
    assert (shipped.suppress, shipped.round_to, shipped.reach, shipped.lawful_days) == (10, 5, 0.97, 42)
    assert (shipped.registered_on, shipped.as_of, shipped.lot) == (None, None, None)
    assert shipped.sha256 == sha256(SHIPPED.encode())


def test_days_and_the_lot_are_read(tmp_path):
    text = SHIPPED.replace('on = ""', "on = 2026-11-01", 1).replace('as_of = ""', 'as_of = "2027-06-30"')
    text = text.replace('seed = ""', 'seed = "4711"').replace('unit = ""', 'unit = "cluster"')
    text = text.replace('drawn_on = ""', "drawn_on = 2026-10-01")

    read = protocol(tmp_path, text)

    assert (read.registered_on, read.as_of) == (date(2026, 11, 1), AS_OF)
    assert read.lot == Lot("4711", "cluster", date(2026, 10, 1))


def test_every_fault_is_named_at_once(tmp_path):
    text = (
        SHIPPED.replace('title = "Births registered in children’s centres"', "title = 7")
        .replace("[30, 90, 365]", "[30, 0]")
        .replace('"M16",', '"M17",')
        .replace('on = ""', 'on = "tomorrow"', 1)
        .replace('unit = "auto"', 'unit = "street"')
        .replace("suppress = 10", "suppress = 1")
        .replace("reach = 0.97", "reach = 97")
        .replace('seed = ""', 'seed = "1"')
        .replace("[analysis]", "[analysis]\nlevle = 0.05")
    )

    with pytest.raises(ProtocolRefused) as refused:
        protocol(tmp_path, text)

    said = [line.removeprefix("protocol.toml: ").split(":")[0] for line in refused.value.lines]
    assert said == [
        "title",
        "horizons",
        "metrics",
        "registered.on",
        "analysis.unit",
        "thresholds.suppress",
        "thresholds.reach",
        "lot.unit",
        "analysis.levle",
    ]


@pytest.mark.parametrize("text", ["title = ", "", "[thresholds]\nsuppress = true"])
def test_what_is_no_protocol_is_refused(tmp_path, text):
    with pytest.raises(ProtocolRefused):
        protocol(tmp_path, text)


def test_a_protocol_that_was_kept_has_no_deviations(tmp_path):
    assert deviations(registered(tmp_path), done()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"registered_on": None}, "does not say when and by whom"),
        ({"registered_on": date(2027, 7, 1)}, "after the day the data go up to"),
        ({"registered_on": date(2026, 3, 1)}, "when births since 1 January 2026 were on record"),
        ({"as_of": None}, "does not say as of which day"),
        ({"as_of": date(2027, 12, 31)}, "an early look: as of 30 June 2027, where 31 December 2027 was planned"),
        ({"as_of": date(2027, 1, 1)}, "later than the planned 1 January 2027"),
        ({"metrics": METRICS[:-1]}, "Reported though not in the protocol: M16."),
        ({"slices": SLICES[:-1]}, "groups that the protocol does not name: under2."),
        ({"horizons": (30, 180)}, "within 30, 90, 365 days, where the protocol set out 30, 180"),
        ({"primary_outcome": "used_within_a_year"}, "used_within_a_year, is not the one reported"),
        ({"reach": 0.8}, "drawn at 97%, where the protocol set out 80%"),
        ({"used": 0.6}, "drawn at 55%, where the protocol set out 60%"),
        ({"lawful_days": 40}, "42 days, where the protocol set out 40 days"),
    ],
)
def test_each_deviation_is_told_in_a_sentence(tmp_path, changes, words):
    told = deviations(registered(tmp_path, **changes), done())

    assert len(told) == 1
    assert words in told[0]


def test_a_planned_metric_that_cannot_be_observed_is_told(tmp_path):
    told = deviations(registered(tmp_path), done(metrics=frozenset(METRICS) - {"M15"}))

    assert told == ["In the protocol and not observable from this extract: M15."]


def test_without_a_protocol_that_is_what_is_told(tmp_path):
    told = deviations(protocol(tmp_path, SHIPPED), done(given=False))

    assert len(told) == 1
    assert "No protocol was given" in told[0]
