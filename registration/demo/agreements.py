"""Two invented agreements: one in force whose review nears, and one that has ended."""

from dataclasses import replace
from datetime import datetime, timedelta

from registration.births.agreements import actions
from registration.births.agreements.queries import seen_of
from registration.births.agreements.rules import Frequency, Origin, Signature, Terms, places_to_sign, proposed
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.families.models import SharingAgreement

ACTOR = "service"
#: The name under which the demonstration's births come.
SOURCE = "calder-ryburn-nhs"
MONTHLY = timedelta(days=330)
REVIEW = timedelta(days=41)
QUARTERLY_FROM, QUARTERLY_TO = timedelta(days=700), timedelta(days=160)


def add_agreements(now: datetime) -> SharingAgreement:
    """Put the two agreements on record by the real actions; give the one in force."""
    today = civil_date(now)
    authority = current_authority()
    usual = proposed(Origin.NHS, authority.name, f"{authority.email}, {authority.telephone}", today)
    trust = replace(
        usual,
        source=SOURCE,
        provider="Calder and Ryburn NHS Trust",
        provider_contact="Head of child health information, 01632 960177",
        starts_on=today - MONTHLY,
        review_on=today + REVIEW,
    )
    midwives = replace(
        usual,
        source="upper-valley-midwives",
        origin=Origin.OTHER,
        provider="Upper Valley Midwives",
        provider_contact="Practice manager, 01632 960178",
        frequency=Frequency.QUARTERLY,
        starts_on=today - QUARTERLY_FROM,
        review_on=today - QUARTERLY_TO,
    )
    over = _signed(midwives)
    actions.end(over.id, "Their births come with the trust’s file now", today - QUARTERLY_TO, ACTOR)
    return _signed(trust)


def _signed(terms: Terms) -> SharingAgreement:
    names = iter(("Nadia Holroyd", "Peter Ashworth", "Ruth Greenwood", "Imran Sutcliffe"))
    day = terms.starts_on - timedelta(days=6)
    signatures = [Signature(place.party, next(names), place.role, day) for place in places_to_sign(terms.origin)]
    made = actions.draft(terms, ACTOR)
    return actions.put_in_force(made.id, signatures, seen_of(made), terms.starts_on, ACTOR)
