"""Whether a rota keeps the rules, and every rule it breaks, in words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from registration.balancing.rules.rota import (
    HALVES,
    OFFICE,
    WEEK,
    WEEKDAYS,
    Assignment,
    Id,
    Instance,
    Rota,
    in_one_order,
    in_words,
    weeks_in_words,
)
from registration.balancing.rules.sentences import counted, verb


class Rule(StrEnum):
    """What a rota must keep."""

    KNOWN = "unknown"
    ONE_PLACE = "double_booked"
    AVAILABLE = "unavailable"
    CONTRACT = "over_contract"
    ONE_PLACE_A_DAY = "two_places_in_a_day"
    REACH = "out_of_reach"
    ROOMS = "room_overrun"
    OFFICE_STAFF = "office_short"
    OFFICE_REGISTRARS = "office_no_registrar"
    BOOKED = "booked_session_dropped"
    PRESENCE = "centre_absent"
    LANGUAGE = "language_missing"
    PINNED = "pin_dropped"
    FORBIDDEN = "forbidden_place"


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a rota breaks, and the sentence that says how."""

    rule: Rule
    sentence: str


@dataclass(slots=True)
class _Seen:
    """What a rota comes to, as far as the rules ask."""

    places: dict[tuple[Id, int], Id] = field(default_factory=dict)
    day: dict[tuple[Id, int], set[Id]] = field(default_factory=lambda: defaultdict(set))
    week: Counter[tuple[Id, int]] = field(default_factory=Counter)
    open: Counter[tuple[Id, int]] = field(default_factory=Counter)
    office: Counter[int] = field(default_factory=Counter)
    office_registrars: Counter[int] = field(default_factory=Counter)
    spoken: set[tuple[Id, str, int]] = field(default_factory=set)


def broken_rules(instance: Instance, rota: Rota) -> list[Broken]:
    """Give every rule that a rota breaks, in words; an empty list is a rota that may be published."""
    seen = _Seen()
    found = [broken for one in rota.assignments for broken in _of_one(instance, seen, one)]
    for check in _OF_ALL:
        found.extend(check(instance, seen))
    return found


def _of_one(instance: Instance, seen: _Seen, one: Assignment) -> Iterator[Broken]:
    registrar = instance.registrar.get(one.registrar)
    at = one.centre == OFFICE or one.centre in instance.centre
    if registrar is None or one.half_day not in instance.half_days or not at:
        yield Broken(
            Rule.KNOWN,
            f"Registrar {one.registrar}, half-day {one.half_day}, centre {one.centre}: there is no such one.",
        )
        return
    when = in_words(one.half_day)
    if (one.registrar, one.half_day) in seen.places:
        yield Broken(Rule.ONE_PLACE, f"Registrar {one.registrar} is in two places on {when}.")
        return
    if not registrar.available[one.half_day]:
        yield Broken(Rule.AVAILABLE, f"Registrar {one.registrar} is not available on {when}.")
    place = OFFICE if one.centre == OFFICE else instance.cluster_of[one.centre]
    if place != OFFICE and place not in registrar.reach:
        yield Broken(Rule.REACH, f"Cluster {place} is out of registrar {one.registrar}’s reach (on {when}).")
    _note(instance, seen, one, place)


