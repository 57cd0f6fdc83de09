"""Questions about plans of cover, what there is to propose, and how far families have come."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, select, text

from registration.booking.queries import MINUTE, midnight, need, openings
from registration.booking.queries.displaced import IS_DISPLACED, Hit
from registration.booking.rules.deadline import registrar_general_authority_from
from registration.booking.rules.offers import BEFORE_START, answer_by_post
from registration.centres.queries import participating_centres
from registration.centres.rules import CentreCard, distance_km
from registration.common.audit import Named
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.holidays import bank_holidays
from registration.cover.models import CoverPlan
from registration.cover.rules import TRAVEL_MINUTES, Family, Ground, Seat, Sitting, Standing, Taker, standing
from registration.rota.models import Absence, Registrar
from registration.rota.rules.patterns import HALF_DAY

#: Times are looked for at least so far ahead, for families whose 42 days are over.
AHEAD = timedelta(days=28)
OFFICE = "register_office"


@dataclass(frozen=True, slots=True)
class Away:
    """Who is away, and when."""

    registrar_id: int
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan as a list of them shows it."""

    id: int
    public_id: UUID
    state: str
    registrar: str
    begins: datetime
    ends: datetime
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
SELECT p.id, p.public_id, p.state, r.name, p.begins_at, p.ends_at, p.made_by, p.kept_until,
       (SELECT count(*) FROM cover_line l WHERE l.plan_id = p.id), coalesce(a.state = 'withdrawn', false)
  FROM cover_plan p JOIN registrar r ON r.id = p.registrar_id LEFT JOIN absence a ON a.id = p.absence_id
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
       (b.session_id, b.begins_at) = (l.was_session_id, l.was_begins_at), l.way, l.chosen, l.session_id,
       l.begins_at, l.centre_id, coalesce(c.name, ''), coalesce(r.name, ''), l.offer_id, coalesce(o.state, ''), o.answer_by,
       EXISTS (SELECT 1 FROM occupancy h WHERE h.offer_id = l.offer_id AND h.until > clock_timestamp()), l.called_at,
       coalesce(l.called_by, '')
  FROM cover_line l
  JOIN booking b ON b.id = l.booking_id
  JOIN family f ON f.id = b.family_id
  JOIN session ws ON ws.id = l.was_session_id
  JOIN centre wc ON wc.id = ws.centre_id
  JOIN centre bc ON bc.id = b.centre_id
  LEFT JOIN centre c ON c.id = l.centre_id
  LEFT JOIN session s ON s.id = l.session_id
  LEFT JOIN registrar r ON r.id = coalesce(l.registrar_id, s.registrar_id)
  LEFT JOIN offer o ON o.id = l.offer_id
 WHERE l.plan_id = :plan
 ORDER BY b.last_lawful_day, l.was_begins_at, l.id
""")  # noqa: S608
# Who is free for a whole session: at work at all, away at no part of it, at no other session then nor too near it in time
# at another centre, not left free of this half-day on purpose, and with as many half-days of the week's contract to spare.
_TAKERS = text("""
SELECT s.id, r.id, r.languages, r.contracted_sessions - week.half_days
  FROM session s CROSS JOIN registrar r CROSS JOIN LATERAL (
       SELECT coalesce(sum(CASE WHEN w.ends_at - w.begins_at > :half_day THEN 2 ELSE 1 END), 0)::int AS half_days
         FROM session w
        WHERE w.registrar_id = r.id AND w.state = 'published'
          AND date_trunc('week', w.begins_at, 'Europe/London') = date_trunc('week', s.begins_at, 'Europe/London')) week
 WHERE s.id = ANY(:sessions) AND r.may_register_births AND r.id <> s.registrar_id AND r.id <> ALL(:never)
   AND (r.left_on IS NULL OR r.left_on > (s.begins_at AT TIME ZONE 'Europe/London')::date)
   AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.registrar_id = r.id AND a.state = 'planned'
                      AND a.begins_at < s.ends_at AND a.ends_at > s.begins_at)
   AND NOT EXISTS (SELECT 1 FROM session o
                     CROSS JOIN make_interval(mins => CASE WHEN o.centre_id = s.centre_id THEN 0 ELSE :travel END) way
                    WHERE o.registrar_id = r.id AND o.state = 'published'
                      AND o.begins_at < s.ends_at + way AND o.ends_at > s.begins_at - way)
   AND NOT EXISTS (SELECT 1 FROM pattern_exception e WHERE e.registrar_id = r.id AND e.centre_id IS NULL
                      AND e.day = (s.begins_at AT TIME ZONE 'Europe/London')::date
                      AND e.half = CASE WHEN (s.begins_at AT TIME ZONE 'Europe/London')::time < '12:00' THEN 'morning'
                                        WHEN (s.begins_at AT TIME ZONE 'Europe/London')::time < '17:00' THEN 'afternoon'
                                        ELSE 'evening' END)
   AND (r.contracted_sessions IS NULL
        OR r.contracted_sessions >= week.half_days + CASE WHEN s.ends_at - s.begins_at > :half_day THEN 2 ELSE 1 END)
 ORDER BY s.id,
       NOT EXISTS (SELECT 1 FROM session d WHERE d.registrar_id = r.id AND d.state = 'published' AND d.centre_id = s.centre_id
                      AND date_trunc('day', d.begins_at, 'Europe/London') = date_trunc('day', s.begins_at, 'Europe/London')),
       week.half_days, r.id
