"""What every test may ask for. Heavy imports stay inside fixtures so that tests of rules start at once."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient, FlaskCliRunner
    from sqlalchemy.orm import scoped_session

# As the pilot's commands set it: two processes of tests have two processors between them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# A busy machine is no fault of the rule that is tried. Who judges a change tries the same examples every time.
examples.register_profile(
    "ours", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
examples.load_profile("ours")

KIND = {"test_rules": "rules", "test_views": "pages", "test_forms": "pages", "test_api": "pages"}


LOOKS_BACK = "test_every_page_was_looked_at"
WALKS = {"test_access", "test_objects"}
#: Whose tests look at one thing that takes long to make: where several processes share a run, one of them makes it.
TOGETHER = ("tests/demo/",)
#: Objects more than went, before Python looks for what holds on to itself: a test drops all it made at once, and looking as
#: often as a service does takes a twelfth of the processor's time.
OBJECTS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the file it sits in, so nobody has to remember to.

    That a browser, a race or a walk over every address passes a line is no evidence that somebody tests it: they come when
    what is passed is no longer counted (tests/covering.py). What looks back on the journeys comes last of all, when all are over.
    """
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker("journeys")
        elif "races" in item.path.parts:
            item.add_marker("races")
        else:
            item.add_marker(KIND.get(item.path.stem, "database"))
        if {"journeys", "races"} & {*item.path.parts} or item.path.stem in WALKS:
            item.add_marker("no_cover")
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """When a test's turn is: what is counted, journeys, walks, races, what looks back.

    Races are short, so that two processes that share the run end their work at about the same time.
    """
    if item.path.stem == LOOKS_BACK:
        return 4
    if "journeys" in item.path.parts:
        return 1
    if item.path.stem in WALKS:
        return 2
    return 3 if item.get_closest_marker("no_cover") else 0


def pytest_collection_finish() -> None:
    """Look less often for what holds on to itself, and never at what was read in to stay."""
    gc.set_threshold(OBJECTS, 20, 100)
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give a file to one process, as --dist loadfile does, and a folder of those who work TOGETHER too."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    return Together(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(autouse=True)
def leaves_no_context() -> Iterator[None]:
    """Fail a test that leaves the application's context open: whatever runs next would be inside it without asking."""
    flask = sys.modules.get("flask")
    before = flask is not None and flask.has_app_context()
    yield
    flask = sys.modules.get("flask")
    assert (flask is not None and flask.has_app_context()) == before, "the application's context was left open"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real published files; tests that read it are left out, and say so, where there is none."""
    folder = os.environ.get("REAL_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("REAL_DATA names no folder of real published files")
    return Path(folder)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL of the tests' own, without databases of ours yet: give its address with {} for a database name."""
    from registration.common import embedded

    folder = Path(tempfile.mkdtemp(prefix="rs-"))
    url = embedded.ensure(folder, fsync=False)
    yield url.replace("/postgres?", "/{}?")
    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def settings(url: str, instance: Path, **changes: object):
    """Settings of a demonstration with a known key and no limits."""
    from registration.config import Config

    values: dict[str, object] = {
        "SQLALCHEMY_DATABASE_URI": url,
        "SECRET_KEY": "a key for tests only, 32 letters",
        "INSTANCE": instance,
        "DEMO": True,
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
        "RATE_LIMITS": False,
    }
    return Config(**(values | changes))


@pytest.fixture(scope="session")
def template_database(server_url: str) -> str:
    """The name of a database with every table of ours, to copy from."""
    import sqlalchemy

    from registration.common.db import db
    from registration.factory import create_app

    engine = sqlalchemy.create_engine(server_url.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("CREATE DATABASE template_rs"))
    app = create_app(settings(server_url.format("template_rs"), Path(tempfile.mkdtemp(prefix="rs-"))))
    with app.app_context():
        prepare(app)
        db.engine.dispose()
    engine.dispose()
    return "template_rs"


def prepare(app: Flask) -> None:
    """Give an empty database every table: ours by migration, and the job queue's."""
    from flask_migrate import upgrade

    upgrade(directory=app.extensions["migrate"].directory)


@pytest.fixture(scope="session")
def new_database(server_url: str, template_database: str) -> Callable[[str], str]:
    """Make a fresh database of that name with every table, and give its address."""
    import sqlalchemy

    def make(name: str) -> str:
        engine = sqlalchemy.create_engine(server_url.format("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(sqlalchemy.text(f"CREATE DATABASE {name} TEMPLATE {template_database}"))
        engine.dispose()
        return server_url.format(name)

    return make


@pytest.fixture(scope="session")
def app(new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole application on a database of its own."""
    from registration.common.db import db
    from registration.factory import create_app

    app = create_app(settings(new_database("tests"), tmp_path_factory.mktemp("instance")))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[scoped_session]:
    """A session whose every commit is a savepoint, undone when the test ends."""
    from sqlalchemy.orm import scoped_session, sessionmaker

    from registration.common.db import db

    with app.app_context(), db.engine.connect() as connection, connection.begin() as outer:
        session = scoped_session(sessionmaker(bind=connection, join_transaction_mode="create_savepoint"))
        monkeypatch.setattr(db, "session", session)
        yield session
        session.remove()
        outer.rollback()


@pytest.fixture
def client(app: Flask, database: object) -> FlaskClient:
    """A browser without a screen."""
    from flask import g

    from tests.strict import StrictClient

    class Browser(StrictClient):
        def open(self, *args: object, **kwargs: object):
            for name in list(g):  # the test's own context outlives a request; what a request knew must not
                g.pop(name)
            return super().open(*args, **kwargs)

    return Browser(app, app.response_class)


@pytest.fixture
def runner(app: Flask, database: object) -> FlaskCliRunner:
    """A terminal."""
    return app.test_cli_runner()


@pytest.fixture
def at(app: Flask) -> Iterator[Callable[[str], None]]:
    """Set the clock: at("2026-11-22T09:00") in English time."""
    from datetime import UTC, datetime

    from registration.common.clock import LONDON

    def set_clock(moment: str) -> None:
        given = datetime.fromisoformat(moment)
        app.config["CLOCK"] = (given if given.tzinfo else given.replace(tzinfo=LONDON)).astimezone(UTC)

    yield set_clock
    app.config["CLOCK"] = None


@pytest.fixture
def manager(client: FlaskClient, world: object) -> FlaskClient:
    """Give the browser of a rota manager, signed in, in the world of the test's own folder or file."""
    from tests.staff.people import sign_in_as

    sign_in_as(client, "rota_manager")
    return client
