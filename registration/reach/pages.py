"""All pages of reach, put together."""

from flask import Flask

from registration.reach.known import views as _known  # noqa: F401 -- how far centres reach, on the blueprint
from registration.reach.letters import views as _letters  # noqa: F401 -- invitations and letters
from registration.reach.members import views as _members  # noqa: F401 -- joining
from registration.reach.outreach import views as _outreach  # noqa: F401 -- whom to call on next
from registration.reach.views import bp
from registration.staff import views as staff
from registration.staff.rules import Door


def init_app(app: Flask) -> None:
    """Give the application the pages of reach, and staff the doors to them."""
    app.register_blueprint(bp)
    staff.offer(app, Door("reach.centres", "Reach", "How many families with a new baby each centre knows."))
    staff.offer(app, Door("reach.notices", "Letters of notice", "To families whose centre will hear of their baby."))
