"""What imported files bring: small files in the layouts of the real ones, and the real ones where they are at hand."""

from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from registration.centres import actions
from registration.centres.actions import Importer
from registration.centres.models import (
    Centre,
    CentreService,
    Cluster,
    Deprivation,
    ImportedFile,
    PlaceOfBirth,
    Postcode,
    RegistrationDistrict,
    Room,
)
from registration.centres.rules import KINDS, imd_decile
from registration.common.files import FileRefused

TODAY = date(2026, 11, 23)
BY = Importer("service", datetime(2026, 11, 23, 9, tzinfo=UTC), TODAY)
GIAS = (
    "URN,LA (code),LA (name),EstablishmentName,TypeOfEstablishment (code),TypeOfEstablishment (name),"
    "EstablishmentStatus (name),OpenDate,CloseDate,Street,Locality,Address3,Town,County (name),Postcode,SchoolWebsite,"
    "TelephoneNum,Easting,Northing,LSOA (code)"
)
ONSPD = "pcd7,pcds,dointr,doterm,lad25cd,wd25cd,east1m,north1m,gridind,lsoa11cd,lat,long,imd20ind,lsoa21cd"
HALIFAX = (
    '"HX1 1AA","HX1 1AA","199002","","E08000033","E05001386","409503","0425335","1","E01010994",'
    '53.724349,-1.857460,1974,"E01034582"'
)


@pytest.fixture(autouse=True)
def _database(database):
    """Every test here stands on the database."""


def file(*lines, encoding="utf-8"):
    return BytesIO("\n".join([*lines, ""]).encode(encoding))


def gias(*rows, encoding="utf-8"):
    return file(GIAS, *rows, encoding=encoding)


def gias_row(urn="20001", name="Beech Hill Children's Centre", **changes):
    values = {
        "code": "381", "la": "Calderdale", "type": "47", "type_name": "Children's centre", "status": "Open",
        "closed": "", "street": "Mount Pleasant", "postcode": "HX1 5TT", "web": "www.beech.example",
        "phone": "01632 960101", "east": "408572", "north": "0425602",
    } | changes  # fmt: skip
    return (
        f"{urn},{values['code']},{values['la']},{name},{values['type']},{values['type_name']},{values['status']},"
        f"01-04-2006,{values['closed']},{values['street']},,,Halifax,,{values['postcode']},{values['web']},"
        f"{values['phone']},{values['east']},{values['north']},E01010994"
    )


def the_centre(database, name):
    return database.scalars(select(Centre).where(Centre.name == name)).one()


def warnings(outcome):
    return [str(warning) for warning in outcome.warnings]


def faults(load, *arguments):
    with pytest.raises(FileRefused) as refused:
        load(*arguments)
    return refused.value.lines()


def test_a_gias_extract_brings_its_open_childrens_centres(database):
    outcome = actions.import_centres(
        gias(gias_row(), gias_row("10001", "Beech Hill School", type="1", type_name="Community school")), BY
    )
    centre = the_centre(database, "Beech Hill Children's Centre")

    assert (outcome.added, outcome.skipped, warnings(outcome)) == (1, 1, [])
    assert (centre.urn, centre.kind, centre.cluster.name) == (20001, "children_centre", "unassigned")
    assert (centre.address, centre.telephone) == ("Mount Pleasant, Halifax", "01632 960101")
    assert centre.website == "https://www.beech.example"
    assert (centre.easting, centre.northing, centre.lsoa) == (408572, 425602, "E01010994")
    assert (centre.latitude, centre.longitude) == pytest.approx((53.72677, -1.87156), abs=1e-4)
    assert (centre.participating_from, centre.participating_to) == (TODAY, None)
    assert database.scalars(select(Room.name).where(Room.centre_id == centre.id)).all() == ["Room 1"]


def test_windows_1252_is_read_as_such(database):
    actions.import_centres(gias(gias_row(name="René’s Children’s Centre"), encoding="cp1252"), BY)

    assert the_centre(database, "René’s Children’s Centre").kind == "children_centre"


def test_a_closed_centre_takes_part_no_longer(database):
    actions.import_centres(gias(gias_row()), BY)
    outcome = actions.import_centres(gias(gias_row(status="Closed", closed="31-12-2024")), BY)
    centre = the_centre(database, "Beech Hill Children's Centre")

    assert (outcome.added, outcome.changed) == (0, 1)
    assert (centre.participating_from, centre.participating_to) == (date(2024, 12, 31), date(2024, 12, 31))


