"""A rota made by a careful person without a computer: what must be first, then the neediest cluster with whoever is nearest.

It breaks no rule, or gives up. It is what a solved rota is compared with, and the first one a solver has in hand.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop

from registration.balancing.rules.figures import Demand, demand_of
from registration.balancing.rules.rota import (
    HALVES,
    OFFICE,
    WEEK,
    Centre,
    Id,
    Instance,
    Registrar,
    Rota,
    in_one_order,
    in_order,
    rota_of,
)


class _Board:
    """A rota in the making. Whatever is put on it keeps the rules of people and rooms."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.places: dict[tuple[Id, int], Id] = {}
        self.where: dict[tuple[Id, int], Id] = {}
        self.left = {(one.id, week): one.contract for one in instance.registrars for week in range(instance.weeks)}
        self.open: Counter[tuple[Id, int]] = Counter()
        self.at_office: Counter[int] = Counter()
        self.registrars_at_office: Counter[int] = Counter()
        self.slots: Counter[tuple[Id, int]] = Counter()

    def may(self, one: Registrar, half: int, place: Id) -> bool:
        """Whether a registrar is free for a cluster or the office in a half-day."""
        return (
            self.instance.may_be(one, half, place)
            and (one.id, half) not in self.places
            and self.left[one.id, half // WEEK] > 0
            and self.where.get((one.id, half // HALVES), place) == place
        )

    def put(self, one: Registrar, half: int, centre: Id) -> None:
        """Put a registrar who is free at a centre with a free room, or at the office."""
        self.places[one.id, half] = centre
        self.left[one.id, half // WEEK] -= 1
        if centre == OFFICE:
            self.where[one.id, half // HALVES] = OFFICE
            self.at_office[half] += 1
            self.registrars_at_office[half] += one.is_registrar
            return
        cluster = self.instance.cluster_of[centre]
        self.where[one.id, half // HALVES] = cluster
        self.open[centre, half] += 1
        self.slots[cluster, half // WEEK] += one.slots

    def has_room(self, centre: Centre, half: int) -> bool:
        """Whether another session may be held at a centre."""
        return self.open[centre.id, half] < centre.rooms[half]

    def begun(self, one: Registrar, half: int) -> bool:
        """Whether the registrar has a place that day already, so that another half-day there binds nobody anew."""
        return (one.id, half // HALVES) in self.where

    def candidates(
        self, place: Id, halves: Iterable[int], among: Iterable[Registrar]
    ) -> Iterator[tuple[int, Registrar]]:
        """Give the half-days in which somebody is free for a place."""
        people = list(among)
        return ((half, one) for half in halves for one in people if self.may(one, half, place))


def greedy_rota(instance: Instance) -> Rota | None:
    """Make a rota that breaks no rule, or give None where this simple way finds none."""
    board = _Board(instance)
    if not (
        _pins(board)
        and _booked(board)
        and _office_registrars(board)
        and _languages(board)
        and _presence(board)
        and _office_staff(board)
    ):
        return None
    demands = {cluster.id: demand_of(instance, cluster) for cluster in instance.clusters}
    done = dict.fromkeys(demands, 0.0)
    for week in range(instance.weeks):
        _fill(board, week, demands, done)
    return rota_of(board.places)


def _pins(board: _Board) -> bool:
    """Put whoever must be somewhere there."""
    instance = board.instance
    for pin in in_one_order(instance.pins):
        centre = instance.centre.get(pin.centre)
        place = OFFICE if centre is None else centre.cluster
        one = instance.registrar[pin.registrar]
        if not board.may(one, pin.half_day, place) or (centre and not board.has_room(centre, pin.half_day)):
            return False
        board.put(one, pin.half_day, pin.centre)
    return True


def _booked(board: _Board) -> bool:
    """Keep every session that families have booked into."""
    for centre in board.instance.centres:
        for half, booked in enumerate(centre.booked):
            for _ in range(booked - board.open[centre.id, half]):
                if not board.has_room(centre, half) or not _best(board, centre, [half], board.instance.registrars):
                    return False
    return True


def _best(board: _Board, centre: Centre, halves: Iterable[int], among: Iterable[Registrar]) -> bool:
    """Hold one session at a centre at the least cost: whoever is there already, has most sessions left, lives nearest."""
    free = [half for half in halves if board.has_room(centre, half)]
    offers = [
        (not board.begun(one, half), -board.left[one.id, half // WEEK], one.reach[centre.cluster], half, number, one)
        for number, (half, one) in enumerate(board.candidates(centre.cluster, free, among))
    ]
    if not offers:
        return False
    *_, half, _, one = min(offers, key=lambda offer: offer[:-1])
    board.put(one, half, centre.id)
    return True


def _languages(board: _Board) -> bool:
    """Bring a speaker to every cluster that needs one, at a centre that is not open yet if there is one."""
    instance = board.instance
    for block in instance.language_blocks():
        for cluster in instance.clusters:
            if cluster.language is None:
                continue
            speakers = [one for one in instance.registrars if cluster.language in one.languages]
            centres = sorted(
                instance.centres_of[cluster.id], key=lambda centre: any(board.open[centre.id, half] for half in block)
            )
            there = any(
                instance.cluster_of.get(board.places.get((one.id, half), OFFICE)) == cluster.id
                for one in speakers
                for half in block
            )
            if not there and not any(_best(board, centre, block, speakers) for centre in centres):
                return False
    return True


def _presence(board: _Board) -> bool:
    """Open every centre that has rooms once in each run of weeks; those with the fewest chances first."""
    for block in board.instance.presence_blocks():
        absent = [
            centre
            for centre in board.instance.centres
            if any(centre.rooms[half] for half in block) and not any(board.open[centre.id, half] for half in block)
        ]
        for centre in sorted(absent, key=lambda centre: sum(centre.rooms[half] > 0 for half in block)):
            if not _best(board, centre, block, board.instance.registrars):
                return False
    return True


def _office_registrars(board: _Board) -> bool:
    return all(
        _to_office(board, half, [one for one in board.instance.registrars if one.is_registrar])
        for half, need in enumerate(board.instance.office)
        for _ in range(need.least_registrars - board.registrars_at_office[half])
    )


def _office_staff(board: _Board) -> bool:
    return all(
        _to_office(board, half, board.instance.registrars)
        for half, need in enumerate(board.instance.office)
        for _ in range(need.least - board.at_office[half])
    )


def _to_office(board: _Board, half: int, among: Iterable[Registrar]) -> bool:
    """Send one to the office: whoever is there that day, has most sessions left, sees the fewest families."""
    offers = [
        (not board.begun(one, half), -board.left[one.id, half // WEEK], one.slots, number, one)
        for number, (_, one) in enumerate(board.candidates(OFFICE, [half], among))
    ]
    if not offers:
        return False
    board.put(min(offers, key=lambda offer: offer[:-1])[-1], half, OFFICE)
    return True


def _fill(board: _Board, week: int, demands: dict[Id, Demand], done: dict[Id, float]) -> None:
    """Give what is left of a week, one session at a time, to the cluster that needs it most."""
    queues = {cluster: _queue(board, cluster, week) for cluster in demands}
    for cluster, demand in demands.items():
        done[cluster] = min(done[cluster] + board.slots[cluster, week], demand.released[week])
    while queues:
        neediest = min(in_order(queues), key=lambda cluster: _need(demands[cluster], done[cluster], week))
        gained = 0
        if done[neediest] < demands[neediest].released[week]:
            gained = _hold_next(board, neediest, queues[neediest])
        if not gained:
            del queues[neediest]
        done[neediest] = min(done[neediest] + gained, demands[neediest].released[week])


def _need(demand: Demand, done: float, week: int) -> tuple[float, float]:
    """Order clusters: most families past their deadline first, then the least of the whole need met."""
    return min(0.0, done - demand.due[week]), done / demand.need if demand.need > 0 else 1.0


def _queue(board: _Board, cluster: Id, week: int) -> list[tuple[int, int, int, Registrar]]:
    halves = range(week * WEEK, (week + 1) * WEEK)
    queue = [
        (one.reach[cluster], number, half, one)
        for number, one in enumerate(board.instance.registrars)
        if cluster in one.reach
        for half in halves
        if one.available[half]
    ]
    heapify(queue)
    return queue


def _hold_next(board: _Board, cluster: Id, queue: list[tuple[int, int, int, Registrar]]) -> int:
    """Hold the nearest session a cluster can still have, at the emptiest centre; give its slots, 0 where there is none."""
    while queue:
        *_, half, one = heappop(queue)
        if not board.may(one, half, cluster):
            continue
        other = board.places.get((one.id, half ^ 1))
        rooms = [
            (centre.id != other, board.open[centre.id, half], number, centre.id)
            for number, centre in enumerate(board.instance.centres_of[cluster])
            if board.has_room(centre, half)
        ]
        if rooms:
            board.put(one, half, min(rooms)[-1])
            return one.slots
    return 0
