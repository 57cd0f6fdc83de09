"""Keep a family, its answers and its wishes."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from registration.centres.homes import Homes
from registration.centres.queries import places_of
from registration.common.db import db
from registration.families.likeness import hold_back
from registration.families.links import subject_of
from registration.families.models import CentreSignUp, Disclosure, Family
from registration.families.queries import rulings, same_family
from registration.families.rules import DETAILS, Answer, Contact, FamilyDetails, Ruling, lexemes
from registration.families.tell_once import actions as tell_once
from registration.messages import actions as messages
from registration.messages.queries import waiting_told

_ADD = text("""
WITH added AS (
     INSERT INTO family (name, name_words, born, email, mobile, second_contact, letter_address, language, locale, interpreter,
                         access_needs, postcode, home_centre_id, imd_decile, source)
     VALUES (:name, CAST(:name_words AS tsvector), CAST(:born AS date[]), :email, :mobile, :second_contact,
             :letter_address, :language, :locale, :interpreter, :access_needs, :postcode, :home_centre_id, :imd_decile, :source)
     RETURNING id),
     answered AS (
     INSERT INTO sharing_answer (family_id, share, wording_version, route, recorded_by, centre_id)
     SELECT id, :share, :wording_version, :route, :recorded_by, :centre_id FROM added)
SELECT id FROM added
""")
_CORRECT = text("""
UPDATE family SET name = :name, name_words = CAST(:name_words AS tsvector), email = :email, mobile = :mobile,
                  second_contact = :second_contact, letter_address = :letter_address
 WHERE id = :id
""")
_CONTACT = text("SELECT name, email, mobile, second_contact, letter_address FROM family WHERE id = :id")
_MOVE_WISH = text("UPDATE centre_sign_up SET address = :address WHERE family_id = :id")
_PLACE = text("UPDATE family SET postcode = :postcode, home_centre_id = :home, imd_decile = :decile WHERE id = :id")
_HOMELESS = text("""
SELECT f.id, f.postcode FROM family f JOIN centre c ON c.id = f.home_centre_id
 WHERE c.participating_to < :today AND c.successor_id IS NULL AND f.postcode IS NOT NULL AND f.details_gone_at IS NULL
""")
# Who was told by letter which centre hears of it is to be told of the other one first.
_MOVE_HOME = text("UPDATE family SET home_centre_id = :home, noticed_on = NULL WHERE id = :id")
_DETAILS = (
    "name",
    "email",
    "mobile",
    "second_contact",
    "letter_address",
    "language",
    "locale",
    "interpreter",
    "access_needs",
    "postcode",
    "home_centre_id",
    "imd_decile",
    "source",
)
# Never stamped before what the family said of other services, so that a no takes that back whatever a clock was set to.
_ANSWER = text("""
INSERT INTO sharing_answer (family_id, share, wording_version, route, recorded_by, centre_id, at)
VALUES (:family_id, :share, :wording_version, :route, :recorded_by, :centre_id,
        greatest(clock_timestamp(), (SELECT max(at) FROM telling_answer WHERE family_id = :family_id)))
""")


def add_family(details: FamilyDetails, answer: Answer, doubt: str = "") -> int:
    """Keep a family with its answer on sharing, and give its number.

    With "no" the records that may be the family's are held back at once; `doubt` is why only a person may decide on them.
    """
    values = {name: getattr(details, name) for name in _DETAILS} | _answered(answer)
    found_by = {"born": sorted(details.births), "name_words": lexemes(details.name)}
    number = int(db.session.execute(_ADD, values | found_by).scalar_one())
    if not answer.share and hold_back([number], answer.recorded_by, reason=doubt):
        call_back(same_family(number))
    return number


def correct_contact(family_id: int, contact: Contact, now: datetime) -> None:
    """Keep what a family is called and where it is reached from now on.

    Whoever was told of it is told what changed: services once more, its centre by the address of its wish to join.
    """
    said = asdict(contact)
    before = db.session.execute(_CONTACT, {"id": family_id}).mappings().one()
    db.session.execute(_CORRECT, said | {"id": family_id, "name_words": lexemes(contact.name)})
    changed = {name for name, value in said.items() if value != before[name]}
    if contact.letter_address and "letter_address" in changed:
        db.session.execute(_MOVE_WISH, {"id": family_id, "address": contact.letter_address})
    tell_once.tell_corrected(family_id, changed, now)


def correct_place(family_id: int, postcode: str | None, home_centre_id: int | None, imd_decile: int | None) -> None:
    """Keep where a family lives from now on."""
    place = {"postcode": postcode, "home": home_centre_id, "decile": imd_decile, "id": family_id}
    db.session.execute(_PLACE, place)


def _answered(answer: Answer) -> dict[str, object]:
    return {name: getattr(answer, name) for name in ("share", "wording_version", "route", "recorded_by", "centre_id")}


def record_answer(family_id: int, answer: Answer) -> None:
    """Add a family's answer on sharing; the latest one counts."""
    db.session.execute(_ANSWER, {"family_id": family_id} | _answered(answer))


