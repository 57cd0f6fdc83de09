"""The worker's life: jobs of the queue until it is asked to end, and an end whatever it is waiting for just then."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate import App

from registration.common.outage import is_outage, named

SIGNALS = (signal.SIGINT, signal.SIGTERM)
#: Seconds after which being asked again is more than the same request heard twice: systemd asks every program of the
#: service to end, and the service asks its own programs too.
PATIENCE = 3.0
#: Seconds before the worker asks again for a database that left it.
PAUSE = 1.0

log = logging.getLogger(__name__)


class _Hand:
    """How many jobs the worker has in hand."""

    jobs = 0

    async def hold(self, call_next: Callable[[], Awaitable[Any]], _context: object, _worker: object) -> Any:  # noqa: ANN401 -- a job gives what it likes
        """Do a job, counted meanwhile."""
        self.jobs += 1
        try:
            return await call_next()
        finally:
            self.jobs -= 1


def work(queue: App) -> None:
    """Do the jobs of the queue until SIGTERM or Ctrl-C: those in hand are finished, those that take long told to leave off.

    Asked again later than PATIENCE, the program ends at once, in the middle of what it does.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # until somebody listens
    asyncio.run(_until_asked(queue))


async def _until_asked(queue: App) -> None:
    """Work, listening for the request: a signal that raised inside the loop would be swallowed by what connects there."""
    loop, asked, hand = asyncio.get_running_loop(), asyncio.Event(), _Hand()
    for number in SIGNALS:
        loop.add_signal_handler(number, asked.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    asking = asyncio.create_task(asked.wait())
    while not asked.is_set():
        working = asyncio.create_task(_work(queue, hand))
        await asyncio.wait({asking, working}, return_when=asyncio.FIRST_COMPLETED)
        if asked.is_set():
            await _end(working, hand)
        else:
            _note_the_outage(working, asking)
            await asyncio.wait({asking}, timeout=PAUSE)


def _note_the_outage(working: asyncio.Task[None], asking: asyncio.Task[Any]) -> None:
    """Log that the database left the worker, which then begins anew; anything else that ended it is raised."""
    fault = working.exception()
    if fault is not None and not is_outage(fault):
        asking.cancel()
        raise fault
    log.error("The database left the worker: %s", named(fault) if fault else "the connection was closed")


async def _work(queue: App, hand: _Hand) -> None:
    """Connect, do jobs, and disconnect, also where connecting was left off: a pool left open would never end its tasks."""
    try:
        await queue.open_async()
        # Of the three things done at once one may be a plan of the rota, for minutes; jobs like that are told soon of the end.
        await queue.run_worker_async(
            concurrency=3,
            delete_jobs="successful",
            shutdown_graceful_timeout=1,
            install_signal_handlers=False,
            worker_middleware=[hand.hold],
        )
    finally:
        await queue.close_async()


async def _end(working: asyncio.Task[None], hand: _Hand) -> None:
    """Let the work end by itself; with no job in hand it waits for a database that does not answer, and is hurried."""
    working.cancel()
    await asyncio.wait({working}, timeout=PATIENCE)
    while not working.done():
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        if not hand.jobs:
            working.cancel()
        await asyncio.wait({working}, timeout=PATIENCE)
    if not working.cancelled():
        working.result()
