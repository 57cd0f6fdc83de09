"""One real thing of every kind that an address can name, at two centres, for tests that open every route.

When a new route names a thing that is not here yet, tests/test_objects.py fails and says so. Then:
1. make the thing in `make_objects` (two of them where it belongs to a centre: one here, one elsewhere), and
2. say in NAMED which of its values stands in the address: by the argument's name, or by (endpoint, argument) where the
   same name means different things on different routes.
"""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from registration.balancing.models import DemandAdjustment
from registration.balancing.plans.models import BalancePlan, BalanceWish
from registration.births.files.actions import bring
from registration.births.files.models import WaitingFile
from registration.births.files.rules.columns import Kind
from registration.booking.models import CalendarFeed
from registration.booking.rules.requests import Appointment
from registration.centres.models import Centre, CentreService
from registration.common.db import db
from registration.cover.actions import start_plan
from registration.cover.actions.closing import start_closing
from registration.cover.models import CoverLine
from registration.cover.queries import Away, Closing
from registration.families.actions import ask_to_join
from registration.families.models import FamilyLink, LinkRun
from registration.families.tell_once.models import Telling, ToldService
from registration.messages.models import Message, StaffTask
from registration.pilot.building.models import PilotBuild, PilotProtocol
from registration.pilot.disclosure.models import RowLevelRequest
from registration.reach.letters.actions import write_letter
from registration.rota.models import (
    Absence,
    CentreDay,
    DraftSession,
    PatternException,
    PatternHalfDay,
    RotaDraft,
    WorkingPattern,
)
from registration.staff.models import OfficeTurn
from tests.births.agreements.made import drafted
from tests.births.brought import SOURCE, agree, csv_of, row
from tests.booking.appointments import NOW, booked
from tests.booking.world import MONDAY, TUESDAY, WEDNESDAY, World, at_time, make_world
from tests.staff.people import new_person

#: Said of the family at the other centre, and never to be read by who is kept to this one.
ELSEWHERE = {"name": "Gwendolyn Elsewhere", "email": "gwen@elsewhere.example", "mobile": "+447700900123"}

#: From this day on a third centre is to take no part.
FAR = WEDNESDAY + timedelta(weeks=8)
DAY_OF_BOOKINGS = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


@dataclass
class Objects:
    """The things there are; `here` is the centre of the booking and `elsewhere` another, with a booking of its own."""

    world: World
    booking: Appointment
    away: Appointment
    plan: UUID
    closing: UUID
    absent: int
    message: UUID
    made: dict[str, int]

    @property
    def here(self) -> int:
        """The centre the person who asks belongs to."""
        return self.world.centres["sunshine"]

    @property
    def elsewhere(self) -> int:
        """A centre the person who asks has nothing to do with."""
        return self.world.centres["elland"]


#: What stands in an address: by argument, or by (endpoint, argument).
NAMED = {
    "centre_id": lambda it: it.here,
    "cluster_id": lambda it: db.session.get_one(Centre, it.here).cluster_id,
    "day": lambda _it: TUESDAY.isoformat(),
    "public_id": lambda it: it.booking.public_id,
    ("cover.*", "public_id"): lambda it: it.plan,
    ("birth_files.*", "public_id"): lambda it: it.made["waiting_file"],
    ("cover.*", "session_id"): lambda it: it.absent,
    ("what_ifs.*", "plan_id"): lambda it: it.made["what_if_id"],
    "kind": lambda _it: "close",
    "number": lambda _it: 1,
    ("births.*", "number"): lambda it: it.made["said_id"],
    ("services.*", "number"): lambda it: it.made["weekly_id"],
    ("telling.*", "number"): lambda it: it.made["told_service_id"],
    ("telling.again", "number"): lambda it: it.made["telling_id"],
    "message_id": lambda it: it.message,
    "registrar_id": lambda it: it.world.registrars["ann"],
    "work": lambda _it: "offers",
    ("pilot.file", "name"): lambda _it: "report.pdf",
    ("pilot.table", "name"): lambda _it: "births",
    "half_day": lambda _it: 2,
    **{
        name: lambda it, name=name: it.made[name]
        for name in (
            "agreement_id",
            "plan_id",
            "wish_id",
            "line_id",
            "task_id",
            "staff_id",
            "absence_id",
            "feed_id",
            "day_id",
            "draft_id",
            "key",
            "pattern_id",
            "exception_id",
            "room_id",
            "family_id",
            "letter_id",
            "turn_id",
            "link_id",
            "protocol_id",
            "build_id",
            "request_id",
        )
    },
}


def value(rule, name, objects):
    """Give what stands in an address for one argument of a route."""
    for key in ((rule.endpoint, name), (f"{rule.endpoint.partition('.')[0]}.*", name), name):
        if key in NAMED:
            return NAMED[key](objects)
    raise AssertionError(f"{rule.rule} names a {name}: read the head of tests/objects.py and make one")


