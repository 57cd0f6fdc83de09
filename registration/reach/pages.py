"""All pages of reach, put together."""

from datetime import date

from flask import Flask

from registration.families.surfaces import show_to_centres
from registration.reach.frame import bp
from registration.reach.known import views as _known  # noqa: F401 -- how far centres reach, on the blueprint
from registration.reach.letters import views as _letters  # noqa: F401 -- invitations and letters
from registration.reach.letters.queries import invitations, may_still_write
from registration.reach.members import views as _members  # noqa: F401 -- joining
from registration.reach.outreach.queries import known_to
from registration.reach.outreach.views import for_centre_workers
from registration.staff import views as staff
from registration.staff.rules import Door


def init_app(app: Flask) -> None:
    """Give the application the pages of reach, and staff the doors to them."""
    app.register_blueprint(bp)
    app.extensions["centres_may_write"] = may_still_write  # what the worker asks, which knows no families
    staff.show(app, for_centre_workers)
    staff.offer(app, Door("reach.centres", "Reach", "How many families with a new baby each centre knows."))
    staff.offer(app, Door("reach.notices", "Letters of notice", "To families whose centre will hear of their baby."))
    # Its other lists, its files and what it may send are drawn from the first of these.
    show_to_centres(app, "families a centre may call on", _called_on)
    show_to_centres(app, "invitations", _invited)


def _called_on(centre_id: int, today: date) -> set[int]:
    return {entry.card.family_id for entry in known_to(centre_id, today)}


def _invited(centre_id: int, today: date) -> set[int]:
    return {each.family_id for each in invitations(centre_id, today)}
