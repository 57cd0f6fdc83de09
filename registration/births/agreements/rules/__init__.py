"""Decisions and words about data sharing agreements, without a framework."""

from registration.births.agreements.rules.delivery import GRACE, Came, Frequency, Promise, Span, State
from registration.births.agreements.rules.items import ITEMS, NEVER, Item
from registration.births.agreements.rules.review import Review, review
from registration.births.agreements.rules.signing import Signature, missing_signatures, places_to_sign
from registration.births.agreements.rules.standing import Delivered, Standing, standing
from registration.births.agreements.rules.template import proposed
from registration.births.agreements.rules.terms import Notice, Origin, Terms
from registration.births.agreements.rules.text import Clause, clauses, fingerprint

__all__ = [
    "GRACE",
    "ITEMS",
    "NEVER",
    "Came",
    "Clause",
    "Delivered",
    "Frequency",
    "Item",
    "Notice",
    "Origin",
    "Promise",
    "Review",
    "Signature",
    "Span",
    "Standing",
    "State",
    "Terms",
    "clauses",
    "fingerprint",
    "missing_signatures",
    "places_to_sign",
    "proposed",
    "review",
    "standing",
]
