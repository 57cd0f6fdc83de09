"""Every postcode of the United Kingdom, offline."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from registration.centres import gazetteer


@pytest.fixture(autouse=True)
def _forget():
    gazetteer.find.cache_clear()


def test_a_postcode_is_found_with_its_position_and_local_authority():
    place = gazetteer.find("HX1 1AA")

    assert (place.postcode, place.easting, place.northing, place.lad) == ("HX1 1AA", 409503, 425335, "E08000033")
    assert (place.latitude, place.longitude) == pytest.approx((53.724349, -1.857460), abs=5e-5)


@pytest.mark.parametrize(
    ("postcode", "lad"),
    [("S1 1AA", "E08000039"), ("SW1A 1AA", "E09000033"), ("HA0 1AA", "E09000005"), ("ZE3 9XP", "S12000027")],
)
def test_short_and_long_postcodes_first_and_last_ones_are_found(postcode, lad):
    assert gazetteer.find(postcode).lad == lad


def test_northern_ireland_has_degrees_but_no_british_grid_reference():
    place = gazetteer.find("BT1 1AA")

    assert (place.easting, place.northing) == (None, None)
    assert (place.latitude, place.longitude) == pytest.approx((54.602438, -5.922291), abs=5e-5)


def test_the_crown_dependencies_are_known_without_a_position():
    place = gazetteer.find("JE1 0BD")

    assert (place.easting, place.latitude, place.lad) == (None, None, "L99999999")


@pytest.mark.parametrize("postcode", ["HX9 9ZZ", "X1 1AA", "JE99 9ZZ"])
def test_what_does_not_exist_is_not_found(postcode):
    assert gazetteer.find(postcode) is None


def test_the_largest_letter_is_searched_in_a_fraction_of_a_second():
    started = time.process_time()
    gazetteer.find("SY99 9ZZ")

    assert time.process_time() - started < 0.5


def test_what_is_read_is_decompressed_piece_by_piece_to_its_end():
    with (gazetteer._folder() / "postcodes_H.msgpack.br").open("rb") as stream:
        whole = gazetteer._Decompressed(stream)
        pieces = list(iter(lambda: whole.read(1 << 16), b""))

    assert len(pieces) > 10
    assert b"HX1 1AA" in b"".join(pieces)


def test_the_postcodes_of_some_districts_are_given_at_once():
    places = {place.postcode: place for place in gazetteer.within({"HX1", "OL14"})}

    assert {postcode.split(" ")[0] for postcode in places} == {"HX1", "OL14"}
    assert places["HX1 1AA"] == gazetteer.find("HX1 1AA")
    assert len(places) > 1000


def test_a_missing_dependency_is_named(monkeypatch):
    gazetteer._folder.cache_clear()
    monkeypatch.setattr(gazetteer, "_PACKAGE", "no_such_package")
    with pytest.raises(ModuleNotFoundError, match="no_such_package is not installed"):
        gazetteer.find("HX1 1AA")


def test_nothing_heavy_is_loaded():
    code = (
        "import sys; from registration.centres import gazetteer; gazetteer.find('HX1 1AA');"
        "print([name for name in ('pandas', 'numpy', 'flask', 'sqlalchemy') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
