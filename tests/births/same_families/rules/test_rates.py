"""How many records are linked, group by group, without telling on few."""

from registration.births.same_families.rules.rates import Candidate, Rate, rates, shown


def many(number, linked, imd=5, language="English", cluster="Upper Valley"):
    return [Candidate(imd, language, cluster, each < linked) for each in range(number)]


def test_records_are_counted_by_deprivation_language_and_cluster():
    found = rates([*many(3, 2, imd=3), *many(4, 1, imd=4, language="Urdu"), *many(5, 5, imd=None, cluster=None)])

    assert found == [
        Rate("All", "All", 12, 8),
        Rate("Deprivation, in tenths of neighbourhoods", "1 to 3, the most deprived", 3, 2),
        Rate("Deprivation, in tenths of neighbourhoods", "4 to 10", 4, 1),
        Rate("Deprivation, in tenths of neighbourhoods", "not known", 5, 5),
        Rate("Language", "English", 8, 7),
        Rate("Language", "Urdu", 4, 1),
        Rate("Cluster", "Upper Valley", 7, 3),
        Rate("Cluster", "not known", 5, 5),
    ]


def test_nothing_is_counted_where_there_is_nothing():
    assert rates([]) == [] == shown([])


def test_shares_are_told_where_no_family_can_be_found_out():
    found = shown(rates([*many(40, 30), *many(20, 10, imd=2)]))

    assert [(each.group, each.records, each.linked, each.percent) for each in found[:3]] == [
        ("All", "60", "40", "67%"),
        ("1 to 3, the most deprived", "20", "10", "50%"),
        ("4 to 10", "40", "30", "75%"),
    ]


def test_a_small_group_is_not_told_nor_the_one_it_could_be_worked_out_from():
    found = shown(rates([*many(40, 30), *many(3, 2, language="Welsh"), *many(30, 20, language="Urdu")]))
    told = {each.group: (each.records, each.linked, each.percent) for each in found if each.by == "Language"}

    assert told["Welsh"] == told["Urdu"] == ("not told", "not told", "")
    assert told["English"] == ("40", "30", "75%")
