"""Rules that cannot be kept whatever the rota, each seen on its own and said in words."""

from collections.abc import Iterable, Iterator

from registration.balancing.rules.rota import WEEK, Centre, Cluster, Id, Instance, Registrar, in_words, weeks_in_words
from registration.balancing.rules.sentences import asked_for, counted, verb


def conflicts_in_words(instance: Instance) -> list[str]:
    """Give a sentence for every rule that asks for more than there is; none does not yet mean that all hold together."""
    return [
        *_office(instance),
        *_booked(instance),
        *_half_days(instance),
        *_weeks(instance),
        *_presence(instance),
        *_languages(instance),
    ]


def _there(count: int) -> str:
    return f"only {count} {verb(count)} available" if count else "nobody is available"


def _asked(instance: Instance, centres: Iterable[Centre], halves: Iterable[int]) -> tuple[int, str]:
    """Count the sessions that must be held, and say who asks for them."""
    every = [(centre, half) for half in halves for centre in centres]
    count = sum(centre.booked[half] for centre, half in every)
    wished = sum(instance.wishes_at[centre.id, half] for centre, half in every)
    return count, asked_for(count - wished, wished)


def _free(instance: Instance, half: int) -> list[Registrar]:
    return [one for one in instance.registrars if one.available[half] and one.contract]


def _office(instance: Instance) -> Iterator[str]:
    for half, need in enumerate(instance.office):
        free = _free(instance, half)
        full = sum(one.is_registrar for one in free)
        if len(free) < need.least:
            yield f"On {in_words(half)} the office needs {need.least}, and {_there(len(free))}."
        if full < need.least_registrars:
            yield f"On {in_words(half)} the office needs {counted(need.least_registrars, 'full registrar')}, and {_there(full)}."


def _booked(instance: Instance) -> Iterator[str]:
    """Find booked sessions without a room, or without anybody who could come."""
    for centre in instance.centres:
        for half, booked in enumerate(centre.booked):
            if booked > centre.rooms[half]:
                said = _asked(instance, [centre], [half])[1]
                yield (
                    f"On {in_words(half)} {said} at centre {centre.id}, "
                    f"which has {counted(centre.rooms[half], 'room')} then."
                )
    for cluster in instance.clusters:
        for half in instance.half_days:
            yield from _booked_in(instance, cluster, half)


def _booked_in(instance: Instance, cluster: Cluster, half: int) -> Iterator[str]:
    booked, said = _asked(instance, instance.centres_of[cluster.id], [half])
    if booked:
        able = sum(cluster.id in one.reach for one in _free(instance, half))
        if able < booked:
            yield (
                f"On {in_words(half)} {said} in cluster {cluster.id}, and of the registrars in reach {_there(able)}."
            )


def _half_days(instance: Instance) -> Iterator[str]:
    """Find half-days in which the office and the booked sessions together ask for more people than there are."""
    for half, need in enumerate(instance.office):
        free, (booked, said) = len(_free(instance, half)), _asked(instance, instance.centres, [half])
        if free and need.least <= free < need.least + booked:
            office = f"the office needs {need.least} and " if need.least else ""
            yield f"On {in_words(half)} {office}{said}, and {_there(free)}."


def _weeks(instance: Instance) -> Iterator[str]:
    """Find weeks whose contracts do not reach for the office and the booked sessions."""
    for week in range(instance.weeks):
        halves = range(week * WEEK, (week + 1) * WEEK)
        least = sum(instance.office[half].least for half in halves)
        booked, said = _asked(instance, instance.centres, halves)
        there = _sessions(instance.registrars, halves)
        if there < least + booked:
            yield (
                f"In week {week + 1} the office needs {counted(least, 'half-day')} and {said}, "
                f"and the contracts give {there}."
            )
        full = _sessions([one for one in instance.registrars if one.is_registrar], halves)
        needed = sum(instance.office[half].least_registrars for half in halves)
        if full < needed:
            yield (
                f"In week {week + 1} the office needs full registrars for {counted(needed, 'half-day')}, "
                f"and their contracts give {full}."
            )


def _sessions(people: list[Registrar] | tuple[Registrar, ...], halves: range) -> int:
    return sum(min(one.contract, sum(one.available[half] for half in halves)) for one in people)


def _able(instance: Instance, cluster: Id, half: int) -> list[Registrar]:
    return [one for one in _free(instance, half) if cluster in one.reach]


def _presence(instance: Instance) -> Iterator[str]:
    for block in instance.presence_blocks():
        for centre in instance.centres:
            if any(centre.rooms[half] for half in block) and not _can_open(instance, centre, block):
                yield (
                    f"Centre {centre.id} must open once in {weeks_in_words(block)}, "
                    "and nobody in reach is available when it has a room."
                )


def _can_open(instance: Instance, centre: Centre, block: range) -> bool:
    return any(centre.rooms[half] and _able(instance, centre.cluster, half) for half in block)


def _languages(instance: Instance) -> Iterator[str]:
    for cluster in instance.clusters:
        if not cluster.language:
            continue
        speakers = [one for one in instance.registrars if cluster.language in one.languages and cluster.id in one.reach]
        if not speakers:
            yield f"Cluster {cluster.id} needs somebody who speaks {cluster.language}, and nobody who does has it in reach."
            continue
        for block in instance.language_blocks():
            rooms = [half for half in block if instance.rooms_in[cluster.id, half]]
            if not any(one.available[half] and one.contract for one in speakers for half in rooms):
                yield (
                    f"Cluster {cluster.id} needs somebody who speaks {cluster.language} in {weeks_in_words(block)}, "
                    "and nobody who does and has it in reach is available when there is a room."
                )
