"""The pages of staff: signing in, the first page after it, accounts, and the history of what was done."""

from collections.abc import Collection

from flask import Flask
from flask_wtf.csrf import CSRFError

from registration.common import audit
from registration.common.unsent import is_as_typed
from registration.staff.queries import names_of
from registration.staff.rules import Door
from registration.staff.single_sign_on import init_single_sign_on, label
from registration.staff.views import history, signing_in
from registration.staff.views import sign_ins as _sign_ins  # noqa: F401 -- its pages, on the staff's blueprint
from registration.staff.views import single_sign_on as _single_sign_on  # noqa: F401 -- its pages, on the staff's blueprint
from registration.staff.views.first import may_open, offer, sections, show
from registration.staff.views.frame import bp, keep_private
from registration.staff.views.people import Around, surround
from registration.staff.views.unsent import lapsed


def init_app(app: Flask) -> None:
    """Give the application its sign-in and the pages that belong to no other capability."""
    signing_in.init_app(app)
    init_single_sign_on(app)
    app.register_blueprint(bp)
    app.register_blueprint(history.bp)
    audit.call(app, "staff", _names)
    app.after_request(keep_private)
    app.context_processor(sections)
    app.register_error_handler(CSRFError, lapsed)
    app.jinja_env.globals.update(single_sign_on=label, may_open=may_open, is_as_typed=is_as_typed)


def offer_own_doors(app: Flask) -> None:
    """Put the doors to accounts and history after those of the other capabilities."""
    offer(
        app,
        Door("staff.people", "Accounts", "Who may sign in, as what, and at which centres."),
        Door("history.show", "History", "Who did what, when, and who looked."),
    )


def _names(keys: Collection[str]) -> dict[str, audit.Named]:
    """Name people for the record, each with the page of their account."""
    found = names_of([int(key) for key in keys if key.isdecimal()])
    return {str(number): audit.Named(name, "staff.show_person", {"staff_id": number}) for number, name in found.items()}


__all__ = ["Around", "init_app", "offer", "offer_own_doors", "show", "surround"]
