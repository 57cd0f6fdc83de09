"""What staff note on a work list: who has taken a row, and that it is done."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model


class WorkMark(Model):
    """A note on one row of a work list.

    The rows themselves are found anew each time. `fact` names what a row says just now, so that a row which is done comes
    back as soon as something else happens to the family.
    """

    __tablename__ = "work_mark"
    __table_args__ = (
        UniqueConstraint("work", "fact"),
        CheckConstraint("(done_by IS NULL) = (done_at IS NULL)", name="done"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    work: Mapped[str] = mapped_column(Text)  # the work list, by its name in the address
    fact: Mapped[str] = mapped_column(Text)
    claimed_by: Mapped[str] = mapped_column(Text)
    claimed_at: Mapped[datetime]
    done_by: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, server_default="")  # what was agreed
