"""Delete everything that is due, each batch in a transaction of its own."""

from collections.abc import Iterator
from datetime import datetime

from registration.births.files.actions import erase_due
from registration.births.retention.actions import Deleted, delete_due
from registration.births.retention.rules import RULES
from registration.common.transaction import transaction


def delete_everything_due(actor: str, now: datetime) -> Iterator[Deleted]:
    """Delete what is due of every kind, and give each batch once it is gone."""
    for rule in RULES:
        while True:
            with transaction():
                done = delete_due(rule, actor, now)
            if done is None:
                break
            yield done
    with transaction():
        births = erase_due(now, actor)
    yield from (Deleted("live_births", each.rows, f"{each.source}: {each.rule}", each.digest) for each in births)
