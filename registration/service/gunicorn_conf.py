"""How gunicorn serves the pages; gunicorn reads these names."""

import contextlib
import ctypes
from pathlib import Path

wsgi_app = "app:app"
workers = 2
worker_class = "registration.service.web.Worker"  # threads, and plain words for what gunicorn refuses
threads = 8
# Each worker builds its own application after the fork, so no two share a database connection.
preload_app = False
# Seconds: a request in hand may finish, a worker that hangs is replaced, an idle browser keeps its connection.
graceful_timeout = 10
timeout = 60
keepalive = 5
# Addresses of pages hold families' links: requests are not logged here.
accesslog = None
errorlog = "-"
loglevel = "warning"
# The heartbeat of a worker is a file; on a busy disk it would be taken for dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 -- gunicorn makes its file there safely
control_socket_disable = True

#: glibc's M_ARENA_MAX (malloc.h). By default each thread may get a heap of its own, which only ever grows.
_ARENA_MAX, _ARENAS = -8, 2


def post_fork(_server: object, _worker: object) -> None:
    """Keep the memory of a worker's threads together; where the C library is another, nothing is lost."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_ARENA_MAX, _ARENAS)
