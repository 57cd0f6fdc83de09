"""What tests of what all share need in several files."""

from __future__ import annotations

import pytest

from registration.common.queue import job, queue


@pytest.fixture
def register():
    """Put a job in the queue's book for one test: register(name, work, **options)."""
    names = []

    def register(name, work, **options):
        names.append(name)
        return job(name, **options)(work)

    yield register
    for name in names:
        del queue.tasks[name]
    for key in [key for key in queue.periodic_registry.periodic_tasks if key[0] in names]:
        del queue.periodic_registry.periodic_tasks[key]
