"""The demonstration agrees with itself: the births told are those delivered, and where families live is known."""

from collections import Counter
from itertools import product

from sqlalchemy import func, select

from registration.births.agreements.queries import sources
from registration.births.models import BirthFile, BirthRecord, Deletion
from registration.centres.queries import places_of
from registration.common.clock import civil_date
from registration.common.db import db
from registration.demo.homes import neighbourhoods
from registration.families.models import Family, FamilyLink
from registration.reach.known.queries import missing
from registration.reach.known.rules import months_to
from tests.demo.conftest import NOW

TODAY = civil_date(NOW)


def test_births_are_told_of_just_those_months_that_were_delivered(loaded):
    delivered = {promise.period.first for promise in sources(TODAY)[0].standing.promises if promise.on}

    assert delivered == set(months_to(TODAY)) - set(missing(TODAY).months)
    assert missing(TODAY).months == [TODAY.replace(day=1)]
    told = func.date_trunc("month", BirthRecord.born)
    counted = {month.date(): number for month, number in db.session.execute(select(told, func.count()).group_by(told))}
    assert counted == dict(db.session.execute(select(BirthFile.period, BirthFile.added)).all())


def test_who_it_is_was_deleted_from_what_was_held_as_long_as_agreed(loaded):
    gone = db.session.scalar(select(func.count()).where(BirthRecord.erased_at.is_not(None)))

    assert gone == db.session.scalar(select(func.sum(Deletion.rows))) > 0
    assert db.session.scalar(select(func.max(Deletion.at))) < NOW


def test_where_a_family_is_placed_its_deprivation_is_known(loaded):
    placed = select(Family).where(Family.home_centre_id.is_not(None))
    homes = {family.postcode: family.imd_decile for family in db.session.scalars(placed) if family.postcode}

    assert (
        db.session.scalar(select(func.count()).where(Family.home_centre_id.is_not(None), Family.imd_decile.is_(None)))
        == 0
    )
    assert homes == {postcode: place.imd_decile for postcode, place in places_of(homes).items()}
    assert set(homes.values()) == set(range(1, 11))


def test_most_families_who_booked_and_are_in_the_file_are_linked_by_themselves(loaded):
    links = dict(db.session.execute(select(FamilyLink.state, func.count()).group_by(FamilyLink.state)).all())

    assert links["linked"] > 300
    assert links["to_review"] == 6


def test_a_neighbourhood_is_of_the_size_of_a_real_one_and_has_one_rank():
    units = [first + second for first, second in product("ABCDEFGHIJKLMNOPQ", repeat=2)]
    found = neighbourhoods([*(f"HX1 1{unit}" for unit in units), *(f"HX1 2{unit}" for unit in units[:90]), "OL14 5AA"])

    sizes = Counter(lsoa for lsoa, _ in found.values())
    assert list(sizes.values()) == [72, 72, 72, 73, 90, 1]
    assert len(sizes) == len(set(found.values()))
