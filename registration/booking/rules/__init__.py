"""Decisions of booking that need neither database nor web: standard library only."""
