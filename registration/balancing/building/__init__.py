"""A plan's instance built from the database."""

from registration.balancing.building.families import Expected, expected
from registration.balancing.building.instance import Built, build

__all__ = ["Built", "Expected", "build", "expected"]
