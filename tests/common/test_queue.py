"""How the queue calls our jobs."""

from contextvars import copy_context
from datetime import UTC, datetime

from flask import current_app, has_app_context
from procrastinate import PsycopgConnector
from sqlalchemy import text

from registration.common.queue import defer, ending, init_queue, queue


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


# ---- work that goes with the booking


def waiting(database):
    rows = database.execute(text("SELECT task_name, args, scheduled_at FROM procrastinate_jobs ORDER BY id"))
    return [tuple(row) for row in rows]


def test_a_job_waits_with_its_arguments_from_the_moment_it_was_asked_for(database):
    later = datetime(2026, 11, 22, 9, tzinfo=UTC)
    defer("tests.now", message_id=7)
    defer("tests.later", schedule_at=later, names=["a", "b"])

    assert waiting(database) == [("tests.now", {"message_id": 7}, None), ("tests.later", {"names": ["a", "b"]}, later)]


def test_a_job_asked_for_by_work_that_was_undone_never_was(database):
    defer("tests.kept", number=1)
    database.commit()
    defer("tests.undone", number=2)
    database.rollback()

    assert [name for name, _, _ in waiting(database)] == ["tests.kept"]


def test_a_job_run_inside_the_application_uses_the_one_that_is_there(app, register):
    seen = []
    work = register("tests.inside", lambda: seen.append(current_app.name))
    with app.app_context():
        work()

    assert seen == ["registration"]


def test_a_job_run_by_a_worker_gets_an_application_of_its_own(app, register, monkeypatch):
    from registration.common import queue as queueing

    seen = []
    monkeypatch.setattr(queueing, "_application", [app])
    register("tests.outside", lambda: seen.append(current_app.name))
    queue.tasks["tests.outside"]()

    assert (seen, has_app_context()) == (["registration"], False)


def test_the_worker_works_for_the_application_made_last(app, monkeypatch):
    from registration.common import queue as queueing

    monkeypatch.setattr(queueing, "_application", ["an older one"])
    init_queue(app)

    assert queueing._application == [app]


def test_a_periodic_job_is_not_queued_twice_while_it_waits(register):
    register("tests.once", lambda _due: None, every="* * * * *")
    register("tests.often", lambda: None)

    assert queue.tasks["tests.once"].queueing_lock == "tests.once"
    assert queue.tasks["tests.often"].queueing_lock is None


def test_a_job_that_takes_long_hears_that_the_worker_is_to_end(app, register):
    heard = []

    def long(*, word: str) -> None:
        heard.append((word, ending()))

    register("tests.long", long, takes_long=True)

    class Context:
        def __init__(self, asked):
            self.should_abort = lambda: asked

    task = queue.tasks["tests.long"]
    for asked in (False, True):
        copy_context().run(task.func, Context(asked), word="now")
    assert heard == [("now", False), ("now", True)]
    assert task.pass_context
    assert ending() is False
