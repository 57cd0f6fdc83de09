"""Secret links: only a holder of the key can make one, and nothing that is kept leads back to one."""

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.common.links import digest, external, keyed, secret
from tests.booking.appointments import booked, link, two_mornings
from tests.booking.world import TUESDAY, at_time


@pytest.fixture
def key(app, monkeypatch):
    """Change the service's key: key("..."), inside its context."""
    with app.app_context():
        yield lambda value: monkeypatch.setitem(app.config, "SECRET_KEY", value)


def test_a_link_is_the_same_whenever_it_is_made(key):
    assert secret("booking", "7") == secret("booking", "7")


def test_a_link_carries_at_least_128_bits_in_letters_that_every_mail_program_leaves_alone(key):
    assert re.fullmatch(r"[A-Za-z0-9_-]{22,}", secret("booking", "7"))
    assert len(secret("booking", "7")) * 6 >= 128


def test_links_of_different_things_and_kinds_have_nothing_in_common(key):
    made = [secret(kind, ref) for kind in ("booking", "hold", "feed") for ref in ("1", "2", "11")]

    assert len(set(made)) == len(made)
    assert len({each[:4] for each in made}) == len(made)


def test_with_another_key_every_link_and_every_digest_is_another(key):
    key("the first key, of 32 letters ...")
    before = secret("booking", "7"), keyed("client", "192.0.2.1")
    key("the second key, of 32 letters ..")
    after = secret("booking", "7"), keyed("client", "192.0.2.1")

    assert before[0] != after[0]
    assert before[1] != after[1]


def test_a_link_cannot_be_made_from_what_is_public_about_a_booking(key):
    for guess in (sha256(b"7"), sha256(b"booking:7"), sha256(b"link:booking:7")):
        assert guess.hexdigest()[:24] != secret("booking", "7")


@given(token=st.text(st.characters(exclude_categories=()), max_size=40))
def test_a_digest_is_made_of_whatever_stands_in_an_address(token):
    assert digest(token) == digest(token)
    assert len(digest(token)) == 32


def test_keyed_digests_of_two_kinds_cannot_be_compared(key):
    assert keyed("client", "07700900982") != keyed("target", "07700900982")
    assert keyed("client", "a") != sha256(b"client:a").digest()


@pytest.mark.parametrize("value", ["", "\ud800", "اردو", "x" * 10_000], ids=["empty", "surrogate", "urdu", "long"])
def test_any_value_can_be_keyed(key, value):
    assert len(keyed("target", value)) == 32


# ---- what a stolen database tells


@pytest.fixture
def booking(database):
    return booked(two_mornings().centres["sunshine"], at_time(TUESDAY, "9:30"))


def everything_kept(database):
    """Every value of every table of ours as text."""
    from sqlalchemy import text

    from registration.common.db import Model

    names = [*Model.metadata.tables, "procrastinate_jobs"]
    rows = [database.execute(text("SELECT t::text FROM %s t" % name)).scalars() for name in names]  # noqa: S608, UP031
    return "\n".join(line for each in rows for line in each)


def test_a_stolen_database_opens_no_booking(app, client, database, booking):
    kept = everything_kept(database)
    token = link(booking).rsplit("/", 1)[1]

    assert booking.reference in kept, "the tables were really read"
    assert token not in kept
    assert token.encode().hex() not in kept
    assert client.get(f"/booking/{digest(token).hex()}").status_code == 404


def test_after_the_key_is_changed_old_links_still_work_and_new_ones_are_not_those(
    app, client, database, booking, monkeypatch
):
    """Only the digest is kept with the booking, so a changed key must not be what decides whether a link is known."""
    old = link(booking)
    assert client.get(old).status_code == 200
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key for tests, 32 letters")

    assert client.get(old).status_code == 200
    assert link(booking) != old


# ---- full addresses


NEAR = ("http://127.0.0.1:8123", "http://localhost:8123", "http://192.168.1.20:8000", "http://[::1]:8000")
FAR = ("http://evil.example", "http://8.8.8.8:8000", "http://127.0.0.1.evil.example", "http://localhost.evil.example")


@pytest.mark.parametrize("near", NEAR)
def test_a_demonstration_is_known_by_the_address_of_its_own_network_it_was_asked_by(app, near):
    with app.test_request_context("/", base_url=near):
        assert external("/booking/x") == f"{near}/booking/x"


@pytest.mark.parametrize("host", FAR)
def test_a_demonstration_believes_no_name_somebody_else_may_own(app, host):
    with app.test_request_context("/", base_url=host):
        assert external("/booking/x") == "http://127.0.0.1:8000/booking/x"


@pytest.mark.parametrize("host", [*NEAR, *FAR])
def test_a_service_in_earnest_never_follows_the_host_asked_for(app, monkeypatch, host):
    monkeypatch.setitem(app.config, "DEMO", False)
    monkeypatch.setitem(app.config, "HOST", "::1")
    with app.test_request_context("/", base_url=host):
        assert external("/booking/x") == "http://[::1]:8000/booking/x"


@pytest.mark.parametrize("public", ["https://births.example.gov.uk", "https://births.example.gov.uk/"])
def test_the_address_the_council_set_goes_before_any_host_somebody_asks_for(app, monkeypatch, public):
    monkeypatch.setitem(app.config, "PUBLIC_URL", public)
    with app.test_request_context("/", base_url="http://evil.example"):
        assert external("/booking/x") == "https://births.example.gov.uk/booking/x"


def test_without_a_request_a_full_address_is_where_the_service_runs(app, monkeypatch):
    monkeypatch.setitem(app.config, "HOST", "192.0.2.7")
    monkeypatch.setitem(app.config, "PORT", 8123)
    with app.app_context():
        assert external("/booking/x") == "http://192.0.2.7:8123/booking/x"
