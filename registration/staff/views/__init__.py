"""The pages of staff: signing in, the first page after it, accounts, and the history of what was done."""

from flask import Flask

from registration.staff.views import signing_in
from registration.staff.views.first import offer, sections, show
from registration.staff.views.frame import bp, keep_private


def init_app(app: Flask) -> None:
    """Give the application its sign-in and the pages that belong to no other capability."""
    signing_in.init_app(app)
    app.register_blueprint(bp)
    app.after_request(keep_private)
    app.context_processor(sections)


__all__ = ["init_app", "offer", "show"]
