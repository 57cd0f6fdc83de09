"""Call the JSON API as an outside program does; every answer is held against the description the service gives of itself."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from sqlalchemy import text

from registration.common.db import db
from tests.booking.world import BORN

PROBLEM = "application/problem+json"
#: Everything a call could leave half done.
TABLES = (
    "occupancy",
    "booking",
    "family",
    "sharing_answer",
    "message",
    "audit_event",
    "request_key",
    "procrastinate_jobs",
)
#: What any call may be refused with before it is looked at; the document does not repeat these.
ANYWHERE = {404, 405}


@lru_cache(maxsize=1)
def description(app: Flask) -> dict:
    """Give the service's own description, once it is valid."""
    found = app.test_client().get("/api/v1/openapi.json").json
    validate(found)
    return found


@lru_cache(maxsize=1)
def _strict(app: Flask) -> dict:
    """Give the schemas with every name that is not described forbidden."""
    schemas = deepcopy(description(app)["components"]["schemas"])
    for schema in schemas.values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return schemas


def _operation(app: Flask, path: str, method: str) -> dict:
    paths = description(app)["paths"]
    if path in paths:
        return paths[path].get(method, {})
    if path.startswith("/api/v1/bookings/"):
        return paths["/api/v1/bookings/{token}"].get(method, {})
    return {}


def checked(app: Flask, answer):
    """Give the answer back when it is what the description says of it."""
    request = answer.request
    responses = _operation(app, request.path, request.method.lower()).get("responses", {})
    status, content = answer.status_code, answer.mimetype
    assert status < 500, answer.text
    assert "Set-Cookie" not in answer.headers
    if str(status) not in responses:
        assert status in ANYWHERE | ({415, 400, 413} if not responses else set()), (request.path, status, answer.text)
        schema = {"$ref": "#/components/schemas/Problem"}
        assert content == PROBLEM
    else:
        schema = responses[str(status)]["content"][content]["schema"]
    whole = {**schema, "components": {"schemas": _strict(app)}}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(answer.json)
    if status >= 400:
        _is_a_problem(answer, responses.get(str(status)))
    return answer


def _is_a_problem(answer, described) -> None:
    assert answer.mimetype == PROBLEM
    assert answer.json["status"] == answer.status_code
    name = problem_of(answer)
    assert described is None or name in described["content"][PROBLEM]["examples"], name


def problem_of(answer) -> str:
    """Give the name of the problem an answer is, or an empty text."""
    return answer.json.get("type", "").rpartition("/api/problems/")[2] if answer.status_code >= 400 else ""


def fields_of(answer) -> list[str]:
    """List the fields a refused request is said to be wrong in."""
    return sorted(each["field"] for each in answer.json["errors"])


def rows() -> dict[str, int]:
    """Count the rows of every table a call may write."""
    return {name: db.session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in TABLES}  # noqa: S608


def family(hold: str, **changes) -> dict:
    """Give what a family sends to book; a change to ... leaves the name out."""
    body = {
        "hold": hold,
        "married_or_civil_partners": True,
        "both_parents_named": True,
        "attending": "mother",
        "name": "Aoife O’Brien",
        "email": "aoife@example.org",
        "phone": "07700 900982",
        "language": "en",
        "access_needs": "",
        "share_with_centre": True,
        "born_in_district": True,
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


@dataclass
class Caller:
    """A program outside that calls the API."""

    app: Flask
    client: FlaskClient
    born: date = BORN
    answers: list = field(default_factory=list)

    def call(self, method: str, path: str, **more):
        """Call any address of the API."""
        return checked(self.app, self.client.open(path, method=method, **more))

    def get(self, name: str, **query):
        """Ask; a name ending in _ stands for a word Python keeps for itself."""
        asked = {key.rstrip("_"): value for key, value in query.items() if value is not None}
        return self.call("GET", f"/api/v1/{name}", query_string=asked)

    def free(self, **query) -> dict[int, list[str]]:
        """Give the free starts of each centre."""
        answer = self.get("availability", **({"born": self.born} | query))
        assert answer.status_code == 200, answer.text
        return {each["id"]: [s for day in each["days"] for s in day["starts"]] for each in answer.json["centres"]}

    def hold(self, centre: int, start, born=None, **changes):
        """Keep a time."""
        births = [str(each) for each in (born or [self.born])]
        at = start if isinstance(start, str) else start.isoformat()
        return self.call("POST", "/api/v1/holds", json={"centre": centre, "start": at, "born": births} | changes)

    def book(self, hold: str, key: str | None = None, **changes):
        """Turn a hold into a booking."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.call("POST", "/api/v1/bookings", json=family(hold, **changes), headers=headers)

    def booked(self, centre: int, start, **changes) -> str:
        """Hold and book; give the token of the link."""
        held = self.hold(centre, start)
        assert held.status_code == 201, held.text
        made = self.book(held.json["hold"], **changes)
        assert made.status_code == 201, made.text
        return made.json["link"].rpartition("/")[2]
