"""An agreement renewed with less: what it no longer includes is blanked from what came before, and proven; the page says so."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from registration.births.agreements import actions
from registration.births.agreements.queries import seen_of
from registration.births.agreements.rules.items import ITEMS
from registration.births.files.actions import take_in
from registration.births.models import BirthRecord, Deletion
from registration.births.retention.rules import proof
from registration.families import actions as families
from registration.families.models import Family
from registration.families.rules import Contact
from tests.births.agreements.made import ACTOR, TODAY, drafted, in_force, signatures
from tests.births.brought import brought, csv_of, row
from tests.staff.people import page, sign_in_as

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LESS = tuple(name for name in ITEMS if name not in {"phone", "email", "mother_surname", "address"})


@pytest.fixture
def born(database, at):
    """Two births that came under an agreement with every item."""
    at("2026-11-22T09:00")
    former = in_force(items=tuple(ITEMS))
    rows = [row(1), row(2, **{"Mother Forename": "Bea"})]
    take_in(brought(csv_of(rows), source=former.source), ACTOR, NOW)
    return former


def renewed(items):
    made = drafted(items=items, starts_on=date(2026, 11, 1))
    actions.put_in_force(made.id, signatures(), seen_of(made), TODAY, ACTOR)
    return made


def test_what_is_no_longer_agreed_is_blanked_and_proven(database, born):
    made = renewed(LESS)

    births = database.scalars(select(BirthRecord).order_by(BirthRecord.id)).all()
    assert {(b.phone, b.email, b.mother_surname, b.address, b.agreement_id) for b in births} == {
        (None, None, None, None, made.id)
    }
    assert [b.mother_given for b in births] == ["Amy", "Bea"]
    told = database.scalars(select(Family).order_by(Family.id)).all()
    assert [each.name for each in told] == ["Amy", "Bea"]
    assert all("ashworth" not in each.name_words for each in told)
    assert [each.letter_address for each in told] == ["\n".join(filter(None, (b.house, b.postcode))) for b in births]
    [deletion] = database.scalars(select(Deletion))
    assert (deletion.agreement_id, deletion.rows, deletion.digest) == (made.id, 2, proof(b.source_key for b in births))
    assert deletion.rule == "no longer agreed: Mother’s last name, Address, Telephone number"


def test_what_a_family_corrected_itself_is_its_own_word_and_stays(database, born):
    number = database.scalars(select(Family.id).order_by(Family.id)).first()
    families.correct_contact(number, Contact("Amy Ash-Worth", None, None, None, "9 New Road"), NOW)
    renewed(LESS)

    family = database.get_one(Family, number, populate_existing=True)
    assert (family.name, family.letter_address) == ("Amy Ash-Worth", "9 New Road")


def test_with_the_same_items_nothing_is_blanked_and_nothing_proven(database, born):
    renewed(tuple(ITEMS))

    assert database.scalars(select(Deletion)).all() == []
    assert database.scalars(select(BirthRecord.phone).order_by(BirthRecord.id)).first() == "+447700900123"


def test_the_order_of_twins_is_forgotten_where_it_is_no_longer_agreed(database, born):
    twins = [row(8), row(8, **{"Record ID": "N8b", "Birth Order": "2", "Baby’s Forename": "Two"})]
    take_in(brought(csv_of(twins), source=born.source, name="more.csv"), ACTOR, NOW)
    renewed(tuple(name for name in ITEMS if name != "birth_order"))

    assert set(database.scalars(select(BirthRecord.birth_order))) == {1}
    assert database.scalars(select(Deletion.rows)).all() == [1]


@pytest.mark.parametrize(("items", "said"), [(LESS, True), (tuple(ITEMS), False)])
def test_the_page_says_beforehand_what_will_be_blanked(client, database, born, items, said):
    made = drafted(items=items, starts_on=date(2026, 11, 1))
    database.commit()
    sign_in_as(client, "data_officer")
    for address in (f"/births/agreements/{made.id}", f"/births/agreements/{made.id}/in-force"):
        shown = page(client.get(address))
        assert ("2 births that came before hold more than this agreement includes" in shown) is said
        assert ("Mother’s last name, Address, Telephone number" in shown) is said