def test_a_closed_centre_of_unknown_day_closed_yesterday_at_the_latest(database):
    actions.import_centres(gias(gias_row(status="Closed")), BY)

    assert the_centre(database, "Beech Hill Children's Centre").participating_to == TODAY - timedelta(days=1)


def test_a_centre_about_to_close_takes_part_until_then(database):
    actions.import_centres(gias(gias_row(status='"Open, but proposed to close"', closed="31-03-2027")), BY)
    centre = the_centre(database, "Beech Hill Children's Centre")

    assert (centre.participating_from, centre.participating_to) == (TODAY, date(2027, 3, 31))


def test_a_centre_that_left_earlier_is_not_brought_back_by_closing_later(database):
    own = file("name,postcode,participating_from,participating_to", "Beech,HX1 5TT,2024-01-01,2025-01-01")
    actions.import_centres(own, BY)
    actions.import_centres(gias(gias_row(name="Beech", status="Closed", closed="31-12-2025")), BY)

    assert the_centre(database, "Beech").participating_to == date(2025, 1, 1)


def test_centres_not_yet_open_and_closed_ones_without_postcode_are_passed_over(database):
    rows = [gias_row(status="Proposed to open"), gias_row("20002", "Old", status="Closed", postcode="")]
    outcome = actions.import_centres(gias(*rows), BY)

    assert (outcome.added, outcome.skipped) == (0, 2)


def test_a_new_first_day_begins_a_centres_part_again(database):
    header = "name,postcode,participating_from,participating_to"
    actions.import_centres(file(header, "Beech,HX1 5TT,2024-01-01,2025-01-01"), BY)
    actions.import_centres(file(header, "Beech,HX1 5TT,2027-01-01,"), BY)
    centre = the_centre(database, "Beech")

    assert (centre.participating_from, centre.participating_to) == (date(2027, 1, 1), None)


def test_one_local_authority_may_be_taken_by_name_or_code(database):
    rows = [gias_row(), gias_row("20002", "Far Centre", la="Trafford", code="358", postcode="M31 4FL")]

    assert actions.import_centres(gias(*rows), BY, "calderdale").skipped == 1
    outcome = actions.import_centres(gias(*rows), BY, "358")
    assert (outcome.added, outcome.skipped) == (1, 1)
    assert database.scalar(select(func.count(Centre.id))) == 2


def test_centres_of_several_local_authorities_at_once_are_warned_of():
    rows = [gias_row(), gias_row("20002", "Far Centre", la="Trafford", postcode="M31 4FL")]

    assert warnings(actions.import_centres(gias(*rows), BY)) == [
        "line 1: LA (name), (empty), has the centres of 2 local authorities: --authority takes those of one"
    ]


def test_a_centre_is_known_again_by_its_urn_though_name_and_place_changed(database):
    actions.import_centres(gias(gias_row()), BY)
    moved = gias_row(name="Beech Hill Family Hub", postcode="HX1 1AA", east="", north="")
    outcome = actions.import_centres(gias(moved), BY)
    centre = the_centre(database, "Beech Hill Family Hub")

    assert (outcome.added, outcome.changed) == (0, 1)
    assert (centre.kind, centre.easting, centre.northing) == ("family_hub", 409503, 425335)


def test_a_centre_without_urn_is_known_again_by_name_and_postcode(database):
    actions.import_centres(file("name,postcode", "Beech Hill children's centre,hx15tt"), BY)
    outcome = actions.import_centres(gias(gias_row()), BY)
    actions.import_centres(file("name,postcode,bus", "Beech Hill Children's Centre,HX1 5TT,576"), BY)

    assert (outcome.added, outcome.changed) == (0, 1)
    centre = database.scalars(select(Centre)).one()
    assert (centre.urn, centre.bus, centre.telephone) == (20001, "576", "01632 960101")


def test_two_urns_are_two_centres_even_under_one_name(database):
    actions.import_centres(gias(gias_row(status="Closed", closed="31-12-2024")), BY)
    outcome = actions.import_centres(gias(gias_row("20999")), BY)

    assert (outcome.added, outcome.changed, warnings(outcome)) == (1, 0, [])


