"""Registrars and their sessions: who registers births at which centre, in which room, when."""
