"""Take families in as members, write down those who came by, and bring back what the centre’s own system knows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import BinaryIO

from sqlalchemy import cast, func, select, text, update
from sqlalchemy.dialects.postgresql import TSVECTOR, insert

from registration.births.models import SourceMapping
from registration.booking.rules.requests import SignUp
from registration.centres.actions import Outcome
from registration.centres.memory import home_of
from registration.common import audit
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.files import Fault, Table
from registration.families import actions as families
from registration.families.models import Family, FamilyLink, Membership
from registration.families.queries import member_since, reachable
from registration.families.rules import SHARING_WORDING, Answer, Contact, FamilyDetails, Source, lexemes
from registration.reach.members.files import MemberRecord, VisitRecord, our_key, read_members, read_visits
from registration.reach.members.queries import centre_numbers, mapping_of
from registration.reach.outreach.actions import may_know
from registration.reach.outreach.queries import Entry

#: Where a membership that was made here comes from: joining at the centre, or a wish given with a booking.
ROUTE, WISH = "centre", "booking"
MEMBERSHIPS, VISITS = "memberships", "visits"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A family as it gives itself at the centre; `wish` where it joins."""

    details: FamilyDetails
    wish: SignUp | None


# ---- at the centre


def add_newcomer(centre_id: int, given: Newcomer, actor: str, today: date, same_as: int | None = None) -> int:
    """Write down a family that moved in or came by and says that the centre may have its details; give its number.

    `same_as` is the record of a member that it was said to be: the two are linked, and it stays the one membership.
    MayNotKnow is raised where the centre may not have that member's details.
    """
    number = _add(centre_id, given, actor)
    if same_as is not None:
        _same(may_know(centre_id, same_as, today).card.family_id, number, actor)
    audit.record("reach.family_added", about=f"family:{number}", actor=actor, after={"centres": [centre_id]})
    if given.wish is not None:
        _join(centre_id, number, given.wish, actor, today)
    return number


def _add(centre_id: int, given: Newcomer, actor: str) -> int:
    number = families.add_family(given.details, _yes(centre_id, actor))
    db.session.execute(update(Family).where(Family.id == number).values(source=Source.MOVED_IN))
    return number


def _yes(centre_id: int, actor: str) -> Answer:
    return Answer(share=True, wording_version=SHARING_WORDING, route=ROUTE, recorded_by=actor, centre_id=centre_id)


def join(centre_id: int, family_id: int, given: Newcomer, wish: SignUp, actor: str, now: datetime) -> int:
    """Let a family that the centre may know join it, with what it says of itself now; give the number of its record.

    What it says is kept as its own word: beside a record of live birth data, which goes on its agreement’s schedule, a record of
    its own is made and linked. MayNotKnow is raised where the centre may not have its details.
    """
    today = civil_date(now)
    card = may_know(centre_id, family_id, today).card
    number = card.family_id
    if db.session.get_one(Family, number).source == Source.LIVE_BIRTHS:
        number = _add(centre_id, given, actor)
        _same(card.family_id, number, actor)
    else:
        told = given.details
        contact = Contact(told.name, told.email, told.mobile, None, told.letter_address)
        families.correct_contact(number, contact, now)
        families.record_answer(number, _yes(centre_id, actor))
    _join(centre_id, number, wish, actor, today)
    return number


def refuse(centre_id: int, family_id: int, actor: str, today: date) -> None:
    """Keep that a family said no at the centre: its details leave every list. MayNotKnow where they may not be there anyway."""
    card = may_know(centre_id, family_id, today).card
    families.change_answer(card.family_id, replace(_yes(centre_id, actor), share=False))
    audit.record("reach.said_no", about=f"family:{card.family_id}", actor=actor, after={"centres": [centre_id]})


def exported(centre_id: int, entries: Sequence[Entry], actor: str, today: date) -> None:
    """Keep that families’ details went to a centre in a file."""
    families.disclosed(
        {each.card.family_id: each.card.basis for each in entries}, "export", actor, today, centre_id=centre_id
    )
    audit.record("reach.exported", about=f"centre:{centre_id}", actor=actor, after={"families": len(entries)})


def _same(one: int, other: int, actor: str) -> None:
    db.session.add(
        FamilyLink(
            a_id=min(one, other),
            b_id=max(one, other),
            state="linked",
            probability=1.0,
            method="person",
            reason="joined at the centre",
            made_by=actor,
        )
    )
    db.session.flush()


