"""Files that were brought and are looked at: kept for an hour at most, without what must never be taken."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete

from registration.births.agreements.queries import agreement_in_force
from registration.births.files.actions.taking import save_mapping
from registration.births.files.looking import Brought, agreement_of, kept_sheet, look, refuse_again, sheet_of
from registration.births.files.models import WaitingFile
from registration.births.files.queries import TAKEN, WAITS, said_of
from registration.births.files.rules.columns import Kind, become
from registration.births.files.rules.sheet import read_sheet
from registration.common.audit import record
from registration.common.clock import civil_date
from registration.common.db import db


def bring(content: bytes, source: str, kind: Kind, name: str, actor: str, now: datetime) -> WaitingFile:
    """Keep a file to be looked at. Raises NoAgreement, FileTakenBefore, and FileRefused where it is no table."""
    agreement = agreement_of(source, civil_date(now))
    sheet = read_sheet(content)
    refuse_again(source, sheet)
    said = said_of(source) if kind is not Kind.COUNTS else {}
    if sheet.faults.count:  # told with whatever else is wrong, which reading on finds
        look(Brought(sheet, source, kind, name, said), civil_date(now))
    columns, _ = become(sheet, kind, agreement.items, said)
    kept = kept_sheet(sheet, columns)
    file = WaitingFile(
        source=source, kind=kind.value, name=name, sheet=kept, said=said, brought_by=actor, brought_at=now
    )
    db.session.add(file)
    db.session.flush()
    record("births.uploaded", about=f"waiting_file:{file.id}", actor=actor, after={"source": source})
    return file


def brought(file: WaitingFile) -> Brought:
    """Give a waiting file as it is read."""
    return Brought(sheet_of(file.sheet), file.source, Kind(file.kind), file.name, file.said)


def say_columns(file: WaitingFile, said: Mapping[str, str]) -> None:
    """Say what the columns of a waiting file become: {ours: heading}, '' for what is not to be taken."""
    file.said = dict(said)
    db.session.flush()


def drop(file: WaitingFile, actor: str, now: datetime) -> None:
    """Throw a waiting file away; what was said of its columns is kept for the next file of its source, where it can be read so."""
    if _readable(file, civil_date(now)):
        keep_columns(file, actor, now)
    record("births.upload_dropped", about=f"waiting_file:{file.id}", actor=actor, after={"source": file.source})
    forget(file)


def keep_columns(file: WaitingFile, actor: str, now: datetime) -> None:
    """Keep what was said of the columns of births or losses for the next file of the source, where it is new."""
    if file.kind != Kind.COUNTS and file.said != said_of(file.source):
        save_mapping(file.source, file.said, actor, now)


def _readable(file: WaitingFile, today: date) -> bool:
    agreement = agreement_in_force(file.source, today)
    if agreement is None:
        return False
    read = brought(file)
    return not become(read.sheet, read.kind, agreement.items, read.said)[1].count


def settle(file: WaitingFile, actor: str) -> None:
    """Let a waiting file go, once it was taken in; the history tells whoever still looks at it."""
    record(TAKEN, about=f"waiting_file:{file.id}", actor=actor, after={"source": file.source})
    forget(file)


def forget(file: WaitingFile) -> None:
    """Let the text of a waiting file go."""
    db.session.delete(file)
    db.session.flush()


def drop_old(now: datetime) -> int:
    """Let go of files that waited longer than an hour; give how many."""
    gone = db.session.execute(delete(WaitingFile).where(WaitingFile.brought_at < now - WAITS).returning(WaitingFile.id))
    return len(gone.all())
