"""The week as a table: per centre, per registrar, per cluster. It works with keyboard, on a phone, and prints on one A4."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import groupby

from flask import render_template, request, url_for

from registration.centres.rules import participating
from registration.common.access import roles
from registration.common.asked import asked_number
from registration.common.clock import LONDON, now, today
from registration.common.holidays import bank_holidays
from registration.common.times import spoken
from registration.rota.queries.absences import away_between
from registration.rota.queries.days import open_days
from registration.rota.queries.week import Colleague, Spot, colleagues, next_sitting, spots, week_sessions
from registration.rota.rules import week as rules
from registration.rota.rules.absences import ABSENCE_REASONS
from registration.rota.rules.days import OpenDays
from registration.rota.rules.patterns import WEEKDAYS
from registration.rota.rules.planning import Away, monday_of
from registration.rota.rules.week import Column, Sat
from registration.rota.views.absences import may_know_why
from registration.rota.views.frame import bp, seen, tab
from registration.staff.rules import ROTA_READERS

WEEK = timedelta(weeks=1)
#: Days outside of these have no week here: nobody registered by computer before, and nobody plans beyond.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
VIEWS = {"centres": "Centres", "registrars": "Registrars", "clusters": "Clusters"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One session in a cell: a label with what it is short for, and where it leads."""

    label: str
    full: str
    when: str
    share: int
    faults: str
    extra: bool
    href: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One row's half-day: its sessions, and a note where it has none or more is to be said."""

    entries: Sequence[Entry] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `group` is said once, above the first line of it."""

    head: str
    href: str
    group: str
    cells: Sequence[Cell]


class Week:
    """Everything a week is made of, read once; `cluster` keeps it to one of them."""

    def __init__(self, monday: date, cluster: int | None) -> None:
        self.monday, self.cluster = monday, cluster
        first, last = (datetime.combine(day, time(), LONDON) for day in (monday, monday + WEEK))
        self.spots: Mapping[int, Spot] = spots()
        held = week_sessions(first, last)
        booked = seen().booked_minutes([sat.id for sat in held])
        here = self._here
        self.sessions = [replace(sat, booked=booked.get(sat.id, 0)) for sat in held if here(sat.centre_id)]
        self.days: OpenDays = open_days(monday, monday + WEEK - timedelta(days=1))
        self.away = _away(first, last)
        self.faults = {sat.id: self._faults(sat) for sat in self.sessions}
        self.columns = rules.columns(monday, self.sessions)
        self.colleagues: list[Colleague] = colleagues(monday)
        names = {each.id: each.name for each in self.colleagues} | {s.registrar_id: s.registrar for s in held}
        self.sitting = {sat.registrar_id for sat in self.sessions}
        self.names, self.initials = names, rules.initials(names)
        self.places = rules.short_names({spot.id: spot.name for spot in self.spots.values()})

    def _here(self, centre_id: int) -> bool:
        return self.cluster is None or self.spots[centre_id].cluster_id == self.cluster

    def _takes_part(self, centre_id: int, day: date) -> bool:
        return participating(self.spots[centre_id], day)

    def _faults(self, sat: Sat) -> list[str]:
        return rules.faults(sat, self.away.get(sat.registrar_id, ()), self.days, self._takes_part)

    def shown_spots(self) -> list[Spot]:
        """List the centres of the table: those that take part that week, and any where somebody sits all the same."""
        used = {sat.centre_id for sat in self.sessions}
        week = [self.monday + timedelta(days=n) for n in range(7)]
        return [
            spot
            for spot in self.spots.values()
            if self._here(spot.id) and (spot.id in used or any(participating(spot, day) for day in week))
        ]


def _away(first: datetime, last: datetime) -> Mapping[int, Sequence[Away]]:
    """Give the absences of a span by registrar; why is told only to those who may know."""
    knows = may_know_why()
    found: defaultdict[int, list[Away]] = defaultdict(list)
    for each in away_between(first, last):
        why = f"away ({ABSENCE_REASONS[each.reason].lower()})" if knows else "away"
        found[each.registrar_id].append(Away(each.registrar_id, each.begins, each.ends, why))
    return found


@bp.get("/week")
@roles(*ROTA_READERS)
def week() -> str:
    """Show a week; ?from= names a day of it, ?by= what stands down the side, ?cluster= keeps it to one cluster."""
    monday, by = _monday(request.args.get("from", "")), request.args.get("by", "")
    by = by if by in VIEWS else "centres"
    found = Week(monday, asked_number("cluster"))
    rows = {"centres": _by_centre, "registrars": _by_registrar, "clusters": _by_cluster}[by](found)
    return render_template(
        "rota/week.html",
        week=found,
        rows=rows,
        by=by,
        heads=_heads(found),
        wrong=_wrong(found),
        people=sorted((found.initials[who], found.names[who]) for who in found.sitting),
        weeks=_weeks(monday, by, found.cluster),
        views=_views(monday, by, found.cluster),
        clusters={spot.cluster_id: spot.cluster for spot in found.spots.values()},
    )


def _monday(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return rules.week_to_open(today(), next_sitting(now()), bank_holidays())
    return monday_of(min(max(day, FIRST_DAY), LAST_DAY))


# ---- the lines of the table


def _centre(sat: Sat) -> int:
    return sat.centre_id


def _registrar(sat: Sat) -> int:
    return sat.registrar_id


def _by_centre(week: Week) -> list[Row]:
    cells = rules.cells(week.sessions, _centre)
    still = rules.lasting(week.sessions, week.columns, _centre)
    day_page = _day_pages()

    def cell(spot: Spot, column: Column) -> Cell:
        """Draw one centre's half-day: who sits there, and who stays on from the half-day before."""
        here = cells.get((spot.id, column), ())
        entries = [_entry(week, sat, week.initials[sat.registrar_id], sat.registrar, day_page) for sat in here]
        on = [f"{week.initials[sat.registrar_id]} to {_clock(sat.ends)}" for sat in still.get((spot.id, column), ())]
        return Cell(entries, ", ".join(on) or ("" if entries else _closed(week, spot, column[0])))

    return [Row(spot.name, "", spot.cluster, [cell(spot, c) for c in week.columns]) for spot in week.shown_spots()]


