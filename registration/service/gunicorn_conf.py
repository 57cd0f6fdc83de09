"""How gunicorn serves the pages; gunicorn reads these names."""

import contextlib
import ctypes
from pathlib import Path
from typing import Any

from registration.common import tallies
from registration.config import Config

wsgi_app = "app:app"


def _door(settings: Config) -> str:
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    return f"{host}:{settings.PORT}"


#: Where HOST and PORT say, and not on every address of the machine, as gunicorn reads PORT; -b and a socket of systemd go before.
bind = _door(Config.from_environment())
workers = 2
worker_class = "registration.service.web.Worker"  # threads, and plain words for what gunicorn refuses
threads = 8
# The application is built once, before the fork: a worker that was killed is replaced at once and not after seconds. No two
# share a database connection, because none is made before somebody asks for a page.
preload_app = True
# Seconds: a request in hand may finish, a worker that hangs is replaced, an idle browser keeps its connection.
graceful_timeout = 10
timeout = 60
keepalive = 5
# Addresses of pages hold families' links: requests are not logged here.
accesslog = None
errorlog = "-"
logger_class = "registration.service.log.Log"
loglevel = "warning"
# The heartbeat of a worker is a file; on a busy disk it would be taken for dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 -- gunicorn makes its file there safely  # nosec B108
control_socket_disable = True

#: glibc's M_ARENA_MAX (malloc.h). By default each thread may get a heap of its own, which only ever grows.
_ARENA_MAX, _ARENAS = -8, 2


tallies.share()


def pre_fork(server: Any, worker: Any) -> None:  # noqa: ANN401 -- gunicorn's own
    """Give a worker a part of the common tallies that no living one has."""
    taken = {each.part for each in server.WORKERS.values()}
    worker.part = next((part for part in range(tallies.MOST_PROCESSES) if part not in taken), 0)


def post_fork(_server: object, worker: Any) -> None:  # noqa: ANN401 -- gunicorn's own
    """Keep the memory of a worker's threads together; where the C library is another, nothing is lost."""
    tallies.take_part(worker.part)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_ARENA_MAX, _ARENAS)
