"""Signing in through the council's own accounts: OpenID Connect, authorization code flow with PKCE.

The one place where Authlib comes in. It is loaded only where the settings OIDC_* name a provider.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, abort, current_app, url_for
from flask.typing import ResponseReturnValue

from registration.common.errors import Refused
from registration.common.links import external
from registration.staff.rules import second_factor_given, verified_email

#: Seconds we wait for the provider, so that a provider that is out holds nobody up.
PATIENCE = 10
#: How a provider may sign who came: with a key of its own that is kept apart from the one that checks it (RFC 8725 3.1).
SIGNED_WITH = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
LABEL = "Sign in with your council account"
LONGEST_FAULT = 300
SUBJECT_MAX = 320  # a name longer than that is no provider's (OpenID Connect asks for at most 255)


class ProviderFailed(Refused):
    """The council’s single sign-on did not work just now. Try again, or sign in with your password."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider signed in: its own lasting name for them, and their address where it has verified that.

    `strong` says that the provider asked for a second factor itself.
    """

    subject: str
    email: str
    strong: bool


def init_single_sign_on(app: Flask) -> None:
    """Prepare for the provider of the settings, asking it nothing yet."""
    if not app.config["OIDC_ISSUER"]:
        return
    from authlib.integrations.flask_client import OAuth

    app.extensions["single_sign_on"] = OAuth(app).register(
        "council",
        client_id=app.config["OIDC_CLIENT_ID"],
        client_secret=app.config["OIDC_CLIENT_SECRET"],
        server_metadata_url=app.config["OIDC_ISSUER"].rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "default_timeout": PATIENCE},
    )


def label() -> str:
    """Give what the button says, or nothing where there is no single sign-on."""
    return (current_app.config["OIDC_LABEL"] or LABEL) if current_app.config["OIDC_ISSUER"] else ""


def to_provider() -> ResponseReturnValue:
    """Send the browser to the provider; ProviderFailed is raised where that does not answer."""
    back = external(url_for("staff.single_sign_on_back"))
    try:
        answer: ResponseReturnValue = _believed(_provider()).authorize_redirect(back)
    except _faults() as error:
        _tell(error)
        raise ProviderFailed from error
    return answer


def identity() -> Identity:
    """Read who came back from the provider; ProviderFailed is raised unless all of it proves true.

    Checked are the state and nonce of this browser's own request, the signature, who issued it, for whom and when
    (OpenID Connect Core 3.1.3.7).
    """
    wanted = {"iss": {"essential": True, "values": _issuers()}, "sub": {"essential": True}}
    provider = _provider()
    try:
        _believed(provider)
        token = provider.authorize_access_token(claims_options=wanted)
        claims = dict(token["userinfo"])
        if "email" not in claims:  # some providers tell it only when asked
            told = dict(provider.userinfo(token=token))
            claims = told | claims if told.get("sub") == claims["sub"] else claims
    except _faults() as error:
        _tell(error)
        raise ProviderFailed from error
    return Identity(str(claims["sub"])[:SUBJECT_MAX], verified_email(claims), second_factor_given(claims))


def _provider() -> Any:  # noqa: ANN401 -- Authlib is untyped
    if "single_sign_on" not in current_app.extensions:
        abort(HTTPStatus.NOT_FOUND)
    return current_app.extensions["single_sign_on"]


def _issuers() -> list[str]:
    """Give the names the provider of our settings may call itself by: its own, with or without the last slash."""
    issuer = current_app.config["OIDC_ISSUER"].rstrip("/")
    return [issuer, f"{issuer}/"]


def _believed(provider: Any) -> Any:  # noqa: ANN401 -- Authlib is untyped
    """Give the provider once its own document is believed; ValueError is raised where that names another issuer.

    Of the ways to sign that it offers only those of SIGNED_WITH are left (OpenID Connect Discovery 4.3, RFC 8725).
    """
    metadata = provider.load_server_metadata()
    if metadata.get("issuer") not in _issuers():
        raise ValueError("the provider’s document is of another issuer")
    offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
    metadata["id_token_signing_alg_values_supported"] = [way for way in offered if way in SIGNED_WITH]
    return provider


def _faults() -> tuple[type[Exception], ...]:
    """Give what Authlib and what it stands on raise for an answer that is missing, unreadable or not to be believed."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    return AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError, TypeError


def _tell(error: Exception) -> None:
    """Note the fault; what the provider or a browser wrote stands in one line, its control characters spelt out."""
    current_app.logger.warning("Single sign-on failed: %s: %a", type(error).__name__, str(error)[:LONGEST_FAULT])
