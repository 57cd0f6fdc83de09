"""The families a centre may know, with the details it may have of each and how they stand; nothing of any other."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from registration.centres.queries import successors
from registration.common.clock import civil_date
from registration.common.db import db
from registration.families.queries import records_of, rulings
from registration.families.rules import DETAILS, Ruling
from registration.reach.known.queries import target_of
from registration.reach.models import FamilyContact
from registration.reach.outreach.rules import ARRIVED, Row, Standing, ordered, overdue, why

#: Families with no child younger than this are not looked for: a centre is for children under five.
OLDEST_DAYS = 5 * 365

_CANDIDATES = text("""
SELECT f.id FROM family f
 WHERE f.lost_at IS NULL AND f.details_gone_at IS NULL AND (f.left_area_on IS NULL OR f.left_area_on > :today)
   AND EXISTS (SELECT 1 FROM unnest(f.born) baby WHERE baby > :oldest)
   AND f.id IN (
       SELECT id FROM family WHERE home_centre_id = ANY(:here) AND source <> 'booking'
       UNION SELECT family_id FROM sharing_answer WHERE centre_id = ANY(:here) AND share
       UNION SELECT family_id FROM centre_sign_up WHERE centre_id = ANY(:here)
       UNION SELECT family_id FROM membership WHERE centre_id = ANY(:here) AND joined_on <= :today
         AND coalesce(left_on, 'infinity') > :today)
""")
_RECORDS = text("""
SELECT f.id, f.source, f.name, f.email, f.mobile, f.born, f.language, f.locale, f.letter_address, f.postcode, f.imd_decile,
       f.home_centre_id = ANY(:here) AS home, (f.created_at AT TIME ZONE 'Europe/London')::date AS made_on, f.noticed_on,
       f.agreement_id, u.address, u.contact_preference, u.visit_needs, (u.at AT TIME ZONE 'Europe/London')::date AS wished_on,
       t.notice, t.notice_days
  FROM family f LEFT JOIN centre_sign_up u ON u.family_id = f.id AND u.centre_id = ANY(:here)
  LEFT JOIN sharing_agreement t ON t.id = f.agreement_id
 WHERE f.id = ANY(:ids) AND f.lost_at IS NULL AND f.details_gone_at IS NULL ORDER BY f.created_at, f.id
""")
# Read once for all records: asked record by record a database that has not counted its rows yet looks through a whole centre’s.
_YES = text("""
SELECT family_id, max((at AT TIME ZONE 'Europe/London')::date) FROM sharing_answer
 WHERE family_id = ANY(:ids) AND share AND centre_id = ANY(:here) GROUP BY family_id
""")
_JOINED = text("""
SELECT family_id, min(joined_on) FROM membership
 WHERE family_id = ANY(:ids) AND centre_id = ANY(:here) AND joined_on <= :today AND coalesce(left_on, 'infinity') > :today
 GROUP BY family_id
""")
_BORN_AS_TOLD = text("""
SELECT DISTINCT ON (family_id) family_id, address, postcode, received_on FROM birth_record
 WHERE family_id = ANY(:ids) AND erased_at IS NULL ORDER BY family_id, id DESC
""")
_CONTACTS = text("""
SELECT family_id, contacted_on, route, result, next_step, next_on, note, made_by FROM family_contact
 WHERE family_id = ANY(:ids) AND centre_id = ANY(:here) ORDER BY contacted_on, id
""")
_VISITS = text("""
SELECT family_id, max(visited_on) FROM centre_visit WHERE family_id = ANY(:ids) AND centre_id = ANY(:here) GROUP BY family_id
""")


@dataclass(frozen=True, slots=True)
class Card:
    """What a centre may have of one family, on which basis; '' and () stand for what it may not have, or nobody told.

    `family_id` is the record whose details these are, `group` the number that stands for the family under all its records,
    `member` the record that was taken in first, under which the centre's own system knows it: of who is no member, `family_id`.
    `born` are the babies of every record by which it let the centre know.
    """

    family_id: int
    group: int
    member: int
    basis: Ruling
    name: str
    born: tuple[date, ...]
    email: str = ""
    mobile: str = ""
    language: str = "en"
    locale: str = "en"
    address: str = ""
    preference: str = ""
    visit_needs: str = ""


@dataclass(frozen=True, slots=True)
class Logged:
    """One contact as the log shows it."""

    on: date
    route: str
    result: str
    next_step: str
    next_on: date | None
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One family a centre may know: its card, how it stands, its log, and why it is on the list, if it is."""

    card: Card
    standing: Standing
    log: Sequence[Logged]
    row: Row | None