""")
_SITTINGS = text("""
SELECT id, centre_id, begins_at, ends_at FROM session
 WHERE id = ANY(:sessions) AND state = 'published' AND begins_at >= :begins AND ends_at <= :ends
""")
_DRAFTS = text("SELECT registrar_id, begins_at, ends_at FROM cover_plan WHERE state = 'draft' ORDER BY id")


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


def plan_names(numbers: Collection[str]) -> dict[str, Named]:
    """Name plans for the record, by their numbers as texts."""
    wanted = select(CoverPlan.id, CoverPlan.public_id, Registrar.name).join(
        Registrar, Registrar.id == CoverPlan.registrar_id
    )
    rows = db.session.execute(wanted.where(CoverPlan.id.in_([int(number) for number in numbers])))
    return {
        str(number): Named(f"cover for {name}", "cover.plan", {"public_id": public_id})
        for number, public_id, name in rows
    }


# ---- what there is to propose


def families(hits: Iterable[Hit]) -> list[Family]:
    """Give the families hit, as the rules of a plan know them."""
    listed = list(hits)
    spoken = _languages({hit.registrar_id for hit in listed})
    return [
        Family(
            hit.booking_id,
            hit.session_id,
            hit.centre_id,
            minute(hit.start),
            need(hit.births, interpreter=hit.interpreter),
            hit.last_lawful_day,
            _speaks(hit, spoken[hit.registrar_id]),
            hit.by_post_only,
            registrar_general_authority_from(min(hit.births)),
        )
        for hit in listed
    ]


def _speaks(hit: Hit, spoken: frozenset[str]) -> str:
    """Give the language that the absent registrar spoke with a family that has no interpreter."""
    language = _primary(hit.language)
    return language if language in spoken - {"en"} and not hit.interpreter else ""


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _languages(registrar_ids: Collection[int] | None = None) -> dict[int, frozenset[str]]:
    wanted = select(Registrar.id, Registrar.languages)
    if registrar_ids is not None:
        wanted = wanted.where(Registrar.id.in_(registrar_ids))
    return {number: frozenset(map(_primary, tags)) for number, tags in db.session.execute(wanted)}


def ground(hits: Sequence[Hit], away: Away, now: datetime) -> Ground:
    """Give what there is to propose to these families while one registrar is away: with nobody whose absence is planned."""
    drafts = [Away(*row) for row in db.session.execute(_DRAFTS)]
    absent = [away, *drafts]
    seats = _seats(hits, absent, now)
    near, offices = _distances(participating_centres(civil_date(now)), {hit.centre_id for hit in hits})
    sittings = _sittings({hit.session_id for hit in hits}, away, absent)
    by_post = answer_by_post(now, now, bank_holidays()).moment + BEFORE_START
    return Ground(minute(now), minute(by_post), sittings, seats, near, offices)


def minute(moment: datetime) -> int:
    """Give a moment as whole minutes since 1970."""
    return int(moment.timestamp()) // MINUTE


def _seats(hits: Sequence[Hit], absent: Sequence[Away], now: datetime) -> dict[int, list[Seat]]:
    days = [hit.last_lawful_day for hit in hits] + [civil_date(hit.start) for hit in hits]
    last = max([*days, civil_date(now + AHEAD)]) + timedelta(days=1)
    spoken = _languages()
    found: defaultdict[int, list[Seat]] = defaultdict(list)
    for each in openings(midnight(civil_date(now)), midnight(last)):
        gone = [(minute(a.begins), minute(a.ends)) for a in absent if a.registrar_id == each.registrar_id]
        seat = Seat(
            each.session_id,
            each.registrar_id,
            each.centre_id,
            each.begin,
            each.end,
            tuple(sorted((*each.busy, *gone))),
            each.per_baby,
            spoken[each.registrar_id],
        )
        found[each.centre_id].append(seat)
    return found


def _sittings(sessions: Collection[int], away: Away, absent: Sequence[Away]) -> list[Sitting]:
    values = {"sessions": list(sessions), "begins": away.begins, "ends": away.ends}
    rows = db.session.execute(_SITTINGS, values).all()
    takers: defaultdict[int, list[Taker]] = defaultdict(list)
    for session_id, registrar_id, languages, spare in _takers([row.id for row in rows], away.registrar_id):
        takers[session_id].append(Taker(registrar_id, frozenset(map(_primary, languages)), spare))
    return [
        Sitting(
            row.id,
            row.centre_id,
            minute(row.begins_at),
            minute(row.ends_at),
            tuple(t for t in takers[row.id] if not _gone(t.registrar_id, row.begins_at, row.ends_at, absent)),
        )
        for row in rows
    ]


def _gone(registrar_id: int, begins: datetime, ends: datetime, absent: Iterable[Away]) -> bool:
    return any(a.registrar_id == registrar_id and a.begins < ends and a.ends > begins for a in absent)


def takers(session_id: int, away: Away) -> list[tuple[int, str]]:
    """List who could take a session over while a registrar is away, the best first."""
    found = [number for _, number, *_ in _takers([session_id], away.registrar_id)]
    names = dict(registrars())
    return [(number, names[number]) for number in found if number in names]


def is_free_for(registrar_id: int, session_id: int) -> bool:
    """Say whether a registrar can still take a session over."""
    return any(taker == registrar_id for _, taker, *_ in _takers([session_id]))


def _takers(sessions: Sequence[int], *never: int) -> Sequence[Row[*tuple[int, int, list[str], int | None]]]:
    values = {"sessions": sessions, "never": list(never), "travel": TRAVEL_MINUTES, "half_day": HALF_DAY}
    return db.session.execute(_TAKERS, values).all()


def _distances(
    cards: Sequence[CentreCard], homes: Collection[int]
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Give, for each centre of a family, the other centres and the offices, from the nearest on."""
    known = {card.id: card for card in cards}
    near: dict[int, list[int]] = {}
    offices: dict[int, list[int]] = {}
    for home in homes:
        others = sorted((card for card in cards if card.id != home), key=lambda card: _away_from(known.get(home), card))
        near[home] = [card.id for card in others if card.kind != OFFICE]
        offices[home] = [card.id for card in others if card.kind == OFFICE]
    return near, offices


def _away_from(home: CentreCard | None, other: CentreCard) -> tuple[bool, float, str]:
    distance = None if home is None else distance_km(home, other)
    return distance is None, distance or 0.0, other.name


def is_taken_back(absence_id: int | None) -> bool:
    """Say whether the absence that a plan recorded does not stand any more."""
    state = select(Absence.state).where(Absence.id == absence_id)
    return db.session.scalar(state) == "withdrawn"


def families_are_told(absence_id: int) -> bool:
    """Say whether families who were told of an absence are not settled yet: it cannot be taken back without a word to them."""
    sent = select(CoverPlan.id).where(CoverPlan.absence_id == absence_id, CoverPlan.state == "sent")
    return db.session.scalar(sent.limit(1)) is not None
