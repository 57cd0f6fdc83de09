"""The pages of staff at work with families: on the telephone, and at a centre on the day."""

from flask import Flask

from registration.common import audit
from registration.desk.naming import bookings_by_public_id, centre_names, keys_of_reference
from registration.desk.record import booking_names
from registration.desk.views import booking as _booking  # noqa: F401 -- a booking's pages, on the desk's blueprint
from registration.desk.views import day
from registration.desk.views import find as _find  # noqa: F401 -- its search
from registration.desk.views import looks as _looks  # noqa: F401 -- opening one, which is recorded
from registration.desk.views import moving as _moving  # noqa: F401 -- another time for it
from registration.desk.views import phone as _phone  # noqa: F401 -- booking on the telephone
from registration.desk.views import sharing as _sharing  # noqa: F401 -- what a family answers on sharing by telephone
from registration.desk.views import supply as _supply  # noqa: F401 -- where times run dry
from registration.desk.views import telling as _telling  # noqa: F401 -- who else is told of the family
from registration.desk.views import waiting as _waiting  # noqa: F401 -- the waiting list
from registration.desk.views import work as _work  # noqa: F401 -- the work lists
from registration.desk.views.aggregates import for_data_officers, for_evaluators
from registration.desk.views.day.lists import named_on_lists
from registration.desk.views.first import needs_today
from registration.desk.views.frame import bp
from registration.families.surfaces import show_to_centres
from registration.staff import views as staff
from registration.staff.rules import Door


def init_app(app: Flask) -> None:
    """Give the application the desk's pages, and staff the doors to them."""
    app.register_blueprint(bp)
    audit.call(app, "booking", booking_names)
    audit.call(app, "", bookings_by_public_id)
    audit.call(app, "centre", centre_names)
    audit.find(app, keys_of_reference)
    staff.offer(
        app, Door("desk.phone", "Book by telephone", "For a family that calls, with the times kept for the desk.")
    )
    staff.offer(app, Door("desk.find", "Find a booking", "By reference, name, telephone, email or date of birth."))
    staff.offer(app, Door("desk.waiting", "Waiting list", "Families that would rather have another time."))
    day.init_app(app)
    show_to_centres(app, "day lists", named_on_lists)
    for panel in (needs_today, for_evaluators, for_data_officers):
        staff.show(app, panel)