def test_the_services_own_list_says_everything_of_a_centre(database):
    header = (
        "name;kind;cluster;address;postcode;latitude;longitude;telephone;email;website;rooms;participating_from;"
        "participating_to;step_free;parking;bus;feeding_room;directions;entrance;languages"
    )
    row = (
        "Elm;library;Lower Valley;1 High Street;HX5 0BB;53.6857;-1.8407;01632 960102;elm@example.org;https://e.example;"
        "Blue room, Red room;2027-01-04;2027-12-31;yes;no;503;yes;Past the pool;Green door;pl; ur"
    )
    outcome = actions.import_centres(file(header, row.replace("pl; ur", '"pl; ur"')), BY)
    centre = the_centre(database, "Elm")

    assert outcome.warnings == []
    assert (centre.kind, centre.cluster.name, centre.languages) == ("library", "Lower Valley", ["pl", "ur"])
    assert (centre.step_free, centre.parking, centre.feeding_room) == (True, False, True)
    assert (centre.bus, centre.directions, centre.entrance) == ("503", "Past the pool", "Green door")
    assert (centre.participating_from, centre.participating_to) == (date(2027, 1, 4), date(2027, 12, 31))
    assert (centre.latitude, centre.easting) == (53.6857, None)
    assert set(database.scalars(select(Room.name))) == {"Blue room", "Red room"}


def test_an_empty_cell_changes_nothing_and_a_new_cluster_moves_the_centre(database):
    header = "name,postcode,cluster,telephone,rooms"
    actions.import_centres(file(header, "Elm,HX5 0BB,North,01632 960102,Blue"), BY)
    actions.import_centres(file(header, "Elm,HX5 0BB,South,,"), BY)
    centre = the_centre(database, "Elm")

    assert (centre.cluster.name, centre.telephone) == ("South", "01632 960102")
    assert set(database.scalars(select(Cluster.name))) == {"North", "South"}
    assert database.scalars(select(Room.name)).all() == ["Blue"]


def test_another_room_is_a_change(database):
    actions.import_centres(file("name,postcode,rooms", "Elm,HX5 0BB,Blue"), BY)
    outcome = actions.import_centres(file("name,postcode,rooms", "Elm,HX5 0BB,Blue; Red"), BY)

    assert (outcome.added, outcome.changed, outcome.unchanged) == (0, 1, 0)
    assert set(database.scalars(select(Room.name))) == {"Blue", "Red"}


def test_weekly_services_are_those_of_the_latest_list(database):
    header = "name,postcode,services"
    first = "Elm,HX5 0BB,Weighing clinic Tuesday 9:30-11:30; Story time fridays 14:00 to 15:00"
    new = actions.import_centres(file(header, first), BY)
    assert (new.added, new.changed) == (1, 0)
    outcome = actions.import_centres(file(header, "Elm,HX5 0BB,Weighing clinic Tuesday 09:30\u201311:30"), BY)
    assert outcome.changed == 1
    assert actions.import_centres(file(header, "Elm,HX5 0BB,Weighing clinic Tuesday 9:30-11:30"), BY).unchanged == 1
    assert actions.import_centres(file(header, "Elm,HX5 0BB,"), BY).unchanged == 1
    services = database.scalars(select(CentreService)).all()

    assert [(row.title, row.weekday, row.starts, row.ends) for row in services] == [
        ("Weighing clinic", 2, time(9, 30), time(11, 30))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Clinic",
        "Clinic Someday 9:00-10:00",
        "Clinic Monday 25:00-26:00",
        "Clinic Monday 10:00-9:00",
        "Monday 9:00-10:00",
    ],
)
def test_services_that_cannot_be_read_are_refused(text):
    (fault,) = faults(actions.import_centres, file("name,postcode,services", f"Elm,HX5 0BB,{text}"), BY)

    assert fault.startswith(f"line 2: services, {text}, is not like Weighing clinic Tuesday 9:30-11:30")


def test_the_same_file_again_changes_nothing(database):
    actions.import_centres(gias(gias_row()), BY)
    the_centre(database, "Beech Hill Children's Centre").telephone = "01632 960199"
    outcome = actions.import_centres(gias(gias_row()), BY)

    assert outcome.before == BY.now
    assert the_centre(database, "Beech Hill Children's Centre").telephone == "01632 960199"
    assert database.scalars(select(ImportedFile.rows)).all() == [1]


def test_the_same_rows_in_another_file_change_nothing():
    actions.import_centres(gias(gias_row()), BY)
    outcome = actions.import_centres(gias(gias_row(), ""), BY)

    assert (outcome.added, outcome.changed, outcome.unchanged) == (0, 0, 1)


