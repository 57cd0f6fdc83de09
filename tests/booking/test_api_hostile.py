"""What nobody should send to the JSON API: always a problem, never a fault of ours, and nothing half written."""

import json
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from registration.common.db import db
from tests.booking.calling import PROBLEM, Caller, family, problem_of, rows
from tests.booking.world import BORN, NOW, TUESDAY, at_time, make_world

JSON = "application/json"
START = at_time(TUESDAY, "9:30").isoformat()


@pytest.fixture
def api(app, client, at):
    at(NOW)
    return Caller(app, client)


@pytest.fixture
def sunshine(database):
    world = make_world()
    world.session("sunshine", "ann", TUESDAY, "9:30", "16:00")
    db.session.commit()
    return world.centres["sunshine"]


@pytest.fixture
def writing_calls(api, sunshine):
    """List every call that writes: method, address."""
    token = api.booked(sunshine, START)
    return [("POST", "/api/v1/holds"), ("POST", "/api/v1/bookings"), ("PATCH", f"/api/v1/bookings/{token}")]


@contextmanager
def nothing_written():
    """Fail where a row was added or taken away, or anything of a booking changed."""
    before = rows(), _state()
    yield
    assert (rows(), _state()) == before


def _state():
    told = "SELECT coalesce(string_agg(b::text || o::text, ';' ORDER BY b.id), '') FROM booking b LEFT JOIN occupancy o"
    return db.session.execute(text(f"{told} ON o.booking_id = b.id")).scalar_one()


