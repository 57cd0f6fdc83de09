"""The rules of a rota as rows of a linear program, over all weeks or a few.

A column is one registrar on one day in one place for the morning, the afternoon or both, so that a place a day is one row.
Centres of a cluster are only told apart where one must still open; who goes to which is settled afterwards.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from registration.balancing.rules.rota import (
    DAYS,
    HALVES,
    OFFICE,
    WEEK,
    Cluster,
    Id,
    Instance,
    in_one_order,
    in_words,
    weeks_in_words,
)
from registration.balancing.rules.sentences import asked_for, counted
from registration.balancing.solver.highs import INFINITY, Program

Absent = Collection[tuple[Id, int]]


@dataclass(frozen=True, slots=True)
class Stay:
    """One registrar, by place in the instance, in one cluster or at the office, for one or two half-days of a day."""

    registrar: int
    place: Id
    halves: tuple[int, ...]


@dataclass
class Sessions:
    """A program with the rules of some weeks in it, and what its columns and rows mean.

    `at` lists the columns that are in a place in a half-day, `opened` those of rooms of centres that must still open.
    An elastic program may be excused from what rules ask for; `excuses` and `words` say from what.
    """

    instance: Instance
    program: Program
    weeks: Collection[int]
    elastic: bool = False
    fixed: Mapping[tuple[int, int], Stay] = field(default_factory=dict)
    stays: dict[int, Stay] = field(default_factory=dict)
    at: dict[tuple[Id, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    opened: dict[tuple[Id, int], int] = field(default_factory=dict)
    excuses: dict[int, str] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)

    def limit(
        self, columns: Iterable[tuple[int, float]], upper: float, sentence: str, lower: float = -INFINITY
    ) -> None:
        """Write a rule that nobody can be excused from."""
        self.words[self.program.row(columns, lower, upper)] = sentence

    def ask(self, columns: Iterable[tuple[int, float]], lower: float, sentence: str, upper: float = INFINITY) -> None:
        """Write a rule that asks for something; an elastic program may be excused from it, at a cost of 1 each."""
        terms = list(columns)
        if self.elastic:
            excuse = self.program.column(1.0)
            self.excuses[excuse] = sentence
            terms.append((excuse, 1.0))
        self.words[self.program.row(terms, lower, upper)] = sentence

    def slots(self, place: Id, week: int) -> list[tuple[int, int]]:
        """Give each column of a place in a week with the families it can see."""
        people = self.instance.registrars
        columns = {column for half in halves_of(week) for column in self.at[place, half]}
        stays = ((column, self.stays[column]) for column in sorted(columns))
        return [(column, people[stay.registrar].slots * len(stay.halves)) for column, stay in stays]


def halves_of(week: int) -> range:
    """Give the half-days of a week."""
    return range(week * WEEK, (week + 1) * WEEK)


def lay_out(
    instance: Instance,
    program: Program,
    weeks: Collection[int],
    *,
    whole: bool,
    absent: Absent,
    elastic: bool = False,
    fixed: Mapping[tuple[int, int], Stay] | None = None,
) -> Sessions:
    """Write the rules of people, rooms and the office for some weeks.

    `absent` names centres and presence blocks in which the centre must open and does not by a booked session; `fixed` gives the
    stay of registrars on days on which nothing else is to be thought of.
    """
    made = Sessions(instance, program, weeks, elastic, fixed or {})
    for number in range(len(instance.registrars)):
        for week in weeks:
            _week_of_one(made, number, week, whole=whole)
    for week in weeks:
        for half in halves_of(week):
            _office(made, half)
    for cluster in instance.clusters:
        for week in weeks:
            _rooms(made, cluster.id, week, absent)
    _pins(made)
    return made


def _week_of_one(made: Sessions, number: int, week: int, *, whole: bool) -> None:
    """Add one registrar's stays of a week: one place a day, and no more half-days than the contract has."""
    one = made.instance.registrars[number]
    terms = []
    for day in range(week * DAYS, (week + 1) * DAYS):
        columns = list(_stays(made, number, day, whole=whole))
        if columns:
            made.limit(((column, 1) for column in columns), 1, f"Registrar {one.id} is in one place a day.")
        terms += [(column, len(made.stays[column].halves)) for column in columns]
    if sum(one.available[half] for half in halves_of(week)) > one.contract:
        sentence = f"Registrar {one.id} works {counted(one.contract, 'half-day')} in week {week + 1}."
        made.limit(terms, one.contract, sentence)


def _stays(made: Sessions, number: int, day: int, *, whole: bool) -> Iterator[int]:
    """Add the columns of one registrar's day."""
    settled = made.fixed.get((number, day))
    for stay in _chances(made.instance, number, day) if settled is None else (settled,):
        column = made.program.column(upper=1, lower=0 if settled is None else 1, whole=whole)
        made.stays[column] = stay
        for half in stay.halves:
            made.at[stay.place, half].append(column)
        yield column


