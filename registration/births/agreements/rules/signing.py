"""Who signs a data sharing agreement: those who answer for the details on each side."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from registration.births.agreements.rules.terms import Origin

PROVIDER, RECIPIENT = "provider", "recipient"
CALDICOTT = "Caldicott Guardian"
RISK_OWNER = "Senior Information Risk Owner (SIRO)"
PROPER_OFFICER = "Proper Officer for registration matters"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, for which side (`provider` or `recipient`), as what, and on which day."""

    party: str
    name: str
    role: str
    signed_on: date


@dataclass(frozen=True, slots=True)
class PlaceToSign:
    """A place to sign: for which side, as what, and whether the agreement needs it to be in force."""

    party: str
    role: str
    needed: bool


def places_to_sign(origin: Origin) -> tuple[PlaceToSign, ...]:
    """Give the places to sign, two for each side: an agreement needs whoever guards the details, and the council's SIRO.

    What comes from the register goes out under the Proper Officer's hand (code of practice under the Registration Service
    Act 1953 s.19AA).
    """
    guard = PROPER_OFFICER if origin is Origin.REGISTRATION else CALDICOTT
    return (
        PlaceToSign(PROVIDER, guard, needed=True),
        PlaceToSign(PROVIDER, RISK_OWNER, needed=False),
        PlaceToSign(RECIPIENT, RISK_OWNER, needed=True),
        PlaceToSign(RECIPIENT, CALDICOTT, needed=False),
    )


def missing_signatures(origin: Origin, signatures: Collection[Signature]) -> list[PlaceToSign]:
    """Give the places without which the agreement cannot be in force, and which nobody has signed."""
    signed = {(each.party, each.role) for each in signatures}
    return [place for place in places_to_sign(origin) if place.needed and (place.party, place.role) not in signed]
