"""Families as centres come to know them: by booking, by live birth data, as members; in the world of tests/booking/world.py."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from registration.births.models import BirthCount, BirthFile, BirthRecord
from registration.common.db import db
from registration.families import actions
from registration.families.models import Family, FamilyLink, Membership, SharingAgreement
from registration.families.rules import SHARING_WORDING, Answer, FamilyDetails

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)
BORN = TODAY - 20 * A_DAY
_keys = count(1)


def agreement(notice="by_source", days=14):
    """Make an agreement in force."""
    made = SharingAgreement(
        source=f"trust {next(_keys)}",
        state="in_force",
        provider="Invented NHS Trust",
        recipient="Invented Council",
        purpose="Welcoming families",
        items=["born"],
        lawful_basis="6(1)(e)",
        gateway="Childcare Act 2006 s.3",
        frequency="monthly",
        method="portal",
        access_roles="data officer",
        retention_days=365,
        notice=notice,
        notice_days=days,
        provider_contact="a",
        recipient_contact="b",
        starts_on=date(2026, 1, 1),
        review_on=date(2027, 1, 1),
        made_by="staff:1",
    )
    db.session.add(made)
    db.session.flush()
    return made


def file_of(under):
    """Make the note of a file that came under an agreement."""
    made = BirthFile(
        agreement_id=under.id,
        source=under.source,
        name="november.csv",
        sha256=f"{next(_keys)}",
        rows=1,
        added=1,
        changed=0,
        unchanged=0,
        removed=0,
        received_at=NOW,
        actor="staff:1",
    )
    db.session.add(made)
    db.session.flush()
    return made


def live_birth(under, centre_id, born=BORN, received=TODAY - 16 * A_DAY, name="Anna Told", imd=2, **changes):
    """Make a family that live birth data told of."""
    family = Family(
        name=name,
        born=[born],
        source="live_births",
        agreement_id=under.id,
        home_centre_id=centre_id,
        imd_decile=imd,
        **changes,
    )
    db.session.add(family)
    db.session.flush()
    db.session.add(
        BirthRecord(
            agreement_id=under.id,
            source=under.source,
            source_key=f"{next(_keys)}",
            file_id=file_of(under).id,
            family_id=family.id,
            born=born,
            address="7 Told Street, Halifax",
            postcode="HX1 1UJ",
            received_on=received,
        )
    )
    db.session.flush()
    return family.id


def said(share, centre_id):
    """Give an answer on sharing with a centre."""
    return Answer(share, SHARING_WORDING, "online", "family", centre_id)


def answered(centre_id, *, share=True, name="Berta Booked", born=BORN, **changes):
    """Make a family that answered the question while booking."""
    usual = {"email": "berta@example.org", "mobile": "+447700900123", "second_contact": None, "language": "en"}
    details = FamilyDetails(
        name=name, births=(born,), **(usual | {"locale": "en", "interpreter": False, "access_needs": ""} | changes)
    )
    return actions.add_family(details, said(share, centre_id))


def wished(centre_id, preference="text", **changes):
    """Make a family that asked to join while booking."""
    number = answered(centre_id, **({"name": "Wanda Wished"} | changes))
    actions.ask_to_join(number, centre_id, "3 Mill Lane\nHalifax\nHX1 1UJ", preference, "A ramp")
    return number


def member(family_id, centre_id, joined_on=TODAY - 100 * A_DAY, left_on=None):
    """Make a family a member."""
    key = f"{next(_keys)}"
    row = Membership(
        family_id=family_id,
        centre_id=centre_id,
        joined_on=joined_on,
        left_on=left_on,
        source="eStart",
        source_key=key,
        made_by="staff:1",
    )
    db.session.add(row)
    db.session.flush()
    return key


def link(one, other, state="linked"):
    """Link two records."""
    db.session.add(
        FamilyLink(
            a_id=min(one, other), b_id=max(one, other), state=state, probability=0.9, method="person", made_by="x"
        )
    )
    db.session.flush()


def told_only(under, centre_id, month, births):
    """Tell the births of a month as a number."""
    db.session.add(
        BirthCount(source=under.source, centre_id=centre_id, month=month, births=births, file_id=file_of(under).id)
    )
    db.session.flush()
