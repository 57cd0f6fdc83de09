"""The service as it is run, a real browser, and families who come to it.

The service answers on a port of its own from a database of its own, into which the demonstration is loaded once. What the
worker would do is done when a test says so. The browser reaches nothing but the service.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.conftest import settings
from tests.journeys.looks import AXE_ADDRESS, ROOT
from tests.journeys.met import Met

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Browser
    from werkzeug.serving import BaseWSGIServer

    from tests.journeys.pages import Visitor

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE = 10_000  # milliseconds for anything the browser waits for
LAST_ANSWERS = 10  # seconds that are left to answers when the service stops


@dataclass
class Service:
    """The running service: what to do in it behind the browser's back."""

    app: Flask
    url: str
    met: Met

    def rows(self, sql: str, **values: object) -> Sequence:
        """Ask, or change, the database directly, and commit."""
        import sqlalchemy

        from registration.common.db import db

        with self.app.app_context(), db.engine.begin() as connection:
            result = connection.execute(sqlalchemy.text(sql), values)
            return result.all() if result.returns_rows else []

    def one(self, sql: str, **values: object) -> object:
        """Ask for one value."""
        return self.rows(sql, **values)[0][0]

    def bookings(self, email: str) -> int:
        """Count the live bookings of a family."""
        sql = "SELECT count(*) FROM booking b JOIN family f ON f.id = b.family_id WHERE f.email = :email"
        return self.one(f"{sql} AND b.state = 'booked'", email=email)

    def deliver(self) -> None:
        """Do the worker's jobs that wait: send the messages that are due."""
        from registration.common.clock import now
        from registration.messages.jobs import deliver

        with self.app.app_context():
            moment = now()
        jobs = self.rows(
            """
            UPDATE procrastinate_jobs SET status = 'doing'
             WHERE status NOT IN ('doing', 'succeeded', 'failed', 'cancelled', 'aborted')
               AND task_name = 'messages.deliver' AND coalesce(scheduled_at, :now) <= :now
            RETURNING id, args""",
            now=moment,
        )
        for job in jobs:
            with self.app.app_context():
                deliver(**job.args)
            self.rows("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = :id", id=job.id)

    def run_out(self) -> None:
        """Let every time kept for a family run out, as if ten minutes had gone by."""
        self.rows("UPDATE occupancy SET until = now() - interval '1 second' WHERE kind = 'hold'")

    def forget(self) -> None:
        """Forget what earlier tests tried and had kept, as after a quiet quarter of an hour."""
        self.rows("DELETE FROM try_count")
        self.rows("DELETE FROM occupancy WHERE kind = 'hold' AND booking_id IS NULL")


@pytest.fixture(scope="session")
def met(tmp_path_factory: pytest.TempPathFactory) -> Met:
    """What was met on all journeys of this run; where several processes share the run, they share it."""
    folder = tmp_path_factory.getbasetemp()
    return Met((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "met")


@pytest.fixture(scope="session")
def running(
    new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, met: Met
) -> Iterator[Service]:
    """The demonstration council, loaded once in each process, answering browsers."""
    with answering(new_database("journeys"), tmp_path_factory.mktemp("service"), met) as service:
        loaded = service.app.test_cli_runner().invoke(args=["demo", "load"])
        assert loaded.exit_code == 0, loaded.output
        yield service


@contextmanager
def answering(address: str, folder: Path, met: Met) -> Iterator[Service]:
    """The service as it is run, from the database at an address, answering browsers."""
    from registration.common.db import db
    from registration.factory import create_app

    with serving() as server:
        url = f"http://127.0.0.1:{server.port}"
        own = {"TESTING": False, "WTF_CSRF_ENABLED": True, "RATE_LIMITS": True, "PUBLIC_URL": url}
        app = create_app(settings(address, folder, **own))
        service = Service(app, url, met)
        keep_pages(service)
        lend_axe(service)
        server.app = app
        yield service
    with app.app_context():
        db.session.remove()
        until = (
            time.monotonic() + LAST_ANSWERS
        )  # a connection in use now would be found open by whichever test comes then
        while db.engine.pool.checkedout() and time.monotonic() < until:
            time.sleep(0.01)
        db.engine.dispose()


@contextmanager
def serving() -> Iterator[BaseWSGIServer]:
    """A server with a thread for each browser's connection, on a free port; its application is given to it afterwards."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"  # connections stay open, as with the real server

        def log(self, *_: object) -> None:
            """Write no line per request."""

    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Quiet)
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def keep_pages(service: Service) -> None:
    """Note every page the service sends, by the templates it was drawn with."""
    from flask import g, template_rendered

    def drawn(_sender: Flask, template: object, **_: object) -> None:
        g.drawn = template.name

    def keep(response):
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            response.headers["X-Drawn"] = name = g.get("drawn", "common/trouble.html")
            service.met.send(name, response.get_data(as_text=True))
        return response

    template_rendered.connect(drawn, service.app, weak=False)
    service.app.after_request(keep)


def lend_axe(service: Service) -> None:
    """Serve the checker of pages beside them: a browser keeps a script that has an address, ready to run."""
    served = service.app.wsgi_app
    script = (ROOT / "node_modules/axe-core/axe.min.js").read_bytes()
    kept = [("Content-Type", "text/javascript; charset=utf-8"), ("Cache-Control", "public, max-age=3600, immutable")]

    def with_axe(environ, start_response):
        if environ["PATH_INFO"] != AXE_ADDRESS:
            return served(environ, start_response)
        start_response("200 OK", [*kept, ("Content-Length", str(len(script)))])
        return [script]

    service.app.wsgi_app = with_axe


@pytest.fixture
def service(running: Service) -> Service:
    """The running service, nobody else's times kept in it."""
    running.forget()
    return running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real Chromium; the tests are left out where there is none, unless CI asks for all of them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        of_the_machine = (shutil.which(name) for name in ("chromium-headless-shell", "chromium", "google-chrome"))
        found = os.environ.get("CHROMIUM") or next(filter(None, of_the_machine), tools.chromium.executable_path)
        if shutil.which(found) is None:
            reason = "There is no Chromium on this machine: CHROMIUM names none and none is installed."
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
        chromium = tools.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def come(service: Service, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Let somebody come with a browser of their own: come(width=320, java_script_enabled=False)."""
    with coming(service, browser) as arrive:
        yield arrive


@contextmanager
def coming(service: Service, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Give what lets somebody come to a service.

    Nothing they meet may write an error to the console, ask another server for anything, or fail.
    """
    from tests.journeys.pages import Visitor

    visitors: list[Visitor] = []

    def arrive(width: int = 1280, height: int = 900, **options: object) -> Visitor:
        context = browser.new_context(
            base_url=service.url, viewport={"width": width, "height": height}, locale="en-GB", **options
        )
        context.set_default_timeout(PATIENCE)
        visitors.append(Visitor(context.new_page(), service))
        return visitors[-1]

    yield arrive
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.page.context.close()
    assert complaints == []


@pytest.fixture
def phone(come: Callable[..., Visitor]) -> Visitor:
    """A family with a small telephone."""
    return come(320, 640, has_touch=True, is_mobile=True, device_scale_factor=2)
