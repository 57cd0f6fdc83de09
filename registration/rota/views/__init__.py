"""The pages of the rota: who works where and when, what is planned, and what becomes of it."""

from flask import Flask

from registration.rota.views.frame import Seen, bp, see

__all__ = ["Seen", "init_app"]


def init_app(app: Flask, seen: Seen) -> None:
    """Give the application the pages of the rota, with their questions about families."""
    see(app, seen)
    app.register_blueprint(bp)
