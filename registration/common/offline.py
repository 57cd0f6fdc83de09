"""Commands that work on files alone, and need neither a database nor settings."""

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def without_database(command: F) -> F:
    """Let a command run where there is no database: registration/cli.py looks for this."""
    vars(command)["database_settled"] = True
    return command
