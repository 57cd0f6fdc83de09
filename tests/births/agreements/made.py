"""Agreements for tests: terms as most would have them, drafted and put in force by the real actions."""

from dataclasses import replace
from datetime import date

from registration.births.agreements import actions
from registration.births.agreements.queries import seen_of
from registration.births.agreements.rules import Origin, Signature, places_to_sign, proposed

TODAY = date(2026, 11, 22)
ACTOR = "staff:1"


def terms(**changes):
    """Give the terms proposed to a council by an NHS trust, with the gaps filled."""
    usual = {
        "provider": "Calder NHS Trust",
        "provider_contact": "Head of child health information",
        "source": "calder-nhs",
        "starts_on": date(2026, 1, 5),
        "review_on": date(2027, 6, 30),
    }
    return replace(proposed(Origin.NHS, "Calder Valley Council", "01632 960100", TODAY), **(usual | changes))


def signatures(origin=Origin.NHS, signed_on=date(2026, 1, 4), *, all_of_them=False):
    """Give the signatures an agreement needs."""
    return [
        Signature(place.party, f"Sam {number}", place.role, signed_on)
        for number, place in enumerate(places_to_sign(origin))
        if place.needed or all_of_them
    ]


def drafted(**changes):
    """Draft an agreement."""
    return actions.draft(terms(**changes), ACTOR)


def in_force(today=TODAY, **changes):
    """Draft an agreement and put it in force."""
    made = drafted(**changes)
    return actions.put_in_force(made.id, signatures(Origin(made.origin)), seen_of(made), today, ACTOR)
