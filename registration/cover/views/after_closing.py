"""What the pages of a centre that closes show of the rota: before it closes, afterwards, and once it is open again."""

from datetime import date

from registration.booking.wording import long_day
from registration.common.clock import civil_date, now, today
from registration.cover import actions, queries
from registration.cover.models import CoverPlan
from registration.cover.queries import Closing, cause_of
from registration.cover.wording import closing_effects, empty_sessions
from registration.rota.queries.planning import published_to


def successor_of(cause: Closing) -> str:
    """Name the centre that another is merged into, or nothing."""
    return "" if cause.successor_id is None else queries.centre_name(cause.successor_id)


def about_closing(found: CoverPlan, cause: Closing) -> dict[str, object]:
    """Give what the page of a plan shows of a centre that closes besides its families."""
    drafted = found.state == actions.DRAFT
    done = queries.done_by(found)
    empty = queries.emptied(cause, _going(found), now()) if drafted else None
    return {
        "touches": [] if empty is None else closing_effects(queries.touched(cause, now()), empty, successor_of(cause)),
        "last_centre_day": long_day(cause.last_day),
        "may_reopen": found.sent_at is not None and queries.may_open_again(found),
        "rota_after": rota_after(found),
        "moved": done.moved,
        "successor": successor_of(cause),
        "withdrawn": done.withdrawn if empty is None else len(empty.withdrawn),
        "rota_days": _days(civil_date(cause.begins)),
        "followers": [] if drafted else queries.followers(found, done.followed, today()),
    }


def _going(found: CoverPlan) -> dict[int, tuple[int, int]]:
    return actions.going_along(found, actions.lines_of(found), now())


def _days(first: date) -> dict[str, str]:
    """Give the days of the published rota from the closing on, for whoever makes a draft of them."""
    last = published_to()
    return {} if last is None or last < first else {"first": first.isoformat(), "last": last.isoformat()}


def rota_after(made: CoverPlan) -> list[str]:
    """Say what closing a centre did to sessions without families; nothing for an absence, or before it was done."""
    cause, done = cause_of(made), queries.done_by(made)
    if not isinstance(cause, Closing):
        return []
    return empty_sessions(done.moved, done.withdrawn, done.times, successor_of(cause), done=True)