def test_a_likely_double_in_one_file_is_warned_of_and_loaded(database):
    rows = [
        "Ash Green Children's Centre,1 Bank Road,HX2 8QD,1,406277,0428142",
        "Ash Green Family Hub,,HX2 8RX,,406102,0428049",
    ]
    outcome = actions.import_centres(file("name,address,postcode,telephone,easting,northing", *rows), BY)
    *gaps, double = warnings(outcome)

    assert outcome.added == 2
    assert gaps == [
        "line 3: address, (empty), is missing: families will not be told the street",
        "line 3: telephone, (empty), is missing: families will not be told a number",
    ]
    assert double.startswith(
        "line 3: name, Ash Green Family Hub, may be the same as Ash Green Children's Centre, HX2 8QD"
    )
    assert double.endswith(", on line 2: both are loaded")


def test_a_likely_double_of_a_centre_known_before_is_warned_of():
    header = "name,address,postcode,telephone"
    actions.import_centres(file(header, "Ash Green Children's Centre,1 Bank Road,HX2 8QD,1"), BY)
    outcome = actions.import_centres(file(header, "Ash Green Family Hub,2 Bank Road,HX2 8RX,1"), BY)

    (double,) = warnings(outcome)
    assert double.endswith("may be the same as Ash Green Children's Centre, HX2 8QD, known before: both are loaded")


def test_a_centre_at_an_unknown_postcode_loads_without_distance(database):
    outcome = actions.import_centres(file("name,address,postcode,telephone", "Elm,1 High Street,HX9 9ZZ,1"), BY)

    assert warnings(outcome) == ["line 2: postcode, HX9 9ZZ, is nowhere known: no distance can be told"]
    assert the_centre(database, "Elm").latitude is None


def test_half_a_position_is_none(database):
    actions.import_centres(file("name,postcode,latitude,longitude,easting,northing", "Elm,HX1 1AA,53.7,,0,0"), BY)
    centre = the_centre(database, "Elm")

    assert (centre.easting, centre.latitude) == (409503, pytest.approx(53.724349, abs=1e-4))


def test_a_faulty_list_of_centres_names_every_fault_and_loads_nothing(database):
    header = (
        "urn,name,kind,postcode,email,website,easting,northing,latitude,longitude,imd_decile,participating_from,"
        "participating_to,step_free,languages"
    )
    rows = [
        "1,Elm,hospital,HX1 1AA,,,,,,,,,,,",
        "1,Elm again,Best Start Family Hub,HX1 1AB,,,,,,,,,,,",
        ",,pub,HX1,me,x,4x,-1,99,-10,11,32-01-2027,,maybe,polish",
        "3,Oak,,HX1 1AD,,,,,,,,2027-02-01,2027-01-01,,",
    ]

    lines = faults(actions.import_centres, file(header, *rows), BY)

    assert lines == [
        "line 3: urn, 1, is there already, on line 2",
        "line 4: easting, 4x, is not a whole number",
        "line 4: northing, -1, is not a northing in metres",
        "line 4: latitude, 99, is not a latitude of the United Kingdom",
        "line 4: longitude, -10, is not a longitude of the United Kingdom",
        "line 4: imd_decile, 11, is not a decile from 1 to 10",
        "line 4: email, me, is not an e-mail address",
        "line 4: participating_from, 32-01-2027, is not a date like 2026-11-22 or 22/11/2026",
        "line 4: step_free, maybe, is neither yes nor no",
        "line 4: languages, polish, is not a list of language codes like pl; ur",
        f"line 4: kind, pub, is not one of {', '.join(KINDS)}",
        "line 4: name, (empty), is missing",
        "line 4: postcode, HX1, is not a UK postcode",
        "line 5: participating_to, 2027-01-01, is before the first day, 2027-02-01",
    ]
    assert database.scalar(select(func.count(Centre.id))) == 0
    assert database.scalar(select(func.count(ImportedFile.id))) == 0


def test_a_web_address_that_is_none_is_left_out_with_a_warning(database):
    outcome = actions.import_centres(file("name,address,postcode,telephone,website", "Elm,A,HX1 1AA,1,not one"), BY)

    assert warnings(outcome) == ["line 2: website, not one, is not a web address: left out"]
    assert the_centre(database, "Elm").website == ""


