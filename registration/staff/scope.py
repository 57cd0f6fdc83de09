"""Whose families a person may see: those of every centre, or of their own centres only, or of a place where they have a turn."""

from datetime import date

from registration.common.clock import today
from registration.staff.rules import EVERY_CENTRE
from registration.staff.security import person
from registration.staff.turns import Turn, turns


def own_centres() -> frozenset[int] | None:
    """Give the numbers of the centres the person signed in is kept to, or None where they see every centre.

    To be asked on pages behind @roles only. A person without centres and without a role for all of them sees none.
    """
    user = person()
    return None if user.role_names & EVERY_CENTRE else user.centre_ids


def may_see_centre(centre_id: int) -> bool:
    """Say whether the person signed in may see what happens at this centre; a view answers 403 where not."""
    own = own_centres()
    return own is None or centre_id in own


def own_turns(day: date, centre_id: int | None = None) -> tuple[Turn, ...]:
    """List the half-days of a day on which the person signed in is at a place to sign families up; of past days none."""
    if day < today():
        return ()
    return tuple(turn for turn in turns(day, day, centre_id) if turn.user_id == person().id)


def centres_on_day(day: date) -> frozenset[int] | None:
    """Give the numbers of the centres the person may see on a day: their own, and where they have a turn; None for all."""
    own = own_centres()
    return None if own is None else own | {turn.centre_id for turn in own_turns(day)}