def _by_registrar(week: Week) -> list[Row]:
    cells = rules.cells(week.sessions, _registrar)
    still = rules.lasting(week.sessions, week.columns, _registrar)
    spans = [rules.span_of(column) for column in week.columns]
    day_page = _day_pages()

    def cell(who: int, at: int) -> Cell:
        """Draw one registrar's half-day: where they sit, or why they do not."""
        here = cells.get((who, week.columns[at]), ())
        away = week.away.get(who, ())
        entries = [
            _entry(week, sat, week.places[sat.centre_id], week.spots[sat.centre_id].name, day_page) for sat in here
        ]
        on = [f"{week.places[sat.centre_id]} to {_clock(sat.ends)}" for sat in still.get((who, week.columns[at]), ())]
        # Where somebody sits who is away, the session itself says so.
        return Cell(entries, ", ".join(on or ([] if entries else rules.away_in(away, *spans[at]))))

    shown = [(who, name) for who, name in week.names.items() if week.cluster is None or who in week.sitting]
    return [
        Row(
            f"{name} ({week.initials[who]})",
            url_for("rota.person", registrar_id=who),
            "",
            [cell(who, at) for at in range(len(week.columns))],
        )
        for who, name in sorted(shown, key=lambda pair: pair[1])
    ]


def _by_cluster(week: Week) -> list[Row]:
    cells = rules.cells(week.sessions, lambda sat: week.spots[sat.centre_id].cluster_id)
    clusters = {spot.cluster_id: spot.cluster for spot in week.shown_spots()}
    return [
        Row(
            name,
            _address(week.monday, "centres", cluster),
            "",
            [_sum(cells.get((cluster, column), [])) for column in week.columns],
        )
        for cluster, name in clusters.items()
    ]


def _sum(sessions: Sequence[Sat]) -> Cell:
    if not sessions:
        return Cell()
    count = f"{len(sessions)} session{'s' if len(sessions) > 1 else ''}"
    return Cell([Entry(count, "", "", rules.share_of(sessions), "", extra=False, href="")])


def _entry(week: Week, sat: Sat, label: str, full: str, day_page: Callable[[int, date], str]) -> Entry:
    return Entry(
        label=label,
        full=full,
        when=f"{_clock(sat.begins)}–{_clock(sat.ends)}",
        share=sat.share,
        faults="; ".join(week.faults[sat.id]),
        extra=sat.extra,
        href=day_page(sat.centre_id, sat.begins.date()),
    )


def _clock(moment: datetime) -> str:
    """Say a time as narrowly as it can be said: 9, 9:30, 13."""
    return f"{moment.hour}:{moment:%M}" if moment.minute else str(moment.hour)


def _day_pages() -> Callable[[int, date], str]:
    return cache(lambda centre, day: url_for("day.day_list", centre_id=centre, day=day.isoformat()))


def _closed(week: Week, spot: Spot, day: date) -> str:
    return week.days.closed(spot.id, day) if participating(spot, day) else "Not taking part"


# ---- around the table


def _heads(week: Week) -> list[tuple[str, str, int]]:
    """Give the days over their half-days: what is written, the holiday it is, and how many half-days it spans."""
    days = [(day, len(list(those))) for day, those in groupby(week.columns, key=lambda column: column[0])]
    return [
        (f"{WEEKDAYS[day.weekday()][:3]} {day.day} {day:%b}", week.days.holidays.get(day, ""), span)
        for day, span in days
    ]


def _wrong(week: Week) -> list[str]:
    """Say every session that cannot be held as published."""
    return [
        f"{sat.begins:%A}, {spoken(sat.begins.time())}, {week.spots[sat.centre_id].name}: {sat.registrar} {fault}."
        for sat in week.sessions
        for fault in week.faults[sat.id]
    ]


def _weeks(monday: date, by: str, cluster: int | None) -> list[tuple[str, str]]:
    """Give the links to the week before, this week and the one after."""
    days = [("Previous week", monday - WEEK), ("This week", monday_of(today())), ("Next week", monday + WEEK)]
    return [(text, _address(day, by, cluster)) for text, day in days]


def _views(monday: date, by: str, cluster: int | None) -> list[tuple[str, str, bool]]:
    return [(title, _address(monday, name, cluster), name == by) for name, title in VIEWS.items()]


def _address(monday: date, by: str, cluster: int | None) -> str:
    return url_for("rota.week", **{"from": monday.isoformat(), "by": by, "cluster": cluster})  # type: ignore[arg-type]


tab("rota.week", "Week")
