"""What a manager says of the births to come, and what the service told of them last."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registration.balancing.rules.demand import MOST_BIRTHS, MOST_FACTOR
from registration.common.db import Model


class DemandAdjustment(Model):
    """A manager's word on the births of a cluster in some weeks: so many times what is expected, or so many a week.

    The latest that stands counts; one is taken back, never changed or deleted.
    """

    __tablename__ = "demand_adjustment"
    __table_args__ = (
        CheckConstraint(
            "extract(isodow FROM first_week) = 1 AND extract(isodow FROM last_week) = 1 AND first_week <= last_week",
            name="weeks",
        ),
        CheckConstraint("(factor IS NULL) <> (births IS NULL)", name="one_way"),
        CheckConstraint(f"factor BETWEEN 0 AND {MOST_FACTOR:g}", name="factor"),
        CheckConstraint(f"births BETWEEN 0 AND {MOST_BIRTHS}", name="births"),
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        CheckConstraint("(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name="withdrawn"),
        Index("ix_demand_adjustment_standing", "last_week", postgresql_where=text("withdrawn_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"), index=True)
    first_week: Mapped[date]  # a Monday, as is the last
    last_week: Mapped[date]
    factor: Mapped[float | None]
    births: Mapped[int | None]  # a week
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None]


class SupplyForecast(Model):
    """Which families are to be expected to find no time, and what would help: the last one found, written anew again and again."""

    __tablename__ = "supply_forecast"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, server_default=text("1"))
    made_at: Mapped[datetime]  # by the clock of the service
    found: Mapped[dict[str, Any]] = mapped_column(JSONB)