def test_postcodes_come_live_and_terminated_with_position_and_deprivation(database):
    terminated = HALIFAX.replace("HX1 1AA", "HX1 1AB").replace('"199002",""', '"199002","201504"')
    outcome = actions.import_postcodes(file(ONSPD, HALIFAX, terminated), BY, lambda _: None)
    live = database.get(Postcode, "HX1 1AA")

    assert outcome.added == 2
    assert (live.easting, live.northing, live.latitude, live.longitude) == (409503, 425335, 53.724349, -1.85746)
    assert (live.lad, live.ward, live.lsoa11, live.lsoa21) == ("E08000033", "E05001386", "E01010994", "E01034582")
    assert (live.imd_rank, live.imd_edition, live.terminated) == (1974, 2019, None)
    assert database.get(Postcode, "HX1 1AB").terminated == "201504"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("pcd,pcd2,pcds,doterm,oslaua,osward,oseast1m,osnrth1m,lat,long,imd,lsoa11,lsoa21",
         "HX11AA,HX1 1AA,HX1 1AA,,E08000033,E05001386,409503,0425335,53.724349,-1.857460,1974,E01010994,E01034582"),
        ("pcd7,pcd8,pcds,doterm,east1m,north1m,lad26cd,wd26cd,lsoa11cd,lsoa21cd,lat,long,imd20ind",
         "HX1 1AA,HX1  1AA,HX1 1AA,,409503,425335,E08000033,E05001386,E01010994,E01034582,53.724349,-1.857460,1974"),
    ],
)  # fmt: skip
def test_the_columns_of_every_release_are_known(database, header, row):
    actions.import_postcodes(file(header, row), BY, lambda _: None)
    known = database.get(Postcode, "HX1 1AA")

    assert (known.easting, known.northing, known.latitude, known.lad, known.ward) == (
        409503, 425335, 53.724349, "E08000033", "E05001386",
    )  # fmt: skip
    assert (known.imd_rank, known.imd_edition, known.lsoa11, known.lsoa21) == (1974, 2019, "E01010994", "E01034582")


def test_deprivation_ranks_of_2025_are_kept_as_such(database):
    actions.import_postcodes(
        file("pcds,lat,long,lsoa21cd,imd25ind", "HX1 1AA,53.7,-1.8,E01034582,33755"), BY, lambda _: None
    )

    assert database.get(Postcode, "HX1 1AA").imd_edition == 2025


def test_nowhere_is_said_in_three_ways_and_the_irish_grid_is_no_british_one(database):
    rows = [
        "GY1 1AA,,,,,0,L99999999",
        "JE1 1AA,0,0,99.999999,0.000000,,L99999999",
        "BT1 1AA,334316,374675,54.602438,-5.922291,49,N09000003",
    ]
    actions.import_postcodes(file("pcds,east1m,north1m,lat,long,imd20ind,lad25cd", *rows), BY, lambda _: None)
    found = {row.postcode: (row.easting, row.latitude, row.imd_rank) for row in database.scalars(select(Postcode))}

    assert found == {"GY1 1AA": (None,) * 3, "JE1 1AA": (None,) * 3, "BT1 1AA": (None, 54.602438, 49)}


def test_a_new_release_changes_what_differs_and_only_columns_that_it_has(database):
    actions.import_postcodes(file(ONSPD, HALIFAX), BY, lambda _: None)
    outcome = actions.import_postcodes(
        file("postcode,ward_code,lat,lon", "HX1 1AA,E05001999,53.724349,-1.857460"), BY, lambda _: None
    )
    known = database.get(Postcode, "HX1 1AA", populate_existing=True)

    assert (outcome.added, outcome.changed, outcome.unchanged) == (0, 1, 0)
    assert (known.ward, known.easting, known.imd_rank, known.imd_edition) == ("E05001999", 409503, 1974, 2019)


def test_the_same_postcodes_again_change_nothing():
    actions.import_postcodes(file(ONSPD, HALIFAX), BY, lambda _: None)

    assert actions.import_postcodes(file(ONSPD, HALIFAX), BY, lambda _: None).before == BY.now
    assert actions.import_postcodes(file(ONSPD, HALIFAX, ""), BY, lambda _: None).unchanged == 1


def test_a_faulty_postcode_file_names_every_fault_and_loads_nothing(database):
    header = "pcds,doterm,east1m,north1m,lat,long,lad25cd,lsoa11cd,imd20ind"
    rows = [
        "HX1 1AA,,409503,425335,53.7,-1.8,E08000033,E01010994,1974",
        "HX1,2015,x,1400000,48,3,Calderdale,E01010994,32845",
        "HX1 1AB,2015,x,1400000,48,3,Calderdale,E01010994,32845",
        "HX1 1AA,,409503,425335,53.7,-1.8,E08000033,E01010994,1974",
        "BT1 1AA,,334316,374675,,,N09000003,,-1",
    ]

    assert faults(actions.import_postcodes, file(header, *rows), BY, print) == [
        "line 3: pcds, HX1, is not a UK postcode",
        "line 4: imd20ind, 32845, is not a rank from 1 to 32844",
        "line 4: east1m, x, is not a whole number",
        "line 4: north1m, 1400000, is not a northing in metres",
        "line 4: lat, 48, is not a latitude of the United Kingdom",
        "line 4: long, 3, is not a longitude of the United Kingdom",
        "line 4: lad25cd, Calderdale, is not a code like E08000033",
        "line 4: doterm, 2015, is not a year and month like 201504",
        "line 5: pcds, HX1 1AA, is there already, on line 2",
        "line 6: imd20ind, -1, is not a whole number from 1 up",
    ]
    assert database.scalar(select(func.count()).select_from(ImportedFile)) == 0


