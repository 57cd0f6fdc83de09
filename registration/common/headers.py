"""What every answer says to browsers beside its content, pages, files and refusals alike, and what no request may claim."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, current_app, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Of a page: only what we serve ourselves is loaded, and what stands in the page itself only with its one-time word.
CONTENT_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
#: Of what is no page, opened by itself: it loads nothing and is shown in nobody's frame.
FILE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: Said with every answer that does not say otherwise itself.
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": FILE_POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Two years, this host and those below it (RFC 6797).
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"
#: Where programs ask: they are refused without encryption and not led on, or a secret would go in the clear each time unseen.
PROGRAMS = ("/api/v1/", "/calendar/", "/messages/twilio/")
#: What a web server in front says of who asked it.
CLAIMS = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_FORWARDED",
)

Pairs = list[tuple[str, str]]


class Frame:
    """Stands round the whole application: no answer leaves without the headers of EVERYWHERE."""

    def __init__(self, inner: "WSGIApplication", *, secure: bool) -> None:
        self.inner = inner
        self.secure = secure

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request; programs that come unencrypted to a secure service are refused before anything is read."""
        encrypted = environ["wsgi.url_scheme"] == "https"
        start = self._framed(start_response, encrypted=encrypted)
        if self.secure and not encrypted and environ.get("PATH_INFO", "").startswith(PROGRAMS):
            return _refuse(start)
        return self.inner(environ, start)

    def _framed(self, start_response: "StartResponse", *, encrypted: bool) -> "StartResponse":
        wanted = EVERYWHERE | ({"Strict-Transport-Security": STRICT_TRANSPORT} if self.secure and encrypted else {})

        def start(status: str, headers: Pairs, exc_info: Any = None) -> Callable[[bytes], object]:  # noqa: ANN401 -- WSGI's own
            """Begin the answer with what it does not say itself."""
            said = {name.lower() for name, _ in headers}
            more = [(name, value) for name, value in wanted.items() if name.lower() not in said]
            return start_response(status, [*headers, *more], exc_info)

        return start


class Unclaimed:
    """Takes away what a request claims of web servers in front, where there are none (TRUSTED_PROXIES=0)."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self.inner = inner

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request as if nothing had been claimed."""
        for name in CLAIMS:
            environ.pop(name, None)
        return self.inner(environ, start_response)


def lead_to_ourselves(app: Flask) -> None:
    """Have no answer lead to the host a request names, for anybody may name any."""
    app.after_request(_here)


def _here(answer: Response) -> Response:
    """Lead on within this very host by the path alone; from plain HTTP to where PUBLIC_URL says."""
    led = urlsplit(answer.headers.get("Location", ""))
    named = {urlsplit(request.host_url).netloc, request.host, request.headers.get("Host", "")}
    if led.netloc and led.netloc in named:
        path = urlunsplit(("", "", "/" + led.path.lstrip("/\\"), led.query, led.fragment))  # two would begin a host
        moved = led.scheme != request.scheme
        answer.headers["Location"] = str(current_app.config["PUBLIC_URL"]).rstrip("/") + path if moved else path
    return answer


def cookie_name(name: str, *, secure: bool) -> str:
    """Give a cookie's name; with __Host- browsers take it over HTTPS from this very host alone (RFC 6265bis 4.1.3.2)."""
    return f"__Host-{name}" if secure else name


def _refuse(start: "StartResponse") -> Iterable[bytes]:
    status = HTTPStatus.FORBIDDEN
    said = "This address answers encrypted requests only: begin it with https."
    body = json.dumps({"type": "about:blank", "title": status.phrase, "status": int(status), "detail": said}).encode()
    start(
        f"{int(status)} {status.phrase}",
        [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]
