"""The demonstration's records that are, or may be, one family's."""

from registration.demo.same_families import compare_records
from tests.births.same_families.records import NOW, birth, family, links


def test_records_alike_are_linked_and_nearly_alike_left_for_a_person(database):
    elsewhere = {"mobile": None, "letter_address": None}
    a, b, _nobodys = birth(), birth("Bea Booth"), birth("Cat Cole")
    x, y = family(), family(name="Bea Boothe", postcode="HX5 0AB", **elsewhere)
    family(name="Zoe Zed", postcode="OL14 5AA", **elsewhere)
    compare_records(NOW)

    assert links() == {(a, x): ("linked", "exact"), (b, y): ("to_review", "exact")}


def test_without_births_nothing_is_linked(database):
    family()
    compare_records(NOW)
    assert links() == {}


def test_while_a_run_is_worked_on_no_other_begins(database):
    from registration.births.same_families import actions

    actions.ask_run("staff:1")
    actions.take_next()
    birth()
    family()
    compare_records(NOW)
    assert links() == {}
