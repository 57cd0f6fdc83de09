"""Whom a centre calls on next, and what came of it."""
