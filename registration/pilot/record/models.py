"""Tables of the pilot: events without names, losses they heed, the lot, and from when each centre takes part."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model
from registration.pilot.record.rules.events import Kind


class PilotSecret(Model):
    """The two secrets of which keys are made (the function pilot_key). Deleted, nobody can say any more whose an event is."""

    __tablename__ = "pilot_secret"
    __table_args__ = (CheckConstraint("one", name="one"),)

    one: Mapped[bool] = mapped_column(server_default=text("true"), primary_key=True)
    inner_key: Mapped[bytes] = mapped_column(LargeBinary)
    outer_key: Mapped[bytes] = mapped_column(LargeBinary)


class PilotLoss(Model):
    """A family that lost a baby, by its key: it has no events, and what it had is deleted."""

    __tablename__ = "pilot_loss"

    family_key: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class PilotEvent(Model):
    """One thing that happened, told by one row of the service’s tables: which kind, which family, when, where, by which route.

    Never changed. Where the row tells it otherwise later, that is its next version, and the last one counts; `undone` says that it
    never was so. `source_key`, `family_key` and `birth_key` are keys of rows, not their numbers; `day` is the civil day.
    """

    __tablename__ = "pilot_event"
    __table_args__ = (
        UniqueConstraint("source_key", "version"),
        CheckConstraint(f"kind IN ({', '.join(repr(kind.value) for kind in Kind)})", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    source_key: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(SmallInteger)
    family_key: Mapped[str] = mapped_column(Text, index=True)
    birth_key: Mapped[str | None] = mapped_column(Text)
    day: Mapped[date]
    at: Mapped[datetime]  # where only the day is known, its first moment
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    route: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    undone: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class PilotLot(Model):
    """A lot by which the order of the roll-out was drawn: from which seed, of which units, when, by whom. Never changed.

    `drawn` are the units in the order drawn, `begins` the first day of each step; the last is None where its units stay out.
    """

    __tablename__ = "pilot_lot"
    __table_args__ = (
        CheckConstraint("unit IN ('cluster', 'centre')", name="unit"),
        CheckConstraint("steps = cardinality(begins) AND steps BETWEEN 1 AND cardinality(units)", name="steps"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    seed: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    units: Mapped[list[str]] = mapped_column(ARRAY(Text))
    steps: Mapped[int]
    drawn: Mapped[list[str]] = mapped_column(ARRAY(Text))
    begins: Mapped[list[date | None]] = mapped_column(ARRAY(Date))
    drawn_by: Mapped[str] = mapped_column(Text)
    drawn_at: Mapped[datetime]


class CentreRollOut(Model):
    """From which day a centre is in the pilot; None in `pilot_from` is a centre to compare with.

    `lot_id` is the lot that drew it last, though somebody may have set another day since.
    """

    __tablename__ = "centre_roll_out"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    pilot_from: Mapped[date | None]
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("pilot_lot.id"))
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
