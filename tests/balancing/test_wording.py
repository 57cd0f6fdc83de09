"""How pages say why a cluster is served no better."""

from dataclasses import replace
from datetime import date

from registration.balancing.rules.half_days import Calendar
from registration.balancing.rules.rota import OFFICE
from registration.balancing.wording import Called, why
from tests.balancing.small import council, registrar, rota


def said(instance, made, language=None, coverage=0.5):
    return why(instance, made, replace(instance.clusters[0], language=language), coverage)


def test_the_reasons_stand_in_one_sentence_the_most_frequent_first():
    instance = council(registrar(101, available=[0, 1, 2]), registrar(102, available=[3], reach={2: 5}))
    assert said(instance, rota((101, 0, 11), (101, 1, 11), (101, 2, 21))) == (
        "In 6 of 10 half-days no registrar is available; in 2 of 10 half-days everybody within reach is there already; "
        "in 1 of 10 half-days everybody within reach is at another cluster or the office."
    )


def test_who_is_served_has_no_reason():
    assert said(council(), rota(), coverage=1.0) == ""


def test_rooms_that_are_full_come_in_whole_sentences():
    instance = council(registrar(101, available=[0]))
    none = replace(instance, centres=tuple(replace(each, rooms=(0,) * 10) for each in instance.centres))
    assert said(none, rota()) == "In 10 of 10 half-days its rooms are full, or it has none."


def test_the_days_of_a_language_are_told_where_they_are_few(app, database):
    speaks = frozenset({"ur"})
    assert said(council(registrar(101, languages=speaks, available=[0, 2])), rota(), "ur").endswith(
        "Someone who speaks Urdu can come only on Monday and Tuesday."
    )
    assert "speaks" not in said(council(registrar(101, languages=speaks)), rota(), "ur")
    assert said(council(registrar(101)), rota(), "ur").endswith("Nobody within reach speaks Urdu.")


def test_spare_half_days_are_no_reason():
    assert said(council(registrar(101)), rota()) == ""


def test_places_without_a_name_are_called_by_their_number():
    called = Called({}, {11: "Elland"}, {})
    assert [called.centre(place) for place in (11, 12, OFFICE, None)] == [
        "Elland",
        "centre 12",
        "other duties at the register office",
        "no session",
    ]


def test_what_is_so_in_several_weeks_is_said_once_with_its_weeks():
    called = Called({}, {11: "Elland"}, {})
    calendar = Calendar(date(2027, 1, 4), 3)
    need = "On Monday morning of week {} the office needs 2, and nobody is available."
    shut = "Centre 11 never opens in week {}."
    given = [need.format(1), shut.format(3), need.format(2), need.format(3), shut.format(2), "Centre 11 is shut."]

    assert called.in_names_once(given, calendar) == [
        f"{called.in_names(need.format(1), calendar)} So in the weeks from Mon 11 January and Mon 18 January.",
        "Elland never opens in the week from Mon 18 January. So in the week from Mon 11 January.",
        "Elland is shut.",
    ]
