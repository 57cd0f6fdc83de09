"""What if it were otherwise: changes to a council as a plan knows it, and the council that comes of them.

The order in which changes were thought of makes no difference: they take effect in one order, closures last and by their day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot

from registration.balancing.rules.figures import seen_by
from registration.balancing.rules.rota import WEEK, WEEKS_BEFORE, Cluster, Id, Instance, OfficeNeed, Registrar
from registration.balancing.rules.shown import can_open


@dataclass(frozen=True, slots=True)
class CentreClosed:
    """A centre has no rooms from a half-day on. Families booked there would be offered times elsewhere."""

    centre: Id
    begins: int


@dataclass(frozen=True, slots=True)
class RoomAdded:
    """A centre has one room more whenever it is open."""

    centre: Id


@dataclass(frozen=True, slots=True)
class HalfDayChanged:
    """A registrar works one half-day of every week more, or fewer: 0 is Monday morning, 9 Friday afternoon."""

    registrar: Id
    slot: int
    more: bool


@dataclass(frozen=True, slots=True)
class RegistrarAdded:
    """One more registrar, who works the same half-days every week; `reach` gives the minutes to each cluster in reach."""

    id: Id
    name: str
    grade: str
    slots: int
    half_days: tuple[int, ...]
    languages: frozenset[str]
    home: Id
    reach: Mapping[Id, int]


@dataclass(frozen=True, slots=True)
class OfficeChanged:
    """The register office keeps so many for what is no birth, so many of them full registrars, whenever it is open."""

    least: int
    least_registrars: int


Change = CentreClosed | RoomAdded | HalfDayChanged | RegistrarAdded | OfficeChanged
_ORDER = (RegistrarAdded, HalfDayChanged, RoomAdded, OfficeChanged, CentreClosed)


def changed_by(instance: Instance, changes: Iterable[Change]) -> Instance:
    """Give the council as it were with these changes, which must name people and places that it has."""
    for one in _in_effect(changes):
        instance = _apply(instance, one)
    return instance


def fault_of(instance: Instance, changes: Sequence[Change], new: Change) -> str:
    """Say why a change cannot stand beside others, people and places by their numbers; '' where it can."""
    if not _is_known(instance, new):
        return "There is no such centre or registrar in this plan."
    if _subject(new) in {_subject(each) for each in changes} - {None}:
        return "There is a change to the same thing already. Take it out first."
    if changed_by(instance, [*changes, new]) == changed_by(instance, changes):
        return _no_difference(new)
    return ""


def heirs(instance: Instance, changes: Iterable[Change]) -> dict[Id, Id]:
    """Give, by centre closed, the cluster to which its families go where its own has no centre left."""
    found: dict[Id, Id] = {}
    for one in _in_effect(changes):
        if isinstance(one, CentreClosed):
            heir = _heir(_without_rooms(instance, one), one)
            if heir is not None:
                found[one.centre] = heir.id
        instance = _apply(instance, one)
    return found


def displaced(instance: Instance, one: CentreClosed) -> int:
    """Count the half-days from a closure on that families have booked, or a manager has pinned, at the centre."""
    return sum(pin.centre == one.centre and pin.half_day >= one.begins for pin in instance.pins)


def _in_effect(changes: Iterable[Change]) -> list[Change]:
    return sorted(
        changes, key=lambda one: (_ORDER.index(type(one)), one.begins if isinstance(one, CentreClosed) else 0)
    )


def _is_known(instance: Instance, new: Change) -> bool:
    match new:
        case CentreClosed() | RoomAdded():
            return new.centre in instance.centre
        case HalfDayChanged():
            return new.registrar in instance.registrar
        case _:
            return True


def _subject(change: Change) -> tuple[Id, ...] | None:
    """Give what there can be one change of only; None for what there can be several of."""
    match change:
        case CentreClosed():
            return "closed", change.centre
        case HalfDayChanged():
            return "half-day", change.registrar, change.slot
        case OfficeChanged():
            return ("office",)
        case _:
            return None


def _no_difference(new: Change) -> str:
    match new:
        case CentreClosed():
            return f"Centre {new.centre} has no rooms then anyway."
        case HalfDayChanged(more=True):
            return f"Registrar {new.registrar} works that half-day already."
        case HalfDayChanged():
            return f"Registrar {new.registrar} does not work that half-day, or families have booked every one of them."
        case OfficeChanged():
            return "The register office keeps as many already."
        case _:
            return "Nothing is open in these weeks, so this makes no difference."


def _apply(instance: Instance, one: Change) -> Instance:
    match one:
        case RegistrarAdded():
            return replace(instance, registrars=(*instance.registrars, _new(instance, one)))
        case HalfDayChanged():
            return _of_registrar(instance, one)
        case RoomAdded():
            return _with_room(instance, one)
        case OfficeChanged():
            need = OfficeNeed(one.least, one.least_registrars)
            office = tuple(need if _open(instance, half) else was for half, was in enumerate(instance.office))
            return replace(instance, office=office)
        case _:
            return _closed(instance, one)


def _open(instance: Instance, half: int) -> bool:
    """Whether it is a half-day on which anybody works: not a bank holiday."""
    return instance.office[half].least > 0 or any(centre.rooms[half] for centre in instance.centres)


# ---- registrars


def _new(instance: Instance, one: RegistrarAdded) -> Registrar:
    return Registrar(
        id=one.id,
        grade=one.grade,
        slots=one.slots,
        contract=len(one.half_days),
        home=one.home,
        languages=one.languages,
        available=tuple(half % WEEK in one.half_days and _open(instance, half) for half in instance.half_days),
        reach=dict(one.reach),
    )


def _of_registrar(instance: Instance, one: HalfDayChanged) -> Instance:
    change = _longer if one.more else _shorter
    people = tuple(
        change(instance, each, one.slot) if each.id == one.registrar else each for each in instance.registrars
    )
    return replace(instance, registrars=people)


def _longer(instance: Instance, one: Registrar, slot: int) -> Registrar:
    """Add the half-day in every week in which somebody works at all: nobody is called back from leave."""
    available = tuple(
        there or (half % WEEK == slot and _open(instance, half) and any(_week(one.available, half // WEEK)))
        for half, there in enumerate(one.available)
    )
    most = max(sum(_week(available, week)) for week in range(instance.weeks))
    return replace(one, available=available, contract=min(one.contract + 1, max(one.contract, most)))


def _shorter(instance: Instance, one: Registrar, slot: int) -> Registrar:
    """Take the half-day out of every week but those in which families have booked it: they keep their time."""
    kept = {half for who, half in instance.pinned_place if who == one.id}
    available = tuple(there and (half % WEEK != slot or half in kept) for half, there in enumerate(one.available))
    if available == one.available:
        return one
    pins = [sum(half // WEEK == week for half in kept) for week in range(instance.weeks)]
    return replace(one, available=available, contract=max(one.contract - 1, *pins))


def _week(available: Sequence[bool], week: int) -> Sequence[bool]:
    return available[week * WEEK : (week + 1) * WEEK]


# ---- centres


def _with_room(instance: Instance, one: RoomAdded) -> Instance:
    """Add a room whenever the centre has one; one that has none at all opens whenever any other does."""
    rooms = instance.centre[one.centre].rooms
    opens = [bool(count) for count in rooms] if any(rooms) else [_open(instance, half) for half in instance.half_days]
    added = tuple(count + more for count, more in zip(rooms, opens, strict=True))
    return _with_rooms(instance, one.centre, added)


def _with_rooms(instance: Instance, number: Id, rooms: tuple[int, ...]) -> Instance:
    centres = tuple(replace(each, rooms=rooms) if each.id == number else each for each in instance.centres)
    return replace(instance, centres=centres)


def _closed(instance: Instance, one: CentreClosed) -> Instance:
    made = _shut_for_good(_without_rooms(instance, one), one)
    heir = _heir(made, one)
    return made if heir is None else _carried_over(made, one, heir)


def _without_rooms(instance: Instance, one: CentreClosed) -> Instance:
    def until(counts: tuple[int, ...]) -> tuple[int, ...]:
        """Keep what there is before the closure."""
        return tuple(count if half < one.begins else 0 for half, count in enumerate(counts))

    centres = tuple(
        replace(each, rooms=until(each.rooms), booked=until(each.booked)) if each.id == one.centre else each
        for each in instance.centres
    )
    stays = frozenset(pin for pin in instance.pins if pin.centre != one.centre or pin.half_day < one.begins)
    return replace(instance, centres=centres, pins=stays)


def _shut_for_good(instance: Instance, one: CentreClosed) -> Instance:
    """Close it for the weeks before too in which it would have to open once more, and nobody can come."""
    centre = instance.centre[one.centre]
    block = next(block for block in instance.presence_blocks() if one.begins in block)
    if any(can_open(instance, centre, half) for half in block):
        return instance
    rooms = tuple(0 if half in block and not centre.booked[half] else count for half, count in enumerate(centre.rooms))
    return _with_rooms(instance, one.centre, rooms)


# ---- families of a cluster without a centre


def _heir(instance: Instance, one: CentreClosed) -> Cluster | None:
    """Find where families go: None while their cluster has rooms, else the nearest that has, None where none has."""

    def has_rooms(cluster: Id) -> bool:
        """Whether any of its centres opens after the closure."""
        return any(any(centre.rooms[one.begins :]) for centre in instance.centres_of[cluster])

    left = next(cluster for cluster in instance.clusters if cluster.id == instance.cluster_of[one.centre])
    if has_rooms(left.id):
        return None
    return min(
        (cluster for cluster in instance.clusters if has_rooms(cluster.id)),
        key=lambda cluster: (hypot(cluster.x - left.x, cluster.y - left.y), str(cluster.id)),
        default=None,
    )


def _carried_over(instance: Instance, one: CentreClosed, heir: Cluster) -> Instance:
    """Expect the families who have not come before the week of the closure in another cluster, whole families in all.

    A cluster without rooms cannot be asked for a language: the other takes it over where it has none of its own.
    """
    here = instance.cluster_of[one.centre]
    left = next(cluster for cluster in instance.clusters if cluster.id == here)
    going = [
        count * _still_to_come(instance, week, one.begins // WEEK)
        for week, count in zip(range(-WEEKS_BEFORE, instance.weeks), left.births, strict=True)
    ]

    def moved(cluster: Cluster) -> Cluster:
        """Give a cluster with the families it is left with, or gets."""
        if cluster.id == here:
            stay = tuple(count - gone for count, gone in zip(cluster.births, going, strict=True))
            return replace(cluster, births=stay, language=None)
        if cluster.id == heir.id:
            both = tuple(count + gone for count, gone in zip(cluster.births, going, strict=True))
            return replace(cluster, births=both, language=cluster.language or left.language)
        return cluster

    return replace(instance, clusters=tuple(moved(cluster) for cluster in instance.clusters))


def _still_to_come(instance: Instance, born: int, week: int) -> float:
    """Give the share of a week's families open at the beginning who would come in or after the week of the closure."""
    open_ = 1 - seen_by(instance.curve, -1 - born)
    return (1 - seen_by(instance.curve, week - 1 - born)) / open_ if open_ > 0 else 0.0
