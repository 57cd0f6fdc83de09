"""The bundle: the same bytes each time, whole or not at all, and nothing in it that is not rounded, save in restricted/."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path

import html5lib
import pytest
from click.testing import CliRunner
from lxml import etree

from registration.pilot.commands import pilot
from registration.pilot.disclosure.catalogue import tables
from registration.pilot.disclosure.reading import read_release
from registration.pilot.disclosure.rules import (
    DEN,
    MARK,
    NUM,
    PublishedCell,
    PublishedTable,
    Release,
    Settings,
    percentage,
)
from registration.pilot.extract.files import read
from registration.pilot.report.bundle import OutTaken, build, publish
from registration.pilot.report.findings import find
from registration.pilot.report.protocol import DEFAULT, read_protocol
from registration.pilot.report.tidy import written
from tests.pilot.made import AS_OF, make

ROOT = Path(__file__).parents[2]
#: Another process with another seed of hashes, another zone and another place to work from.
AGAIN = "import sys; from tests.pilot import test_report_bundle as again; getattr(again, sys.argv[1])(*sys.argv[2:])"
SVG = "{http://www.w3.org/2000/svg}svg"


def quiet(_sentence):
    pass


def released(extract, settings=Settings()):  # noqa: B008 -- frozen
    """Release some tables of the catalogue, small counts left out and others rounded; attacking them is told elsewhere."""
    return Release(
        extract.as_of,
        settings,
        [
            PublishedTable(each.metric, each.title, each.geography, each.characteristic, list(cells(each, settings)))
            for each in tables(extract)
            if each.geography in {"authority", "cluster"} and each.characteristic in {"none", "hard_to_reach"}
        ],
    )


def cells(made, settings):
    for spot in next(iter(made.counts.values())):
        told = {
            measure: float(settings.rounded(counts[spot])) if counts[spot] >= settings.threshold else None
            for measure, counts in made.counts.items()
        }
        if NUM in told:
            both = None not in told.values()
            told["percent"] = percentage(made.counts[NUM][spot], made.counts[DEN][spot], settings) if both else None
        for measure, value in told.items():
            yield PublishedCell(made.metric, *spot, measure, value, "" if value is not None else MARK)


def published(extract, out, protocol=DEFAULT, told=quiet):
    """Publish an extract, its tables as said above."""
    rows = read(Path(extract), AS_OF)
    found = find(rows, read_protocol(protocol), released(rows), told, given=protocol != DEFAULT)
    return publish(found, Path(out), [], told)


def whole(extract, out):
    build(Path(extract), AS_OF, Path(out))


def elsewhere(made_by, extract, out):
    away = os.environ | {"PYTHONHASHSEED": "4", "TZ": "Pacific/Auckland", "LANG": "C", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", AGAIN, made_by, str(extract), str(out)], cwd=out.parent, env=away, check=True)
    return files(out)


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return make(tmp_path_factory.mktemp("extract"), births=500, seed=3)


@pytest.fixture(scope="module")
def bundle(extract, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundles") / "bundle"
    published(extract, out)
    return out


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def table(path):
    return list(csv.DictReader(StringIO(path.read_text(encoding="utf-8"))))


def test_another_process_makes_the_same_bytes(bundle, extract, tmp_path):
    there, here = elsewhere("published", extract, tmp_path / "x"), files(bundle)

    assert sorted(there) == sorted(here)
    assert [name for name in here if there[name] != here[name]] == []


@pytest.mark.long
def test_the_whole_command_makes_the_same_bytes_in_another_process_and_stands_an_attack(tmp_path):
    """With the tables protected in earnest, which takes its time: births of two centres in half a year."""
    extract = make(tmp_path / "extract", births=3000)
    births = [
        row for row in table(extract / "births.csv") if row["home_centre"] in {"C00", "C01"} and row["dob"] > "2027"
    ]
    kept = {row["birth_id"] for row in births}
    for name in ("births", "bookings", "registrations"):
        rows = [row for row in table(extract / f"{name}.csv") if row["birth_id"] in kept]
        (extract / f"{name}.csv").write_bytes(written(tuple(rows[0]), [tuple(row.values()) for row in rows]))
    whole(extract, tmp_path / "here")
    there, here = elsewhere("whole", extract, tmp_path / "there"), files(tmp_path / "here")

    assert there == here
    assert read_release(tmp_path / "here").tables


def test_the_manifest_names_every_file_and_says_nothing_of_when_or_where(bundle, extract):
    raw = (bundle / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(raw)
    kept = files(bundle)

    assert manifest["files"] == {
        name: hashlib.sha256(data).hexdigest() for name, data in kept.items() if name != "manifest.json"
    }
    assert manifest["inputs"] == {name: hashlib.sha256(data).hexdigest() for name, data in files(extract).items()}
    assert str(extract) not in raw
    assert str(bundle) not in raw
    assert manifest["as_of"] == str(AS_OF)
    assert manifest["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_published_counts_are_rounded_or_withheld_and_exact_ones_only_restricted(bundle):
    counts, marks = set(), set()
    for path in (bundle / "csv").glob("*.csv"):
        for row in table(path):
            if row["measure"] != "percent" and row["value"]:
                counts.add(float(row["value"]))
            marks.add((bool(row["value"]), row["mark"]))
    pooled = table(bundle / "pool.csv")[0]
    exact = [float(row["value"]) for row in table(bundle / "restricted" / "metrics.csv")]

    assert {count % 5 for count in counts} == {0}
    assert min(counts) >= 10
    assert marks == {(True, ""), (False, "[c]")}
    assert {int(value) % 5 for name, value in pooled.items() if name != "authority"} == {0}
    assert any(value % 5 for value in exact)


def test_each_table_has_its_metadata_beside_it(bundle):
    tables = sorted((bundle / "csv").glob("*.csv"))

    assert tables
    for path in tables:
        said = json.loads(path.with_name(f"{path.stem}-metadata.json").read_text(encoding="utf-8"))
        header = path.read_text(encoding="utf-8").split("\n", 1)[0]
        assert said["url"] == path.name
        assert [column["name"] for column in said["tableSchema"]["columns"]] == header.split(",")
        assert said["dc:title"]


def test_the_page_is_sound_and_needs_nothing_from_elsewhere(bundle):
    raw = (bundle / "report.html").read_text(encoding="utf-8")
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = parser.parse(raw)
    headings = [element.tag for element in page.iter() if re.fullmatch(r"h[1-6]", str(element.tag))]
    links = {value for element in page.iter() for name, value in element.attrib.items() if name in {"href", "src"}}
    there = {element.attrib.get("id") for element in page.iter()}

    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    assert page.find("head/script") is None
    assert "<script" not in raw
    assert {link for link in links if not link.startswith("#")} == set()
    assert {link[1:] for link in links} <= there
    assert all(svg.attrib["aria-label"] for svg in page.iter(SVG))
    assert all(table.find("caption") is not None for table in page.iter("table"))


def test_page_one_answers_both_questions_with_interval_and_families(bundle):
    raw = (bundle / "report.html").read_text(encoding="utf-8")
    leads = re.findall(r'<p class="lead">(.*?)</p>', raw)

    assert len(leads) == 2
    assert all(re.search(r"95% interval .* to .*; [\d,]+ families", lead) for lead in leads)
    assert raw.count("Strength of evidence:") == 2
    assert "not the same denominators" in raw


def test_the_pdf_is_tagged_and_says_its_language_and_title(bundle):
    raw = (bundle / "report.pdf").read_bytes()

    assert b"<pdfuaid:part>1</pdfuaid:part>" in raw
    assert b"/Lang(en-GB)" in raw
    assert b"/StructTreeRoot" in raw
    assert "Births registered in children’s centres: evaluation as of 30 June 2027".encode() in raw
    assert b"CreationDate" not in raw
    assert raw.count(b"/S/Figure") == len(list((bundle / "charts").glob("*.svg")))


def parts(path):
    with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
        dates = {member.date_time for member in archive.infolist()}
        assert dates == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


def test_both_workbooks_have_a_cover_contents_and_notes_and_one_table_a_sheet(bundle):
    xlsx, ods = parts(bundle / "tables.xlsx"), parts(bundle / "tables.ods")
    names = re.findall(r'<sheet name="([^"]+)"', xlsx["xl/workbook.xml"].decode())
    there = etree.fromstring(ods["content.xml"])
    space = {"t": "urn:oasis:names:tc:opendocument:xmlns:table:1.0"}
    sheets = there.findall(".//t:table", space)

    assert names[:4] == ["Cover", "Contents", "Notes", "Table_1"]
    assert [sheet.get(f"{{{space['t']}}}name") for sheet in sheets] == names
    assert sum(name.startswith("xl/tables/") for name in xlsx) == len(names)
    assert not any(b"mergeCell" in part for part in xlsx.values())
    assert next(iter(ods)) == "mimetype"
    assert {len(sheet.findall("t:table-header-rows", space)) for sheet in sheets} == {1}
    assert not there.xpath("//t:table-cell[not(*)]", namespaces=space)


def test_workbooks_hold_numbers_as_numbers(bundle):
    ods = parts(bundle / "tables.ods")["content.xml"].decode()

    assert re.search(r'office:value-type="percentage" office:value="0\.\d+"><text:p>\d+\.\d%</text:p>', ods)
    assert "[c]" in ods


def test_charts_stand_alone_with_their_numbers(bundle):
    drawn = {path.stem for path in (bundle / "charts").glob("*.svg")}

    assert drawn == {path.stem for path in (bundle / "charts").glob("*.csv")}
    assert drawn == {
        *("reach", "event-study", "forest", "sign-up-curves"),
        *("days-to-registration", "attrition"),
    }


def test_both_ends_of_an_interval_are_numbers_of_their_own_for_programs(bundle):
    row = next(row for row in table(bundle / "charts" / "reach.csv") if row["Group"] == "All families")
    words = [
        row["Known to a centre or to the council"],
        row["Lower end of the 95% interval"],
        row["Upper end of the 95% interval"],
    ]
    low, value, high = (float(words[at].removesuffix("%")) for at in (1, 0, 2))

    assert low < value < high


def test_a_folder_with_something_else_is_left_alone(extract, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")

    with pytest.raises(OutTaken):
        build(extract, AS_OF, tmp_path)
    assert files(tmp_path) == {"letter.txt": b"dear"}


def test_a_bundle_that_breaks_off_leaves_the_earlier_one_and_nothing_half(bundle, extract, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(bundle, out)
    (out / "report.html").write_text("of an earlier day")
    before = files(out)

    def stop(sentence):
        if sentence == "Setting the report":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        published(extract, out, told=stop)
    assert files(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def run(*arguments):
    return CliRunner().invoke(pilot, list(map(str, arguments)))


def test_a_faulty_extract_is_named_line_by_line_and_nothing_is_made(extract, tmp_path):
    faulty = tmp_path / "faulty"
    shutil.copytree(extract, faulty)
    (faulty / "centres.csv").write_text("centre_id,cluster\nC00,K0\n")

    said = run("evaluate", faulty, "--as-of", AS_OF, "--out", tmp_path / "new" / "out")

    assert said.exit_code == 1
    assert "centres.csv: line 1: pilot_from" in said.stderr
    assert not (tmp_path / "new").exists()


def test_an_out_that_is_taken_and_a_day_that_is_none_are_wrong_use(extract, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")

    taken = run("evaluate", extract, "--as-of", AS_OF, "--out", tmp_path)
    no_day = run("evaluate", extract, "--as-of", "30 June", "--out", tmp_path / "out")

    assert (taken.exit_code, no_day.exit_code) == (2, 2)
    assert "not an earlier bundle" in taken.stderr
    assert "is not a date like 2026-11-22" in no_day.stderr


@pytest.mark.parametrize("out", ["/proc/x/bundle", "letter.txt", "letter.txt/bundle"])
def test_an_out_that_cannot_be_written_is_named_before_anything_is_computed(extract, tmp_path, out):
    (tmp_path / "letter.txt").write_text("dear")
    said = run("evaluate", extract, "--as-of", AS_OF, "--out", tmp_path / out)

    assert said.exit_code == 2
    assert f"{tmp_path / out} cannot be written: " in said.stderr
    assert "Reading" not in said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_of_no_year_that_an_extract_can_have_is_wrong_use(extract, tmp_path, day):
    said = run("evaluate", extract, "--as-of", day, "--out", tmp_path / "out")

    assert said.exit_code == 2
    assert f"{day} is not from 1900 to 2199" in said.stderr


def test_a_protocol_is_begun_from_the_shipped_one_hashed_and_its_deviations_printed(extract, tmp_path):
    plan, out = tmp_path / "plan.toml", tmp_path / "out"
    begun = run("protocol", "--out", plan)
    plan.write_text(
        plan.read_text()
        .replace('as_of = ""', "as_of = 2027-12-31")
        .replace('authority = ""', 'authority = "😀 北 میلاد C"')
        .replace('title = "Births', 'title = "😀 北 میلاد: births'),
        encoding="utf-8",
    )

    manifest = published(extract, out, plan)

    deviations = (out / "protocol" / "deviations.txt").read_text()
    assert begun.exit_code == 0
    assert "early look" in deviations
    assert deviations.split("\n")[1] in (out / "report.html").read_text()
    assert manifest.protocol == hashlib.sha256(plan.read_bytes()).hexdigest()
    assert (out / "protocol" / "protocol.toml").read_bytes() == plan.read_bytes()
    assert table(out / "pool.csv")[0]["authority"] == "😀 北 میلاد C"
    assert "<h1>😀 北 میلاد: births registered" in (out / "report.html").read_text(encoding="utf-8")
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF"), "it shows a box for what its fonts do not have"


def test_a_protocol_that_is_there_is_not_overwritten_and_a_faulty_one_refused(extract, tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text("title = 7")

    there = run("protocol", "--out", plan)
    refused = run("evaluate", extract, "--as-of", AS_OF, "--out", tmp_path / "out", "--protocol", plan)

    assert there.exit_code == 2
    assert refused.exit_code == 1
    assert "plan.toml: title: a line" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_an_earlier_release_that_is_none_and_a_place_that_cannot_be_written_are_named(extract, tmp_path):
    (tmp_path / "file").write_text("")

    no_bundle = run("evaluate", extract, "--as-of", AS_OF, "--out", tmp_path / "out", "--earlier", tmp_path)
    no_place = run("protocol", "--out", tmp_path / "file" / "protocol.toml")

    assert no_bundle.exit_code == 1
    assert "is no bundle of an evaluation" in no_bundle.stderr
    assert no_place.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_the_first_month_is_told_where_enough_were_born_in_it_and_no_lot_without_a_protocol(bundle):
    """Of 500 births over a year and a half some thirty are of the first month."""
    said = json.loads((bundle / "report.json").read_bytes())

    assert "families with a birth from January 2026 to 30 June 2027)" in said["answers"][0]["sentence"]
    assert ["Order of the centres", "not stated, as there is no protocol"] in said["protocol"]
    assert "not the same denominators" in said["answers"][0]["beside"]
    assert [each["note"] for each in said["charts"] if "under five" in each["note"]] == [], "said once"
    [days] = [each for each in said["charts"] if each["name"] == "days-to-registration"]
    assert "those not registered through this service count as late" in days["note"]


@pytest.mark.parametrize(("births", "told"), [(9, False), (10, True)])
def test_a_first_month_of_few_births_is_not_told(extract, tmp_path, births, told):
    made = read(extract, AS_OF)
    later = [birth for birth in made.births if birth.dob.month > 1 or birth.dob.year > 2026]
    early = [birth for birth in made.counted if birth not in later][:births]
    few = replace(made, births=[*early, *later])
    publish(find(few, read_protocol(DEFAULT), released(few), quiet, given=False), tmp_path / "few", [], quiet)
    sentence = json.loads((tmp_path / "few" / "report.json").read_bytes())["answers"][0]["sentence"]

    assert ("January 2026" in sentence) is told
