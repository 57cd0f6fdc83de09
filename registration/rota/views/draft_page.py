"""What the page of a draft shows: conflicts, families hit, what changes, capacity by cluster and week, one week's sessions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from registration.common.clock import london
from registration.common.times import spoken
from registration.rota.models import RotaDraft
from registration.rota.queries.drafts import Examined, examine
from registration.rota.queries.planning import basis, cluster_names
from registration.rota.rules.conflicts import in_words, span_in_words
from registration.rota.rules.effect import Expected, Hit, capacity, hits
from registration.rota.rules.patterns import DAY
from registration.rota.rules.planning import WEEK, LeftOut, Planned, expand, monday_of
from registration.rota.views.frame import seen
from registration.rota.views.words import Names, short_day

NEW, CHANGED, SAME, GONE, OVER = "new", "changed", "as it is", "would be withdrawn", "taken over with its families"


@dataclass(frozen=True, slots=True)
class Row:
    """A session of the week shown: in words, with what publishing does to it and what is wrong with it."""

    key: int | None
    day: str
    times: str
    centre: str
    room: str
    registrar: str
    state: str
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cluster can do in a week: babies by the draft, by the rota as it stands, and how many are expected."""

    drafted: int
    standing: int
    expected: float

    @property
    def short(self) -> int:
        """Give how many babies too few the draft has room for."""
        return max(0, round(self.expected) - self.drafted)


def draft_facts(draft: RotaDraft, day: date, today: date) -> dict[str, object]:
    """Give what the page of a draft shows; `day` lies in the week whose sessions are listed."""
    found, names = examine(draft, today), Names()
    weeks = _weeks(draft)
    week = min(max(monday_of(day), weeks[0]), weeks[-1])
    return {
        "examined": found,
        "conflicts": [(each.session, _titled(each.session, found, names), each.sentence) for each in found.conflicts],
        "hits": [_hit(hit, found, names) for hit in _hits(found)],
        "changes": _changes(found),
        "weeks": [(each, short_day(each)) for each in weeks],
        "effect": _effect(found, [each for each in weeks if each + WEEK - DAY >= found.first], today),
        "left_out": [_left_out(each, found, names) for each in _left(draft)],
        "week": week,
        "earlier": week - WEEK if week > weeks[0] else None,
        "later": week + WEEK if week < weeks[-1] else None,
        "rows": _rows(found, week, names),
        "short_day": short_day,
    }


def _weeks(draft: RotaDraft) -> list[date]:
    first = monday_of(draft.first_day)
    count = (monday_of(draft.last_day) - first).days // 7 + 1
    return [first + number * WEEK for number in range(count)]


def _titled(session: Planned, found: Examined, names: Names) -> str:
    return f"{found.around.people[session.registrar].name}, {names.session(session)}"


def _hits(found: Examined) -> list[Hit]:
    return hits(found.difference, seen().taken_in(found.touched)) if found.touched else []


def _hit(hit: Hit, found: Examined, names: Names) -> tuple[str, list[str]]:
    """Give a session that families would lose, and their times."""
    times = [
        f"{spoken(london(each.begins).time())} {each.reference or 'a family is booking just now'}" for each in hit.lost
    ]
    return _titled(hit.session, found, names), times


def _changes(found: Examined) -> dict[str, int]:
    counted = found.difference
    return {
        NEW: len(counted.new),
        CHANGED: len(counted.changed),
        SAME: len(counted.unchanged),
        GONE: len(counted.withdrawn),
    } | ({OVER: len(counted.taken_over)} if counted.taken_over else {})


def _effect(found: Examined, weeks: Iterable[date], today: date) -> list[tuple[str, Expected, list[tuple[str, Cell]]]]:
    """Give, by cluster, the expected births and each week's capacity, worst cluster first."""
    people, places = found.around.people, found.around.places
    beside = found.around.standing
    drafted = capacity([*found.sessions, *beside], people, places)
    standing = capacity([*found.published, *beside], people, places)
    births = seen().births_per_week(today)
    lines = []
    for number, name in cluster_names().items():
        awaited = births[number]
        cells = [
            (short_day(week), Cell(drafted.get((number, week), 0), standing.get((number, week), 0), awaited.per_week))
            for week in weeks
        ]
        if awaited.births or any(cell.drafted or cell.standing for _, cell in cells):
            lines.append((name, awaited, cells))
    return sorted(lines, key=lambda line: (-sum(cell.short for _, cell in line[2]), line[0]))


def _left(draft: RotaDraft) -> list[LeftOut]:
    return expand(draft.first_day, draft.last_day, basis(draft.first_day, draft.last_day))[1]


def _left_out(left: LeftOut, found: Examined, names: Names) -> str:
    who = found.around.people[left.registrar].name
    return f"{in_words(left.day)}, {left.half}: {who} at {names.centres[left.centre]}: {left.why}"


def _rows(found: Examined, week: date, names: Names) -> list[Row]:
    """Give the sessions of a week as the draft has them, and those it would withdraw."""
    states = {id(each): NEW for each in found.difference.new}
    states |= {id(later): CHANGED for _, later in found.difference.changed}
    states |= {id(later): OVER for _, later in found.difference.taken_over}
    gone = [each for each in found.difference.withdrawn if each.monday == week]
    faults: dict[int, list[str]] = {}
    for conflict in found.conflicts:
        faults.setdefault(conflict.session.key, []).append(conflict.sentence)
    rows: list[tuple[Planned, str, Sequence[str], int | None]] = [
        (each, states.get(id(each), SAME), faults.get(each.key, ()), each.key)
        for each in found.sessions
        if each.monday == week
    ]
    rows += [(each, GONE, (), None) for each in gone]
    ordered = sorted(rows, key=lambda row: (row[0].begins, names.centres[row[0].centre], row[0].registrar))
    return [_row(session, state, said, key, found, names) for session, state, said, key in ordered]


def _row(session: Planned, state: str, faults: Sequence[str], key: int | None, found: Examined, names: Names) -> Row:
    return Row(
        key=key,
        day=short_day(session.day),
        times=span_in_words(session),
        centre=names.centres[session.centre],
        room="no room" if session.room is None else names.rooms[session.room],
        registrar=found.around.people[session.registrar].name,
        state=state,
        faults=faults,
    )
