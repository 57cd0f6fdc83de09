"""What the tests of the figures stand in."""

import pytest


@pytest.fixture
def world(database, at):
    """A Sunday morning: three sessions on the Tuesday and Wednesday to come, nothing booked."""
    from tests.booking.appointments import two_mornings

    at("2026-11-22T09:00")
    return two_mornings()


@pytest.fixture
def read(app, client, monkeypatch):
    """Read the figures with the council's token, anew: {line without its number: number}."""
    from registration.watch.views import _Memory

    token = "a-token-of-the-council"
    monkeypatch.setitem(app.config, "METRICS_TOKEN", token)

    def read():
        monkeypatch.setitem(app.extensions, "watch", _Memory())
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
        return {name.removeprefix("rightstart_"): float(number) for name, _, number in lines}

    return read