def make_objects() -> Objects:
    """Make one of everything, as of Sunday 22 November 2026, 9am."""
    world = make_world()
    for place, who, day in (("sunshine", "ann", TUESDAY), ("elland", "bo", TUESDAY), ("sunshine", "cleo", WEDNESDAY)):
        world.session(place, who, day, "9:00", "12:00")
    booking = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    away = booked(world.centres["elland"], at_time(TUESDAY, "10:00"), **ELSEWHERE)
    plan = start_plan(
        Away(world.registrars["ann"], at_time(TUESDAY, "0:00"), at_time(TUESDAY, "23:59")),
        "sickness",
        "",
        NOW,
        "staff:1",
    )
    line = db.session.scalars(select(CoverLine).where(CoverLine.plan_id == plan.id)).first()
    made = _others(world) | {"line_id": line.id} | _reached(world, booking)
    made["link_id"] = _doubtful(booking, away)
    shut = Closing(world.centres["todmorden"], at_time(FAR, "0:00"), world.centres["sunshine"])
    closing = start_closing(shut, "", NOW, "staff:1")
    objects = Objects(
        world, booking, away, plan.public_id, closing.public_id, line.was_session_id, _letter(booking), made
    )
    db.session.commit()
    return objects


def _reached(world: World, booking: Appointment) -> dict[str, int]:
    """Let the family of the booking have joined its centre, which wrote it a letter."""
    ask_to_join(booking.family_id, world.centres["sunshine"], "3 Mill Lane, Halifax", "letter", "")
    letter = write_letter(world.centres["sunshine"], booking.family_id, "staff:1", NOW.date())
    return {"family_id": booking.family_id, "letter_id": letter.id}


def _doubtful(one: Appointment, other: Appointment) -> int:
    """Let a run have found that two families may be one."""
    run = LinkRun(state="done", asked_by="staff:1")
    db.session.add(run)
    db.session.flush()
    pair = sorted((one.family_id, other.family_id))
    link = FamilyLink(
        a_id=pair[0],
        b_id=pair[1],
        state="to_review",
        probability=0.5,
        method="splink",
        run_id=run.id,
        made_by="service",
    )
    db.session.add(link)
    db.session.flush()
    return link.id


def _letter(booking: Appointment) -> UUID:
    message = db.session.scalars(select(Message).where(Message.about == booking.public_id)).first()
    message.channel, message.state, message.settled_at = "letter", "failed", NOW
    return message.id


def _plan(registrar: int, centre: int) -> tuple[BalancePlan, BalanceWish]:
    """Make a plan of one week, solved, and a wish kept with it."""
    week = range(10)
    instance = {
        "format": "rota-instance/1",
        "weeks": 1,
        "presence_weeks": 1,
        "language_weeks": 1,
        "curve": [0, 1],
        "deadline_weeks": 5,
        "office": [{"min": 0, "min_registrars": 0} for _ in week],
        "clusters": [{"id": 1, "x": 0, "y": 0, "language": None, "births": [1] * 6}],
        "centres": [{"id": centre, "cluster": 1, "rooms": [1 for _ in week], "booked": [0 for _ in week]}],
        "registrars": [
            {
                "id": registrar,
                "grade": "registrar",
                "slots": 6,
                "contract": 5,
                "home": 1,
                "languages": [],
                "avail": [1 for _ in week],
                "reach": {"1": 5},
            }
        ],
    }
    rota = {"assignments": [{"registrar": registrar, "t": 2, "centre": centre}]}
    plan = BalancePlan(
        name="Winter",
        first_day=TUESDAY + timedelta(days=6),
        weeks=1,
        state="done",
        asked_by="staff:1",
        instance=instance,
        today=rota,
        rota=rota,
        figures={"worst": 1.0, "mean": 1.0},
        bound={},
    )
    db.session.add(plan)
    db.session.flush()
    day = TUESDAY + timedelta(days=7)
    wish = BalanceWish(
        plan_id=plan.id, registrar_id=registrar, day=day, half="morning", centre_id=centre, made_by="staff:1"
    )
    db.session.add(wish)
    return plan, wish


def _waiting_file() -> WaitingFile:
    """Bring a file of live births on the day of the bookings."""
    agree()
    return bring(csv_of([row()]).encode(), SOURCE, Kind.BIRTHS, "october.csv", "staff:1", DAY_OF_BOOKINGS)


def _what_if(plan: BalancePlan, centre: int) -> BalancePlan:
    """Begin a what-if of a plan, with one change."""
    made = BalancePlan(
        name="One more room",
        first_day=plan.first_day,
        weeks=plan.weeks,
        state="open",
        asked_by="staff:1",
        instance=plan.instance,
        today=plan.today,
        former_id=plan.id,
        changes=[{"number": 1, "kind": "room", "centre": centre}],
    )
    db.session.add(made)
    return made


