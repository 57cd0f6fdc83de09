"""When times run dry."""

from registration.desk.rules.supply import CentreSupply, Supply


def supply(left, per_week, booked=0):
    centres = (CentreSupply(1, "Elland", left), CentreSupply(2, "Todmorden", 0))
    return Supply("Calder Valley", centres, per_week, booked)


def test_a_cluster_runs_dry_when_fewer_times_are_left_than_births_to_expect_in_four_weeks():
    assert supply(9, 2.5).is_dry
    assert not supply(10, 2.5).is_dry


def test_what_is_left_and_what_is_to_be_expected_are_compared_in_whole_families():
    short = supply(4, 2.4)

    assert (short.left, short.expected, short.spare) == (4, 10, -6)


def test_those_who_have_a_time_already_do_not_need_another():
    assert supply(4, 2.5, booked=6).spare == 0
    assert supply(4, 2.5, booked=5).is_dry
    assert supply(0, 2.5, booked=11).to_come == 0


def test_a_cluster_of_which_nothing_is_known_yet_is_not_dry():
    assert not supply(0, 0.0).is_dry
