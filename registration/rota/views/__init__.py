"""The pages of the rota: who works where and when, what is planned, and what becomes of it."""

from flask import Flask

from registration.common import audit
from registration.rota.queries.drafts import draft_names
from registration.rota.queries.people import registrar_names
from registration.rota.views import absences as _absences  # noqa: F401 -- their pages, on the blueprint of the rota
from registration.rota.views import days as _days  # noqa: F401
from registration.rota.views import drafts as _drafts  # noqa: F401
from registration.rota.views import extra as _extra  # noqa: F401
from registration.rota.views import files as _files  # noqa: F401
from registration.rota.views import patterns as _patterns  # noqa: F401
from registration.rota.views import people as _people  # noqa: F401
from registration.rota.views import turns as _turns  # noqa: F401
from registration.rota.views import week as _week  # noqa: F401
from registration.rota.views.frame import Seen, bp, see
from registration.staff import views as staff
from registration.staff.rules import Door

__all__ = ["Seen", "init_app"]


def init_app(app: Flask, seen: Seen) -> None:
    """Give the application the pages of the rota, with their questions about families."""
    see(app, seen)
    audit.call(app, "registrar", registrar_names)
    audit.call(app, "draft", draft_names)
    app.register_blueprint(bp)
    staff.offer(app, Door("rota.week", "Rota", "Who sits where this week, what is planned, and who is away."))
