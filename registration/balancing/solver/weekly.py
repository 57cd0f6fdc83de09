"""A rota seen from afar: how many sessions of a week each registrar holds in each place, at no given hour.

Every rota that keeps the rules is a solution of this small program, so nothing can be better than its best.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from registration.balancing.rules.rota import DAYS, HALVES, OFFICE, WEEK, Id, Instance, Registrar
from registration.balancing.solver.highs import Program
from registration.balancing.solver.service import Service, count_service
from registration.balancing.solver.sessions import halves_of, must_still_open


@dataclass
class Weeks:
    """The program, and the column of each registrar, place and week with how many half-days it may count."""

    instance: Instance
    program: Program
    held: dict[tuple[int, Id, int], int] = field(default_factory=dict)
    at: dict[tuple[Id, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    slots: dict[tuple[Id, int], list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))


def lay_out_weeks(instance: Instance, program: Program, *, whole: bool) -> tuple[Weeks, Service]:
    """Write the rules as far as whole weeks can tell; `whole` asks for whole sessions and whole days."""
    made = Weeks(instance, program)
    for week in range(instance.weeks):
        for number, one in enumerate(instance.registrars):
            _week_of_one(made, number, one, week, whole=whole)
        _office(made, week)
        _rooms(made, week)
    _presence(made)
    _languages(made)
    return made, count_service(instance, program, made.slots)


def _week_of_one(made: Weeks, number: int, one: Registrar, week: int, *, whole: bool) -> None:
    """Share out one registrar's week; counting whole sessions, also its days, of which each is spent in one place."""
    columns, days = [], []
    for place, halves in _chances(made.instance, one, week):
        column = made.held[number, place, week] = made.program.column(upper=len(halves), whole=whole)
        columns.append(column)
        made.at[place, week].append(number)
        if place != OFFICE:
            made.slots[place, week].append((column, one.slots))
        if whole:
            spent = made.program.column(upper=len({half // HALVES for half in halves}), whole=True)
            made.program.row([(column, 1), (spent, -HALVES)], upper=0)
            days.append(spent)
    free = [half for half in halves_of(week) if one.available[half]]
    made.program.row([(column, 1) for column in columns], upper=min(one.contract, len(free)))
    if whole:
        made.program.row([(spent, 1) for spent in days], upper=min(DAYS, len({half // HALVES for half in free})))


def _chances(instance: Instance, one: Registrar, week: int) -> Iterator[tuple[Id, list[int]]]:
    """Give the places a registrar could work in that week, each with the half-days."""
    for place in (OFFICE, *one.reach):
        halves = [
            half
            for half in halves_of(week)
            if instance.may_be(one, half, place) and (place == OFFICE or instance.rooms_in[place, half] > 0)
        ]
        if halves:
            yield place, halves


def _office(made: Weeks, week: int) -> None:
    people, needs = made.instance.registrars, [made.instance.office[half] for half in halves_of(week)]
    there = [(number, made.held[number, OFFICE, week]) for number in made.at[OFFICE, week]]
    made.program.row([(column, 1) for _, column in there], lower=sum(need.least for need in needs))
    full = [(column, 1.0) for number, column in there if people[number].is_registrar]
    made.program.row(full, lower=sum(need.least_registrars for need in needs))


def _rooms(made: Weeks, week: int) -> None:
    """Hold no more sessions in a cluster than it has rooms while somebody could come, and no fewer than are booked."""
    instance = made.instance
    for cluster, centres in instance.centres_of.items():
        people = [instance.registrars[number] for number in made.at[cluster, week]]
        most = sum(
            min(instance.rooms_in[cluster, half], sum(one.available[half] for one in people))
            for half in halves_of(week)
        )
        booked = sum(centre.booked[half] for centre in centres for half in halves_of(week))
        made.program.row([(column, 1) for column, _ in made.slots[cluster, week]], lower=booked, upper=most)


def _presence(made: Weeks) -> None:
    """In each run of weeks, hold the booked sessions of a cluster and one for each centre that must still open."""
    instance, absent = made.instance, must_still_open(made.instance)
    for number, block in enumerate(instance.presence_blocks()):
        for cluster, centres in instance.centres_of.items():
            booked = sum(centre.booked[half] for centre in centres for half in block)
            least = booked + sum((centre.id, number) in absent for centre in centres)
            columns = [column for week in _weeks(block) for column, _ in made.slots[cluster, week]]
            made.program.row([(column, 1) for column in columns], lower=least)


def _languages(made: Weeks) -> None:
    people = made.instance.registrars
    for block in made.instance.language_blocks():
        for cluster in made.instance.clusters:
            if cluster.language:
                columns = [
                    made.held[number, cluster.id, week]
                    for week in _weeks(block)
                    for number in made.at[cluster.id, week]
                    if cluster.language in people[number].languages
                ]
                made.program.row([(column, 1) for column in columns], lower=1)


def _weeks(block: range) -> range:
    return range(block.start // WEEK, block.stop // WEEK)
