"""The evaluator's pages: protocols, figures as of a day, releases, and rows for named evaluators."""

from flask import Flask

from registration.common import audit
from registration.pilot.building.queries import build_names
from registration.pilot.views import builds, protocols, rows  # noqa: F401 -- the routes of one blueprint
from registration.pilot.views.frame import bp
from registration.staff import views as staff
from registration.staff.rules import Door


def init_app(app: Flask) -> None:
    """Give the application the pages of the pilot, and those who may open them the door."""
    app.register_blueprint(bp)
    audit.call(app, "pilot_build", build_names)
    staff.offer(app, Door("pilot.overview", "The pilot", "Does registering births in centres reach more families?"))
