"""The way out for webhooks: one signed POST to an address that was looked at first, with an end to all waiting."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

from registration.families.tell_once.rules import Outcome, check_url, may_reach_address, outcome_of

#: Seconds to wait for a connection, for each step of the answer, and for all of it together.
CONNECT, STEP, WHOLE = 5.0, 10.0, 20.0
LONGEST_PROBLEM = 200


class Closed(Exception):
    """The address leads somewhere a webhook is not sent."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, demonstration: bool, whole: float = WHOLE) -> Outcome:
    """Send a webhook and say what came of it; nothing is raised, however the receiver behaves.

    The name is looked up once and every address it has is judged, then the connection goes to one of those judged, so that
    a name cannot lead to another address between the two. No redirect is followed; the answer's body is not read.
    """
    try:
        check_url(url, demonstration=demonstration)
        parts = urlsplit(url)
        with closing(_connected(parts, demonstration=demonstration)) as line:
            return _asked(line, parts, body, headers, whole)
    except (Closed, ValueError) as refusal:
        return Outcome(arrived=False, problem=str(refusal))
    except ssl.SSLCertVerificationError as fault:
        return Outcome(
            arrived=False, problem=f"Its certificate does not stand: {fault.verify_message}"[:LONGEST_PROBLEM]
        )
    except TimeoutError:
        return Outcome(arrived=False, problem="It did not answer in time.")
    except (OSError, http.client.HTTPException) as fault:
        return Outcome(
            arrived=False, problem=f"It could not be reached: {fault or type(fault).__name__}"[:LONGEST_PROBLEM]
        )


def _connected(parts: SplitResult, *, demonstration: bool) -> socket.socket:
    """Give a line to the receiver; raises Closed where any of its addresses is one that nothing is sent to."""
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    found = dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    if not all(may_reach_address(address, demonstration=demonstration) for address in found):
        raise Closed("The address leads into a private network, where nothing is sent.")
    line = _first_line(list(found), port)
    line.settimeout(STEP)
    if parts.scheme != "https":
        return line
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except OSError:
        line.close()
        raise


def _first_line(addresses: list[str], port: int) -> socket.socket:
    """Connect to the first address that takes the call: a name often has one of IPv6 and one of IPv4."""
    *others, last = addresses
    for address in others:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=CONNECT)
    return socket.create_connection((last, port), timeout=CONNECT)


def _asked(line: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str], whole: float) -> Outcome:
    """Send the request and read the head of the answer; after `whole` seconds the line is cut, whatever comes over it.

    Raises TimeoutError where it was cut: a head that ends so is no answer, though its first line says 200.
    """
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port or None)
    connection.sock = line
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    over = Event()
    cut = Timer(whole, _cut, [line, over])
    cut.daemon = True
    cut.start()
    try:
        connection.request("POST", path, body, {"host": parts.netloc, **headers})
        answer = connection.getresponse()
    finally:
        cut.cancel()
        if over.is_set():
            raise TimeoutError
    return outcome_of(answer.status, answer.headers.get("retry-after", ""))


def _cut(line: socket.socket, over: Event) -> None:
    over.set()
    with suppress(OSError):  # the other end may have left meanwhile
        line.shutdown(socket.SHUT_RDWR)
