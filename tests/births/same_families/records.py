"""Records of invented families for tests of linking: live births under an agreement, bookings, members; and runs that end."""

from datetime import UTC, date, datetime

from registration.births.models import BirthFile, BirthRecord
from registration.births.same_families import actions
from registration.births.same_families.apart import Result
from registration.common.db import db
from registration.families.models import Family, FamilyLink, SharingAgreement, SharingAnswer

BORN = date(2026, 11, 5)
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def agreement():
    """Give an agreement in force, whose source gives notice itself."""
    found = db.session.query(SharingAgreement).first()
    if found is None:
        words = ("provider", "recipient", "purpose", "lawful_basis", "gateway", "method", "access_roles")
        found = SharingAgreement(
            **dict.fromkeys(words, "Invented"),
            source="nhs",
            state="in_force",
            items=[],
            frequency="monthly",
            retention_days=365,
            notice="by_source",
            provider_contact="a@example.org",
            recipient_contact="b@example.org",
            starts_on=date(2026, 1, 1),
            review_on=date(2027, 1, 1),
            made_by="staff:1",
        )
        db.session.add(found)
        db.session.flush()
    return found


def birth(name="Amy Ashworth", born=BORN, babies=1, centre=None, **changes):
    """Keep a family that live birth data tell of; give its number."""
    under = agreement()
    family = Family(
        name=name,
        born=[born] * babies,
        source="live_births",
        agreement_id=under.id,
        home_centre_id=centre,
        postcode="HX15ET",
    )
    file = BirthFile(
        agreement_id=under.id,
        source="nhs",
        name="a.csv",
        sha256=f"{name}{born}{db.session.query(BirthFile).count()}",
        rows=1,
        added=1,
        changed=0,
        unchanged=0,
        removed=0,
        received_at=f"{TODAY}T09:00Z",
        actor="staff:1",
    )
    db.session.add_all([family, file])
    db.session.flush()
    given, _, surname = name.rpartition(" ")
    told = {
        "mother_given": given,
        "mother_surname": surname,
        "house": "3",
        "address": "3 Mill Lane",
        "postcode": "HX1 5ET",
        "phone": "+447700900123",
    }
    for number in range(babies):
        row = {"source": "nhs", "source_key": f"{family.id}.{number}", "birth_order": number + 1, "born": born}
        kept = BirthRecord(
            agreement_id=under.id, file_id=file.id, family_id=family.id, received_on=TODAY, **row, **(told | changes)
        )
        db.session.add(kept)
    db.session.flush()
    return family.id


def family(source="booking", name="Amy Ashworth", born=BORN, **changes):
    """Keep a family that booked, or that a centre knows; give its number."""
    told = {"postcode": "HX1 5ET", "mobile": "+447700900123", "letter_address": "3 Mill Lane\nHalifax"}
    made = Family(name=name, born=[born], source=source, **(told | changes))
    db.session.add(made)
    db.session.flush()
    return made.id


def says(number, *, share, centre=None):
    """Let a family answer."""
    answer = SharingAnswer(
        family_id=number, share=share, wording_version="1", route="visit", recorded_by="staff:1", centre_id=centre
    )
    db.session.add(answer)
    db.session.flush()


def run(*found, exact_only=False):
    """Let a run end that found these pairs (left, right, probability) of births and bookings, of births and members, ..."""
    actions.ask_run("staff:1")
    task = actions.take_next()
    babies = [[(f"{a}.0", f"{b}.0", p) for a, b, p in pairs] for pairs in found]
    actions.settle(task, Result((*babies, *([],) * (3 - len(found))), exact_only), NOW)
    db.session.expire_all()


def links():
    """Give what holds now: {(a, b): (state, method)}."""
    rows = db.session.query(FamilyLink).filter(FamilyLink.superseded_at.is_(None))
    return {(row.a_id, row.b_id): (row.state, row.method) for row in rows}


def link_of(a, b):
    """Give the link of two records that holds now."""
    pair = {"a_id": min(a, b), "b_id": max(a, b)}
    return db.session.query(FamilyLink).filter_by(**pair, superseded_at=None).one()
