"""The demonstration’s pilot has begun at some centres, is to come to others and stays out of some; its events give an extract."""

from datetime import date

from registration.pilot.extract.files import read
from registration.pilot.record.extracting import put
from registration.pilot.record.queries import centres, extract_rows, lots, tallies
from registration.pilot.record.rules.events import Kind
from registration.pilot.record.rules.lot import drawn
from tests.demo.conftest import NOW

TODAY = NOW.date()


def test_an_extract_of_it_has_something_to_see(loaded, tmp_path):
    [lot] = lots()
    days = [centre.pilot_from for centre in centres()]
    assert drawn(lot.seed, lot.units) == lot.drawn
    assert date(2026, 1, 3) < lot.drawn_at.date() < lot.begins[0]
    assert min(day for day in days if day) < TODAY < max(day for day in days if day)
    assert None in days

    put(extract_rows(TODAY, TODAY).rows, tmp_path / "extract", TODAY)
    made = read(tmp_path / "extract", TODAY)
    told = tallies(TODAY)
    assert len(made.counted) > 2000
    assert min(len(made.registered), len(made.memberships), len(made.visits), len(made.contacts or ())) > 100
    assert told[Kind.MOVED] > 20
    assert len({birth.home_centre for birth in made.counted}) == len(days)
