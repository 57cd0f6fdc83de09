"""How the queue calls our jobs."""

import pytest

from registration.common.queue import job, queue


@pytest.fixture
def register():
    names = []

    def register(name, work, **options):
        names.append(name)
        return job(name, **options)(work)

    yield register
    for name in names:
        del queue.tasks[name]
        for key in [key for key in queue.periodic_registry.periodic_tasks if key[0] == name]:
            del queue.periodic_registry.periodic_tasks[key]


def test_a_periodic_job_gets_the_time_it_fell_due_whatever_it_calls_it(app, register):
    seen = []

    def note(_due: int) -> None:
        seen.append(_due)

    register("tests.periodic", note, every="* * * * *")
    queue.tasks["tests.periodic"](timestamp=1795322340)

    assert seen == [1795322340]


def test_an_ordinary_job_gets_its_arguments_by_name(app, register):
    seen = []

    def note(*, message_id: int) -> None:
        seen.append(message_id)

    register("tests.ordinary", note)
    queue.tasks["tests.ordinary"](message_id=7)

    assert seen == [7]
