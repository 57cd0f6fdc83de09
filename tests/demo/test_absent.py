"""The demonstration's absent registrar: some families have answered, some have not, and nobody is forgotten."""

from collections import Counter

from registration.cover.queries import lines, plans
from registration.cover.rules import Standing
from tests.demo.conftest import NOW


def test_a_registrar_is_away_next_week_and_the_families_are_seen_to(loaded):
    [plan] = plans(NOW)
    assert plan.state == "sent"
    assert (plan.begins - NOW).days in range(7, 15)
    found = Counter(line.standing for line in lines(plan.id))
    assert found[Standing.ACCEPTED] == found[Standing.TO_CALL] == 1
    assert found[Standing.WAITING] > 0
