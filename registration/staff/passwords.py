"""Passwords that are refused though they are long enough: easy to guess, or known from a theft.

The one place where zxcvbn comes in. It is loaded only when somebody sets a password.
"""

import hashlib
from typing import Any

from flask import current_app
from flask_security import PasswordUtil

from registration.common.authority import current_authority
from registration.staff.models import StaffUser
from registration.staff.rules import leans_on, run_together, words_around

#: zxcvbn’s scale runs from 0 to 4; from 3 on a password takes more than 100 million guesses.
LEAST_SCORE = 3
#: So much of a password is judged: a longer one is no easier to guess than its beginning, and the work stays small.
JUDGED = 72
#: Seconds to wait for the list of stolen passwords. Nobody is kept from a password because that does not answer.
PATIENCE = 3

EASY = (
    "That password is easy to guess. Use three words that do not belong together, and not the name of the service, "
    "the council or yours"
)
STOLEN = "That password is on a list of passwords stolen elsewhere, which attackers try first. Choose another"


class Passwords(PasswordUtil):
    """Flask-Security’s rules for a new password, and ours."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:  # noqa: ANN401, FBT001 -- Flask-Security’s own signature
        """Say what is wrong with a new password, None for nothing, and give it as it is hashed."""
        refusals, normal = super().validate(password, is_register, **kwargs)
        if not refusals:
            refusals = refusal_of(normal, kwargs.get("user"))
        return refusals, normal


def refusal_of(password: str, user: StaffUser | None) -> list[str] | None:
    """Say why a password of sufficient length is refused; None where it may be used."""
    council = current_authority()
    named = (council.name, council.district, *((user.name or "", user.email) if user else ()))
    if is_easy(password, words_around(*named)):
        return [EASY]
    return [STOLEN] if times_stolen(password) else None


def is_easy(password: str, words: list[str]) -> bool:
    """Say whether a password can be guessed from usual passwords, words, names, keys in a row and these words."""
    from zxcvbn import zxcvbn

    begun = password[:JUDGED]
    letters = run_together(begun)
    ways = [begun, letters] if 2 * len(letters) >= len(begun) else [begun]
    return leans_on(begun, words) or any(zxcvbn(way, user_inputs=words)["score"] < LEAST_SCORE for way in ways)


def times_stolen(password: str) -> int:
    """Give how often a password stands in the list at BREACHED_PASSWORDS; 0 where there is no list, or it does not answer.

    Only the first five of forty letters of its SHA-1 leave the house, and the answer is padded, so that nobody learns
    which password was meant (the range of Have I Been Pwned).
    """
    if not (base := current_app.config["BREACHED_PASSWORDS"]):
        return 0
    import requests

    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    try:
        answer = requests.get(
            f"{base.rstrip('/')}/range/{digest[:5]}",
            headers={"Add-Padding": "true", "User-Agent": "right-start"},
            timeout=PATIENCE,
            allow_redirects=False,
        )
        answer.raise_for_status()
        return _count(answer.text, digest[5:])
    except (requests.RequestException, ValueError) as fault:
        current_app.logger.warning("The list of stolen passwords did not answer: %s", type(fault).__name__)
        return 0


def _count(listed: str, rest: str) -> int:
    """Find the rest of a digest in lines like 0018A45C4D1DEF81644B54AB7F969B88D65:12; 0 where it is not there."""
    counts = (line.partition(":") for line in listed.splitlines())
    return next((int(number) for name, _, number in counts if name.strip().upper() == rest), 0)
