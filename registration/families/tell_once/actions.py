"""Answers about being told, services that are told, and each telling from its making to its end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError

from registration.common import audit
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.links import keyed, secret
from registration.common.queue import defer
from registration.families.models import SharingAnswer
from registration.families.tell_once.models import Telling, TellingAnswer, ToldService
from registration.families.tell_once.queries import allowed, asked_about, details_of, services, to_tell, told
from registration.families.tell_once.rules import (
    Event,
    Letter,
    Outcome,
    ServiceSaid,
    State,
    Way,
    items_for,
    wait_after,
)

DELIVER = "tell_once.deliver"
#: So long a worker may take for one try; whatever it holds longer is free for another.
LEASE = timedelta(minutes=5)
#: Waiting so long beyond its time, a telling has lost its job, and is given another.
LOST = timedelta(minutes=2)


class NameTaken(Refused):
    """Another service has this name already."""


class NoSuchTelling(Refused):
    """It is not there any more."""


class NotToBeTold(Refused):
    """The family’s answer does not allow it, or the service is told of it already."""


# ---- what a family answers


@dataclass(frozen=True, slots=True)
class AnswerOnTelling:
    """A family's answer to "shall we tell these services": what, to which words, by which route, written down by whom."""

    share: bool
    service_ids: tuple[int, ...]
    wording_version: str
    route: str
    recorded_by: str


def answer(family_id: int, given: AnswerOnTelling, now: datetime) -> None:
    """Keep a family's answer about services, each for itself, and do at once what follows; services that ended are left out."""
    open_ones = {service.id for service in asked_about()}
    for service_id in given.service_ids:
        if service_id in open_ones or not given.share:
            said = (given.share, given.wording_version, given.route, given.recorded_by)
            names = ("share", "wording_version", "route", "recorded_by")
            row = dict(zip(names, said, strict=True)) | {"family_id": family_id, "service_id": service_id}
            db.session.add(TellingAnswer(at=_after_sharing(family_id), **row))
    db.session.flush()
    settle(now, [family_id])


def _after_sharing(family_id: int) -> ColumnElement[datetime]:
    """Give a stamp that is later than every answer of the family of its centre, whatever a clock was set to meanwhile."""
    before = select(func.max(SharingAnswer.at)).where(SharingAnswer.family_id == family_id).scalar_subquery()
    return func.greatest(func.clock_timestamp(), before + timedelta(microseconds=1))


def settle(now: datetime, family_ids: Collection[int] | None = None) -> None:
    """Make what is told what families' answers allow: tell whom they allow, have forgotten whom they do not any more.

    For all families, or for those given. Whatever changed an answer, and by whichever route, this finds it.
    """
    for service in services():
        today = civil_date(now)
        known = told(service.id, family_ids)
        still = allowed(service, known.keys(), today) if known else {}
        for family_id, telling_id in known.items():
            if family_id not in still:
                withdraw(telling_id, now)
        if service.active:
            wanted = to_tell(service, family_ids)
            for family_id in allowed(service, wanted, today) if wanted else ():
                _tell(service, family_id, now)


def _tell(service: ToldService, family_id: int, now: datetime) -> None:
    """Have a service told of a family, once: of two that find this at the same moment, the later finds it done."""
    key = func.hashtextextended(f"telling:{service.id}:{family_id}", 0)
    db.session.execute(select(func.pg_advisory_xact_lock(key)))
    if not told(service.id, [family_id]):
        _add(service, family_id, Event.TOLD, now)


