"""The changes of a what-if as a terminal gives them, in the names of people and places."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from registration.balancing.plans.models import BalancePlan
from registration.balancing.rules.rota import Id
from registration.balancing.rules.scenarios import HalfDayChanged, OfficeChanged, RoomAdded
from registration.balancing.what_ifs.actions import Making, NotThatChange, another_registrar, closing
from registration.balancing.what_ifs.wording import SLOTS
from registration.balancing.wording import Called, called
from registration.common.authority import BALANCE_RANGES, current_authority

#: Reads a change once the plan it belongs to is known.
Reading = Callable[[BalancePlan], Making]

_HALF_DAY = timedelta(hours=3, minutes=30)
_MOST_AT_OFFICE = BALANCE_RANGES["office_staff"][1]
_SLOTS = {name.casefold(): slot for slot, name in enumerate(SLOTS)}


def read_changes(
    close: Iterable[str] = (),
    add_room: Iterable[str] = (),
    add_half_day: Iterable[str] = (),
    drop_half_day: Iterable[str] = (),
    add_registrar: Iterable[str] = (),
    office: str | None = None,
) -> list[Reading]:
    """Read changes in names; nothing is written. Raises NotThatChange, in words, for a name nobody has and what cannot be read.

    A closure is CENTRE or CENTRE=DAY, a half-day REGISTRAR=HALF-DAY, a new registrar NAME=CLUSTER: HALF-DAY, HALF-DAY,
    the office PEOPLE or PEOPLE/FULL REGISTRARS.
    """
    names = called()
    return [
        *(_closing(each, names) for each in close),
        *(_always(RoomAdded(_number(each, names.centres, "centre"))) for each in add_room),
        *(_half_day(each, names, more=True) for each in add_half_day),
        *(_half_day(each, names, more=False) for each in drop_half_day),
        *(_registrar(each, names) for each in add_registrar),
        *([] if office is None else [_always(_office(office))]),
    ]


def _always(change: RoomAdded | HalfDayChanged | OfficeChanged) -> Reading:
    return lambda _plan: lambda _number: change


def _number(words: str, names: Mapping[Id, str], kind: str) -> int:
    """Find whose name it is, capitals and the kind of apostrophe left aside."""
    wanted = _plain(words)
    found = [int(number) for number, name in names.items() if _plain(name) == wanted]
    if len(found) != 1:
        said = "There is no" if not found else "There is more than one"
        raise NotThatChange(f"{said} {kind} called “{words.strip()}”")
    return found[0]


def _plain(words: str) -> str:
    return " ".join(words.replace("’", "'").casefold().split())


def _parted(words: str, form: str) -> tuple[str, str]:
    """Part a name from what follows it; NotThatChange where nothing does."""
    name, _, rest = words.partition("=")
    if not rest.strip():
        raise NotThatChange(f"Write it as {form}, not “{words}”")
    return name, rest


def _closing(words: str, names: Called) -> Reading:
    name, _, rest = words.partition("=")
    centre, first = _number(name, names.centres, "centre"), _day(rest) if rest else None

    def reading(plan: BalancePlan) -> Making:
        change = closing(plan, centre, first or plan.first_day)
        return lambda _number: change

    return reading


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words.strip())
    except ValueError:
        raise NotThatChange(f"Write the day like 2027-01-11, not “{words}”") from None


def _half_day(words: str, names: Called, *, more: bool) -> Reading:
    name, half = _parted(words, "REGISTRAR=Monday morning")
    return _always(HalfDayChanged(_number(name, names.registrars, "registrar"), _slot(half), more))


def _slot(words: str) -> int:
    slot = _SLOTS.get(_plain(words))
    if slot is None:
        raise NotThatChange(f"There is no half-day “{words.strip()}”: write Monday morning to Friday afternoon")
    return slot


def _registrar(words: str, names: Called) -> Reading:
    """Read a full registrar who takes the council's minutes for a baby and speaks English."""
    form = "NAME=CLUSTER: Monday morning, Tuesday afternoon"
    name, rest = _parted(words, form)
    cluster, _, halves = rest.partition(":")
    if not name.strip() or not halves.strip():
        raise NotThatChange(f"Write it as {form}, not “{words}”")
    said = {
        "name": " ".join(name.split()),
        "grade": "registrar",
        "slots": max(1, int(_HALF_DAY / timedelta(minutes=current_authority().minutes_per_baby))),
        "half_days": tuple(sorted({_slot(each) for each in halves.split(",")})),
        "languages": frozenset({"en"}),
        "home": _number(cluster, names.clusters, "cluster"),
    }
    return lambda plan: lambda number: another_registrar(plan, number, said)


def _office(words: str) -> OfficeChanged:
    counts: Sequence[str] = [each.strip() for each in words.split("/")]
    if len(counts) > 2 or not all(each.isascii() and each.isdecimal() and len(each) < 4 for each in counts):  # noqa: PLR2004
        raise NotThatChange(f"Write the office as PEOPLE or PEOPLE/FULL REGISTRARS, not “{words}”")
    least, full = int(counts[0]), int(counts[1]) if len(counts) > 1 else 0
    if full > least or least > _MOST_AT_OFFICE:
        raise NotThatChange(
            f"The office can keep 0 to {_MOST_AT_OFFICE} people, no more of them full registrars than people"
        )
    return OfficeChanged(least, full)
