"""Questions about registrars, rooms and sessions."""

from registration.rota.queries.places import Places, registrars_by_name
from registration.rota.queries.sessions import sessions_from, sessions_near

__all__ = ["Places", "registrars_by_name", "sessions_from", "sessions_near"]
