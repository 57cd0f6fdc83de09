"""Keep a family's answers while it is on its way, with the time that is kept for it.

The row's lock puts double clicks and second tabs one after the other; whoever comes second sees what the first did.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, text

from registration.booking.actions.holds import extend, hold, release
from registration.booking.actions.refusals import BookingRefused
from registration.booking.models import Journey
from registration.booking.queries import JOURNEY_IS_KNOWN, kept_until, moment
from registration.booking.rules.deadline import last_lawful_day
from registration.booking.rules.journey import MOST_KEEPS, Answers, KeptTime, WhyAgain, needs_other_time, settled
from registration.booking.rules.requests import HoldRequest
from registration.booking.rules.slots import Minute
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.links import digest

TOKEN_BYTES = 18


@dataclass(slots=True)
class Walk:
    """One family's journey, locked for this transaction. `client` names who asks, for the limit on live holds."""

    row: Journey
    answers: Answers
    client: str

    def keep(self, answers: Answers) -> None:
        """Keep the answers as they are now."""
        self.answers = answers
        self.row.answers = answers.to_json()
        self.row.changed_at = func.clock_timestamp()
        db.session.flush()


def begin(answers: Answers, client: str) -> tuple[str, Walk]:
    """Start a journey; give its secret, of which only the digest is stored."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = Journey(token_digest=digest(token), answers={})
    db.session.add(row)
    walk = Walk(row, answers, client)
    walk.keep(answers)
    return token, walk


def locked(token: str, client: str) -> Walk | None:
    """Lock a journey and read it as it then stands; None where there is none such, or it ended half an hour ago."""
    wanted = select(Journey).where(Journey.token_digest == digest(token), text(JOURNEY_IS_KNOWN)).with_for_update()
    row = db.session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    return None if row is None else Walk(row, Answers.from_json(row.answers), client)


def answer(walk: Walk, after: Answers, now: datetime) -> None:
    """Take an answer in. A time kept for other babies or another length is kept anew, or given up, with the reason."""
    before = walk.answers
    after = settled(before, after)
    if after.kept is not None and needs_other_time(before, after):
        after = _refitted(after, after.kept, walk.client, now)
    walk.keep(after)


def _refitted(answers: Answers, kept: KeptTime, client: str, now: datetime) -> Answers:
    last = last_lawful_day(min(answers.births))
    if civil_date(now) <= last < civil_date(moment(kept.start)):
        release(kept.token)
        return replace(answers, why_again=WhyAgain.LATE)
    anew = _held_again(answers, kept, client, now)
    return replace(answers, kept=anew) if anew else replace(answers, why_again=WhyAgain.LONGER)


def _held_again(answers: Answers, kept: KeptTime, client: str, now: datetime) -> KeptTime | None:
    """Keep the same time once more for the answers as they are; None where that cannot be, and then it is let go."""
    release(kept.token)
    try:
        with db.session.begin_nested():
            made = hold(_wish(answers, kept.centre_id, kept.start, client), now)
    except BookingRefused:
        return None
    return replace(kept, token=made.token)


def _wish(answers: Answers, centre_id: int, start: Minute, client: str) -> HoldRequest:
    return HoldRequest(centre_id, moment(start), answers.births, answers.with_interpreter, client)


def choose_time(walk: Walk, centre_id: int, start: Minute, now: datetime) -> None:
    """Keep a time for the family and let go the one kept before; the same time again stays kept as it is.

    Raises what `hold` raises. The caller then undoes everything, so that the time kept before stays kept.
    """
    kept = walk.answers.kept
    if kept is not None and (kept.centre_id, kept.start) == (centre_id, start) and is_live(kept):
        walk.keep(replace(walk.answers, why_again=None))
        return
    if kept is not None:
        release(kept.token)
    made = hold(_wish(walk.answers, centre_id, start, walk.client), now)
    keeps = kept.keeps if kept else 0
    walk.keep(replace(walk.answers, kept=KeptTime(made.token, centre_id, start, keeps), why_again=None))


def keep_longer(walk: Walk, now: datetime) -> bool:
    """Keep the family's time for another ten minutes, or again where it ran out; False where that cannot be.

    Where others took it meanwhile, that is noted, and the family chooses again.
    """
    kept = walk.answers.kept
    if kept is None or kept.keeps >= MOST_KEEPS:
        return False
    anew = kept if extend(kept.token) else _held_again(walk.answers, kept, walk.client, now)
    if anew is None:
        walk.keep(replace(walk.answers, why_again=WhyAgain.TAKEN))
        return False
    walk.keep(replace(walk.answers, kept=replace(anew, keeps=kept.keeps + 1)))
    return True


def renew(walk: Walk, now: datetime, *, longer: bool = False) -> bool:
    """Make sure that the time is kept at this moment: where it ran out and is still free it is kept again.

    With `longer` it is kept for ten minutes from now, so that it cannot run out while it is being booked.
    """
    kept = walk.answers.kept
    if kept is not None and (extend(kept.token) if longer else is_live(kept)):
        return True
    anew = _held_again(walk.answers, kept, walk.client, now) if kept else None
    if anew is None:
        walk.keep(replace(walk.answers, why_again=WhyAgain.TAKEN))
        return False
    walk.keep(replace(walk.answers, kept=anew))
    return True


def is_live(kept: KeptTime) -> bool:
    """Say whether a time is kept at this moment."""
    return kept_until(kept.token) is not None


def finish(walk: Walk, booking_id: int) -> None:
    """Note which booking the journey led to, and forget its answers."""
    walk.row.booking_id = booking_id
    walk.keep(Answers())


def start_again(walk: Walk) -> None:
    """Let go what was kept for a family that starts from the beginning, and forget its answers."""
    if walk.answers.kept is not None:
        release(walk.answers.kept.token)
    walk.keep(Answers())
