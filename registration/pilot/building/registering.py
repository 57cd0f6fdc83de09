"""What a protocol says of its own registration and lot, held against the day it is brought and the lots this service drew."""

from collections.abc import Iterator, Sequence
from datetime import date

from registration.pilot.report.protocol import Lot, Protocol


def untrue(protocol: Protocol, today: date, drawn: Sequence[Lot]) -> Sequence[str]:
    """Say in a line each what cannot be so: a day to come, a registration nobody can look up, a lot that nobody drew.

    What a protocol is for must not be left empty either: when and by whom it is registered, and when it is evaluated, which
    alone may be still to come. `drawn` are the lots of this service.
    """
    return [*_empty(protocol, today), *_registering(protocol, today), *_lot(protocol, today, drawn)]


def _empty(protocol: Protocol, today: date) -> Iterator[str]:
    if protocol.registered_on is None:
        yield f"registered.on: it is empty; the day of its registration is wanted, {today} where that is today"
    if not protocol.registered_by:
        yield "registered.by: it is empty; who registers it is wanted"
    if protocol.as_of is None:
        yield "analysis.as_of: it is empty; the day as of which the evaluation will be made is wanted"


def _registering(protocol: Protocol, today: date) -> Iterator[str]:
    on = protocol.registered_on
    if on is None:
        return
    if on > today:
        yield f"registered.on: {on} is still to come"
    if on < today and not protocol.registered_where:
        yield f"registered.where: it is registered here today; where it was registered on {on}, say where that can be read"


def _lot(protocol: Protocol, today: date, drawn: Sequence[Lot]) -> Iterator[str]:
    lot = protocol.lot
    if lot is None:
        return
    if lot.drawn_on and lot.drawn_on > today:
        yield f"lot.drawn_on: {lot.drawn_on} is still to come"
    elif lot.drawn_on and protocol.registered_on and lot.drawn_on > protocol.registered_on:
        yield (
            f"lot.drawn_on: {lot.drawn_on} is after the day of registration, {protocol.registered_on}: nobody could know "
            "the seed then"
        )
    from_seed = [each for each in drawn if each.seed == " ".join(lot.seed.split())]
    if not from_seed:
        yield "lot.seed: no lot was drawn here from this seed"
    elif not any(_is(lot, each) for each in from_seed):
        one = from_seed[0]
        yield f"lot: the one from this seed was drawn of {one.unit}s on {one.drawn_on}"


def _is(lot: Lot, drawn: Lot) -> bool:
    return lot.unit == drawn.unit and lot.drawn_on in {None, drawn.drawn_on}
