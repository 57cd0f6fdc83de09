"""A bundle as the command builds it of an extract made by chance, once for all tests that look at one."""

import pytest


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """Give a small bundle as a zip file, and its manifest."""
    import json

    from registration.pilot.building.apart import packed
    from registration.pilot.report.bundle import build
    from tests.pilot.made import AS_OF, make

    folder = tmp_path_factory.mktemp("pilot")
    build(make(folder / "extract", 150), AS_OF, folder / "bundle")
    manifest = json.loads((folder / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    return packed(folder / "bundle"), manifest


@pytest.fixture
def done(database, bundle):
    """Give figures that are done."""
    from datetime import date

    from registration.pilot.building import actions

    made = actions.ask(date(2026, 11, 21), None, date(2026, 11, 22), "staff:1")
    actions.take_next()
    actions.settle(made.id, *bundle)
    database.commit()
    return made
