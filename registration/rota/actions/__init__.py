"""Changes to registrars and sessions. They flush and never commit; refusals are sentences a person reads."""

from registration.rota.actions.pattern_files import import_patterns
from registration.rota.actions.registrars import import_registrars
from registration.rota.actions.sessions import SessionTaken, TakenIn, import_sessions

__all__ = ["SessionTaken", "TakenIn", "import_patterns", "import_registrars", "import_sessions"]