def _add(service: ToldService, family_id: int | None, event: Event, now: datetime, reference: str = "") -> Telling:
    row = Telling(
        public_id=uuid4(),
        service_id=service.id,
        family_id=family_id,
        reference=reference or keyed("told-family", f"{service.id}:{family_id}").hex()[:32],
        event=event,
        due_at=now,
        made_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _hand_over(service, row)
    return row


def _hand_over(service: ToldService, row: Telling) -> None:
    """Let the worker send a webhook when it is due; files are gathered by the hour."""
    if service.way == Way.WEBHOOK:
        defer(DELIVER, schedule_at=row.due_at if row.tries else None, telling_id=row.id)


def tell_corrected(family_id: int, changed: Collection[str], now: datetime) -> None:
    """Tell services once more of a family they were told of, under the same reference, where they get something that changed.

    What has not been tried yet tells it anyway, for it is written when it goes out.
    """
    for service in services():
        number = told(service.id, [family_id]).get(family_id)
        row = _locked(number) if number and service.active and {*service.items} & {*changed} else None
        if row is None or row.tries == 0:
            continue
        if row.state == State.WAITING:  # tried in vain: under its old number a receiver might take it for what it has
            row.state, row.settled_at = State.WITHDRAWN, now
        _add(service, family_id, Event.TOLD, now, row.reference)


def withdraw(telling_id: int, now: datetime) -> None:
    """Take back what was, or was to be, told of a family; where it may have arrived, the service is told to forget it."""
    row = _locked(telling_id)
    if row is None or row.event != Event.TOLD or row.state == State.WITHDRAWN or _superseded(row):
        return
    arrived = row.state == State.DELIVERED or row.tries > 0
    if row.state != State.DELIVERED:
        row.state, row.settled_at = State.WITHDRAWN, now
    db.session.flush()
    if arrived:
        service = db.session.get_one(ToldService, row.service_id)
        _add(service, row.family_id, Event.FORGET, now, row.reference)


def _locked(telling_id: int) -> Telling | None:
    wanted = select(Telling).where(Telling.id == telling_id).with_for_update()
    return db.session.scalar(wanted.execution_options(populate_existing=True))


# ---- one telling on its way


@dataclass(frozen=True, slots=True)
class Sheet:
    """A telling taken up to be sent: what it says, and where to."""

    telling_id: int
    service_id: int
    url: str
    letter: Letter


def claim(telling_id: int, now: datetime) -> Sheet | None:
    """Take a telling up to send it, having decided again whether it may go out; None where it should not, or not now.

    The row is locked: a withdrawal under way is waited for and wins, and of two workers one gets it.
    """
    row = _locked(telling_id)
    if row is None or row.state != State.WAITING or row.due_at > now:
        return None
    if row.claimed_at is not None and row.claimed_at > now - LEASE:
        return None
    service = db.session.get_one(ToldService, row.service_id)
    letter = _letter(row, service, now)
    if letter is None:
        return None
    row.claimed_at = now
    row.tries += 1
    db.session.flush()
    return Sheet(row.id, service.id, service.url or "", letter)


def _letter(row: Telling, service: ToldService, now: datetime) -> Letter | None:
    """Write a telling; None, and it is withdrawn, where the family's answer does not allow it any more."""
    details: dict[str, Any] = {}
    if row.event == Event.TOLD:
        found = {} if row.family_id is None else allowed(service, [row.family_id], civil_date(now))
        if row.family_id is None or row.family_id not in found:
            withdraw(row.id, now)
            return None
        if not service.active:
            return None
        held = details_of(row.family_id)
        details = {name: held[name] for name in items_for(service.items, found[row.family_id])}
    return Letter(str(row.public_id), Event(row.event), row.made_at, row.reference, details)


def record(telling_id: int, outcome: Outcome, now: datetime) -> None:
    """Keep what came of a try: done, tried again after a while, or given up."""
    row = _locked(telling_id)
    if row is None:
        return
    row.claimed_at, row.problem = None, outcome.problem
    if row.state == State.WITHDRAWN:
        _forget_again(row, now)
    elif outcome.arrived:
        row.state, row.settled_at = State.DELIVERED, now
    else:
        _again(row, outcome, now)
    db.session.flush()


def _again(row: Telling, outcome: Outcome, now: datetime) -> None:
    wait = wait_after(row.tries, outcome)
    if wait is None:
        row.state, row.settled_at = State.DEAD, now
        return
    row.due_at = now + wait
    _hand_over(db.session.get_one(ToldService, row.service_id), row)


def _forget_again(row: Telling, now: datetime) -> None:
    """Have the service told once more to forget a family that was taken back while it was being told of it."""
    later = select(Telling).where(
        Telling.service_id == row.service_id, Telling.family_id == row.family_id, Telling.id > row.id
    )
    for forget in db.session.scalars(later.where(Telling.event == Event.FORGET).with_for_update()):
        _afresh(forget, now)


def _afresh(row: Telling, now: datetime) -> None:
    row.state, row.settled_at, row.due_at, row.tries, row.claimed_at = State.WAITING, None, now, 0, None
    db.session.flush()
    _hand_over(db.session.get_one(ToldService, row.service_id), row)


def tell_again(telling_id: int, actor: str, now: datetime) -> None:
    """Send a telling once more, by hand, under the same number; raises NoSuchTelling, NotToBeTold."""
    row = _locked(telling_id)
    if row is None:
        raise NoSuchTelling
    if row.state == State.WITHDRAWN or _superseded(row):
        raise NotToBeTold
    _afresh(row, now)
    audit.record("telling.again", about=f"told_service:{row.service_id}", actor=actor, after={"id": str(row.public_id)})


def _superseded(row: Telling) -> bool:
    """Say whether something later was told of the same family to the same service: the earlier must not overtake it."""
    later = Telling.id > row.id, Telling.service_id == row.service_id, Telling.reference == row.reference
    return db.session.scalar(select(Telling.id).where(*later).limit(1)) is not None


def resume(now: datetime) -> None:
    """Give another job to webhooks whose time is over and which nobody took up: a worker died, or was long away."""
    overdue = (
        select(Telling)
        .join(ToldService, ToldService.id == Telling.service_id)
        .where(Telling.state == State.WAITING, Telling.due_at < now - LOST, ToldService.way == Way.WEBHOOK)
        .where(ToldService.active | (Telling.event == Event.FORGET))
    )
    for row in db.session.scalars(overdue.with_for_update(skip_locked=True, of=Telling)):
        if row.claimed_at is None or row.claimed_at <= now - LEASE:
            row.due_at = now
            defer(DELIVER, telling_id=row.id)
    db.session.flush()


def waiting_files() -> dict[int, list[int]]:
    """Give what waits to be put into files: the numbers of tellings by their service."""
    rows = db.session.execute(
        select(Telling.service_id, Telling.id)
        .join(ToldService, ToldService.id == Telling.service_id)
        .where(Telling.state == State.WAITING, ToldService.way == Way.FILE)
        .order_by(Telling.id)
    )
    found: dict[int, list[int]] = {}
    for service_id, telling_id in rows:
        found.setdefault(service_id, []).append(telling_id)
    return found


# ---- the list of services


def keep_service(service_id: int | None, said: ServiceSaid, actor: str) -> int:
    """Put a service on the list, or change one; give its number. A new one is told of families that answer from now on.

    Raises NameTaken.
    """
    row = ToldService(made_by=actor) if service_id is None else db.session.get_one(ToldService, service_id)
    before = None if service_id is None else _facts(row)
    for name in ServiceSaid.__slots__:
        setattr(row, name, getattr(said, name))
    row.items = list(said.items)
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        raise NameTaken from None
    event = "telling.service_kept" if before is None else "telling.service_changed"
    audit.record(event, about=f"told_service:{row.id}", actor=actor, before=before, after=_facts(row))
    return row.id


def _facts(row: ToldService) -> dict[str, Any]:
    names = ("name", "kind", "way", "url", "items", "active")
    facts = {name: getattr(row, name) for name in names} | {"items": list(row.items)}
    return {name: value for name, value in facts.items() if value is not None}


def renew_secret(service_id: int, actor: str) -> None:
    """Give a service a new secret; what is sent from now on bears it."""
    db.session.execute(
        update(ToldService).where(ToldService.id == service_id).values(secret_number=ToldService.secret_number + 1)
    )
    audit.record("telling.secret_renewed", about=f"told_service:{service_id}", actor=actor)


def key_of(service: ToldService) -> bytes:
    """Give the key that a service's webhooks are signed with: 32 bytes, made from SECRET_KEY and nowhere kept."""
    return keyed("tell-once", f"{service.id}:{service.secret_number}")


def password_of(service: ToldService) -> str:
    """Give the password of a service's files: 24 characters, made from SECRET_KEY and nowhere kept."""
    return secret("tell-once", f"{service.id}:{service.secret_number}")
