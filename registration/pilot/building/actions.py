"""Protocols registered, bundles asked for, worked on, kept, and let go to others."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select

from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.long_work import Works, ended
from registration.pilot.building.models import PilotBuild, PilotProtocol
from registration.pilot.building.queries import is_overtaken, protocol_by_id, published_files, released
from registration.pilot.disclosure import actions as ledger
from registration.pilot.disclosure.chain import TABLES

WORK = "pilot.work"
GIVEN_UP = "The program that worked on these figures ended before it was done. Ask for them again."
STOPPED = "You asked for it to be stopped."
ENDED = "The service was stopped while these figures were being made. Ask for them again."
WORKS = Works(PilotBuild, WORK, lock=20260719)


class AlreadyRegistered(Refused):
    """This very protocol is registered already."""


class NotThatDate(Refused):
    """Figures are as of a day that has been: choose today or an earlier day."""


class BuildSettled(Refused):
    """These figures are not at that point any more. Look at them again."""


class AlreadyReleased(Refused):
    """These figures were released already."""


def register_protocol(words: str, actor: str) -> PilotProtocol:
    """Register a protocol as it was written, with the moment and who did; AlreadyRegistered where its words are there."""
    digest = sha256(words.encode()).hexdigest()
    if db.session.scalar(select(PilotProtocol.id).filter_by(sha256=digest)):
        raise AlreadyRegistered
    made = PilotProtocol(words=words, sha256=digest, registered_by=actor)
    db.session.add(made)
    db.session.flush()
    audit.record("pilot.protocol_registered", about=f"pilot_protocol:{made.id}", actor=actor, after={"sha256": digest})
    return made


def ask(as_of: date, protocol_id: int | None, today: date, actor: str) -> PilotBuild:
    """Ask for the figures as of a date, by a protocol or by none; the worker builds them. NotThatDate for a day to come."""
    if as_of > today:
        raise NotThatDate
    made = PilotBuild(as_of=as_of, protocol_id=protocol_id, asked_by=actor)
    db.session.add(made)
    db.session.flush()
    audit.record("pilot.asked", about=f"pilot_build:{made.id}", actor=actor, after={"as_of": as_of.isoformat()})
    WORKS.wake()
    return made


def ask_to_stop(build_id: int, actor: str) -> None:
    """Ask for a bundle not to be built any further; BuildSettled where it has ended."""
    build = WORKS.locked(build_id, "waiting", "running")
    if build is None:
        raise BuildSettled
    build.stop_asked = True
    if build.state == "waiting":
        _end(build, "stopped")
    db.session.flush()
    audit.record("pilot.stop_asked", about=f"pilot_build:{build.id}", actor=actor)


# ---- worked on


@dataclass(frozen=True, slots=True)
class Task:
    """What the worker works on: figures as of a date, by a protocol's words, after the bundles released before."""

    build_id: int
    as_of: date
    protocol: str | None
    earlier: tuple[int, ...]


def take_next() -> Task | None:
    """Take up the bundle that has waited longest; None where none waits, or another is worked on."""
    build = WORKS.take_next()
    if build is None:
        return None
    build.stage, build.began_at = "Starting", func.clock_timestamp()
    db.session.flush()
    protocol = protocol_by_id(build.protocol_id) if build.protocol_id else None
    return Task(build.id, build.as_of, protocol.words if protocol else None, tuple(each.id for each in released()))


def note(build_id: int, stage: str = "", share: float = 0.0) -> bool:
    """Keep how far a bundle is, and that somebody is at it; give whether it shall stop."""
    build = db.session.get_one(PilotBuild, build_id, populate_existing=True)
    if stage:
        build.stage, build.share = stage, min(max(share, build.share), 1.0)
    build.beat_at = func.clock_timestamp()
    db.session.flush()
    return build.stop_asked or build.state != "running"


def settle(build_id: int, bundle: bytes, manifest: dict[str, Any]) -> None:
    """Keep what was built."""
    build = _running(build_id)
    build.bundle, build.manifest = bundle, manifest
    _end(build, "done")


def give_up(build_id: int, faults: list[str]) -> None:
    """Say why nothing came of it; stopped where that was asked for."""
    build = _running(build_id)
    build.faults = faults
    _end(build, "stopped" if build.stop_asked else "failed")


def leave_off(build_id: int) -> None:
    """End a bundle that is not built any further: somebody asked for that, or the service ends."""
    give_up(build_id, [STOPPED if _running(build_id).stop_asked else ENDED])


def _running(build_id: int) -> PilotBuild:
    build = WORKS.running(build_id)
    if build is None:
        raise BuildSettled
    return build


def _end(build: PilotBuild, state: str) -> None:
    build.stage, build.share = "", 1.0
    ended(build, state)
    audit.record(f"pilot.{state}", about=f"pilot_build:{build.id}", actor="service")


def look_after() -> None:
    """Give up bundles whose worker has died, and have those that wait built."""
    WORKS.look_after(_died)


def _died(build: PilotBuild) -> None:
    build.faults = [GIVEN_UP]
    _end(build, "failed")


# ---- let go


def release(build_id: int, purpose: str, now: datetime, actor: str) -> PilotBuild:
    """Let a bundle go to others, for a purpose, and enter it in the ledger with the digest of each file.

    BuildSettled where it is not built, AlreadyReleased, or where another was released since it was built: what it protects was
    not tried against that one.
    """
    WORKS.alone()
    build = db.session.get(PilotBuild, build_id, with_for_update=True)
    if build is None or build.state != "done" or build.began_at is None:
        raise BuildSettled
    if build.released_at is not None:
        raise AlreadyReleased
    if is_overtaken(build):
        raise NotTriedAgainst
    build.released_at = func.clock_timestamp()
    build.released_by, build.released_for = actor, purpose
    db.session.flush()
    db.session.refresh(build, ["released_at"])
    files = published_files(build)
    said = f"figures as of {build.as_of}, protocol {(build.manifest or {}).get('protocol', '')}"
    counts: dict[str, int | str] = {"files": len(files), "as_of": build.as_of.isoformat()}
    ledger.enter(TABLES, who=actor, why=purpose, specification=said, counts=counts, files=files, at=now)
    after = {"as_of": build.as_of.isoformat()}
    audit.record("pilot.released", about=f"pilot_build:{build.id}", actor=actor, after=after)
    return build


class NotTriedAgainst(Refused):
    """Other figures were released since these were built, and both together could tell too much. Ask for these anew."""