def _chances(instance: Instance, number: int, day: int) -> Iterator[Stay]:
    """Give the stays that one registrar could have on a day."""
    one, day_ = instance.registrars[number], (day * HALVES, day * HALVES + 1)
    for place in (OFFICE, *one.reach):
        may = [half for half in day_ if instance.may_be(one, half, place)]
        open_ = [half for half in may if place == OFFICE or instance.rooms_in[place, half] > 0]
        both = [tuple(open_)] if len(open_) == HALVES else []
        for halves in (*((half,) for half in open_), *both):
            yield Stay(number, place, halves)


def _office(made: Sessions, half: int) -> None:
    people = made.instance.registrars
    need, there = made.instance.office[half], made.at[OFFICE, half]
    full = [column for column in there if people[made.stays[column].registrar].is_registrar]
    if need.least:
        sentence = f"The office needs {need.least} on {in_words(half)}."
        made.ask(((column, 1) for column in there), need.least, sentence)
    if need.least_registrars:
        sentence = f"The office needs {counted(need.least_registrars, 'full registrar')} on {in_words(half)}."
        made.ask(((column, 1) for column in full), need.least_registrars, sentence)


def _rooms(made: Sessions, cluster: Id, week: int, absent: Absent) -> None:
    """Hold as many sessions in a cluster as rooms are opened there, and as many as families have booked."""
    instance = made.instance
    centres = instance.centres_of[cluster]
    apart = [centre for centre in centres if (centre.id, week // instance.presence_weeks) in absent]
    for half in halves_of(week):
        booked = sum(centre.booked[half] for centre in centres)
        rooms = instance.rooms_in[cluster, half]
        terms = [(column, 1.0) for column in made.at[cluster, half]]
        for centre in apart:
            if centre.rooms[half]:
                made.opened[centre.id, half] = made.program.column(upper=centre.rooms[half])
                terms.append((made.opened[centre.id, half], -1.0))
                rooms -= centre.rooms[half]
        if booked:
            wished = sum(instance.wishes_at[centre.id, half] for centre in centres)
            said = asked_for(booked - wished, wished)
            sentence = f"{said[0].upper()}{said[1:]} in cluster {cluster} on {in_words(half)}."
            made.ask(terms, booked, sentence, rooms)
        elif terms:
            made.limit(terms, rooms, f"Cluster {cluster} has so many rooms on {in_words(half)}.", 0)


def _pins(made: Sessions) -> None:
    """Have every registrar where a pin says; that it is nowhere else then is settled by where it may be."""
    number = {one.id: number for number, one in enumerate(made.instance.registrars)}
    for pin in in_one_order(made.instance.pins):
        if pin.half_day // WEEK in made.weeks:
            place = made.instance.cluster_of.get(pin.centre, OFFICE)
            here = made.at[place, pin.half_day]
            columns = [column for column in here if made.stays[column].registrar == number[pin.registrar]]
            where = "the office" if pin.centre == OFFICE else f"centre {pin.centre}"
            wished = "You wished that registrar" if pin in made.instance.wished else "Registrar"
            sentence = f"{wished} {pin.registrar} is at {where} on {in_words(pin.half_day)}."
            made.ask(((column, 1) for column in columns), 1, sentence)


def must_still_open(instance: Instance) -> set[tuple[Id, int]]:
    """Name the centres and presence blocks in which a centre has rooms and no booked session opens it anyway."""
    return {
        (centre.id, number)
        for number, block in enumerate(instance.presence_blocks())
        for centre in instance.centres
        if any(centre.rooms[half] for half in block) and not any(centre.booked[half] for half in block)
    }


def openings(made: Sessions, centre: Id, halves: range) -> list[int]:
    """Give the columns that open a centre in some half-days."""
    return [made.opened[centre, half] for half in halves if (centre, half) in made.opened]


def spoken(made: Sessions, cluster: Id, language: str, halves: range) -> list[int]:
    """Give the columns that bring a speaker of a language to a cluster in some half-days."""
    people = made.instance.registrars
    there = {column for half in halves for column in made.at[cluster, half]}
    return sorted(column for column in there if language in people[made.stays[column].registrar].languages)


def ask_for_presence_and_languages(made: Sessions, absent: Absent, brought: Collection[tuple[Id, int]] = ()) -> None:
    """Open every centre and bring every language once in each run of weeks that is laid out, in part or whole.

    `brought` names clusters and runs of weeks to which a speaker comes already.
    """
    for number, block in enumerate(made.instance.presence_blocks()):
        if _touches(made, block):
            for centre in (one for one in made.instance.centres if (one.id, number) in absent):
                columns = ((column, 1) for column in openings(made, centre.id, block))
                made.ask(columns, 1, f"Centre {centre.id} opens once in {weeks_in_words(block)}.")
    for number, block in enumerate(made.instance.language_blocks()):
        if _touches(made, block):
            for cluster in (one for one in made.instance.clusters if (one.id, number) not in brought):
                _ask_for_language(made, cluster, block)


def _touches(made: Sessions, block: range) -> bool:
    return any(half // WEEK in made.weeks for half in block)


def _ask_for_language(made: Sessions, cluster: Cluster, block: range) -> None:
    if cluster.language:
        columns = ((column, 1) for column in spoken(made, cluster.id, cluster.language, block))
        sentence = f"A speaker of {cluster.language} comes to cluster {cluster.id} in {weeks_in_words(block)}."
        made.ask(columns, 1, sentence)
