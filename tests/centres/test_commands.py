"""The commands that load files: what they say, and how they end."""

import click
import pytest

from registration.centres.commands import birthplaces, centres, deprivation, districts, groups, offices, postcodes
from registration.centres.models import Centre, RegistrationDistrict

CENTRES = "name,address,postcode,telephone\nElm Centre,1 High Street,HX1 1AA,01632 960101\nElm Hub,,HX1 1AA,1\n"
TSV = "registration-district\tname\tend-date\n86\tCalderdale\t\n"
OFFICES = "name\tregistration-district\taddress1\tpostcode\turl\nHalifax\t86\tSpring Hall\tHX3 0AQ\t\n"


@pytest.fixture
def run(runner, tmp_path):
    """Run a group's import on a file of that content."""

    def run(group, content, *options):
        path = tmp_path / "file"
        path.write_text(content, encoding="utf-8")
        return runner.invoke(group, ["import", str(path), *options])

    return run


def test_what_was_done_goes_to_standard_output_and_warnings_to_standard_error(run, database):
    result = run(centres, CENTRES)

    assert result.exit_code == 0
    assert result.stdout == "centres: 2 added, 0 changed, 0 as before.\n"
    assert result.stderr.splitlines() == [
        "warning: line 3: address, (empty), is missing: families will not be told the street",
        "warning: line 3: name, Elm Hub, may be the same as Elm Centre, HX1 1AA, on line 2: both are loaded",
    ]
    assert database.query(Centre).count() == 2


def test_the_same_file_again_changes_nothing_and_ends_well(run, at):
    at("2026-11-23T09:05")
    run(centres, CENTRES)
    result = run(centres, CENTRES)

    assert result.exit_code == 0
    assert result.stdout == "This file was loaded on 23 November 2026 at 09:05: nothing to do.\n"


def test_a_refused_file_ends_with_one_line_per_fault_and_status_1(run, database):
    result = run(centres, CENTRES.replace("HX1 1AA,1\n", "HX1,1\n"))

    assert result.exit_code == 1
    assert result.stderr == "line 3: postcode, HX1, is not a UK postcode\n"
    assert database.query(Centre).count() == 0


def test_wrong_use_ends_with_status_2(runner):
    assert runner.invoke(centres, ["import"]).exit_code == 2
    assert runner.invoke(centres, ["import", "no/such/file"]).exit_code == 2
    assert runner.invoke(deprivation, ["import", __file__, "--edition", "2015"]).exit_code == 2


def test_one_local_authority_is_taken_by_option(run):
    content = "name,postcode,LA (name)\nElm,HX1 1AA,Calderdale\nOak,M31 4FL,Trafford\n"

    assert run(centres, content, "--authority", "Trafford").stdout.endswith(
        "1 added, 0 changed, 0 as before; 1 other rows passed over.\n"
    )


def test_postcodes_tell_their_progress(run, monkeypatch):
    monkeypatch.setattr("registration.centres.files.postcodes._EVERY", 1)
    result = run(postcodes, "pcds,east1m,north1m\nHX1 1AA,409503,0425335\n")

    assert (result.stdout, result.stderr) == ("postcodes: 1 added, 0 changed, 0 as before.\n", "1 rows read\n")


def test_deprivation_is_loaded_in_the_edition_said(run):
    assert run(deprivation, "lsoa,decile\nE01010994,1\n", "--edition", "2025").stdout.startswith("LSOAs: 1 added")


def test_our_district_is_the_one_the_councils_own_file_names(run, database, tmp_path):
    codes = tmp_path / "codes"
    codes.write_text("gss\tregistration-district\nE28000034\t86\n", encoding="utf-8")
    result = run(districts, TSV, "--gss", str(codes))
    district = database.query(RegistrationDistrict).one()

    assert result.stdout == "districts: 1 added, 0 changed, 0 as before.\n"
    assert (district.ours, district.gss) == (True, "E28000034")


def test_offices_of_one_district_are_taken_by_option(run):
    assert run(offices, OFFICES, "--district", "87").stdout.startswith("offices: 0 added")
    assert run(offices, OFFICES, "--district", "86").stdout.startswith("offices: 1 added")


def test_places_of_birth_are_loaded_after_the_districts(run):
    content = "name,kind,district\nRoyal Hospital,hospital,Calderdale\n"
    assert run(birthplaces, content).exit_code == 1
    run(districts, TSV)

    assert run(birthplaces, content).stdout == "places of birth: 1 added, 0 changed, 0 as before.\n"


@pytest.mark.parametrize("group", groups, ids=lambda group: group.name)
def test_every_command_explains_itself(runner, group: click.Group):
    for name, command in group.commands.items():
        result = runner.invoke(group, [name, "--help"])
        assert result.exit_code == 0
        assert command.help.splitlines()[0] in " ".join(result.output.split())


def test_every_command_is_there_for_flask(app):
    assert {group.name for group in groups} <= set(app.cli.commands)
