"""Secret links: made anew from the service's key whenever one is sent, kept only as a digest."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, has_request_context, request

SECRET_BYTES = 18  # 144 bits; the least we promise is 128


def secret(kind: str, ref: str) -> str:
    """Give the secret of a link: 24 characters that only a holder of SECRET_KEY can make for this kind and reference."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    made = hmac.new(key, f"link:{kind}:{ref}".encode(), sha256).digest()
    return urlsafe_b64encode(made[:SECRET_BYTES]).decode()


def digest(token: str) -> bytes:
    """Give what is kept of a secret: its SHA-256, from which it cannot be found."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def keyed(kind: str, value: str) -> bytes:
    """Give a digest that cannot be guessed from a short list (phone numbers, birth dates) without SECRET_KEY."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{kind}:{value}".encode("utf-8", "surrogatepass"), sha256).digest()


def external(path: str) -> str:
    """Give the full address of a path: PUBLIC_URL where it is set, else where the service runs.

    Who asks may name any host, and a link that leads there gives its secret away. Only a demonstration believes it, and
    only where it is an address of this machine or of its own network.
    """
    settings = current_app.config
    base = str(settings["PUBLIC_URL"])
    if not base:
        host = f"[{settings['HOST']}]" if ":" in settings["HOST"] else settings["HOST"]
        base = request.host_url if _asked_from_near() else f"http://{host}:{settings['PORT']}"
    return base.rstrip("/") + path


def _asked_from_near() -> bool:
    """Say whether a demonstration was asked by an address that leads no further than its own network."""
    if not (current_app.config["DEMO"] and has_request_context()):
        return False
    name = urlsplit(request.host_url).hostname or ""
    try:
        return name == "localhost" or ip_address(name).is_private
    except ValueError:
        return False
