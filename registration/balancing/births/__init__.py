"""The births to expect, as managers see them and say otherwise."""
