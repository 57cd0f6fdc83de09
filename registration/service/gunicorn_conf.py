"""How gunicorn serves the pages; gunicorn reads these names."""

from pathlib import Path

wsgi_app = "app:app"
workers = 2
worker_class = "gthread"
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
