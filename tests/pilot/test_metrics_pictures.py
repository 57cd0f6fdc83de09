"""What pictures are drawn from agrees with the metrics, and the file of exact figures can be read back."""

from __future__ import annotations

import csv
from datetime import timedelta
from decimal import Decimal, localcontext
from math import erfc, sqrt

import pytest

from registration.pilot.extract.rules import Joined, Registered, Visited
from registration.pilot.figures import Figure
from registration.pilot.metrics.files import write
from registration.pilot.metrics.measuring import measure
from registration.pilot.metrics.pictures import GRID, attrition, by_decile, days_to_registration, sign_up_curves
from tests.pilot import plain_metrics as plain
from tests.pilot.test_metrics_measuring import BIRTH, D, by_chance, extract_of

pytestmark = pytest.mark.rules


def families_of(extract):
    families = {}
    for birth in plain.resident(extract):
        families.setdefault(birth.family_id, []).append(birth)
    return families


def test_curves_pass_through_the_shares_of_the_metrics():
    extract = by_chance(3)
    figures, curves = measure(extract), sign_up_curves(extract)

    assert [curve.name for curve in curves] == ["all/centre", "all/office"]
    for curve in curves:
        assert [point.day for point in curve.points] == list(GRID) == [*range(0, 361, 30), 365]
        for horizon, place in ((30, 1), (90, 3), (365, 13)):
            point = curve.points[place]
            told = [
                figures.get(f"M10_signup_within_{horizon}d_KM", curve.name, key)
                for key in ("value", "lo", "hi", "n_risk")
            ]
            assert [point.value, point.lo, point.hi, point.n_risk] == told


def test_no_family_registered_gives_curves_without_points():
    assert [curve.points for curve in sign_up_curves(extract_of(BIRTH))] == [[], []]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_attrition_counts_at_each_step_those_that_the_step_before_left(seed):
    extract = by_chance(seed, 80)
    families = families_of(extract)
    steps = [
        lambda births: plain.known_since(extract, births),
        lambda births: any(plain.registration(extract, b) for b in births),
        lambda births: any((plain.registration(extract, b) or (0, False))[1] for b in births),
        lambda births: plain.joining(extract, births[0].family_id),
        lambda births: any(
            v.family_id == births[0].family_id and plain.joining(extract, v.family_id) <= v.visited_on <= extract.as_of
            for v in extract.visits
        ),
    ]
    left, counts = list(families.values()), []
    for step in steps:
        left = [births for births in left if step(births)]
        counts.append(len(left))

    born = sum(b.dob <= extract.as_of for b in extract.births)
    assert attrition(extract) == list(
        zip(
            [
                *("Births", "To residents", "Families", "Known", "Registered a birth", "Registered at a centre"),
                *("Joined a centre", "Used a centre"),
            ],
            [born, len(plain.resident(extract)), len(families), *counts],
            strict=True,
        )
    )
    assert counts[-1] > 0


def test_a_family_that_joined_and_used_a_centre_today_comes_to_the_end_of_attrition():
    rows = {
        "registrations": [Registered("B1", "C1", D)],
        "memberships": [Joined("F1", "C1", D, "visit")],
        "visits": [Visited("F1", "C1", D), Visited("F1", "C1", D + timedelta(days=1))],
    }

    assert [number for _, number in attrition(extract_of(BIRTH, **rows))] == [1] * 8
    assert attrition(extract_of(BIRTH, **rows | {"visits": rows["visits"][1:]}))[-1] == ("Used a centre", 0)


def test_days_to_registration_are_counted_by_births_registered():
    extract = by_chance(4)
    done = [(b, plain.registration(extract, b)) for b in plain.resident(extract)]
    days = [(r[0] - b.dob).days for b, r in done if r]

    assert days_to_registration(extract) == {day: days.count(day) for day in sorted(set(days))}
    assert list(days_to_registration(extract)) == sorted(set(days))


def test_shares_by_decile_are_those_of_the_families_and_births_of_that_decile():
    extract = by_chance(5)
    families = families_of(extract)
    found = {(decile, metric): (share.num, share.den) for decile, metric, share in by_decile(extract)}

    assert len(found) == 30
    among = [births for births in families.values() if any(b.imd_decile == 2 for b in births)]
    known = sum(plain.known_since(extract, births) is not None for births in among)
    assert found[2, "M02_reach_known_families"] == (known, len(among))
    done = [plain.registration(extract, b) for b in plain.resident(extract) if b.imd_decile == 2]
    done = [at_centre for _, at_centre in filter(None, done)]
    assert found[2, "M04_registered_at_centre"] == (sum(done), len(done))
    figures = measure(extract)
    joined = [found[decile, "M14_equity_90d"] for decile in range(1, 11)]
    assert sum(den for _, den in joined) == figures.get("M14_equity_90d", "all", "n")
    deprived = [sum(pair[place] for pair in joined[:3]) for place in (0, 1)]
    assert deprived == [figures.get("M14_gap_90d", "imd1_3_minus_imd4_10", key) for key in ("num1", "den1")]


def test_the_file_holds_every_figure_at_twelve_digits_and_whole_numbers_plain(tmp_path):
    figures = [
        Figure("M01_families", "North, by the sea", "n", 1234567.0),
        Figure("M04_registered_at_centre", "=1+1", "value", 2 / 3),
        Figure("M11_logrank_centre_vs_office", "all", "p", 1.25e-30),
    ]
    write(figures, tmp_path / "metrics.csv")

    with (tmp_path / "metrics.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["metric", "slice", "key", "value"],
            ["M01_families", "North, by the sea", "n", "1234567"],
            ["M04_registered_at_centre", "'=1+1", "value", "0.666666666667"],
            ["M11_logrank_centre_vs_office", "all", "p", "1.25e-30"],
        ]


@pytest.mark.parametrize("chisq", [1386.5, 1420.0, 1500.0, 98765.4321])
def test_a_p_too_small_for_a_number_is_written_by_its_logarithm(tmp_path, chisq):
    """Held to the first terms of the series of the normal distribution's tail, in decimals of thirty digits."""
    p = erfc(sqrt(chisq / 2))
    write([Figure("M11", "all", "chisq", chisq), Figure("M11", "all", "p", p)], tmp_path / "metrics.csv")
    written = Decimal((tmp_path / "metrics.csv").read_text().split("all,p,")[1])

    with localcontext() as context:
        context.prec = 30
        x = Decimal(chisq)
        tail = sum(Decimal(term) / x**n for n, term in enumerate((1, -1, 3, -15, 105, -945)))
        exact = (-x / 2).exp() * tail * (2 / (x * Decimal("3.14159265358979323846264338328"))).sqrt()
        assert abs(written / exact - 1) < Decimal("1e-10")


def test_the_file_of_an_extract_reads_back_as_it_was_measured(tmp_path):
    figures = measure(by_chance(6))
    write(figures, tmp_path / "metrics.csv")

    with (tmp_path / "metrics.csv").open(encoding="utf-8", newline="") as file:
        read = [(row["metric"], row["slice"], row["key"], float(row["value"])) for row in csv.DictReader(file)]
    assert read == [(each.metric, each.slice, each.key, pytest.approx(each.value, rel=1e-11)) for each in figures]
