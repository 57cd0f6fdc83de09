"""Two invented agreements: one in force whose review nears, and one that has ended; and the files of months gone by."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from registration.births.agreements import actions
from registration.births.agreements.queries import seen_of
from registration.births.agreements.rules import Frequency, Origin, Signature, Terms, places_to_sign, proposed
from registration.births.agreements.rules.delivery import period_of
from registration.births.models import BirthFile
from registration.common.authority import current_authority
from registration.common.clock import LONDON, civil_date
from registration.common.db import db
from registration.demo.births import months
from registration.families.models import SharingAgreement

ACTOR = "service"
#: The name under which the demonstration's births come.
SOURCE = "calder-ryburn-nhs"
MONTHLY = timedelta(days=330)
REVIEW = timedelta(days=41)
QUARTERLY_FROM, QUARTERLY_TO = timedelta(days=700), timedelta(days=160)
#: Days after each month on which its file came, one after another; the fifth was late.
CAME_AFTER = (4, 6, 3, 5, 23, 4, 8, 5, 6, 4, 5, 7)
#: What a month's file of such a council has, about.
ROWS = 190


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
    made = _signed(trust)
    _add_files(made, today)
    return made


def _signed(terms: Terms) -> SharingAgreement:
    names = iter(("Nadia Holroyd", "Peter Ashworth", "Ruth Greenwood", "Imran Sutcliffe"))
    day = terms.starts_on - timedelta(days=6)
    signatures = [Signature(place.party, next(names), place.role, day) for place in places_to_sign(terms.origin)]
    made = actions.draft(terms, ACTOR)
    return actions.put_in_force(made.id, signatures, seen_of(made), terms.starts_on, ACTOR)


def _add_files(agreement: SharingAgreement, today: date) -> None:
    """Say that a file came of every month since the agreement began; whom they told of was deleted when it was due.

    Those of the last months are really taken in (demo/births.py).
    """
    told = months(today)[0][0]
    month = period_of(Frequency.MONTHLY, agreement.starts_on)
    for number, days in enumerate(CAME_AFTER):
        on = month.last + timedelta(days=days)
        if month.first >= told:
            break
        db.session.add(_file(agreement, month.first, on, ROWS + number * 7 % 23))
        month = period_of(Frequency.MONTHLY, month.last + timedelta(days=1))
    db.session.flush()


def _file(agreement: SharingAgreement, month: date, on: date, rows: int) -> BirthFile:
    name = f"births-{month:%Y-%m}.csv"
    return BirthFile(
        agreement_id=agreement.id,
        source=agreement.source,
        name=name,
        sha256=sha256(name.encode()).hexdigest(),
        period=month,
        rows=rows,
        added=rows,
        changed=0,
        unchanged=0,
        removed=0,
        dropped=["birth weight", "ethnicity"],
        received_at=datetime(on.year, on.month, on.day, 9, 30, tzinfo=LONDON),
        actor=ACTOR,
    )
