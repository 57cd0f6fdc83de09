"""What is held about a family, and who received it, from every record that is certainly its own."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select, text

from registration.booking.models import Booking
from registration.booking.queries import appointment_by_link
from registration.centres.memory import centre_asked_about
from registration.centres.queries import centre_card, successors
from registration.centres.rules import CentreCard
from registration.common.db import db
from registration.common.links import digest
from registration.families.links import family_of, subject_of
from registration.families.models import Family, SharingAgreement
from registration.families.queries import known, same_family, who_wants_to_join
from registration.families.rules import DETAILS, Known, Ruling, answer_to, has_objected, opens_on, ruling_on
from registration.families.wording import DETAILS_IN_WORDS

Row = Mapping[str, Any]
#: Finds what another capability holds about the families of these numbers, one row each.
Finder = Callable[[Collection[int]], Sequence[Row]]

# Another record's details are shown where a person has looked at both and decided that they are one family's, and never to
# who came by the page for families without a link: of them nobody knows who they are.
_CERTAIN = text("""
WITH RECURSIVE decided (id) AS (
  SELECT CAST(:family AS bigint)
  UNION
  SELECT CASE WHEN l.a_id = d.id THEN l.b_id ELSE l.a_id END
    FROM decided d JOIN family_link l ON d.id IN (l.a_id, l.b_id) AND l.state = 'linked' AND l.method = 'person'
                                     AND l.superseded_at IS NULL
    JOIN family root ON root.id = :family AND root.source <> 'moved_in')
SELECT id FROM decided ORDER BY id <> :family, id
""")
_RECORDS = text("""
SELECT f.source, f.name, f.born AS babies_born_on, f.email, f.mobile, f.second_contact, f.letter_address AS address, f.postcode,
       c.name AS centre_of_your_area, f.imd_decile, f.language, f.interpreter, f.access_needs, f.noticed_on AS told_by_letter_on,
       f.created_at AS held_since, a.provider AS received_from
  FROM family f LEFT JOIN centre c ON c.id = f.home_centre_id LEFT JOIN sharing_agreement a ON a.id = f.agreement_id
 WHERE f.id = ANY(:families) ORDER BY array_position(:families, f.id)
""")
_PARTS = {
    "answers": """SELECT a.share AS yes, c.name AS centre, a.route, a.wording_version AS wording, a.at
  FROM sharing_answer a LEFT JOIN centre c ON c.id = a.centre_id WHERE a.family_id = ANY(:families) ORDER BY a.id""",
    "appointments": """SELECT b.reference, c.name AS centre, b.begins_at AS starts, b.ends_at AS ends, b.kind, b.state, b.outcome,
       b.married_or_civil_partners, b.both_parents_named, b.attending AS who_comes, b.channel AS booked_by
  FROM booking b JOIN centre c ON c.id = b.centre_id WHERE b.family_id = ANY(:families) ORDER BY b.begins_at""",
    "wishes_to_join": """SELECT c.name AS centre, u.address, u.contact_preference, u.visit_needs, u.at
  FROM centre_sign_up u JOIN centre c ON c.id = u.centre_id WHERE u.family_id = ANY(:families) ORDER BY u.id""",
    "memberships": """SELECT c.name AS centre, m.joined_on, m.left_on, m.source
  FROM membership m JOIN centre c ON c.id = m.centre_id WHERE m.family_id = ANY(:families) ORDER BY m.joined_on, m.id""",
    "tellings": """SELECT s.name AS service, CASE t.event WHEN 'told' THEN s.items END AS what, t.event, t.state, t.made_at AS at,
       t.settled_at FROM telling t JOIN told_service s ON s.id = t.service_id
 WHERE t.family_id = ANY(:families) ORDER BY t.made_at, t.id""",
    "answers_on_telling": """SELECT s.name AS service, a.share AS yes, a.route, a.wording_version AS wording, a.at
  FROM telling_answer a JOIN told_service s ON s.id = a.service_id WHERE a.family_id = ANY(:families) ORDER BY a.id""",
    "births": """SELECT r.source, r.born, r.sex, r.baby_given, r.baby_surname, r.mother_given, r.mother_surname, r.mother_born,
       r.house, r.address, r.postcode, r.phone, r.email, r.received_on, a.provider AS received_from,
       a.retention_days AS kept_days
  FROM birth_record r JOIN sharing_agreement a ON a.id = r.agreement_id
 WHERE r.family_id = ANY(:families) AND r.erased_at IS NULL ORDER BY r.born, r.birth_order""",
    "disclosures": """SELECT coalesce(c.name, d.recipient) AS to, d.basis, d.what, d.how, d.at
  FROM disclosure d LEFT JOIN centre c ON c.id = d.centre_id WHERE d.family_id = ANY(:families) ORDER BY d.at, d.id""",
}
_MESSAGES = text("""
SELECT channel, address AS to, template AS about, state, created AS written_at, settled_at FROM message
 WHERE about = ANY(:abouts) ORDER BY created, id
