"""That nobody of a group has done something is told as that few have: everywhere the same marks and the same sentences."""

from __future__ import annotations

import csv
import json
import re
import zipfile

import pytest

from registration.pilot.report.arms import Arms
from registration.pilot.report.drawn import _bands
from registration.pilot.report.numbers import Rounding
from tests.pilot.made import make
from tests.pilot.test_report_bundle import files, published

COUNTS = (0, 3, 9)
AT_OFFICE = ("M09_signup_at_visit", "all/office", "den")
#: A number, or where it is drawn, or a council called by its extract: in nothing else do releases of other numbers differ.
NUMBERS = re.compile(rb"council [0-9a-f]{8}|[+\xe2\x88\x92-]*\d[\d,.]*%?")


def registered_at_an_office(folder, births, made):
    """Leave as many births registered at an office; the others that were register at the family's home centre instead."""
    home = {row["birth_id"]: row["home_centre"] for row in rows(folder / "births.csv")}
    came = [row["birth_id"] for row in rows(folder / "registrations.csv") if row["venue_id"] == "OFFICE"]
    stay = set(came[:births])
    for name in ("bookings", "registrations"):
        changed = [
            row | {"venue_id": home[row["birth_id"]] if moved(row, stay) else row["venue_id"]}
            for row in rows(folder / f"{name}.csv")
        ]
        with (made / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, changed[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(changed)
    return made


def moved(row, stay):
    return row["venue_id"] == "OFFICE" and row["birth_id"] not in stay


def rows(path):
    with path.open(encoding="utf-8", newline="") as there:
        return list(csv.DictReader(there))


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    """Publish extracts that differ in how many births were registered at an office."""
    folder = tmp_path_factory.mktemp("offices")
    made = {}
    for births in COUNTS:
        one = registered_at_an_office(
            make(folder / "all", births=400, seed=3, steps=6),
            births,
            make(folder / f"{births}", births=400, seed=3, steps=6),
        )
        published(one, folder / f"bundle-{births}")
        made[births] = folder / f"bundle-{births}"
    return made


@pytest.mark.parametrize("births", COUNTS[1:])
def test_with_no_registration_at_an_office_everything_published_says_what_it_says_with_few(bundles, births):
    none, few = (
        {name: raw for name, raw in files(bundles[each]).items() if not name.startswith(("restricted/", "manifest"))}
        for each in (0, births)
    )

    assert sorted(none) == sorted(few)
    for name in none:
        # Cells of the tables are counts, of centres too: these had births more or fewer.
        if name.endswith((".json", ".html", ".svg", ".csv", ".txt")) and not name.startswith(("csv/", "tables.")):
            assert NUMBERS.sub(b"0", none[name]) == NUMBERS.sub(b"0", few[name]), name
    assert notes(bundles[0]) == notes(bundles[births])
    assert strings(bundles[0]) == strings(bundles[births])


def notes(bundle):
    """Give the notes of the OpenDocument workbook."""
    content = zipfile.ZipFile(bundle / "tables.ods").read("content.xml")
    [found] = re.findall(rb'<table:table [^>]*table:name="Notes".*?</table:table>', content, re.DOTALL)
    return NUMBERS.sub(b"0", found)


def strings(bundle):
    """Give what words stand in the Excel workbook."""
    words = zipfile.ZipFile(bundle / "tables.xlsx").read("xl/sharedStrings.xml")
    return set(re.findall(rb"<t[^>]*>(.*?)</t>", NUMBERS.sub(b"0", words)))


@pytest.mark.parametrize("births", COUNTS)
def test_what_is_of_offices_is_withheld_and_no_sentence_says_that_nobody_was_there(bundles, births):
    said = json.loads((bundles[births] / "report.json").read_bytes())
    of_offices = {(row["number"], row["value"]) for row in said["summary"] if row["of"] == "at an office"}

    assert of_offices == {(number, "[c]") for number in ("M05", "M08", "M09", "M10")}
    assert [each for each in said["not_yet"] if "office" in each["what"] or "No " in each["why"]] == []
    assert next(row["value"] for row in said["summary"] if row["number"] == "M04") == "[c]"


def test_the_exact_figures_stay_as_they_are(bundles):
    """In the restricted file nobody is told from few: it is for those who hold the extract."""

    def joined(births):
        exact = rows(bundles[births] / "restricted/metrics.csv")
        return [row["value"] for row in exact if (row["metric"], row["slice"], row["key"]) == AT_OFFICE]

    assert joined(0) in ([], ["0"])
    assert joined(3) != joined(9)


@pytest.mark.parametrize("registered", [0, 3, 9])
def test_days_to_registration_are_drawn_only_where_enough_are_registered(tmp_path, registered):
    """Without a registration no picture; with few ones a picture of marks would tell that there are some."""
    folder = make(tmp_path / "extract", births=60)
    path = folder / "registrations.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[: 1 + registered]) + "\n", encoding="utf-8")
    published(folder, tmp_path / "bundle")
    names = {chart["name"] for chart in json.loads((tmp_path / "bundle/report.json").read_bytes())["charts"]}

    assert "days-to-registration" not in names
    assert {"reach", "attrition"} <= names


def test_how_many_weeks_are_drawn_is_not_told_by_one_birth():
    """Ten births of day 60 draw its week; one of day 80 more does not draw another."""
    ends = [
        _bands(days, Rounding())[-1].first
        for days in ({1: 20, 60: 10}, {1: 20, 60: 10, 80: 1}, {1: 20, 60: 10, 80: 10})
    ]

    assert ends == [57, 57, 78]


@pytest.mark.parametrize(("families", "drawn"), [(0, False), (9, False), (10, True)])
def test_a_cluster_is_compared_where_either_arm_has_families_enough_and_none_is_as_few(families, drawn):
    assert Arms(0, families, 50, 100).both(Rounding()) is drawn
    assert Arms(50, 100, 0, families).both(Rounding()) is drawn
