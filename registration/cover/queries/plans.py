"""Questions about plans of cover, and how far families have come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text

from registration.booking.queries.displaced import IS_DISPLACED
from registration.centres.models import Centre
from registration.common.audit import Named
from registration.common.db import db
from registration.cover.models import CoverPlan
from registration.cover.rules import Standing, standing
from registration.rota.models import Absence, Registrar


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan as a list of them shows it."""

    id: int
    public_id: UUID
    state: str
    whom: str  # the registrar, or the centre that closes
    begins: datetime
    ends: datetime | None  # None: a centre closes for good
    made_by: str
    kept_until: datetime
    families: int
    taken_back: bool


@dataclass(frozen=True, slots=True)
class LineCard:
    """A family of a plan: what it had, what it is to have, and how far it has come."""

    id: int
    booking_id: int
    public_id: UUID
    reference: str
    name: str
    reach: str
    told_by: Sequence[str]  # the ways in which messages go to it; none where it gave no contact
    state: str
    last_lawful_day: date
    was: datetime
    was_centre: str
    now: datetime
    now_centre: str
    displaced: bool
    own: bool
    way: str
    chosen: bool
    session_id: int | None
    start: datetime | None
    centre_id: int | None
    centre: str
    taker: str
    offer_id: int | None
    offer_state: str
    answer_by: datetime | None
    kept: bool
    called_at: datetime | None
    called_by: str
    session_begins: datetime  # of the session in which it had its time

    @property
    def standing(self) -> Standing:
        """Say how far this family has come."""
        return standing(
            way=self.way,
            live=self.state == "booked",
            displaced=self.displaced,
            own=self.own,
            offer_state=self.offer_state,
            kept=self.kept,
            called=self.called_at is not None,
        )


_PLANS = text("""
SELECT p.id, p.public_id, p.state, coalesce(r.name, c.name), p.begins_at, p.ends_at, p.made_by, p.kept_until,
       (SELECT count(*) FROM cover_line l WHERE l.plan_id = p.id), coalesce(a.state = 'withdrawn', false)
  FROM cover_plan p
  LEFT JOIN registrar r ON r.id = p.registrar_id
  LEFT JOIN centre c ON c.id = p.centre_id
  LEFT JOIN absence a ON a.id = p.absence_id
 WHERE p.state IN ('draft', 'sent') OR p.ended_at > :since
 ORDER BY array_position(ARRAY['draft', 'sent', 'settled', 'undone'], p.state), p.begins_at, p.id
""")
_LINES = text(f"""
SELECT l.id, b.id, b.public_id, b.reference, f.name, coalesce(f.mobile, f.second_contact, f.email, ''),
       array_remove(ARRAY[
         CASE WHEN f.mobile IS NOT NULL OR f.second_contact LIKE '+%' THEN 'text message' END,
         CASE WHEN f.email IS NOT NULL OR f.second_contact LIKE '%@%' THEN 'email' END,
         CASE WHEN coalesce(f.mobile, f.email, f.second_contact) IS NULL AND f.letter_address IS NOT NULL THEN 'letter' END
       ], NULL), b.state,
       b.last_lawful_day, l.was_begins_at, wc.name, b.begins_at, bc.name, {IS_DISPLACED},
       (b.session_id, b.begins_at, b.centre_id) = (l.was_session_id, l.was_begins_at, wc.id), l.way, l.chosen, l.session_id,
       l.begins_at, l.centre_id, coalesce(c.name, ''), coalesce(r.name, ''), l.offer_id, coalesce(o.state, ''), o.answer_by,
       EXISTS (SELECT 1 FROM occupancy h WHERE h.offer_id = l.offer_id AND (h.until > clock_timestamp() OR h.kind = 'booking')),
       l.called_at,
       coalesce(l.called_by, ''), ws.begins_at
  FROM cover_line l
  JOIN cover_plan p ON p.id = l.plan_id
  JOIN booking b ON b.id = l.booking_id
  JOIN family f ON f.id = b.family_id
  JOIN session ws ON ws.id = l.was_session_id
  JOIN centre wc ON wc.id = coalesce(p.centre_id, ws.centre_id)
  JOIN centre bc ON bc.id = b.centre_id
  LEFT JOIN centre c ON c.id = l.centre_id
  LEFT JOIN session s ON s.id = l.session_id
  LEFT JOIN registrar r ON r.id = coalesce(l.registrar_id, s.registrar_id)
  LEFT JOIN offer o ON o.id = l.offer_id
 WHERE l.plan_id = :plan
 ORDER BY b.last_lawful_day, l.was_begins_at, l.id
""")  # noqa: S608


def plan_by_id(public_id: UUID, *, lock: bool = False) -> CoverPlan | None:
    """Find a plan by its public number, locked until commit if that is asked for."""
    wanted = select(CoverPlan).where(CoverPlan.public_id == public_id)
    found = wanted.with_for_update().execution_options(populate_existing=True) if lock else wanted
    return db.session.scalars(found).one_or_none()


def plans(since: datetime) -> list[PlanCard]:
    """List the plans at work, and those that ended since a moment: drafts first."""
    return [PlanCard(*row) for row in db.session.execute(_PLANS, {"since": since})]


def lines(plan_id: int) -> list[LineCard]:
    """List the families of a plan, those with the fewest days left first."""
    return [LineCard(*row) for row in db.session.execute(_LINES, {"plan": plan_id})]


def registrars() -> list[tuple[int, str]]:
    """List the registrars who work here, by name."""
    wanted = select(Registrar.id, Registrar.name).where(Registrar.left_on.is_(None)).order_by(Registrar.name)
    return [(number, name) for number, name in db.session.execute(wanted)]


def registrar_name(registrar_id: int) -> str:
    """Give a registrar's name."""
    return str(db.session.execute(select(Registrar.name).where(Registrar.id == registrar_id)).scalar_one())


def whom(made: CoverPlan) -> str:
    """Name the registrar a plan is for, or the centre that closes."""
    if made.centre_id is not None:
        return centre_name(made.centre_id)
    return registrar_name(made.registrar_id or 0)


def centre_name(centre_id: int) -> str:
    """Give a centre's name."""
    return str(db.session.execute(select(Centre.name).where(Centre.id == centre_id)).scalar_one())


def plan_names(numbers: Collection[str]) -> dict[str, Named]:
    """Name plans for the record, by their numbers as texts."""
    wanted = (
        select(
            CoverPlan.id, CoverPlan.public_id, func.coalesce("cover for " + Registrar.name, "closing " + Centre.name)
        )
        .join(Registrar, Registrar.id == CoverPlan.registrar_id, isouter=True)
        .join(Centre, Centre.id == CoverPlan.centre_id, isouter=True)
    )
    rows = db.session.execute(wanted.where(CoverPlan.id.in_([int(number) for number in numbers])))
    return {str(number): Named(name, "cover.plan", {"public_id": public_id}) for number, public_id, name in rows}


def is_taken_back(absence_id: int | None) -> bool:
    """Say whether the absence that a plan recorded does not stand any more."""
    state = select(Absence.state).where(Absence.id == absence_id)
    return db.session.scalar(state) == "withdrawn"


def families_are_told(absence_id: int) -> bool:
    """Say whether families who were told of an absence are not settled yet: it cannot be taken back without a word to them."""
    sent = select(CoverPlan.id).where(CoverPlan.absence_id == absence_id, CoverPlan.state == "sent")
    return db.session.scalar(sent.limit(1)) is not None
