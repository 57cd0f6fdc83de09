"""Families that join a centre: taken in, written down, taken out for the centre’s own system and brought back from it."""