def _told() -> tuple[ToldService, Telling]:
    """Make a service that is told by file, and one telling that was given up."""
    service = ToldService(name="Halifax Library", kind="library", way="file", items=["name"], made_by="staff:1")
    db.session.add(service)
    db.session.flush()
    telling = Telling(
        public_id=uuid4(), service_id=service.id, reference="a" * 32, event="told", state="dead", due_at=NOW
    )
    db.session.add(telling)
    return service, telling


def _bundle() -> bytes:
    """Pack the least that a bundle has: its report, one table and one file to take."""
    lists = ("answers", "charts", "summary", "not_yet", "protocol", "deviations")
    report = {name: [] for name in lists} | {"tables": [{"name": "births", "title": "Births"}]}
    table = "place,group,quarter,measure,value,mark\nall,all,all,count,120,\n"
    packet = io.BytesIO()
    with zipfile.ZipFile(packet, "w") as archive:
        for name, words in {"report.json": json.dumps(report), "csv/births.csv": table, "report.pdf": "%PDF-"}.items():
            archive.writestr(name, words)
    return packet.getvalue()


def _of_the_pilot() -> dict[str, Any]:
    """Register a protocol, make and release figures, and ask for rows."""
    done = {"state": "done", "bundle": _bundle(), "manifest": {"files": {}}, "released_at": NOW, "released_for": "All"}
    rows: dict[str, Any] = {
        "protocol_id": PilotProtocol(words="title = 'Pilot'", sha256="0" * 64, registered_by="staff:1"),
        "build_id": PilotBuild(as_of=TUESDAY, asked_by="staff:1", **done),
        "request_id": RowLevelRequest(
            asked_by="staff:1", asked_at=NOW, evaluator="Dr Rao", purpose="Replication", days=30
        ),
    }
    db.session.add_all(rows.values())
    return rows


def _others(world: World) -> dict[str, int]:
    ann, bo, here = world.registrars["ann"], world.registrars["bo"], world.centres["sunshine"]
    draft = RotaDraft(name="January", first_day=TUESDAY, last_day=WEDNESDAY, made_by="staff:1")
    pattern = WorkingPattern(registrar_id=ann, valid_from=TUESDAY, made_by="staff:1")
    rows = {
        "task_id": StaffTask(kind="bounced", sentence="Call the family.", created=NOW),
        "absence_id": Absence(
            registrar_id=bo, begins_at=NOW, ends_at=NOW + timedelta(hours=8), reason="training", made_by="staff:1"
        ),
        "feed_id": CalendarFeed(public_id=uuid4(), digest=b"digest", registrar_id=bo, made_by="staff:1"),
        "day_id": CentreDay(centre_id=here, day=TUESDAY, open=True, made_by="staff:1"),
        "draft_id": draft,
        "pattern_id": pattern,
        "exception_id": PatternException(registrar_id=ann, day=WEDNESDAY, half="morning", made_by="staff:1"),
        "staff_id": new_person("booking_desk", email="somebody@council.gov.uk"),
        "said_id": DemandAdjustment(
            cluster_id=db.session.get_one(Centre, here).cluster_id,
            first_week=MONDAY,
            last_week=MONDAY,
            births=9,
            reason="A new estate",
            made_by="staff:1",
        ),
    }
    db.session.add_all(rows.values())
    db.session.flush()
    half = {"weekday": 2, "half": "morning", "centre_id": here, "begins": time(9), "ends": time(12)}
    rows["key"] = DraftSession(
        draft_id=draft.id,
        registrar_id=ann,
        centre_id=here,
        begins_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
        ends_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
    )
    db.session.add_all([rows["key"], PatternHalfDay(pattern_id=pattern.id, **half)])
    rows["waiting_file"] = _waiting_file()
    rows["plan_id"], rows["wish_id"] = _plan(ann, here)
    rows["weekly_id"] = db.session.scalars(select(CentreService).where(CentreService.centre_id == here)).one()
    rows["turn_id"] = OfficeTurn(
        user_id=rows["staff_id"].id,
        centre_id=here,
        day=WEDNESDAY,
        half="morning",
        begins=time(9),
        ends=time(13),
        made_by="staff:1",
    )
    db.session.add(rows["turn_id"])
    rows["told_service_id"], rows["telling_id"] = _told()
    rows["what_if_id"] = _what_if(rows["plan_id"], here)
    rows["agreement_id"] = drafted()
    rows |= _of_the_pilot()
    db.session.flush()
    return {name: row.id for name, row in rows.items()} | {"room_id": world.rooms["sunshine"][2]}
