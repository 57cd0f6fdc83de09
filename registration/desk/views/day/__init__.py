"""A centre's day: who comes, what came of it, walk-ins, and the sheet for a day without network."""

from flask import Flask

from registration.desk.views.day import lists as _lists  # noqa: F401 -- the list itself, on the day's blueprint
from registration.desk.views.day import sheets as _sheets  # noqa: F401 -- the sheet for a day without network
from registration.desk.views.day import visits as _visits  # noqa: F401 -- what a family says at its appointment
from registration.desk.views.day import walk_ins as _walk_ins  # noqa: F401 -- families without an appointment
from registration.desk.views.day.frame import bp
from registration.staff import views as staff
from registration.staff.rules import Door


def init_app(app: Flask) -> None:
    """Give the application the pages of a centre's day, and staff the door to them."""
    app.register_blueprint(bp)
    staff.offer(
        app, Door("day.today_here", "Day list", "Who comes today.", "You mark there what came of it.", "day.sheet_page")
    )
