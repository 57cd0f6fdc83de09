"""The changes of a what-if as its row keeps them, each with a number of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from registration.balancing.rules.rota import Id
from registration.balancing.rules.scenarios import (
    CentreClosed,
    Change,
    HalfDayChanged,
    OfficeChanged,
    RegistrarAdded,
    RoomAdded,
)

Kept = dict[str, Any]
KINDS: Mapping[str, type[Change]] = {
    "close": CentreClosed,
    "room": RoomAdded,
    "half-day": HalfDayChanged,
    "registrar": RegistrarAdded,
    "office": OfficeChanged,
}
_KIND_OF = {made: kind for kind, made in KINDS.items()}
#: Registrars who are only thought of are numbered from here: no real one comes so far.
FIRST_NEW = 2_000_000_000


def keep_change(number: int, change: Change) -> Kept:
    """Give a change as JSON has it."""
    kept = {"number": number, "kind": _KIND_OF[type(change)], **asdict(change)}
    if isinstance(change, RegistrarAdded):
        kept |= {
            "languages": sorted(change.languages),
            "reach": [[cluster, minutes] for cluster, minutes in change.reach.items()],
        }
    return kept


def kept_change(kept: Kept) -> Change:
    """Read a change again."""
    given = {name: value for name, value in kept.items() if name not in {"number", "kind"}}
    if kept["kind"] == "registrar":
        given |= {
            "half_days": tuple(given["half_days"]),
            "languages": frozenset(given["languages"]),
            "reach": dict(given["reach"]),
        }
    return KINDS[kept["kind"]](**given)


def kept_changes(kept: Iterable[Kept]) -> list[Change]:
    """Read changes again."""
    return [kept_change(each) for each in kept]


def next_number(kept: Sequence[Kept]) -> int:
    """Give the number of the next change: none is used twice while the last stands."""
    return max((each["number"] for each in kept), default=0) + 1


def new_people(kept: Iterable[Kept]) -> dict[Id, str]:
    """Give the names of registrars that are only thought of."""
    return {each["id"]: each["name"] for each in kept if each["kind"] == "registrar"}