def test_a_postcode_file_needs_a_grid_reference_or_degrees():
    assert faults(actions.import_postcodes, file("pcds,lat", "HX1 1AA,53"), BY, print) == [
        "line 1: longitude, (empty), the column is missing: it is called long, lon or longitude"
    ]


def test_progress_is_told_now_and_then(monkeypatch):
    monkeypatch.setattr("registration.centres.files.postcodes._EVERY", 2)
    told = []
    rows = [f"HX1 1A{letter},409503,425335" for letter in "ABDEF"]
    actions.import_postcodes(file("pcds,east1m,north1m", *rows), BY, told.append)

    assert told == [2, 4]


def test_centres_learn_their_area_when_postcodes_and_deprivation_arrive_later(database):
    actions.import_centres(file("name,postcode", "Elm,HX1 1AA"), BY)
    actions.import_postcodes(file(ONSPD, HALIFAX.replace("1974", "")), BY, lambda _: None)
    centre = the_centre(database, "Elm")
    assert (centre.lsoa, centre.imd_decile) == ("E01034582", None)

    actions.import_deprivation(file("lsoa,overall_local_score,original_decile", "E01010994,55.5,1"), BY)
    assert centre.imd_decile == 1


FILE_7 = (
    "LSOA code (2011),LSOA name (2011),Index of Multiple Deprivation (IMD) Score,"
    "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived),"
    "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs),Income Score (rate)"
)


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("lsoa,overall_local_score,original_decile", "E01010994,92.735,1", (2019, 2011, 92.735, None, 1)),
        ("lsoa,lsoa11nm,overall_local_score,original_decile,imd2019_rank_from_onspd,pop_2019",
         "E01010994,Calderdale 008G,55.5,1,1974,1500", (2019, 2011, 55.5, 1974, 1)),
        (FILE_7,
         "E01010994,Calderdale 008G,55.5,1974,1,0.3", (2019, 2011, 55.5, 1974, 1)),
        ("LSOA code (2021),Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
         "E01010994,3376", (2025, 2021, None, 3376, 2)),
    ],
)  # fmt: skip
def test_deprivation_comes_in_its_edition(database, header, row, expected):
    actions.import_deprivation(file(header, row), BY)
    known = database.scalars(select(Deprivation)).one()

    assert (known.edition, known.lsoa_vintage, known.score, known.rank, known.decile) == expected


def test_the_edition_may_be_said_and_both_stand_side_by_side(database):
    actions.import_deprivation(file("lsoa,decile", "E01010994,1"), BY)
    actions.import_deprivation(file("lsoa,decile", "E01010994,2"), BY, 2025)

    found = database.execute(select(Deprivation.edition, Deprivation.decile).order_by(Deprivation.edition)).all()
    assert [tuple(row) for row in found] == [(2019, 1), (2025, 2)]


def test_a_faulty_deprivation_file_names_every_fault():
    rows = [
        "W01000001,1.0,1,1",
        "E01010994,x,,",
        "E01010995,1,40000,",
        "E01010996,1,0,12",
        "E01010997,1,5,",
        "E01010997,1,5,",
    ]

    assert faults(actions.import_deprivation, file("lsoa,score,rank,decile", *rows), BY) == [
        "line 2: lsoa, W01000001, is not an English LSOA code like E01010994",
        "line 3: score, x, is not a number",
        "line 3: decile, (empty), is missing, and so is the rank",
        "line 4: rank, 40000, is not a rank from 1 to 32844",
        "line 5: rank, 0, is not a whole number from 1 up",
        "line 5: decile, 12, is not a decile from 1 to 10",
        "line 7: lsoa, E01010997, is there already, on line 6",
    ]
    (fault,) = faults(actions.import_deprivation, file("lsoa,score", "E01010994,1"), BY)
    assert fault.startswith(
        "line 1: decile, (empty), the column is missing: it is called index of multiple deprivation (imd)"
    )


