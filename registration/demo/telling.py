"""Invented services that were told of invented families, a centre worker at the office, and visits with a health visitor near."""

from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select, text

from registration.centres.models import Centre, CentreService, ServiceCancelled
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.links import keyed
from registration.families.tell_once.models import Telling, TellingAnswer, ToldService
from registration.families.tell_once.rules import TELLING_WORDING
from registration.staff.models import OfficeTurn, StaffUser
from registration.staff.rules import demonstration_email

ACTOR = "service"
#: So many families were told, the first of them to be forgotten since, the second of them in vain.
TOLD = 8
SATURDAY = 6

_FAMILIES = text("""
SELECT f.id, max(b.created_at) FROM family f JOIN booking b ON b.family_id = f.id
 WHERE b.state = 'booked' AND b.outcome = 'registered' AND f.lost_at IS NULL
   AND (SELECT share FROM sharing_answer WHERE family_id = f.id ORDER BY id DESC LIMIT 1)
 GROUP BY f.id ORDER BY max(b.created_at) DESC LIMIT :most
""")
_VISITS = text("""
INSERT INTO visit_fact (booking_id, health_visitor_on_site, source, recorded_by, recorded_at)
SELECT b.id, bool_or(s.kind = 'health_visitor' AND s.starts < (b.ends_at AT TIME ZONE 'Europe/London')::time
                     AND s.ends > (b.begins_at AT TIME ZONE 'Europe/London')::time
                     AND s.weekday = extract(isodow FROM b.begins_at AT TIME ZONE 'Europe/London')),
       'timetable', 'service', b.ends_at
  FROM booking b JOIN centre_service s ON s.centre_id = b.centre_id
 WHERE b.outcome IN ('registered', 'declaration_taken', 'unable') GROUP BY b.id
""")


def tell_services(now: datetime) -> None:
    """Add what the pages of services, of tell once and of sign-ups at the office show."""
    _tell(now)
    db.session.execute(_VISITS)
    _be_at_the_office(civil_date(now))
    _cancel_once(civil_date(now))


def _tell(now: datetime) -> None:
    """Put two services on the list that nothing is sent to, and write the log of what they were told."""
    visiting = ToldService(
        name="Invented Health Visiting",
        kind="health_visiting",
        way="webhook",
        url="https://health-visiting.example/new-families",
        items=["name", "mobile", "born", "language"],
        made_by=ACTOR,
    )
    library = ToldService(name="Invented Libraries", kind="library", way="file", items=["name", "born"], made_by=ACTOR)
    db.session.add_all([visiting, library])
    db.session.flush()
    for number, (family_id, at) in enumerate(db.session.execute(_FAMILIES, {"most": TOLD}).all()):
        for service in (visiting, library):
            in_vain = number == 1 and service is visiting
            _answer(family_id, service, at, share=True)
            _log(family_id, service, min(at + timedelta(minutes=1), now), in_vain=in_vain)
            if number == 0:
                _answer(family_id, service, min(at + timedelta(days=1), now), share=False)
                _log(family_id, service, min(at + timedelta(days=1), now), forget=True)


def _answer(family_id: int, service: ToldService, at: datetime, *, share: bool) -> None:
    made = {"wording_version": TELLING_WORDING, "route": "online", "recorded_by": "family", "at": at}
    db.session.add(TellingAnswer(family_id=family_id, service_id=service.id, share=share, **made))
    db.session.flush()


def _log(family_id: int, service: ToldService, at: datetime, *, forget: bool = False, in_vain: bool = False) -> None:
    key = f"{service.id}:{family_id}"
    row = Telling(
        public_id=uuid5(NAMESPACE_URL, f"telling:{key}:{forget}"),
        service_id=service.id,
        family_id=family_id,
        reference=keyed("told-family", key).hex()[:32],
        event="forget" if forget else "told",
        state="dead" if in_vain else "delivered",
        tries=10 if in_vain else 1,
        problem="It answered 500." if in_vain else "",
        due_at=at,
        made_at=at,
        settled_at=at,
    )
    db.session.add(row)
    db.session.flush()


def _be_at_the_office(today: date) -> None:
    """Let the centre worker of the demonstration sign families up at the register office on the next two working days."""
    worker = select(StaffUser.id).where(StaffUser.email == demonstration_email("centre_worker"))
    office = select(Centre.id).where(Centre.kind == "register_office").order_by(Centre.id).limit(1)
    days = [day for day in (today + timedelta(days=number) for number in range(1, 5)) if day.isoweekday() < SATURDAY]
    user_id, centre_id = db.session.scalars(worker).one(), db.session.scalars(office).one()
    times = {"half": "morning", "begins": time(9), "ends": time(13), "made_by": ACTOR}
    db.session.add_all(OfficeTurn(user_id=user_id, centre_id=centre_id, day=day, **times) for day in days[:2])
    db.session.flush()


def _cancel_once(today: date) -> None:
    """Let one thing of the first timetable not take place next week."""
    service = db.session.scalars(select(CentreService).order_by(CentreService.id).limit(1)).one()
    ahead = 7 + (service.weekday - today.isoweekday()) % 7
    day = today + timedelta(days=ahead)
    db.session.add(ServiceCancelled(service_id=service.id, day=day, reason="Staff training", made_by=ACTOR))
    db.session.flush()
