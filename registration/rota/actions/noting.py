"""What every change of the rota does: wait for its turn, count, keep in the record what was done, have the forecast made anew."""

from sqlalchemy import func, select

from registration.centres.actions import Outcome
from registration.common import audit
from registration.common.db import db
from registration.common.queue import defer
from registration.rota.models import Session

#: The job that tells anew which families will find no time; it stands above the rota.
LOOK_OUT = "balance.look_out"
#: The job that looks at the families of absent registrars again; it too stands above.
LOOK_AGAIN = "cover.look_again"


def count(outcome: Outcome, *, changed: bool) -> None:
    """Count a row that was there before."""
    outcome.changed += changed
    outcome.unchanged += not changed


def note(event: str, actor: str, outcome: Outcome) -> None:
    """Keep in the record what an import did, where it did anything."""
    if outcome.added or outcome.changed:
        audit.record(event, about="rota", actor=actor, after={"added": outcome.added, "changed": outcome.changed})


def one_at_a_time() -> None:
    """Wait until whoever else changes sessions is done: one change of the rota at a time."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(Session.__tablename__))))


def others_sit_there() -> None:
    """Have the plans of cover looked at again, once this change is committed: families’ sessions have another registrar."""
    defer(LOOK_AGAIN)


def rota_changed() -> None:
    """Have it told anew which families will find no time, once this change of places or of births is committed."""
    defer(LOOK_OUT)