DISTRICTS = "registration-district\tname\tname-cy\tstart-date\tend-date"


def test_districts_come_with_their_codes_and_ours_is_marked(database):
    rows = ["86\tCalderdale\t\t\t", "685\tBasford\t\t\t2012-04-01"]
    codes = file("gss\tregistration-district\tname", "E28000034\t86\tCalderdale")
    outcome = actions.import_districts(file(DISTRICTS, *rows), BY, "calderdale", codes)
    ours, ended = database.scalars(select(RegistrationDistrict).order_by(RegistrationDistrict.name.desc()))

    assert outcome.added == 2
    assert (ours.code, ours.gss, ours.ours, ours.ended_on) == ("86", "E28000034", True, None)
    assert (ended.name, ended.gss, ended.ours, ended.ended_on) == ("Basford", None, False, date(2012, 4, 1))


def test_districts_read_again_for_another_council_move_the_mark_and_keep_the_codes(database):
    rows = ["86\tCalderdale\t\t\t", "87\tKirklees\t\t\t"]
    actions.import_districts(
        file(DISTRICTS, *rows), BY, "Calderdale", file("gss\tregistration-district", "E28000034\t86")
    )
    assert actions.import_districts(file(DISTRICTS, *rows), BY, "Kirklees").changed == 2
    districts = database.execute(select(RegistrationDistrict.ours, RegistrationDistrict.gss).order_by("code"))

    assert [tuple(row) for row in districts] == [(False, "E28000034"), (True, None)]


def test_faulty_districts_are_refused():
    rows = ["86\tCalderdale\t\t\t", "86\tAgain\t\t\t", "\tNameless\t\t\tlater"]

    assert faults(actions.import_districts, file(DISTRICTS, *rows), BY, "Calderdale") == [
        "line 3: registration-district, 86, is there already",
        "line 4: registration-district, (empty), is missing",
        "line 4: end-date, later, is not a date like 2026-11-22 or 22/11/2026",
    ]
    codes = file("gss\tregistration-district", "E28\t86", "E28000035\t")
    assert faults(actions.import_districts, file(DISTRICTS, rows[0]), BY, "Calderdale", codes) == [
        "line 2: gss, E28, is not a code like E08000033",
        "line 3: registration-district, (empty), is missing",
    ]


BIRTHPLACES = "name,kind,district,postcode"


def test_places_of_birth_lie_in_their_registration_district(database):
    actions.import_districts(file(DISTRICTS, "86\tCalderdale\t\t\t", "87\tKirklees\t\t\t"), BY, "Calderdale")
    rows = ["Royal Hospital,hospital,calderdale,hx30pw", "Infirmary,hospital,87,"]
    assert actions.import_birthplaces(file(BIRTHPLACES, *rows), BY).added == 2
    outcome = actions.import_birthplaces(file(BIRTHPLACES, rows[0], "Infirmary,other,Kirklees,HD3 3EA"), BY)
    places = database.scalars(select(PlaceOfBirth).order_by(PlaceOfBirth.name))

    assert (outcome.added, outcome.changed, outcome.unchanged) == (0, 1, 1)
    assert [(place.name, place.kind, place.district.code, place.postcode) for place in places] == [
        ("Infirmary", "other", "87", "HD3 3EA"),
        ("Royal Hospital", "hospital", "86", "HX3 0PW"),
    ]


def test_a_faulty_list_of_places_of_birth_is_refused():
    actions.import_districts(file(DISTRICTS, "86\tCalderdale\t\t\t"), BY, "Calderdale")
    rows = ["A,hospital,86,", ",ship,Atlantis,X", "A,other,Calderdale,"]

    assert faults(actions.import_birthplaces, file(BIRTHPLACES, *rows), BY) == [
        "line 3: name, (empty), is missing",
        "line 3: kind, ship, is not one of hospital, birth_centre, other",
        "line 3: district, Atlantis, is not a registration district known here: load the districts first",
        "line 3: postcode, X, is not a UK postcode",
        "line 4: name, A, is there already",
    ]


OFFICES = "name\tregistration-district\tregistration-district-name\taddress1\taddress2\taddress3\tpostcode\turl"
HALIFAX_OFFICE = "Halifax Register Office\t86\tCALDERDALE\tSpring Hall\t\tHalifax\tHX3 0AQ\thttp://www.halifax.example"
LEEDS_OFFICE = "Leeds Register Office\t210\tLEEDS\tGreat George Street\tLeeds\t\tLS1 3AD\t"


