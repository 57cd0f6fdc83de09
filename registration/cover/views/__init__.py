"""The pages of cover: plans for absent registrars and for centres that close."""

from registration.cover.views import closing, staffing
from registration.cover.views.plans import init_app

__all__ = ["closing", "init_app", "staffing"]