def ask_to_join(family_id: int, centre_id: int, address: str, contact_preference: str, visit_needs: str) -> None:
    """Keep a family's wish to join a centre, in place of one made before; of a family that lost its baby nothing is kept."""
    if db.session.scalar(select(Family.lost_at).where(Family.id == family_id)) is not None:
        return
    wish = {
        "centre_id": centre_id,
        "address": address,
        "contact_preference": contact_preference,
        "visit_needs": visit_needs,
    }
    db.session.execute(
        upsert(CentreSignUp)
        .values(family_id=family_id, **wish)
        .on_conflict_do_update(index_elements=[CentreSignUp.family_id], set_=wish)
    )


def change_answer(family_id: int, answer: Answer) -> None:
    """Add a family's new answer on sharing.

    With "no" its wishes to join a centre are taken back under every record of it, and what centres were about to send it;
    records that may be its own are held back.
    """
    record_answer(family_id, answer)
    if not answer.share:
        heed_no(family_id, answer.recorded_by)


def heed_no(family_id: int, by: str) -> None:
    """Do what follows from a no: wishes to join and what centres were about to send go, and doubtful records are held back."""
    for each in _let_go(family_id, by):
        forget_wish(each)


def _let_go(family_id: int, by: str) -> list[int]:
    """Hold back what may be a family's, and call back what was about to go to it; give the records that surely are its own."""
    own = [number for number, sure in same_family(family_id).items() if sure]
    hold_back(own, by)
    call_back(same_family(family_id))
    return own


def call_back(family_ids: Collection[int]) -> None:
    """Call back what centres and the council were about to send these families, and has not gone out yet."""
    moment = db.session.execute(select(func.clock_timestamp())).scalar_one()
    for number in family_ids:
        messages.withdraw(subject_of(number), now=moment)


def heed_links(today: date) -> None:
    """Call back what centres were about to send to families that they may not know any more, as records are linked now.

    To be done wherever links were made or undone: the no, the loss or the doubt of one record may have become another's too.
    """
    families: dict[int, set[int]] = defaultdict(set)
    for details in waiting_told("family"):
        families[int(details["centre_id"])].add(int(details["family"]))
    for centre, those in families.items():
        call_back([number for number, ruling in rulings(centre, those, today).items() if not ruling.allowed])


def heed_newcomers(family_ids: Collection[int], by: str, today: date) -> None:
    """Hold back at once those of these records, come or told anew, that may be a family's that said no or lost its baby."""
    if hold_back(family_ids, by, newcomers=True):
        heed_links(today)


def mark_lost(family_id: int, by: str = "service") -> None:
    """Note that a baby died: details leave every list, and nothing is sent again, under any record of the family.

    Records that may be its own are held back.
    """
    gone = text("UPDATE family SET lost_at = clock_timestamp() WHERE id = :id AND lost_at IS NULL")
    db.session.execute(gone, {"id": family_id})
    moment = db.session.execute(select(func.clock_timestamp())).scalar_one()
    for each in _let_go(family_id, by):
        forget_wish(each)
        messages.silence(subject_of(each), now=moment)


def disclosed(
    rulings: Mapping[int, Ruling],
    how: str,
    actor: str,
    today: date,
    *,
    centre_id: int | None = None,
    recipient: str = "",
) -> None:
    """Keep that families' details went to a centre, or to another recipient: on which basis, what, how and by whom.

    Those that a ruling does not allow are left out, and the same once more on one day changes nothing. `how` is list, export,
    letter, message, invitation, webhook or file. Exactly one of `centre_id` and `recipient` is given.
    """
    row: dict[str, object] = {"centre_id": centre_id, "recipient": recipient, "how": how, "told_on": today, "by": actor}
    rows = [
        row | {"family_id": number, "basis": ruling.value, "what": sorted(DETAILS[ruling])}
        for number, ruling in rulings.items()
        if ruling.allowed
    ]
    if rows:
        db.session.execute(upsert(Disclosure).on_conflict_do_nothing(), rows)


def forget_wish(family_id: int) -> None:
    """Take a family's wish to join a centre back, with the address it gave for that."""
    db.session.execute(text("DELETE FROM centre_sign_up WHERE family_id = :id"), {"id": family_id})


def place_again(today: date) -> int:
    """Give families whose centre closed, and was merged into none, to the centre in whose reach area they live now; say how many.

    Where a centre was merged nothing is written: its successor stands for it.
    """
    left = {row.id: row.postcode for row in db.session.execute(_HOMELESS, {"today": today})}
    places, homes = places_of(set(left.values())), Homes(today)
    found = {number: homes.of(places[postcode]) for number, postcode in left.items() if postcode in places}
    moved = [{"id": number, "home": home} for number, home in found.items() if home is not None]
    if moved:
        db.session.execute(_MOVE_HOME, moved)
    return len(moved)