def here_of(centre_id: int, today: date) -> list[int]:
    """Give the numbers of a centre and of those that were merged into it."""
    return [centre_id, *(old for old, new in successors(today).items() if new == centre_id)]


def known_to(centre_id: int, today: date) -> list[Entry]:
    """Give every family whose details may reach a centre on a day, each once, with the details of its basis only."""
    values = {"here": here_of(centre_id, today), "today": today, "oldest": today - timedelta(days=OLDEST_DAYS)}
    return _entries(centre_id, db.session.scalars(_CANDIDATES, values).all(), today)


def known_one(centre_id: int, family_id: int, today: date) -> Entry | None:
    """Give one family by any of its records; None where its details may not reach the centre."""
    return next(iter(_entries(centre_id, [family_id], today)), None)


def outreach(centre_id: int, today: date) -> list[Entry]:
    """Give the families a centre should call on, in the order that it set."""
    by_family = {each.row.family_id: each for each in known_to(centre_id, today) if each.row}
    rows = ordered((each.row for each in by_family.values() if each.row), target_of(centre_id).first)
    return [by_family[row.family_id] for row in rows]


def written_today(centre_id: int, contact_id: int, actor: str, today: date) -> FamilyContact | None:
    """Give a contact of a centre that this person wrote down this day; None where there is none such."""
    made = db.session.get(FamilyContact, contact_id)
    own = made is not None and (made.centre_id, made.made_by) == (centre_id, actor)
    return made if made is not None and own and civil_date(made.made_at) == today else None


def _entries(centre_id: int, family_ids: Collection[int], today: date) -> list[Entry]:
    allowed = {number: each for number, each in rulings(centre_id, family_ids, today).items() if each.allowed}
    same = records_of(allowed)
    groups = {records[0]: records for records in same.values()}
    basis = {records[0]: allowed[number] for number, records in same.items()}
    facts = _Facts(centre_id, [number for records in groups.values() for number in records], today)
    days = target_of(centre_id).contact_days
    made = (_entry(group, records, basis[group], facts, days) for group, records in groups.items())
    return [each for each in made if each is not None]


class _Facts:
    """What is kept of these records that has to do with one centre, read with six statements."""

    def __init__(self, centre_id: int, ids: Collection[int], today: date) -> None:
        self.today = today
        values = {"ids": list(ids), "here": here_of(centre_id, today), "today": today}
        self.records = {row.id: row for row in db.session.execute(_RECORDS, values)}
        self.yes_on: dict[int, date] = {number: day for number, day in db.session.execute(_YES, values)}  # noqa: C416 -- rows
        self.joined_on: dict[int, date] = {number: day for number, day in db.session.execute(_JOINED, values)}  # noqa: C416
        self.told = {row.family_id: row for row in db.session.execute(_BORN_AS_TOLD, values)}
        self.contacts: Mapping[int, list[Any]] = defaultdict(list)
        for row in db.session.execute(_CONTACTS, values):
            self.contacts[row.family_id].append(row)
        self.visits = {number: day for number, day in db.session.execute(_VISITS, values)}  # noqa: C416 -- rows


def _entry(group: int, ids: Sequence[int], basis: Ruling, facts: _Facts, days: int) -> Entry | None:
    records = [facts.records[number] for number in ids if number in facts.records]
    own = [record for record in records if _tells(record, basis, facts)]
    if not own:
        return None
    told = [record for record in records if record in own or _its_own_word(record, facts)]
    joined = sorted((facts.joined_on[number], number) for number in ids if number in facts.joined_on)
    card = _card(group, own[-1], basis, _born(told), facts)
    if joined:
        card = replace(card, member=joined[0][1])
    log = sorted(
        (each for number in ids for each in facts.contacts.get(number, ())), key=lambda each: each.contacted_on
    )
    standing = _standing(card, records, log, [facts.visits[number] for number in ids if number in facts.visits], facts)
    reason = why(standing, facts.today)
    row = Row(card.family_id, standing, reason, overdue(standing, facts.today, days)) if reason else None
    said = [
        Logged(each.contacted_on, each.route, each.result, each.next_step, each.next_on, each.note, each.made_by)
        for each in reversed(log)
    ]
    return Entry(card, standing, said, row)


