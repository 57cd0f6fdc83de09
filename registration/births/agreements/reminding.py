"""Write to the data officers before an agreement is to be reviewed: 60 and 14 days, once each."""

from datetime import date

from flask import current_app, url_for
from sqlalchemy import func, select

from registration.births.agreements.rules.review import letter_due, review
from registration.births.agreements.wording import day_in_words
from registration.common.audit import AuditEvent, record
from registration.common.db import db
from registration.common.links import external
from registration.families.models import SharingAgreement
from registration.staff.actions import write_to
from registration.staff.queries import who_may_sign_in

EVENT = "agreement.review_written"
TEMPLATE = "births/mail/review"


def remind(today: date) -> int:
    """Send the letters that are due of agreements in force, to every data officer; say how many that were.

    One is due again only for another day of review. Where there is no data officer none is sent, and it stays due.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(EVENT))))  # two workers write no letter twice
    officers = who_may_sign_in("data_officer")
    wanted = select(SharingAgreement).where(SharingAgreement.state == "in_force", SharingAgreement.review_on >= today)
    due = [(each, days) for each in db.session.scalars(wanted) if (days := letter_due(each.review_on, today))]
    new = [(each, days) for each, days in due if officers and not _written(each, days)]
    for each, days in new:
        _write(each, officers, today)
        after = {"review": each.review_on.isoformat(), "days": days}
        record(EVENT, about=f"agreement:{each.id}", actor="service", after=after)
    return len(new) * len(officers)


def _written(agreement: SharingAgreement, days: int) -> bool:
    """Say whether this letter was written before the same review."""
    before = select(AuditEvent.id).where(
        AuditEvent.event == EVENT,
        AuditEvent.about == f"agreement:{agreement.id}",
        AuditEvent.after["review"].astext == agreement.review_on.isoformat(),
        AuditEvent.after["days"].as_integer() == days,
    )
    return db.session.scalar(before.limit(1)) is not None


def _write(agreement: SharingAgreement, officers: list[int], today: date) -> None:
    said = review(agreement.provider, agreement.review_on, None, today)
    for officer in officers:
        write_to(
            officer,
            TEMPLATE,
            f"Review by {day_in_words(agreement.review_on)}: {agreement.provider}",
            {"said": said.sentence if said else "", "address": _page(agreement.id)},
        )


def _page(agreement_id: int) -> str:
    with current_app.test_request_context():  # which says localhost of itself: the address is made outside of it
        path = url_for("agreements.show", agreement_id=agreement_id)
    return external(path)
