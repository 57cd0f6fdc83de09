"""Where a request comes from: a page of ours, or another site's."""

from urllib.parse import urlsplit

from flask import request

SAME_SITE = "same-origin"


def from_other_site() -> bool:
    """Say whether another site's page sent this: it must not put answers into this browser."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    return foreign or request.headers.get("Sec-Fetch-Site", SAME_SITE) != SAME_SITE


def page_before() -> str:
    """Give the path and query of the page of ours that led here; nothing where the browser does not say, or it is not ours."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host:
        return ""
    return f"{came.path}?{came.query}" if came.query else came.path
