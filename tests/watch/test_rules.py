"""Figures as Prometheus reads them."""

from datetime import date, timedelta

import pytest

from registration.watch.rules import Figure, Sample, band, written

TODAY = date(2026, 11, 22)


def test_a_figure_says_what_it_means_and_each_of_its_numbers():
    figure = Figure("jobs", "Jobs.", (Sample(3, {"state": "due"}), Sample(0.25, {"state": "doing", "host": "a"})))

    assert written([figure, Figure("workers", "Workers.", (Sample(2.0),))]) == (
        "# HELP rightstart_jobs Jobs.\n# TYPE rightstart_jobs gauge\n"
        'rightstart_jobs{state="due"} 3\nrightstart_jobs{state="doing",host="a"} 0.25\n'
        "# HELP rightstart_workers Workers.\n# TYPE rightstart_workers gauge\nrightstart_workers 2\n"
    )


def test_a_figure_without_a_number_is_not_there():
    assert written([Figure("backup", "A backup.", ())]) == ""


def test_a_name_can_end_neither_its_label_nor_its_line():
    figure = Figure("free", "Free.", (Sample(1, {"cluster": 'a"b\\c\nd'}),))

    assert written([figure]).splitlines()[2] == r'rightstart_free{cluster="a\"b\\c\nd"} 1'


def test_the_parts_of_a_histogram_have_names_of_their_own():
    figure = Figure("took", "Took.", (Sample(1, {"le": "+Inf"}, "_bucket"), Sample(1, {}, "_count")), "histogram")

    assert written([figure]).splitlines()[1:] == [
        "# TYPE rightstart_took histogram",
        'rightstart_took_bucket{le="+Inf"} 1',
        "rightstart_took_count 1",
    ]


@pytest.mark.parametrize(
    ("name", "days"),
    [("over", (-400, -1)), ("0-3", (0, 3)), ("4-7", (4, 7)), ("8-14", (8, 14)), ("15-", (15, 42))],
)
def test_families_are_told_apart_by_the_days_that_are_left(name, days):
    assert {band(TODAY + timedelta(days=left), TODAY) for left in days} == {name}
