"""Questions about files of live births: what came, what is known of the births they tell, and what was deleted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select

from registration.births.agreements.rules import ITEMS
from registration.births.files.models import WaitingFile
from registration.births.files.rules.births import Baby
from registration.births.files.rules.deciding import DETAILS, Known
from registration.births.models import BirthFile, BirthRecord, Deletion, SourceMapping
from registration.common.audit import AuditEvent, Named
from registration.common.db import db
from registration.common.links import keyed
from registration.families.models import Family, SharingAgreement

#: So long a file waits to be taken in.
WAITS = timedelta(hours=1)
#: The event of a file that waited and was taken in.
TAKEN = "births.upload_taken"
_A_DAY = timedelta(days=1)
_KNOWN = select(
    BirthRecord.source_key,
    BirthRecord.id,
    BirthRecord.family_id,
    or_(BirthRecord.erased_at.is_not(None), Family.lost_at.is_not(None)),
    *(getattr(BirthRecord, name) for name in DETAILS),
).join(Family, Family.id == BirthRecord.family_id)


def taken_before(source: str, sha256: str) -> datetime | None:
    """Say when the same file of a source was taken in; None where it was not."""
    taken = select(BirthFile.received_at).where(BirthFile.source == source, BirthFile.sha256 == sha256)
    return db.session.scalar(taken)


@dataclass(frozen=True, slots=True)
class Beyond:
    """How many births hold something that an agreement does not include, and which items those are."""

    births: int
    items: tuple[str, ...]

    @property
    def words(self) -> str:
        """Give the items as people call them: 'Telephone number, Email address'."""
        return ", ".join(ITEMS[name].words for name in self.items)


def beyond(agreement_id: int, items: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Give the condition of a birth that is held under an agreement with more than these items."""
    more = or_(false(), *(_held(name) for name in ITEMS if name not in items))
    return BirthRecord.agreement_id == agreement_id, BirthRecord.erased_at.is_(None), more


def held_beyond(agreement_id: int, items: Collection[str]) -> Beyond:
    """Say of how many births, held under an agreement, more is kept than these items, and what."""
    others = [name for name in ITEMS if name not in items]
    counts = [func.count().filter(_held(name)) for name in others]
    births, *held = db.session.execute(select(func.count(), *counts).where(*beyond(agreement_id, items))).one()
    return Beyond(births, tuple(name for name, number in zip(others, held, strict=True) if number))


def _held(name: str) -> ColumnElement[bool]:
    """Say whether a birth holds an item; of the first of a mother’s babies the order tells nothing."""
    return BirthRecord.birth_order > 1 if name == "birth_order" else getattr(BirthRecord, name).is_not(None)


def said_of(source: str) -> dict[str, str]:
    """Give what was said of a source's columns: {ours: its heading}."""
    mapping = db.session.get(SourceMapping, source)
    return {} if mapping is None else dict(mapping.columns)


def key_of(source: str, baby: Baby) -> str:
    """Give the key a birth is known by: its source's own number, else a digest that SECRET_KEY keeps from being guessed."""
    return baby.key or f"digest:{keyed('birth', f'{source}|{baby.unchanging}').hex()}"


def loss_key(unchanging: str) -> str:
    """Give the key by which a baby of whom a loss was told is known, whichever source tells it."""
    return f"loss:{keyed('loss', unchanging).hex()}"


def known_births(source: str, keys: Collection[str], days: Collection[date]) -> dict[str, Known]:
    """Give, by key, the births a source told before: those of these keys, and those near these days, for twins."""
    near = BirthRecord.born.between(min(days) - _A_DAY, max(days) + _A_DAY) if days else BirthRecord.id < 0
    rows = db.session.execute(_KNOWN.where(BirthRecord.source == source, or_(BirthRecord.source_key.in_(keys), near)))
    return {
        key: Known(number, family, closed, dict(zip(DETAILS, details, strict=True)))
        for key, number, family, closed, *details in rows
    }


def kept_keys(keys: Collection[str], source: str | None = None) -> frozenset[str]:
    """Give those of these keys that a birth is kept under, of one source or of any."""
    kept = select(BirthRecord.source_key).where(BirthRecord.source_key.in_(keys))
    return frozenset(db.session.scalars(kept if source is None else kept.where(BirthRecord.source == source)))


def files_taken(most: int) -> Sequence[BirthFile]:
    """List the files that were taken in, the newest first."""
    return db.session.scalars(select(BirthFile).order_by(BirthFile.id.desc()).limit(most)).all()


def outside_of(files: Collection[int]) -> Mapping[int, int]:
    """Give, by file, how many births lived outside the area and were left at the door, as the history tells it."""
    told = select(AuditEvent.about, AuditEvent.after["outside"].as_integer()).where(
        AuditEvent.about.in_([f"birth_file:{number}" for number in files]), AuditEvent.event == "births.imported"
    )
    return {int(about.partition(":")[2]): number or 0 for about, number in db.session.execute(told)}


def waiting_file(number: UUID, now: datetime) -> WaitingFile | None:
    """Give a file that waits to be taken in; None once it was, or its hour is over."""
    file = db.session.get(WaitingFile, number)
    return file if file is not None and now - file.brought_at < WAITS else None


def was_taken_in(number: UUID) -> bool:
    """Say whether a file that waited under this number was taken in."""
    told = select(AuditEvent.id).where(AuditEvent.about == f"waiting_file:{number}", AuditEvent.event == TAKEN)
    return db.session.scalar(told) is not None


def deletions(most: int) -> Sequence[tuple[Deletion, str | None]]:
    """List what was deleted, with the source whose agreement it was under, the newest first."""
    rows = db.session.execute(
        select(Deletion, SharingAgreement.source)
        .outerjoin(SharingAgreement, SharingAgreement.id == Deletion.agreement_id)
        .order_by(Deletion.id.desc())
        .limit(most)
    )
    return [(deletion, source) for deletion, source in rows]


def file_names(keys: Collection[str]) -> Mapping[str, Named]:
    """Name files by their numbers, for the history."""
    rows = db.session.execute(
        select(BirthFile.id, BirthFile.source, BirthFile.name).where(BirthFile.id.in_(map(int, keys)))
    )
    return {str(number): Named(f"file {name} of {source}", "birth_files.files") for number, source, name in rows}


def births_held() -> int:
    """Count the births whose details are held now."""
    return db.session.scalar(select(func.count()).where(BirthRecord.erased_at.is_(None))) or 0
