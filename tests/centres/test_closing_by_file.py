"""A file that says a centre has closed does not close it over the heads of families who are booked there."""

from dataclasses import replace
from datetime import date

import pytest

from registration.centres import actions
from registration.common.files import FileRefused
from tests.centres.test_actions import BY, gias, gias_row, the_centre


@pytest.mark.parametrize(("booked", "said"), [(1, "1 family is booked"), (3, "3 families are booked")])
def test_a_file_does_not_close_a_centre_over_the_heads_of_families(database, booked, said):
    asked = []

    def booked_after(centre_id, last_day, now):
        asked.append((centre_id, last_day, now))
        return booked

    actions.import_centres(gias(gias_row()), BY)
    by = replace(BY, booked_after=booked_after)
    with pytest.raises(FileRefused) as refused:
        actions.import_centres(gias(gias_row(status="Closed", closed="31-12-2025")), by)
    [fault] = refused.value.faults
    assert said in str(fault)
    assert "closes on 31 December 2025" in str(fault)
    assert "close it on the page Cover first" in str(fault)
    assert [each[1:] for each in asked] == [(date(2025, 12, 31), BY.now)]


def test_a_file_that_closes_a_centre_later_or_as_before_asks_for_no_families(database):
    def booked_after(centre_id, last_day, now):
        raise AssertionError(last_day)

    actions.import_centres(gias(gias_row()), BY)
    actions.import_centres(gias(gias_row(status="Closed", closed="31-12-2025")), BY)
    by = replace(BY, booked_after=booked_after)
    actions.import_centres(gias(gias_row(status="Closed", closed="31-12-2026", street="Hill")), by)
    assert the_centre(database, "Beech Hill Children's Centre").participating_to == date(2025, 12, 31)
