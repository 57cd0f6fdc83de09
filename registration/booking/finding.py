"""Whether what a person typed is what a family gave when it booked.

The work is the same whether or not there is such a booking: one look-up that always answers with one row, and three
comparisons of digests in constant time, none of them left out.
"""

from collections.abc import Callable
from hmac import compare_digest
from uuid import UUID

from registration.booking.queries import given_with
from registration.booking.rules.reference import canonical
from registration.common import contacts
from registration.common.links import keyed
from registration.families.rules import last_name, same_email


def find_booking(reference: str, given: str) -> UUID | None:
    """Give the booking with that reference whose family gave that e-mail address, mobile number or last name."""
    kept = given_with(canonical(reference) or "")
    typed = (same_email(_usual(contacts.email, given)), _usual(contacts.mobile, given), last_name(given))
    known = (same_email(kept.email), kept.mobile, last_name(kept.name))
    found = False
    for one, other in zip(typed, known, strict=True):
        found |= compare_digest(keyed("given", one), keyed("given", other)) & bool(one)
    return kept.public_id if found else None


def _usual(form_of: Callable[[str], str], text: str) -> str:
    try:
        return form_of(text)
    except ValueError:
        return ""
