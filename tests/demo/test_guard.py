"""A council's service whose DEMO=0 was lost: nothing of its families is shown, nothing of theirs is sent."""

import pytest

from registration.common.transaction import transaction
from registration.demo.load import claim
from registration.demo.mark import MARK
from tests.booking.appointments import NOW, booked, two_mornings
from tests.booking.world import TUESDAY, at_time
from tests.demo.conftest import close, make_app


@pytest.fixture
def made(new_database, tmp_path):
    apps = []

    def make(name, *, said, loaded=False):
        app = make_app(new_database, tmp_path, f"guard_{name}", DEMO_SAID=said)
        apps.append(app)
        with app.app_context(), transaction():
            booked(two_mornings().centres["sunshine"], at_time(TUESDAY, "9:30"))
            if loaded:
                claim(MARK, NOW)
        return app

    yield make
    for app in apps:
        close(app)


def test_where_families_booked_in_earnest_no_page_of_a_demonstration_nobody_asked_for_is_served(made, caplog):
    app = made("lost", said=False)
    browser = app.test_client()

    for path in ("/outbox", "/staff/sign-in", "/", "/api/v1/centres"):
        answer = browser.get(path)
        assert answer.status_code == 503, path
        assert "aoife@example.org" not in answer.text
    assert browser.get("/health/live").status_code == 200
    assert "start with DEMO=0" in caplog.text


def test_nor_does_a_worker_put_their_messages_on_the_outbox_page(made):
    result = made("worker", said=False).test_cli_runner().invoke(args=["worker"])

    assert result.exit_code == 1
    assert "start with DEMO=0" in result.output


@pytest.mark.parametrize(("said", "loaded"), [(True, False), (False, True)], ids=["asked for", "its own families"])
def test_a_demonstration_shows_its_families(made, said, loaded):
    browser = made(f"shown_{said}".lower(), said=said, loaded=loaded).test_client()

    assert "aoife@example.org" in browser.get("/outbox").text
