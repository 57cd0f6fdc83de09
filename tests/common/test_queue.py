"""How the queue calls our jobs."""

import pytest
from procrastinate import PsycopgConnector
from sqlalchemy import text

from registration.common.queue import defer, job, queue


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


def test_a_job_may_queue_another_in_its_transaction_while_a_worker_runs_it(app, database):
    """A worker's own connector is asynchronous; what a job queues goes by the job's session."""
    with queue.replace_connector(PsycopgConnector(conninfo="nobody is asked here")):
        defer("tests.later", message_id=7)

    queued = (
        database.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'tests.later'")).scalars().all()
    )
    assert queued == [{"message_id": 7}]
