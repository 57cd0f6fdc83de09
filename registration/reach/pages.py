"""All pages of reach, put together."""

from flask import Flask

from registration.reach.frame import bp
from registration.reach.known import views as _known  # noqa: F401 -- how far centres reach, on the blueprint
from registration.reach.letters import views as _letters  # noqa: F401 -- invitations and letters
from registration.reach.letters.queries import may_still_write
from registration.reach.members import views as _members  # noqa: F401 -- joining
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