def _tells(record: Any, basis: Ruling, facts: _Facts) -> bool:  # noqa: ANN401 -- a row
    """Say whether a record is the one on which a basis rests: only its details go to the centre."""
    if basis in {Ruling.SAID_YES, Ruling.SAID_YES_EARLIER}:
        return record.id in facts.yes_on
    if basis is Ruling.JOINED:
        return record.wished_on is not None or record.id in facts.joined_on
    return record.source == "live_births" and bool(record.home)


def _its_own_word(record: Any, facts: _Facts) -> bool:  # noqa: ANN401 -- a row
    """Say whether a family itself told the centre what a record holds: it said yes, asked to join, or was taken in."""
    return record.wished_on is not None or record.id in facts.yes_on or record.id in facts.joined_on


def _born(records: Sequence[Any]) -> tuple[date, ...]:
    """Give a day for each baby of these records, earliest first; one that several tell of is one baby."""
    days: Counter[date] = Counter()
    for record in records:
        days |= Counter(record.born)
    return tuple(sorted(days.elements()))


def _card(group: int, record: Any, basis: Ruling, born: tuple[date, ...], facts: _Facts) -> Card:  # noqa: ANN401 -- a row
    may = DETAILS[basis]
    address = record.address or record.letter_address or _address(facts.told.get(record.id))
    return Card(
        family_id=record.id,
        group=group,
        member=record.id,
        basis=basis,
        name=record.name,
        born=born,
        email=(record.email or "") if "email" in may else "",
        mobile=(record.mobile or "") if "mobile" in may else "",
        language=record.language if "language" in may else "en",
        locale=record.locale,
        address=address if "address" in may else "",
        preference=(record.contact_preference or "") if "preference" in may else "",
        visit_needs=(record.visit_needs or "") if "visit_needs" in may else "",
    )


def _address(told: Any) -> str:  # noqa: ANN401 -- a row
    """Give the address as live birth data told it, with its postcode on the last line."""
    if told is None or not told.address:
        return ""
    postcode = told.postcode or ""
    return str(told.address) if postcode in told.address else f"{told.address}\n{postcode}"


def _standing(
    card: Card, records: Sequence[Any], log: Sequence[Any], visits: Iterable[date], facts: _Facts
) -> Standing:
    since = [day for record in records for day in _since(record, facts) if day is not None]
    arrived = [each for each in log if each.result in ARRIVED]
    return Standing(
        born=max(card.born),
        since=min(since, default=facts.today),
        wished_on=min((each.wished_on for each in records if each.wished_on), default=None),
        joined_on=min((facts.joined_on[each.id] for each in records if each.id in facts.joined_on), default=None),
        tried_on=log[-1].contacted_on if log else None,
        reached_on=arrived[-1].contacted_on if arrived else None,
        not_wanted=bool(arrived) and arrived[-1].result == "not_wanted",
        next_on=log[-1].next_on if log else None,
        visited_on=max(visits, default=None),
        imd_decile=next((each.imd_decile for each in reversed(records) if each.imd_decile), None),
    )


def _since(record: Any, facts: _Facts) -> tuple[date | None, ...]:  # noqa: ANN401 -- a row
    """Give the days on which a record first let the centre know: by its word, its wish, its joining, or after notice."""
    by_data = None
    if record.source == "live_births" and record.home:
        told = facts.told.get(record.id)
        by_data = told.received_on if told and record.notice == "by_source" else None
        if record.notice == "by_letter" and record.noticed_on is not None:
            by_data = record.noticed_on + timedelta(days=record.notice_days)
    return facts.yes_on.get(record.id), record.wished_on, facts.joined_on.get(record.id), by_data