def _join(centre_id: int, family_id: int, wish: SignUp, actor: str, today: date) -> None:
    families.ask_to_join(family_id, centre_id, wish.address, wish.contact_preference, wish.visit_needs)
    _take_in(centre_id, family_id, ROUTE, actor, today)


def take_in(centre_id: int, family_id: int, actor: str, today: date) -> None:
    """Take a family in that asked to join: it is a member from today. MayNotKnow where the centre may not have its details."""
    card = may_know(centre_id, family_id, today).card
    _take_in(centre_id, card.family_id, WISH, actor, today)


def _take_in(centre_id: int, family_id: int, source: str, actor: str, today: date) -> None:
    """Make a membership, or let one that ended begin anew; one that stands, under whichever record of the family, is left."""
    if member_since(family_id, centre_id, today) is not None:
        return
    key, said = f"{centre_id}:{our_key(family_id)}", {"joined_on": today, "left_on": None, "made_by": actor}
    row = insert(Membership).values(family_id=family_id, centre_id=centre_id, source=source, source_key=key, **said)
    same = [Membership.source, Membership.source_key]
    db.session.execute(row.on_conflict_do_update(index_elements=same, set_=said))
    audit.record("reach.taken_in", about=f"family:{family_id}", actor=actor, after={"centres": [centre_id]})


def save_mapping(source: str, columns: Mapping[str, str], actor: str) -> None:
    """Keep which of a source’s columns is which of ours, for the next time."""
    said = {"columns": dict(columns), "saved_by": actor}
    row = insert(SourceMapping).values(source=source, **said)
    db.session.execute(row.on_conflict_do_update(index_elements=[SourceMapping.source], set_=said))


# ---- from the centre’s own system


@dataclass(frozen=True, slots=True)
class _Bringer:
    """Which system members come from, who brings them, and the day."""

    source: str
    actor: str
    today: date


def import_memberships(
    stream: BinaryIO, source: str, mapped: Mapping[str, str] | None, actor: str, today: date
) -> Outcome:
    """Load members of a centre’s own system; `mapped` columns are kept for the next time, None takes those kept.

    A member is known again by what the source calls it: then what differs is changed. One that brings back our own key is the
    family we sent. Raises FileRefused naming every fault; then nothing is loaded.
    """
    columns = _columns(f"{MEMBERSHIPS} {source}", mapped, actor)
    table = Table(stream)
    records = list(read_members(table, columns, centre_numbers(), today))
    _refuse_unknown(table, records, today)
    table.refuse_if_faulty()
    known = {row.source_key: row for row in db.session.scalars(select(Membership).where(Membership.source == source))}
    outcome, by = Outcome(warnings=table.warnings), _Bringer(source, actor, today)
    told = [_keep_member(record, known.get(record.key), by, outcome) for record in records]
    db.session.flush()
    families.heed_newcomers([number for number in told if number is not None], actor, today)
    _note("memberships.imported", by, outcome)
    return outcome


def _columns(source: str, mapped: Mapping[str, str] | None, actor: str) -> Mapping[str, str]:
    """Give the mapping to read by, one import at a time."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(Membership.__tablename__))))
    if mapped is None:
        return mapping_of(source)
    save_mapping(source, mapped, actor)
    return mapped


def _refuse_unknown(table: Table, records: Sequence[MemberRecord], today: date) -> None:
    """Keep the fault that a key of ours names no family whose details went to that centre."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for record in records:
        if record.ours is not None:
            wanted[record.centre_id].add(record.ours)
    allowed = {centre: reachable(centre, numbers, today) for centre, numbers in wanted.items()}
    for record in records:
        if record.ours is not None and record.ours not in allowed[record.centre_id]:
            table.add(Fault(record.line, table.column("ours"), our_key(record.ours), "is no family of this centre"))


def _keep_member(record: MemberRecord, row: Membership | None, by: _Bringer, outcome: Outcome) -> int | None:
    """Keep one row; give the record that it made or changed, None where it did neither."""
    own = _made_here(record) if row is None else None
    if own is not None:
        own.source, own.source_key = by.source, record.key
        _describe(own, record)
        outcome.changed += 1
        return None
    if row is None:
        family_id = record.ours or _add_member(record, by)
        row = Membership(family_id=family_id, source=by.source, source_key=record.key, made_by=by.actor)
        _describe(row, record)
        db.session.add(row)
        outcome.added += 1
        return family_id
    changed = _describe(row, record)
    family = db.session.get_one(Family, row.family_id)
    if family.source == Source.MEMBER:
        changed = _tell(family, _facts(record, by)) or changed
    outcome.changed += changed
    outcome.unchanged += not changed
    return family.id if changed else None


