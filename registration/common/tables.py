"""Which states of the database's tables this release can work on."""

from functools import lru_cache

from alembic.script import ScriptDirectory


def heads(directory: str) -> frozenset[str]:
    """Give the state of the tables that this release was written for, as the folder of its migrations tells it."""
    return _states(directory)[0]


def fit(found: frozenset[str], directory: str) -> bool:
    """Say whether this release can work on tables in this state: its own, or one it does not know, which is a later release's.

    Tables are changed first and hosts then, one by one, so a release works on the tables of the next, which only add to them.
    """
    own, known = _states(directory)
    return found == own or (bool(found) and not found & known)


@lru_cache(maxsize=8)
def _states(directory: str) -> tuple[frozenset[str], frozenset[str]]:
    scripts = ScriptDirectory(directory)
    return frozenset(scripts.get_heads()), frozenset(each.revision for each in scripts.walk_revisions())