NESTED = b"[" * 200_000
BODIES = [
    (b"", JSON, 400),
    (b" ", JSON, 400),
    (b"{", JSON, 400),
    (b"{'hold': 1}", JSON, 400),
    (b"hold=1", JSON, 400),
    (b"\x00", JSON, 400),
    (b"\xff\xfe\xfd", JSON, 400),
    (b'{"name": "\xe9"}', JSON, 400),
    (b"{}{}", JSON, 400),
    (b"<hold/>", JSON, 400),
    (b'{"centre": 1' + b"0" * 5000 + b"}", JSON, 400),
    (NESTED[:60_000], JSON, 400),
    (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, JSON, 400),
    (NESTED, JSON, 413),
    (json.dumps({"name": "x" * 1_000_000}).encode(), JSON, 413),
    (b"null", JSON, 422),
    (b"true", JSON, 422),
    (b"NaN", JSON, 422),
    (b"[]", JSON, 422),
    (b'[{"hold": "x"}]', JSON, 422),
    (b'"text"', JSON, 422),
    (b"-1e999", JSON, 422),
    (b'{"start": NaN, "centre": Infinity, "born": -Infinity, "hold": NaN}', JSON, 422),
    (b'{"start": {"$gt": ""}, "centre": {"$ne": 0}, "hold": {"$ne": 1}}', JSON, 422),
    (b'{"__proto__": {"hold": "x"}, "constructor": 1}', JSON, 422),
    (b"{}", "application/json; charset=utf-16", 422),
    (b"{}", "application/vnd.api+json", 422),
    (b"{}", "text/plain", 415),
    (b"{}", "text/json", 415),
    (b"{}", None, 415),
    (b"hold=x&name=y", "application/x-www-form-urlencoded", 415),
    (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
    (b"<hold/>", "application/xml", 415),
    (b"", None, 415),
]


@pytest.mark.parametrize(("body", "kind", "status"), BODIES, ids=[str(n) for n in range(len(BODIES))])
def test_a_body_that_cannot_be_read_is_refused_and_writes_nothing(api, writing_calls, body, kind, status):
    headers = {"Content-Type": kind} if kind else {}
    for method, path in writing_calls:
        with nothing_written():
            refused = api.call(method, path, data=body, headers=headers)
        assert refused.status_code == status, (path, refused.text)


def test_of_a_name_given_twice_the_last_counts(api, sunshine):
    body = json.dumps({"centre": sunshine, "start": START, "born": [str(BORN)]})
    held = api.call("POST", "/api/v1/holds", data=body[:-1] + ', "centre": 1}', content_type=JSON)
    assert problem_of(held) == "not-offered"


HOSTILE = [
    "'; DROP TABLE booking; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}${7*7}%s%d",
    "../../etc/passwd",
    "\u202eright to left",
    "👨‍👩‍👧‍👦" * 20,
    "Ⅷ ﷽ ẞ ı İ",
    "a\u0300" * 100,
    "\u200b",
    "\r\nBcc: everyone@example.org",
    "=1+1",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_strange_words_are_kept_as_they_are(api, sunshine, words):
    hold = api.hold(sunshine, START).json["hold"]
    made = api.book(hold, name=words, access_needs=words)
    assert made.status_code == 201
    kept = db.session.execute(text("SELECT name, access_needs FROM family")).one()
    assert tuple(kept) == (words.strip(), words.strip())
    assert api.client.get(made.json["link"]).status_code == 200


REFUSED = ["\x00", "a\x00b", "\ud800", "\udfff\ud800", "\x1b[2J", "\x7f", "\ufffe", "\x08"]


@pytest.mark.parametrize("words", REFUSED)
@pytest.mark.parametrize("name", ["hold", "name", "email", "phone", "second_contact", "language", "access_needs"])
def test_what_cannot_be_kept_is_refused_wherever_it_stands(api, sunshine, words, name):
    hold = api.hold(sunshine, START).json["hold"]
    with nothing_written():
        refused = api.book(**({"hold": hold} | {name: words}))
    assert (problem_of(refused), [each["field"] for each in refused.json["errors"]]) == ("invalid-request", [name])


@pytest.mark.parametrize(
    "path", ["/api/v1", "/api/", "/api/v2/centres", "/api/v1/centres/", "/api/v1/bookings", "/api/v1/%00"]
)
def test_an_address_that_is_not_there_is_a_problem(api, path):
    refused = api.client.get(path)
    assert refused.mimetype == PROBLEM
    assert (refused.status_code, problem_of(refused)) in {(404, "not-found"), (405, "method-not-allowed")}


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/deadline", {"GET"}),
        ("/api/v1/centres", {"GET"}),
        ("/api/v1/availability", {"GET"}),
        ("/api/v1/holds", {"POST"}),
        ("/api/v1/bookings", {"POST"}),
        ("/api/v1/bookings/token", {"GET", "PATCH", "DELETE"}),
        ("/api/v1/openapi.json", {"GET"}),
        ("/api/docs", {"GET"}),
        ("/api/problems/not-found", {"GET"}),
    ],
)
def test_a_method_that_an_address_does_not_answer_is_a_problem_that_names_those_it_does(api, path, allowed):
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - allowed:
        refused = api.client.open(path, method=method)
        assert (refused.status_code, refused.mimetype, problem_of(refused)) == (405, PROBLEM, "method-not-allowed")
        assert set(refused.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == allowed


def test_only_the_headers_of_an_answer_may_be_asked_for(api, sunshine):
    asked = api.client.head(f"/api/v1/availability?born={BORN}")
    assert (asked.status_code, asked.data) == (200, b"")


def test_a_cookie_of_somebody_is_not_needed_and_none_is_set(api, sunshine):
    for cookie in ("nonsense", "x" * 3000, ""):
        api.client.set_cookie("session", cookie)
        assert api.client.get(f"/api/v1/availability?born={BORN}").status_code == 200


# ---- whatever there is

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = ["born", "on", "postcode", "interpreter", "centre", "from", "to", "places", "lang"]
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(data=st.data())
def test_whatever_stands_in_a_body_is_refused_or_done_whole(api, writing_calls, data):
    method, path = data.draw(st.sampled_from(writing_calls))
    body = family("no-such-hold") | {"centre": 1, "start": START, "born": [str(BORN)]}
    body |= data.draw(st.dictionaries(st.sampled_from(sorted(body)), ANYTHING, max_size=4))
    sent = data.draw(st.sampled_from([body, data.draw(ANYTHING)]))
    with nothing_written():
        refused = api.call(method, path, data=json.dumps(sent), content_type=JSON)
    assert refused.status_code in {404, 409, 410, 422}


@MANY
@given(
    call=st.sampled_from(["deadline", "centres", "availability"]),
    asked=st.lists(
        st.tuples(
            st.sampled_from(NAMES),
            st.text(max_size=12) | st.dates().map(str) | st.sampled_from(["true", "HX1 1AA", "1", "2026-11-22"]),
        ),
        max_size=8,
    ),
)
def test_whatever_is_asked_is_answered_or_refused(api, sunshine, call, asked):
    kept = [(name, value.encode("utf-8", "replace").decode()) for name, value in asked if name != "lang"]
    answer = api.client.get(f"/api/v1/{call}", query_string=kept)
    assert answer.status_code in {200, 422}, answer.text
    assert answer.mimetype == (JSON if answer.status_code == 200 else PROBLEM)


@MANY
@given(query=st.binary(max_size=40))
def test_whatever_bytes_stand_in_an_address_are_answered(api, sunshine, query):
    text_of = query.decode("latin-1").replace("#", "%23")
    for path in ("/api/v1/deadline?born=", "/api/v1/centres?postcode=", "/api/v1/bookings/", "/api/problems/"):
        answer = api.client.open(path + "".join(f"%{ord(each):02x}" for each in text_of))
        assert answer.status_code in {200, 308, 404, 405, 422}  # 308: two slashes for one
