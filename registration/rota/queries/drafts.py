"""A draft of the rota as it stands now: what is wrong with it, what it would change, and what it can do for families."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from registration.common.db import db
from registration.rota.models import RotaDraft
from registration.rota.queries.planning import around, draft_sessions, published_rota
from registration.rota.rules.conflicts import Around, Conflict, conflicts
from registration.rota.rules.effect import Difference, difference
from registration.rota.rules.patterns import DAY
from registration.rota.rules.planning import Planned


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
        return {each.key for each in (*found.withdrawn, *(stands for stands, _ in found.changed))}


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
    return Examined(first, drafted, published, beside, conflicts(drafted, beside), found)


def drafts() -> Sequence[RotaDraft]:
    """Give every draft, those still in the making first, then the latest first."""
    return db.session.scalars(select(RotaDraft).order_by(RotaDraft.state != "draft", RotaDraft.id.desc())).all()