def _made_here(record: MemberRecord) -> Membership | None:
    """Give the membership made here of a family that the source brings back by our key: from now on the source keeps it."""
    if record.ours is None:
        return None
    wanted = select(Membership).where(Membership.family_id == record.ours, Membership.centre_id == record.centre_id)
    return db.session.scalar(wanted.where(Membership.source.in_((ROUTE, WISH))).order_by(Membership.id).limit(1))


def _describe(row: Membership, record: MemberRecord) -> bool:
    """Let a membership be as the file tells it; say whether that changed anything."""
    return _tell(row, {"centre_id": record.centre_id, "joined_on": record.joined_on, "left_on": record.left_on})


def _tell(row: Membership | Family, facts: Mapping[str, object]) -> bool:
    differs = {name: value for name, value in facts.items() if getattr(row, name) != value}
    for name, value in differs.items():
        setattr(row, name, value)
    return bool(differs)


def _facts(record: MemberRecord, by: _Bringer) -> dict[str, object]:
    home = home_of(record.postcode, by.today) if record.postcode else None
    lines = [line for line in (record.address, record.postcode) if line]
    return {
        "name": record.name,
        "born": list(record.born),
        "email": record.email,
        "mobile": record.mobile,
        "letter_address": "\n".join(lines) if record.address else None,
        "postcode": record.postcode,
        "home_centre_id": home.centre_id if home else None,
        "imd_decile": home.imd_decile if home else None,
    }


def _add_member(record: MemberRecord, by: _Bringer) -> int:
    family = Family(source=Source.MEMBER, name_words=cast(lexemes(record.name), TSVECTOR), **_facts(record, by))
    db.session.add(family)
    db.session.flush()
    return family.id


def _note(event: str, by: _Bringer, outcome: Outcome) -> None:
    if outcome.added or outcome.changed:
        after = {"added": outcome.added, "changed": outcome.changed, "source": by.source}
        audit.record(event, about="reach", actor=by.actor, after=after)


_KEEP_VISITS = text("""
INSERT INTO centre_visit (family_id, centre_id, visited_on, service, source, source_key)
SELECT :family_id, :centre_id, :visited_on, :service, :source, :key
    ON CONFLICT (source, source_key) DO UPDATE
   SET centre_id = excluded.centre_id, visited_on = excluded.visited_on, service = excluded.service
 WHERE (centre_visit.centre_id, centre_visit.visited_on, centre_visit.service)
       IS DISTINCT FROM (excluded.centre_id, excluded.visited_on, excluded.service)
RETURNING xmax = 0
""")


def import_visits(stream: BinaryIO, source: str, mapped: Mapping[str, str] | None, actor: str, today: date) -> Outcome:
    """Load visits of members, by what the same source calls them; the same again changes nothing.

    Raises FileRefused naming every fault, a member nobody brought before among them; then nothing is loaded.
    """
    columns, by = _columns(f"{VISITS} {source}", mapped, actor), _Bringer(source, actor, today)
    table = Table(stream)
    records = list(read_visits(table, columns, centre_numbers(), today))
    known = {row.source_key: row for row in db.session.scalars(select(Membership).where(Membership.source == source))}
    for record in records:
        if record.member not in known:
            table.add(Fault(record.line, table.column("key"), record.member, "is no member that this source brought"))
    table.refuse_if_faulty()
    outcome = Outcome(warnings=table.warnings)
    for record in {record.key: record for record in records}.values():
        _keep_visit(record, known[record.member], source, outcome)
    _note("visits.imported", by, outcome)
    return outcome


def _keep_visit(record: VisitRecord, member: Membership, source: str, outcome: Outcome) -> None:
    values = {
        "family_id": member.family_id,
        "centre_id": record.centre_id or member.centre_id,
        "visited_on": record.visited_on,
        "service": record.service,
        "source": source,
        "key": record.key,
    }
    added = db.session.execute(_KEEP_VISITS, values).scalar()
    outcome.added += added is True
    outcome.changed += added is False
    outcome.unchanged += added is None
