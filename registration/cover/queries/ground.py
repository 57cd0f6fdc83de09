"""What there is to propose to families: who could take over, what is free, where a whole session could go."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, text

from registration.booking.queries import MINUTE, midnight, need, openings
from registration.booking.queries.displaced import Hit
from registration.booking.rules.deadline import registrar_general_authority_from
from registration.booking.rules.offers import BEFORE_START, answer_by_post
from registration.centres.queries import centre_card, locate, participating_centres
from registration.centres.rules import CentreCard, Place, distance_km
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.holidays import bank_holidays
from registration.cover.queries.causes import Away, Cause, Closing
from registration.cover.queries.closing import places_to_go
from registration.cover.queries.plans import registrars
from registration.cover.rules import TRAVEL_MINUTES, Family, Ground, Seat, Sitting, Taker
from registration.rota.models import Registrar
from registration.rota.rules.patterns import HALF_DAY

#: Times are looked for at least so far ahead, for families whose 42 days are over.
AHEAD = timedelta(days=28)
OFFICE = "register_office"

# Who is free for a whole session: at work at all, away at no part of it, at no other session then nor too near it in time
# at another centre, not left free of this half-day on purpose, and with as many half-days of the week's contract to spare.
_TAKERS = text("""
SELECT s.id, s.centre_id, r.id AS registrar_id, r.home_postcode, r.languages, r.contracted_sessions - week.half_days AS spare,
       week.half_days,
       EXISTS (SELECT 1 FROM session d WHERE d.registrar_id = r.id AND d.state = 'published' AND d.centre_id = s.centre_id
                  AND date_trunc('day', d.begins_at, 'Europe/London') = date_trunc('day', s.begins_at, 'Europe/London')) AS there
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
""")
_SITTINGS = text("""
SELECT id, centre_id, begins_at, ends_at FROM session
 WHERE id = ANY(:sessions) AND state = 'published' AND begins_at >= :begins AND ends_at <= :ends
""")
_DRAFTS = text("""
SELECT registrar_id, centre_id, begins_at, ends_at FROM cover_plan WHERE state = 'draft' ORDER BY id
""")


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


def ground(hits: Sequence[Hit], cause: Cause, now: datetime) -> Ground:
    """Give what there is to propose to these families: nothing with whose absence, or at a centre whose closing, is planned."""
    causes = [cause, *_drafts()]
    absent = [each for each in causes if isinstance(each, Away)]
    seats = _seats(hits, absent, [each for each in causes if isinstance(each, Closing)], now)
    near, offices = _distances(participating_centres(civil_date(now)), {hit.centre_id for hit in hits})
    by_post = minute(answer_by_post(now, now, bank_holidays()).moment + BEFORE_START)
    if isinstance(cause, Closing):
        near[cause.centre_id] = _preferred(cause, near.get(cause.centre_id, ()))
        moves = {session: centre for session, (centre, _) in going(cause, now).items()}
        return Ground(minute(now), by_post, (), seats, near, offices, moves)
    sittings = _sittings({hit.session_id for hit in hits}, cause, absent)
    return Ground(minute(now), by_post, sittings, seats, near, offices)


def _drafts() -> list[Cause]:
    return [
        Away(row.registrar_id, row.begins_at, row.ends_at)
        if row.centre_id is None
        else Closing(row.centre_id, row.begins_at)
        for row in db.session.execute(_DRAFTS)
    ]


def _preferred(cause: Closing, centres: Sequence[int]) -> list[int]:
    """Put the centre that the other is merged into before those that are nearer."""
    first = [] if cause.successor_id is None else [cause.successor_id]
    return [*first, *(each for each in centres if each not in first)]


def going(cause: Closing, now: datetime) -> dict[int, tuple[int, int]]:
    """Give where each session with families at a centre that closes would go with its registrar: centre and room."""
    near, offices = _distances(participating_centres(civil_date(now)), {cause.centre_id})
    return places_to_go(cause, _preferred(cause, [*near[cause.centre_id], *offices[cause.centre_id]]), now)


def minute(moment: datetime) -> int:
    """Give a moment as whole minutes since 1970."""
    return int(moment.timestamp()) // MINUTE


def _seats(
    hits: Sequence[Hit], absent: Sequence[Away], closing: Sequence[Closing], now: datetime
) -> dict[int, list[Seat]]:
    days = [hit.last_lawful_day for hit in hits] + [civil_date(hit.start) for hit in hits]
    last = max([*days, civil_date(now + AHEAD)]) + timedelta(days=1)
    spoken = _languages()
    found: defaultdict[int, list[Seat]] = defaultdict(list)
    for each in openings(midnight(civil_date(now)), midnight(last)):
        if any(each.centre_id == it.centre_id and each.begin >= minute(it.begins) for it in closing):
            continue
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
    takers = _takers([row.id for row in rows], away.registrar_id)
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


@dataclass(frozen=True, slots=True)
class Able:
    """Who could take a session over: half-days they sit in that week, `spare` more by contract, km from home to the centre.

    `there` says that they sit at that centre the same day anyway.
    """

    registrar_id: int
    name: str
    half_days: int
    spare: int | None
    distance_km: float | None
    there: bool = False


def takers(session_id: int, away: Away) -> list[Able]:
    """List who could take a session over while a registrar is away, the best first."""
    names = dict(registrars())
    return [
        Able(each.registrar_id, names[each.registrar_id], each.half_days, each.spare, each.away_km, each.there)
        for each in _takers([session_id], away.registrar_id)[session_id]
    ]


def is_free_for(registrar_id: int, session_id: int) -> bool:
    """Say whether a registrar can still take a session over."""
    return any(row.registrar_id == registrar_id for row in _free([session_id]))


def _free(sessions: Sequence[int], *never: int) -> Sequence[Row[Any]]:
    values = {"sessions": sessions, "never": list(never), "travel": TRAVEL_MINUTES, "half_day": HALF_DAY}
    return db.session.execute(_TAKERS, values).all()


def _takers(sessions: Sequence[int], *never: int) -> defaultdict[int, list[Taker]]:
    """Give who is free for each session whole, the best first."""
    rows = _free(sessions, *never)
    centres = {number: centre_card(number) for number in {row.centre_id for row in rows}}
    homes = {code: locate(code) for code in {row.home_postcode for row in rows if row.home_postcode}}
    found: defaultdict[int, list[Taker]] = defaultdict(list)
    for row in rows:
        way = _way(homes.get(row.home_postcode), centres[row.centre_id])
        spoken = frozenset(map(_primary, row.languages))
        found[row.id].append(Taker(row.registrar_id, spoken, row.spare, row.half_days, row.there, way))
    for able in found.values():
        able.sort(key=lambda each: each.rank)
    return found


def _way(home: Place | None, centre: CentreCard | None) -> float | None:
    return None if home is None or centre is None else distance_km(home, centre)


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