def _note(instance: Instance, seen: _Seen, one: Assignment, place: Id) -> None:
    registrar = instance.registrar[one.registrar]
    seen.places[one.registrar, one.half_day] = one.centre
    seen.day[one.registrar, one.half_day // HALVES].add(place)
    seen.week[one.registrar, one.half_day // WEEK] += 1
    if one.centre == OFFICE:
        seen.office[one.half_day] += 1
        seen.office_registrars[one.half_day] += registrar.is_registrar
        return
    seen.open[one.centre, one.half_day] += 1
    for language in registrar.languages:
        seen.spoken.add((place, language, one.half_day // WEEK // instance.language_weeks))


def _contracts(instance: Instance, seen: _Seen) -> Iterator[Broken]:
    for (one, week), count in seen.week.items():
        most = instance.registrar[one].contract
        if count > most:
            yield Broken(
                Rule.CONTRACT,
                f"Registrar {one} has {counted(count, 'session')} in week {week + 1}; the contract is {most}.",
            )


def _one_place_a_day(_instance: Instance, seen: _Seen) -> Iterator[Broken]:
    for (one, day), places in seen.day.items():
        if len(places) > 1:
            week, weekday = divmod(day, len(WEEKDAYS))
            yield Broken(
                Rule.ONE_PLACE_A_DAY,
                f"Registrar {one} is in two clusters, or a cluster and the office, on {WEEKDAYS[weekday]} of week {week + 1}.",
            )


def _rooms(instance: Instance, seen: _Seen) -> Iterator[Broken]:
    for (centre, half), count in seen.open.items():
        rooms = instance.centre[centre].rooms[half]
        if count > rooms:
            yield Broken(
                Rule.ROOMS,
                f"Centre {centre} has {counted(rooms, 'room')} on {in_words(half)}, "
                f"and {counted(count, 'session')} {verb(count)} put there.",
            )


def _office(instance: Instance, seen: _Seen) -> Iterator[Broken]:
    for half, need in enumerate(instance.office):
        if seen.office[half] < need.least:
            yield Broken(
                Rule.OFFICE_STAFF,
                f"The office needs {need.least} on {in_words(half)}, "
                f"and {seen.office[half]} {verb(seen.office[half])} there.",
            )
        if seen.office_registrars[half] < need.least_registrars:
            yield Broken(
                Rule.OFFICE_REGISTRARS,
                f"The office needs {counted(need.least_registrars, 'full registrar')} on {in_words(half)}, "
                f"and {seen.office_registrars[half]} {verb(seen.office_registrars[half])} there.",
            )


def _booked(instance: Instance, seen: _Seen) -> Iterator[Broken]:
    """Find booked sessions that are not held. Those that are only wished for are pins, which see to themselves."""
    held = Counter(
        (pin.centre, pin.half_day)
        for pin in instance.wished
        if seen.places.get((pin.registrar, pin.half_day)) == pin.centre
    )
    for centre in instance.centres:
        for half, every in enumerate(centre.booked):
            booked = every - instance.wishes_at[centre.id, half]
            count = seen.open[centre.id, half] - held[centre.id, half]
            if count < booked:
                yield Broken(
                    Rule.BOOKED,
                    f"Families have booked {counted(booked, 'session')} at centre {centre.id} on {in_words(half)}, "
                    f"and {count} {verb(count)} held.",
                )


def _presence(instance: Instance, seen: _Seen) -> Iterator[Broken]:
    for block in instance.presence_blocks():
        for centre in instance.centres:
            rooms = any(centre.rooms[half] for half in block)
            if rooms and not any(seen.open[centre.id, half] for half in block):
                yield Broken(Rule.PRESENCE, f"Centre {centre.id} never opens in {weeks_in_words(block)}.")


def _languages(instance: Instance, seen: _Seen) -> Iterator[Broken]:
    for number, block in enumerate(instance.language_blocks()):
        for cluster in instance.clusters:
            if cluster.language and (cluster.id, cluster.language, number) not in seen.spoken:
                yield Broken(
                    Rule.LANGUAGE,
                    f"Nobody who speaks {cluster.language} comes to cluster {cluster.id} in {weeks_in_words(block)}.",
                )


def _pins(instance: Instance, seen: _Seen) -> Iterator[Broken]:
    for pin in in_one_order(instance.pins):
        if seen.places.get((pin.registrar, pin.half_day)) != pin.centre:
            place = "the office" if pin.centre == OFFICE else f"centre {pin.centre}"
            where = f"at {place} on {in_words(pin.half_day)}"
            must = f"Registrar {pin.registrar} must be {where}, and is not."
            wished = f"You wished that registrar {pin.registrar} is {where}."
            yield Broken(Rule.PINNED, wished if pin in instance.wished else must)


def _forbidden(instance: Instance, seen: _Seen) -> Iterator[Broken]:
    for (one, half), centre in seen.places.items():
        place = OFFICE if centre == OFFICE else instance.cluster_of[centre]
        if (one, half, place) in instance.forbidden:
            where = "the office" if place == OFFICE else f"cluster {place}"
            yield Broken(Rule.FORBIDDEN, f"You wished that registrar {one} is not in {where} on {in_words(half)}.")


_OF_ALL: tuple[Callable[[Instance, _Seen], Iterator[Broken]], ...] = (
    _contracts,
    _one_place_a_day,
    _rooms,
    _office,
    _booked,
    _presence,
    _languages,
    _pins,
    _forbidden,
)