def test_register_offices_come_as_places_of_last_resort(database):
    outcome = actions.import_offices(file(OFFICES, HALIFAX_OFFICE, LEEDS_OFFICE), BY, "86")
    office = database.scalars(select(Centre)).one()

    assert (outcome.added, outcome.skipped, outcome.warnings) == (1, 1, [])
    assert (office.kind, office.address, office.postcode) == ("register_office", "Spring Hall, Halifax", "HX3 0AQ")
    assert office.easting is not None


def test_our_own_districts_offices_are_taken_unless_told_otherwise(database):
    actions.import_districts(file(DISTRICTS, "210\tLeeds\t\t\t"), BY, "Leeds")
    actions.import_offices(file(OFFICES, HALIFAX_OFFICE, LEEDS_OFFICE), BY)

    assert database.scalars(select(Centre.name)).all() == ["Leeds Register Office"]


def test_an_office_that_serves_two_districts_is_taken_once():
    outcome = actions.import_offices(file(OFFICES, LEEDS_OFFICE, LEEDS_OFFICE.replace("210", "211")), BY)

    assert (outcome.added, outcome.skipped) == (1, 1)


def test_a_faulty_list_of_offices_is_refused():
    assert faults(actions.import_offices, file(OFFICES, LEEDS_OFFICE.replace("LS1 3AD", "")), BY) == [
        "line 2: postcode, (empty), is missing"
    ]


def test_the_real_lists_of_centres_load_as_they_are(real_data, database):
    with (real_data / "centres" / "calderdale_centres.csv").open("rb") as calderdale:
        outcome = actions.import_centres(calderdale, BY)
    with (real_data / "centres" / "trafford_childrens_centres.csv").open("rb") as trafford:
        other = actions.import_centres(trafford, BY)

    assert (outcome.added, other.added) == (18, 2)
    assert sum("may be the same as Ash Green Children's Centre" in warning for warning in warnings(outcome)) == 1
    assert database.scalar(select(func.count(Room.id))) == 20
    assert database.scalar(select(func.count(Centre.id)).where(Centre.latitude.is_(None))) == 0
    assert the_centre(database, "Todmorden Family Hub").northing == 424389


def test_the_real_postcode_files_load_as_they_are(real_data, database):
    counts = {}
    for name in ("ONSPD_NOV_2025_UK_HX", "calderdale_postcodes", "trafford_postcodes_onspd_feb_2025"):
        with (real_data / "postcodes" / f"{name}.csv").open("rb") as file:
            outcome = actions.import_postcodes(file, BY, lambda _: None)
        counts[name] = (outcome.added, outcome.changed, outcome.unchanged)

    assert counts == {
        "ONSPD_NOV_2025_UK_HX": (7549, 0, 0),
        "calderdale_postcodes": (2138, 0, 7536),
        "trafford_postcodes_onspd_feb_2025": (11264, 0, 0),
    }
    assert database.scalar(select(func.count()).where(Postcode.terminated.is_not(None))) > 1000


def test_the_real_sample_of_nspl_loads(real_data):
    with (real_data / "layouts" / "nspl_sample_epb_fixture.csv").open("rb") as file:
        assert actions.import_postcodes(file, BY, lambda _: None).added == 14


def test_the_real_deprivation_files_load_and_agree_with_the_directory(real_data, database):
    for name in ("england_imd2019_decile_by_lsoa11", "calderdale_imd2019_lsoa11"):
        with (real_data / "deprivation" / f"{name}.csv").open("rb") as file:
            actions.import_deprivation(file, BY)
    ranked = database.scalars(select(Deprivation).where(Deprivation.rank.is_not(None))).all()

    assert database.scalar(select(func.count()).select_from(Deprivation)) == 32_844
    assert len(ranked) == 105
    assert all(row.decile == imd_decile(row.rank) for row in ranked)


def test_the_real_districts_and_offices_load(real_data, database):
    folder = real_data / "registration"
    with (
        (folder / "registration_districts.tsv").open("rb") as districts,
        (folder / "registration_district_to_gss.tsv").open("rb") as codes,
    ):
        assert actions.import_districts(districts, BY, "Calderdale", codes).added == 180
    with (folder / "register_offices_govuk_2017.tsv").open("rb") as offices:
        assert actions.import_offices(offices, BY).added == 1
    ours = database.scalars(select(RegistrationDistrict).where(RegistrationDistrict.ours)).one()
    assert (ours.code, ours.gss) == ("86", "E28000034")
