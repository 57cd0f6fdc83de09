"""Plans of the rota, and what a manager wants of single sessions in them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model
from registration.common.long_work import LongWork

STATES = ("open", "waiting", "running", "done", "stopped", "impossible", "failed")


class BalancePlan(LongWork, Model):
    """A rota planned for some weeks from a Monday: what it was made from, how far it is, and what came of it.

    `instance` is what was known when it was asked for, `today` the rota as it stood then. A `stopped` one has the best rota
    found until then; an `impossible` one says in `conflicts` which rules cannot hold together; a `failed` one why.
    A what-if has `changes`: `instance` is then a council that is only thought of, made from that of the plan before; an `open`
    one is still being put together. A plan of what somebody absent leaves has `missed`: what that is; and `ways` to staff it
    instead of a rota, fewest changes first.
    """

    __tablename__ = "balance_plan"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("weeks BETWEEN 1 AND 26", name="weeks"),
        CheckConstraint("share BETWEEN 0 AND 1", name="share"),
        Index("ix_balance_plan_at_work", "id", postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date]
    weeks: Mapped[int]
    stage: Mapped[str] = mapped_column(Text, server_default="")
    share: Mapped[float] = mapped_column(server_default=text("0"))  # of the work, as far as it can be told
    best: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # figures of the best rota so far
    stop_asked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    began_at: Mapped[datetime | None]
    instance: Mapped[dict[str, Any]] = mapped_column(JSONB)
    today: Mapped[dict[str, Any]] = mapped_column(JSONB)
    notes: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    rota: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    bound: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    conflicts: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    former_id: Mapped[int | None] = mapped_column(ForeignKey("balance_plan.id"))  # changed as little as may be
    changes: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'")
    )  # what if it were otherwise
    missed: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    ways: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("rota_draft.id", ondelete="SET NULL"))

    @property
    def is_what_if(self) -> bool:
        """Whether its council is not the real one, or is still being put together."""
        return self.state == "open" or bool(self.changes)

    @property
    def is_for_cover(self) -> bool:
        """Whether it is of what somebody absent leaves; pages of cover show it."""
        return self.missed is not None


class BalanceWish(Model):
    """What a manager wants of one registrar's half-day in the next solution: to be at a centre, or not in a cluster."""

    __tablename__ = "balance_wish"
    __table_args__ = (
        UniqueConstraint("plan_id", "registrar_id", "day", "half"),
        CheckConstraint("half IN ('morning', 'afternoon')", name="half"),
        CheckConstraint("(centre_id IS NULL) <> (cluster_id IS NULL)", name="one_place"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("balance_plan.id", ondelete="CASCADE"))
    registrar_id: Mapped[int] = mapped_column(ForeignKey("registrar.id"))
    day: Mapped[date]
    half: Mapped[str] = mapped_column(Text)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))  # must be there
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("cluster.id"))  # must not be there
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
