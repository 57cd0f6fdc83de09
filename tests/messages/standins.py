"""Servers that stand in for Twilio and GOV.UK Notify on the loopback: they check what the real clients send them."""

import base64
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a twilio token of no account"
NOTIFY_SERVICE = "11111111-2222-4333-8444-555555555555"
NOTIFY_SECRET = "66666666-7777-4888-8999-aaaaaaaaaaaa"
NOTIFY_KEY = f"a_key-{NOTIFY_SERVICE}-{NOTIFY_SECRET}"


class StandIn:
    """What a carrier was asked, and how it is told to answer: a list of answers, each used once, then success."""

    def __init__(self, check):
        self.check = check
        self.asked = []
        self.faults = []
        self.answers = []
        self.url = ""
        self.released = threading.Event()

    def answer(self, handler):
        """Check what was asked and answer as told to; a fault is kept for the test to see."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        try:
            status, told = self.check(handler, body, self.asked)
        except AssertionError as fault:
            self.faults.append(str(fault))
            status, told = 400, {"message": str(fault)}
        planned = self.answers.pop(0) if self.answers else None
        if planned == "hang":
            self.released.wait(10)
        elif planned == "drop":
            handler.connection.close()
        elif planned == "nonsense":
            reply(handler, 201, b"<html>")
        elif planned:
            reply(handler, planned[0], json.dumps(planned[1]).encode(), *planned[2:])
        else:
            reply(handler, status, json.dumps(told).encode())


def reply(handler, status, body, headers=None):
    """Send an answer as a carrier does: its status, headers of its own and a body of JSON."""
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(check):
    """Serve a stand-in for as long as the block lasts."""
    standin = StandIn(check)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            standin.answer(self)

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            """A client that left first, or whom we left on purpose, is no fault here."""

    server = Server(("127.0.0.1", 0), Handler)
    standin.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield standin
    finally:
        standin.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def twilio_check(schema=None):
    """Check a request to create a message, against Twilio's own description of it where that is at hand."""

    def check(handler, body, asked):
        assert handler.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", handler.path
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        assert handler.headers["Authorization"] == f"Basic {expected}", "wrong credentials"
        assert handler.headers["Content-Type"] == "application/x-www-form-urlencoded"
        form = {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()}
        if schema:
            schema(form)
        assert form["To"].startswith("+")
        assert 0 < len(form["Body"]) <= 1600
        asked.append(form)
        return 201, {"sid": "SM" + f"{len(asked):032x}", "status": "queued", "account_sid": ACCOUNT}

    return check


def against(description):
    """Make a check of form fields from Twilio's OpenAPI description: known names, required names, types, patterns."""
    import jsonschema
    import yaml

    with description.open(encoding="utf-8") as file:
        spec = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 -- the C form of the safe loader
    post = spec["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    schema = post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    account = next(each for each in post["parameters"] if each["name"] == "AccountSid")
    jsonschema.validate(ACCOUNT, account["schema"])

    def check(form):
        unknown = set(form) - set(schema["properties"])
        assert not unknown, f"Twilio knows no {unknown}"
        typed = {name: _typed(value, schema["properties"][name]) for name, value in form.items()}
        try:
            jsonschema.validate(typed, {"components": spec["components"], **schema})
        except jsonschema.ValidationError as fault:
            raise AssertionError(fault.message) from fault
        if "ValidityPeriod" in typed:
            assert 1 <= typed["ValidityPeriod"] <= 36000

    return check


def _typed(value, schema):
    return int(value) if schema.get("type") == "integer" else value


def notify_check(handler, body, asked):
    """Check a request to Notify: its token is signed with our key, just now, and the address is where it belongs."""
    import jwt

    token = handler.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, NOTIFY_SECRET, algorithms=["HS256"], options={"require": ["iss", "iat"]}, leeway=30)
    assert claims["iss"] == NOTIFY_SERVICE
    assert abs(claims["iat"] - time.time()) < 30
    sent = json.loads(body)
    address = {"/v2/notifications/sms": "phone_number", "/v2/notifications/email": "email_address"}[handler.path]
    assert set(sent) == {address, "template_id", "personalisation", "reference"}, sent
    asked.append(sent)
    return 201, {"id": f"notify-{len(asked)}"}