""")
_REFUSED_AT = text("SELECT max(at) FROM sharing_answer WHERE family_id = ANY(:families) AND NOT share")
_NAMED = text("""
SELECT home_centre_id FROM family WHERE id = ANY(:families)
UNION SELECT centre_id FROM sharing_answer WHERE family_id = ANY(:families)
UNION SELECT centre_id FROM centre_sign_up WHERE family_id = ANY(:families)
UNION SELECT centre_id FROM membership WHERE family_id = ANY(:families) AND left_on IS NULL
""")


@dataclass(frozen=True, slots=True)
class Held:
    """All that is held: records, what hangs on them by kind, and what holds more which is not shown here.

    `also` are sources, each with who sends births of it where it is live birth data.
    """

    records: Sequence[Row]
    parts: Mapping[str, Sequence[Row]]
    also: Sequence[tuple[str, str | None]] = field(default=())


@dataclass(frozen=True, slots=True)
class CentreAnswer:
    """A centre that the question may name to a family, its answer, None where it was not asked, and what follows.

    `ruling` says whether the centre may have its details now; `opens_on` when it may, where a notice was given and is not over.
    """

    centre_id: int
    centre: str
    shares: bool | None
    ruling: Ruling
    opens_on: date | None = None

    @property
    def details(self) -> Sequence[str]:
        """List what of the details the centre may have now, or will when the notice is over, in the order they are told."""
        under = Ruling.UNDER_AGREEMENT if self.ruling is Ruling.NOT_NOTICED else self.ruling
        covered = DETAILS.get(under, frozenset())
        return [name for name in DETAILS_IN_WORDS if name in covered]


def holds(app: Flask, name: str, find: Finder) -> None:
    """Let a capability add what it holds to what a family sees and takes away, under a name of its own."""
    app.extensions.setdefault("held_about_families", {})[name] = find


def family_by_link(token: str) -> Family | None:
    """Give the family of its own link, or of the link of its booking; None where there is none such."""
    number = family_of(token)
    if number is None:
        appointment = appointment_by_link(digest(token))
        number = appointment.family_id if appointment else None
    return None if number is None else db.session.get(Family, number)


def reference_of(family_id: int) -> str | None:
    """Give the reference of a family's appointment, the latest that stands; None where it has none."""
    wanted = select(Booking.reference).where(Booking.family_id == family_id, Booking.state == "booked")
    return db.session.scalar(wanted.order_by(Booking.id.desc()).limit(1))


def certain(family_id: int) -> list[int]:
    """Give the records whose details a family may see as its own: the one it came by, and those decided to be the same."""
    return list(db.session.scalars(_CERTAIN, {"family": family_id}))


def held(family_id: int) -> Held:
    """Gather what is held about a family."""
    families = certain(family_id)
    parts = {name: _rows(question, families=families) for name, question in _PARTS.items()}
    refused_at = db.session.scalar(_REFUSED_AT, {"families": families})
    parts["answers_on_telling"] = [_taken_back(row, refused_at) for row in parts["answers_on_telling"]]
    numbers = db.session.scalars(select(Booking.public_id).where(Booking.family_id.in_(families)))
    parts["messages"] = _rows(_MESSAGES.text, abouts=[*numbers, *map(subject_of, families)])
    more: Mapping[str, Finder] = current_app.extensions.get("held_about_families", {})
    parts |= {name: list(find(families)) for name, find in more.items()}
    return Held(_rows(_RECORDS.text, families=families), parts, _also(family_id, families))


def _taken_back(row: Row, refused_at: datetime | None) -> Row:
    """Say of an answer on another service whether a no to the centre has taken it back."""
    return {**row, "taken_back": bool(row["yes"] and refused_at and row["at"] <= refused_at)}


def _rows(question: str, **values: object) -> list[Row]:
    return [dict(row) for row in db.session.execute(text(question), values).mappings()]


def _also(family_id: int, shown: Collection[int]) -> list[tuple[str, str | None]]:
    """Name the other sources that surely tell of the same family, each with who sends its births."""
    others = [number for number, sure in same_family(family_id).items() if sure and number not in shown]
    wanted = select(Family.source, SharingAgreement.provider).outerjoin(SharingAgreement).where(Family.id.in_(others))
    found = {(source, provider) for source, provider in db.session.execute(wanted)}
    return sorted(found, key=lambda each: (each[0], each[1] or ""))


def centres_named(family_id: int, today: date) -> list[CentreAnswer]:
    """List the centres that may be named to a family in the question on sharing, by name, with its answer to each."""
    families = certain(family_id)
    booked = select(Booking.centre_id, Family.postcode).join(Family, Family.id == Booking.family_id)
    asked = {
        card.id
        for centre, postcode in db.session.execute(booked.where(Booking.family_id.in_(families)))
        if (card := centre_asked_about(centre, postcode, today))
    }
    asked |= {number for number in db.session.scalars(_NAMED, {"families": families}) if number is not None}
    cards = [card for number in asked if (card := centre_card(number))]
    found, into = known([family_id], today)[family_id], successors(today)
    cards.sort(key=lambda card: (card.name, card.id))
    return [_answer(card, into.get(card.id, card.id), found, today) for card in cards]


def _answer(card: CentreCard, here: int, found: Known, today: date) -> CentreAnswer:
    """Say where a family stands with a centre, whose place another may have taken."""
    ruling = ruling_on(here, found, today)
    opens = opens_on(here, found) if ruling is Ruling.NOT_NOTICED else None
    return CentreAnswer(card.id, card.name, answer_to(here, found.said), ruling, opens)


def joining(family_id: int) -> bool:
    """Say whether a family asked to join a centre, under any record that surely is its own: a no takes that back."""
    own = [number for number, sure in same_family(family_id).items() if sure]
    return bool(who_wants_to_join(own))


def objected(family_id: int, today: date) -> bool:
    """Say whether a family has said no to every centre, and yes to none since."""
    return has_objected(known([family_id], today)[family_id].said)
