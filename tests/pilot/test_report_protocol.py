"""The protocol: read with every fault named, and held against what was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from registration.pilot.effect.power import WORTH_HAVING
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
    to_begin_from,
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
    assert shipped.worth == WORTH_HAVING
    assert (shipped.registered_on, shipped.as_of, shipped.lot) == (None, None, None)
    assert shipped.sha256 == sha256(SHIPPED.encode())


def test_what_is_worth_having_is_read_and_may_be_left_out(tmp_path):
    other = SHIPPED.replace("worth_having = 0.05", "worth_having = 0.08")
    assert protocol(tmp_path, other).worth == 0.08
    assert protocol(tmp_path, SHIPPED.replace("worth_having = 0.05\n", "")).worth == WORTH_HAVING
    with pytest.raises(ProtocolRefused, match=r"worth_having: a number from 0\.001 to 1 is wanted"):
        protocol(tmp_path, SHIPPED.replace("worth_having = 0.05", "worth_having = 0"))


@pytest.mark.parametrize("drawn_on", [date(2026, 10, 1), None])
def test_one_to_begin_from_knows_the_council_and_the_lot(tmp_path, drawn_on):
    words = to_begin_from('Calder "Valley" Council', Lot("47\\11", "cluster", drawn_on))
    read = protocol(tmp_path, words)

    assert (read.authority, read.lot) == ('Calder "Valley" Council', Lot("47\\11", "cluster", drawn_on))
    assert (read.registered_on, read.as_of, read.unit) == (None, None, "auto")
    assert to_begin_from("", None) == SHIPPED


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


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"a = " + b"1" * 20_000, "not TOML that can be read: a number in it has thousands of digits."),
        (b"a = " + b"[" * 1_500, "not TOML that can be read: its lists or tables lie too deep in each other."),
        (b"a = " + b"{a=" * 900, "not TOML that can be read: its lists or tables lie too deep in each other."),
        (SHIPPED.encode("utf-16"), "not TOML: it is written in UTF-16. Save it as UTF-8."),
        (SHIPPED.encode("latin-1", "replace") + b"\xe9", "not TOML: it is not written in UTF-8. Save it as UTF-8."),
    ],
    ids=["digits", "lists", "tables", "UTF-16", "Latin-1"],
)
def test_what_no_reader_of_toml_takes_is_told_in_a_sentence(tmp_path, raw, said):
    path = tmp_path / "protocol.toml"
    path.write_bytes(raw)

    with pytest.raises(ProtocolRefused) as refused:
        read_protocol(path)
    assert refused.value.lines == (f"protocol.toml: {said}",)


def test_a_mark_before_utf_8_is_no_fault_and_stays_in_what_is_registered(tmp_path):
    path = tmp_path / "protocol.toml"
    path.write_bytes(SHIPPED.encode("utf-8-sig"))

    read = read_protocol(path)
    assert read.text.encode() == path.read_bytes()
    assert read.sha256 == sha256(path.read_bytes())


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (
            "suppress = 10",
            "suppress = 9",
            "thresholds.suppress: 9 is less than 10: a protocol may raise the protection",
        ),
        ("round_to = 5", "round_to = 4", "thresholds.round_to: 4 is less than 5: a protocol may raise the protection"),
        ("suppress = 10", "suppress = 101", "thresholds.suppress: a whole number from 10 to 100 is wanted"),
        ("round_to = 5", f"round_to = 1{'0' * 400}", "thresholds.round_to: a whole number from 5 to 100 is wanted"),
        ('"joined_within_90_days"', '"<b>joining</b>"', "primary_outcome: <b>joining</b> is none of joined_within_30"),
        ('by = ""', r'by = "A\u0007B"', "registered.by: a line of at most 200 letters is wanted"),
        ('on = ""', "on = []", "registered.on: [] is not a date like 2026-11-22"),
        ('on = ""', f"on = 0x{'f' * 9_000}", "registered.on: This is not a date like 2026-11-22"),
        ("[30, 90, 365]", f"[0x{'f' * 9_000}]", "horizons: This is none of numbers of days"),
        (
            'as_of = ""',
            "as_of = 2026-10-31",
            "analysis.as_of: 2026-10-31 is before the day of registration, 2026-11-01",
        ),
        ('drawn_on = ""', "drawn_on = 2028-04-01", "lot.drawn_on: 2028-04-01 is after the day of the evaluation"),
    ],
)
def test_what_a_protocol_cannot_say_is_told(tmp_path, was, becomes, said):
    text = SHIPPED.replace(was, becomes, 1).replace('on = ""', "on = 2026-11-01", 1)
    text = text.replace('as_of = ""', "as_of = 2028-03-31").replace(
        'seed = ""\nunit = ""', 'seed = "1"\nunit = "centre"'
    )

    with pytest.raises(ProtocolRefused) as refused:
        protocol(tmp_path, text)
    [line] = refused.value.lines
    assert line.startswith(f"protocol.toml: {said}")


def test_a_protocol_may_raise_the_protection(tmp_path):
    read = protocol(
        tmp_path, SHIPPED.replace("suppress = 10", "suppress = 20").replace("round_to = 5", "round_to = 10")
    )

    assert (read.suppress, read.round_to) == (20, 10)


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
        ({"registered_on": date(2026, 3, 1)}, "when births were on record already"),
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
