"""Whose families a person may see: those of every centre, or of their own centres only."""

from registration.staff.rules import EVERY_CENTRE
from registration.staff.security import person


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
