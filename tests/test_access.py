"""Every route, by every method, as a stranger and as every role: let in or refused exactly as its access list says."""

import time
from uuid import UUID

import pytest

from registration.common.access import ROLES
from tests.staff.people import new_person

#: What stands in an address where a route asks for something: (converter, name) -> a value no row has.
VALUES = {
    ("UnicodeConverter", "token"): "no-such-token",
    ("UnicodeConverter", "day"): "2026-11-24",
    ("IntegerConverter", "centre_id"): 0,
    ("UnicodeConverter", "name"): "no-such-problem",
    ("UnicodeConverter", "work"): "no-such-list",
    ("PathConverter", "name"): "no-such-file.csv",
    ("UUIDConverter", "message_id"): UUID(int=0),
    ("UUIDConverter", "public_id"): UUID(int=0),
    ("IntegerConverter", "task_id"): 0,
    ("IntegerConverter", "line_id"): 0,
    ("IntegerConverter", "session_id"): 0,
    ("IntegerConverter", "registrar_id"): 0,
    ("IntegerConverter", "absence_id"): 0,
    ("IntegerConverter", "feed_id"): 0,
    ("IntegerConverter", "pattern_id"): 0,
    ("IntegerConverter", "exception_id"): 0,
    ("IntegerConverter", "draft_id"): 0,
    ("IntegerConverter", "key"): 0,
    ("IntegerConverter", "day_id"): 0,
    ("IntegerConverter", "room_id"): 0,
    ("IntegerConverter", "staff_id"): 0,
    ("IntegerConverter", "plan_id"): 0,
    ("IntegerConverter", "wish_id"): 0,
    ("IntegerConverter", "cluster_id"): 0,
    ("IntegerConverter", "half_day"): 0,
    ("AnyConverter", "kind"): "close",
    ("IntegerConverter", "number"): 0,
    ("IntegerConverter", "agreement_id"): 0,
    ("IntegerConverter", "link_id"): 0,
    ("IntegerConverter", "family_id"): 0,
    ("IntegerConverter", "letter_id"): 0,
    ("IntegerConverter", "turn_id"): 0,
    ("IntegerConverter", "build_id"): 0,
    ("IntegerConverter", "protocol_id"): 0,
    ("IntegerConverter", "request_id"): 0,
}
#: Open to all, but only what a carrier signed is read: 403 is its own answer (tests/messages/test_views.py).
SIGNED = {"receipts.twilio_status", "receipts.twilio_incoming"}


def routes(app):
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods)))


def lists_of(view):
    """Give the access lists a view stands in, however often it is wrapped."""
    found = []
    while view is not None:
        access = vars(view).get("access")
        if access is not None and access not in found:
            found.append(access)
        view = getattr(view, "__wrapped__", None)
    return found


def address(app, rule):
    """Give an address of the route, made of values no row has; a route that asks for something unknown fails."""
    asked = {name: (type(converter).__name__, name) for name, converter in rule._converters.items()}
    unknown = [key for key in asked.values() if key not in VALUES]
    assert not unknown, f"{rule.rule} asks for {unknown}: say in VALUES what to put there"
    with app.test_request_context():
        return rule.build({name: VALUES[key] for name, key in asked.items()}, append_unknown=False)[1]


def become(client, user):
    """Sign in, or be a stranger, without the page for it."""
    client.delete_cookie("session")
    if user is not None:
        now = time.time()
        with client.session_transaction() as session:
            session.update(_user_id=user.fs_uniquifier, staff_started=now, staff_seen=now, fs_paa=now)


def refused(answer):
    """Say whether an answer is our gate's: forbidden, or asked to sign in to see this very page."""
    return answer.status_code == 403 or answer.headers.get("Location", "").startswith("/staff/sign-in?next=")


def test_every_route_stands_in_exactly_one_access_list(app):
    counts = {f"{rule.rule} {rule.endpoint}": lists_of(app.view_functions[rule.endpoint]) for rule in routes(app)}

    assert {route: lists for route, lists in counts.items() if len(lists) != 1} == {}


@pytest.mark.parametrize("role", ["stranger", *ROLES])
def test_every_route_lets_in_who_its_list_names_and_nobody_else(app, client, database, role):
    user = None if role == "stranger" else new_person(role)
    wrong, let_in = [], True
    for rule in routes(app):
        [access] = lists_of(app.view_functions[rule.endpoint])
        if rule.endpoint in SIGNED:
            continue
        allowed = access == "public" or role in access
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            if let_in:  # who is turned away is still who they were
                become(client, user)
            let_in = allowed
            answer = client.open(address(app, rule), method=method)
            if answer.status_code >= 500 or refused(answer) is allowed:
                wrong.append((method, rule.rule, answer.status_code, "allowed" if allowed else "refused"))
            if access != "public" and method == "GET" and "no-store" not in answer.headers.get("Cache-Control", ""):
                wrong.append((method, rule.rule, answer.status_code, "kept by browsers"))
            if not allowed and user is not None and answer.status_code != 403:
                wrong.append((method, rule.rule, answer.status_code, "403 for a known person"))

    assert not wrong, "\n".join(map(str, wrong))
