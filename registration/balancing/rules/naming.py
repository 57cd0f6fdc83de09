"""Which centre of its cluster each session is held at, once it is settled who is in which cluster and when."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from registration.balancing.rules.rota import HALVES, OFFICE, Centre, Id, Instance, in_order

Person = tuple[Id, int]
Places = Mapping[Person, Id]
#: What it costs that somebody opens a centre: nothing, little for who has no former place there, and a change.
STAYS, LOOSE, MOVED = 0, 1, 2


def name_centres(instance: Instance, clusters: Places, previous: Places) -> dict[Person, Id]:
    """Give every session a centre: booked rooms first, each centre once in its weeks, else where the registrar was.

    `clusters` says the cluster, or the office, of each registrar and half-day. Nobody is moved within a cluster but for rooms,
    booked sessions and centres that nobody would open. Centres that no choice of rooms can open stay closed: the rules say so.
    """
    named: dict[Person, Id] = {key: OFFICE for key, place in clusters.items() if place == OFFICE}
    people: dict[tuple[Id, int], list[Id]] = defaultdict(list)
    for (registrar, half), place in clusters.items():
        if place != OFFICE:
            people[place, half].append(registrar)
    wished = {**previous, **instance.pinned_centre}
    for cluster, centres in instance.centres_of.items():
        for block in instance.presence_blocks():
            here = {half: in_order(people[cluster, half]) for half in block}
            openers = _openers(centres, here, wished)
            for half, waiting in here.items():
                _seat(centres, half, waiting, named, (instance.pinned_centre, openers, previous))
    return named


def _openers(centres: tuple[Centre, ...], here: Mapping[int, Sequence[Id]], wished: Places) -> dict[Person, Id]:
    """Find somebody for every centre that booked ones do not open: a matching by paths, who stays before who is moved."""
    shut = [centre for centre in centres if not any(centre.booked[half] for half in here)]
    spare = [person for half, there in here.items() for person in _to_spare(centres, half, there, wished)]
    costs = {centre.id: sorted(_costs(centre, spare), key=lambda cost: cost[0]) for centre in shut}
    taken: dict[Person, Id] = {}
    for most in (STAYS, LOOSE, MOVED):
        for centre in shut:
            if centre.id not in taken.values():
                _find(centre.id, costs, most, taken, set())
    return taken


def _to_spare(
    centres: tuple[Centre, ...], half: int, there: Sequence[Id], wished: Places
) -> list[tuple[Person, Id | None]]:
    """Give those whom booked sessions of a half-day do not need, and where each was if that is here and has a room."""
    booked = {centre.id: centre.booked[half] for centre in centres}
    rooms = {centre.id: centre.rooms[half] for centre in centres}
    spare: list[tuple[Person, Id | None]] = []
    for registrar in there:
        was = wished.get((registrar, half))
        stays = was if was is not None and rooms.get(was, 0) > 0 else None
        if stays is not None and booked[stays] > 0:
            booked[stays] -= 1
        else:
            spare.append(((registrar, half), stays))
    spare.sort(key=lambda person: person[1] is not None)
    return spare[sum(booked.values()) :]


def _costs(centre: Centre, spare: Sequence[tuple[Person, Id | None]]) -> Iterator[tuple[int, Person]]:
    """Give who could open a centre, and what that costs."""
    for person, was in spare:
        if centre.rooms[person[1]]:
            yield STAYS if was == centre.id else LOOSE if was is None else MOVED, person


def _find(
    centre: Id, costs: Mapping[Id, Sequence[tuple[int, Person]]], most: int, taken: dict[Person, Id], tried: set[Person]
) -> bool:
    """Give a centre somebody at no more than a cost, letting another that has them look for somebody else."""
    fit = [person for cost, person in costs[centre] if cost <= most]
    for person in sorted(fit, key=taken.__contains__):
        if person in tried:
            continue
        tried.add(person)
        if person not in taken or _find(taken[person], costs, most, taken, tried):
            taken[person] = centre
            return True
    return False


def _seat(
    centres: tuple[Centre, ...],
    half: int,
    waiting: list[Id],
    named: dict[Person, Id],
    wishes: tuple[Places, Places, Places],
) -> None:
    """Seat a half-day’s registrars: where pinned, needed or before, or as in the morning, then where there is room."""
    free = {centre.id: centre.rooms[half] for centre in centres}
    least = {centre.id: centre.booked[half] for centre in centres}

    def fits(centre: Id | None) -> bool:
        return centre in free and free[centre] > 0 and (least[centre] > 0 or len(waiting) > sum(least.values()))

    def seat(registrar: Id, centre: Id) -> None:
        named[registrar, half] = centre
        free[centre] -= 1
        least[centre] = max(0, least[centre] - 1)
        waiting.remove(registrar)

    in_the_morning = {
        (one, half): named[one, half - 1] for one in waiting if half % HALVES and (one, half - 1) in named
    }
    for wish in (*wishes, in_the_morning):
        for registrar in list(waiting):
            centre = wish.get((registrar, half))
            if centre is not None and fits(centre):
                seat(registrar, centre)
    for registrar in list(waiting):
        order = _by_welcome(centres, half, free)
        found = next((centre for centre in order if fits(centre)), None)
        if found is not None:
            seat(registrar, found)


def _by_welcome(centres: tuple[Centre, ...], half: int, free: Mapping[Id, int]) -> Iterator[Id]:
    """Order centres: those open all day first, then those with most rooms free."""
    ranked = sorted(
        (-min(free[centre.id], centre.rooms[half ^ 1]), -free[centre.id], number, centre.id)
        for number, centre in enumerate(centres)
    )
    return (one[-1] for one in ranked)
