"""Which centre of its cluster each session is held at, once it is settled who is in which cluster and when."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from registration.balancing.rules.rota import HALVES, OFFICE, Centre, Id, Instance, in_order

Places = Mapping[tuple[Id, int], Id]


def name_centres(instance: Instance, clusters: Places, previous: Places) -> dict[tuple[Id, int], Id]:
    """Give every session a centre: booked rooms first, each centre once in its weeks, then where the registrar was.

    `clusters` says the cluster, or the office, of each registrar and half-day. Centres that no choice of rooms can open
    stay closed: the rules then say so.
    """
    named: dict[tuple[Id, int], Id] = {key: OFFICE for key, place in clusters.items() if place == OFFICE}
    people: dict[tuple[Id, int], list[Id]] = defaultdict(list)
    for (registrar, half), place in clusters.items():
        if place != OFFICE:
            people[place, half].append(registrar)
    for cluster, centres in instance.centres_of.items():
        for block in instance.presence_blocks():
            opened = _opened(centres, block, {half: len(people[cluster, half]) for half in block})
            for half in block:
                least = {centre.id: centre.booked[half] + opened[centre.id, half] for centre in centres}
                _seat(centres, half, in_order(people[cluster, half]), least, named, (instance.pinned_centre, previous))
    return named


def _opened(centres: tuple[Centre, ...], block: range, sessions: Mapping[int, int]) -> Counter[tuple[Id, int]]:
    """Find a session for every centre that booked ones do not open: a matching of centres and half-days, by paths."""
    spare = {half: sessions[half] - sum(centre.booked[half] for centre in centres) for half in block}
    taken: dict[int, list[Centre]] = {half: [] for half in block}
    for centre in centres:
        if not any(centre.booked[half] for half in block):
            _find(centre, block, spare, taken, set())
    return Counter((centre.id, half) for half, there in taken.items() for centre in there)


def _find(
    centre: Centre, block: range, spare: Mapping[int, int], taken: dict[int, list[Centre]], tried: set[int]
) -> bool:
    """Give a centre a half-day, letting another that holds it look for one of its own."""
    for half in block:
        if not centre.rooms[half] or half in tried:
            continue
        tried.add(half)
        if len(taken[half]) < spare[half]:
            taken[half].append(centre)
            return True
        for other in taken[half]:
            if _find(other, block, spare, taken, tried):
                taken[half][taken[half].index(other)] = centre
                return True
    return False


def _seat(
    centres: tuple[Centre, ...],
    half: int,
    waiting: list[Id],
    least: dict[Id, int],
    named: dict[tuple[Id, int], Id],
    wishes: tuple[Places, Places],
) -> None:
    """Seat a half-day’s registrars: where they are pinned, were before, or are that morning, then where there is room."""
    free = {centre.id: centre.rooms[half] for centre in centres}

    def fits(centre: Id | None) -> bool:
        return centre in free and free[centre] > 0 and (least[centre] > 0 or len(waiting) > sum(least.values()))

    def seat(registrar: Id, centre: Id) -> None:
        named[registrar, half] = centre
        free[centre] -= 1
        least[centre] = max(0, least[centre] - 1)
        waiting.remove(registrar)

    pins, previous = wishes
    for wish in (pins.get, previous.get, lambda key: named.get((key[0], half - 1)) if half % HALVES else None):
        for registrar in list(waiting):
            centre = wish((registrar, half))
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
