"""Keep a family, its answers and its wishes."""

from sqlalchemy import insert, text

from registration.common.db import db
from registration.families.models import CentreSignUp, SharingAnswer
from registration.families.rules import Answer, FamilyDetails

_ADD = text("""
INSERT INTO family (name, born, email, mobile, second_contact, letter_address, language, locale, interpreter, access_needs)
VALUES (:name, CAST(:born AS date[]), :email, :mobile, :second_contact, :letter_address, :language, :locale, :interpreter,
        :access_needs)
RETURNING id
""")
_ANSWER = insert(SharingAnswer).inline()


def add_family(details: FamilyDetails) -> int:
    """Keep a family and give its number."""
    values = {
        "name": details.name,
        "born": sorted(details.births),
        "email": details.email,
        "mobile": details.mobile,
        "second_contact": details.second_contact,
        "letter_address": details.letter_address,
        "language": details.language,
        "locale": details.locale,
        "interpreter": details.interpreter,
        "access_needs": details.access_needs,
    }
    return int(db.session.execute(_ADD, values).scalar_one())


def record_answer(family_id: int, answer: Answer) -> None:
    """Add a family's answer on sharing; the latest one counts."""
    values = {
        "family_id": family_id,
        "share": answer.share,
        "wording_version": answer.wording_version,
        "route": answer.route,
        "recorded_by": answer.recorded_by,
    }
    db.session.execute(_ANSWER, values)


def ask_to_join(family_id: int, centre_id: int, address: str, contact_preference: str, visit_needs: str) -> None:
    """Keep a family's wish to join a centre."""
    wish = CentreSignUp(
        family_id=family_id,
        centre_id=centre_id,
        address=address,
        contact_preference=contact_preference,
        visit_needs=visit_needs,
    )
    db.session.add(wish)
    db.session.flush()


def mark_lost(family_id: int) -> None:
    """Note that a baby died: details leave every list, and nothing is sent again."""
    gone = text("UPDATE family SET lost_at = clock_timestamp() WHERE id = :id AND lost_at IS NULL")
    db.session.execute(gone, {"id": family_id})
    db.session.execute(text("DELETE FROM centre_sign_up WHERE family_id = :id"), {"id": family_id})
