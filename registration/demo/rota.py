"""How the invented registrars work by the week, what is otherwise on single days, and a draft of the weeks to come."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from registration.centres.models import Room
from registration.common.db import db
from registration.demo.diary import PERIOD
from registration.demo.invented import WeeklySession, week
from registration.rota.actions.drafts import make_draft
from registration.rota.actions.patterns import add_exception, add_pattern
from registration.rota.models import CentreDay, Registrar
from registration.rota.queries.days import open_days
from registration.rota.queries.planning import published_to
from registration.rota.rules.days import OpenDays
from registration.rota.rules.patterns import DAY, HalfDay, Pattern, contract_of, half_of
from registration.rota.rules.planning import WEEK, Exceptional, missing_span, monday_of

ACTOR = "service"
A_YEAR = timedelta(days=364)
#: A centre is closed for a day, this far ahead: later than anybody books.
REPAIRS, CLOSED_CENTRE = timedelta(days=60), "Marigold Children’s Centre"
#: Half-days that nobody's pattern fills are left for ceremonies and other duties.
SPARE_HALF_DAYS = 2
DRAFT_WEEKS = 4

Rooms = Mapping[tuple[str, str], Room]


def decide_days(today: date, rooms: Rooms) -> OpenDays:
    """Close a centre for one working day, and give what is known of the days of the demonstration."""
    day = today + REPAIRS
    day += (7 - day.weekday()) % 7 * DAY
    centre = next(room.centre_id for (name, _), room in rooms.items() if name == CLOSED_CENTRE)
    db.session.add(CentreDay(centre_id=centre, day=day, open=False, reason="Repairs to the roof", made_by=ACTOR))
    db.session.flush()
    return open_days(today - A_YEAR, today + A_YEAR)


def add_patterns(today: date, registrars: Mapping[str, int], rooms: Rooms) -> None:
    """Keep everybody's week, and a fortnight's Saturdays as exceptions for as long as a draft may reach."""
    theirs: defaultdict[str, list[WeeklySession]] = defaultdict(list)
    for each in week():
        theirs[each.registrar].append(each)
    for name, sessions in theirs.items():
        _add_weeks(today, registrars[name], sessions, rooms)
    for each in week():
        if each.weeks in {"odd", "even"}:
            _add_fortnights(today, registrars[each.registrar], each, rooms)


def _add_weeks(today: date, registrar: int, sessions: list[WeeklySession], rooms: Rooms) -> None:
    """Keep a registrar's versions: one for now and, where a centre opens again, one from then on."""
    always = tuple(_half_day(each, rooms) for each in sessions if each.weeks == "every")
    reopening = tuple(_half_day(each, rooms) for each in sessions if each.weeks == "reopening")
    first = monday_of(today) - A_YEAR
    if always:
        add_pattern(Pattern(registrar, first, None, always), ACTOR)
    if reopening:
        add_pattern(Pattern(registrar, today + (PERIOD + 1) * DAY, None, always + reopening), ACTOR)
    person = db.session.get_one(Registrar, registrar)
    person.contracted_sessions = contract_of(always + reopening) + SPARE_HALF_DAYS


def _half_day(each: WeeklySession, rooms: Rooms) -> HalfDay:
    room = rooms[each.centre, each.room]
    return HalfDay(each.weekday, room.centre_id, room.id, each.begins, each.ends)


def _add_fortnights(today: date, registrar: int, each: WeeklySession, rooms: Rooms) -> None:
    """Keep a session of every other week as an exception on each of its days that is still to be drafted."""
    place = _half_day(each, rooms)
    last = missing_span(today, published_to())[0] + DRAFT_WEEKS * WEEK
    day = monday_of(today) + (each.weekday - 1) * DAY
    while day <= last:
        if day > today and (day.isocalendar().week % 2 == 1) == (each.weeks == "odd"):
            add_exception(Exceptional(registrar, day, half_of(each.begins), place, "Every other Saturday"), ACTOR)
        day += WEEK


def add_draft(today: date) -> None:
    """Make a draft of the first weeks that have no rota yet."""
    first, _ = missing_span(today, published_to())
    make_draft(first, first + DRAFT_WEEKS * WEEK - DAY, "The next four weeks", today, ACTOR)
