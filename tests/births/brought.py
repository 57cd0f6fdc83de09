"""Files of live births for tests: an agreement, rows of invented births, and the real actions that take them in."""

import csv
from datetime import date, timedelta
from io import StringIO
from random import Random

from registration.births.files.actions import take_in
from registration.births.files.looking import Brought
from registration.births.files.rules.columns import Kind
from registration.births.files.rules.sheet import read_sheet
from registration.common.db import db
from registration.families.models import SharingAgreement

ITEMS = [
    "baby_given",
    "baby_surname",
    "born",
    "birth_order",
    "sex",
    "mother_given",
    "mother_surname",
    "mother_born",
    "house",
    "address",
    "postcode",
    "phone",
    "email",
]
SOURCE = "calderdale-nhs"


def agree(source=SOURCE, items=ITEMS, starts=date(2026, 1, 1), **changes):
    """Put an agreement in force."""
    values = {
        "source": source,
        "state": "in_force",
        "provider": "Invented NHS Trust",
        "recipient": "Invented Council",
        "purpose": "Welcoming families with new babies",
        "items": list(items),
        "lawful_basis": "UK GDPR Article 6(1)(e)",
        "gateway": "Children Act 2004, section 10",
        "frequency": "monthly",
        "method": "SFTP",
        "access_roles": "Data officers",
        "retention_days": 365,
        "notice": "by_source",
        "provider_contact": "nhs@example.org",
        "recipient_contact": "council@example.org",
        "starts_on": starts,
        "review_on": date(2027, 1, 1),
        "made_by": "staff:1",
    }
    agreement = SharingAgreement(**(values | changes))
    db.session.add(agreement)
    db.session.flush()
    return agreement


def row(number=1, **changes):
    """Give one row of a file as {heading: cell}."""
    values = {
        "Record ID": f"N{number}",
        "Baby’s Forename": "Baby",
        "Baby’s Surname": f"Ashworth{number}",
        "DOB": "05/11/2026",
        "Birth Order": "1",
        "Sex": "F",
        "Mother Forename": "Amy",
        "Mother Surname": f"Ashworth{number}",
        "Mother DOB": "01/02/1996",
        "House number": str(number),
        "Address Line 1": "Invented Street",
        "Postcode": "HX1 5ET",
        "Mobile": "07700 900123",
    }
    return values | changes


def csv_of(rows, delimiter=","):
    """Write rows as a file's text."""
    text = StringIO()
    names = list(dict.fromkeys(name for each in rows for name in each))
    writer = csv.DictWriter(text, names, restval="", delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def many(count, postcodes, seed=1):
    """Give rows of so many invented births of October 2026."""
    chance = Random(seed)
    return [
        row(
            number,
            DOB=f"{date(2026, 10, 1) + timedelta(days=chance.randrange(31)):%d/%m/%Y}",
            Postcode=chance.choice(postcodes),
        )
        for number in range(count)
    ]


def brought(text, source=SOURCE, kind=Kind.BIRTHS, said=None, name="october.csv"):
    """Give a file as it is read."""
    content = text if isinstance(text, bytes) else text.encode()
    return Brought(read_sheet(content), source, kind, name, said or {})


def taken(text, now, actor="staff:1", **how):
    """Take a file in; give what is kept of it."""
    return take_in(brought(text, **how), actor, now)[0]
