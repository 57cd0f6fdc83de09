"""A draft of the rota as it stands now: what is wrong with it, what it would change, and what it can do for families."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import select

from registration.common.audit import AuditEvent, Named
from registration.common.db import db
from registration.rota.models import DraftSession, RotaDraft
from registration.rota.queries.planning import around, draft_sessions, published_rota
from registration.rota.rules.conflicts import ABSENT, Around, Conflict, conflicts
from registration.rota.rules.effect import Difference, difference
from registration.rota.rules.patterns import DAY
from registration.rota.rules.planning import Planned

#: What the record calls publishing.
PUBLISHED_IT = "published the rota"


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft held against everything else: its sessions, their conflicts, and the difference it makes.

    `first` is the first day that publishing would change: what is past or today stays as it is.
    """

    first: date
    sessions: Sequence[Planned]
    published: Sequence[Planned]
    around: Around
    conflicts: Sequence[Conflict]
    difference: Difference

    @property
    def touched(self) -> set[int]:
        """Give the published sessions that would be changed or withdrawn."""
        found = self.difference
        pairs = (*found.changed, *found.taken_over)
        return {each.key for each in (*found.withdrawn, *(stands for stands, _ in pairs))}

    @property
    def mark(self) -> str:
        """Give a mark of the difference: another where publishing would do anything else than this."""
        found = self.difference
        parts = (found.new, found.changed, found.taken_over, found.withdrawn, len(found.unchanged))
        return sha256(repr(parts).encode()).hexdigest()[:16]


def examine(draft: RotaDraft, today: date, *, lock: bool = False) -> Examined:
    """Hold a draft against everything else; with `lock` the published sessions of its days stay as they are until commit."""
    first = max(draft.first_day, today + DAY)
    drafted = [each for each in draft_sessions(draft.id) if each.day >= first]
    if first > draft.last_day:
        published: list[Planned] = []
        beside = around(draft.last_day, draft.last_day)
    else:
        published = published_rota(first, draft.last_day, lock=lock)
        beside = around(first, draft.last_day)
    found = difference(drafted, published)
    wrong = [each for each in conflicts(drafted, beside) if not _is_seen_to(each, found)]
    return Examined(first, drafted, published, beside, wrong, found)


def _is_seen_to(conflict: Conflict, found: Difference) -> bool:
    """Say whether all that is wrong is an absence in a session that stands already and stays as it is: cover sees to that."""
    return conflict.code == ABSENT and any(conflict.session is later for _, later in found.unchanged)


def drafts_made() -> Sequence[RotaDraft]:
    """Give every draft, those still in the making first, then the latest first."""
    return db.session.scalars(select(RotaDraft).order_by(RotaDraft.state != "draft", RotaDraft.id.desc())).all()


def draft_by_id(draft_id: int) -> RotaDraft | None:
    """Give a draft, None where there is none."""
    return db.session.get(RotaDraft, draft_id)


def draft_session(draft_id: int, key: int) -> DraftSession | None:
    """Give a session of a draft, None where that draft has none of the number."""
    return db.session.scalars(select(DraftSession).filter_by(id=key, draft_id=draft_id)).one_or_none()


def published_counts(draft: RotaDraft) -> Mapping[str, int] | None:
    """Give how many sessions were new, changed, unchanged and withdrawn when a draft was published, from the record."""
    wanted = select(AuditEvent.after).where(AuditEvent.about == f"draft:{draft.id}", AuditEvent.event == PUBLISHED_IT)
    return db.session.scalar(wanted) if draft.state == "published" else None


def draft_names(keys: Collection[str]) -> Mapping[str, Named]:
    """Give the names of drafts as the record shows them, by number, with the page of each."""
    wanted = select(RotaDraft.id, RotaDraft.name).where(RotaDraft.id.in_([int(key) for key in keys]))
    found = db.session.execute(wanted)
    return {str(row.id): Named(row.name, "rota.draft", {"draft_id": row.id}) for row in found}
