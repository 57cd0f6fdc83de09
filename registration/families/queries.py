"""Questions about a family's answers, and whether its details may reach a centre."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select, text

from registration.centres.queries import successors
from registration.common.db import db
from registration.families.models import CentreSignUp, Family, SharingAnswer
from registration.families.rules import (
    WITHOUT_LANGUAGE,
    Home,
    Known,
    Ruling,
    Said,
    Source,
    Terms,
    answer_to,
    ruling_on,
)


def shares(family_id: int) -> bool | None:
    """Give a family's answer to "may the centre have your details", the latest; None where it was never asked."""
    answers = select(SharingAnswer.share).where(SharingAnswer.family_id == family_id)
    return db.session.scalar(answers.order_by(SharingAnswer.id.desc()).limit(1))


def wants_to_join(family_id: int) -> bool:
    """Say whether a family asked to join a centre."""
    return db.session.scalar(select(CentreSignUp.id).where(CentreSignUp.family_id == family_id)) is not None


def who_wants_to_join(family_ids: Collection[int]) -> frozenset[int]:
    """Give those of these families that asked to join a centre."""
    wishes = select(CentreSignUp.family_id).where(CentreSignUp.family_id.in_(family_ids))
    return frozenset(db.session.scalars(wishes))


# ---- whether a centre may have a family's details

# Which records are one family's, from each family asked for on: `sure` through links that stand, others through links that
# nobody has decided on as well.
SAME = """
WITH RECURSIVE found (root, id, sure) AS (
  SELECT f.id, f.id, true FROM family f WHERE f.id = ANY(:families)
  UNION
  SELECT found.root, l.other, found.sure AND l.state = 'linked' FROM found JOIN LATERAL (
         SELECT b_id AS other, state FROM family_link
          WHERE a_id = found.id AND state <> 'apart' AND superseded_at IS NULL
         UNION ALL
         SELECT a_id, state FROM family_link
          WHERE b_id = found.id AND state <> 'apart' AND superseded_at IS NULL) l ON true),
     same (root, id, sure) AS (SELECT root, id, bool_or(sure) FROM found GROUP BY root, id)
"""
_SAME_FAMILY = text(f"{SAME} SELECT id, sure FROM same")  # noqa: S608 -- of our own words only
_RECORDS = text(f"""{SAME}
SELECT s.root, s.sure, f.source, f.lost_at IS NOT NULL, f.home_centre_id, f.noticed_on, t.notice, t.notice_days,
       EXISTS (SELECT 1 FROM sharing_answer WHERE family_id = f.id AND NOT share)
  FROM same s JOIN family f ON f.id = s.id
  LEFT JOIN sharing_agreement t ON t.id = f.agreement_id AND t.state = 'in_force'
        AND t.starts_on <= :today AND coalesce(t.ends_on, 'infinity') >= :today
 ORDER BY s.root, f.id
""")  # noqa: S608 -- of our own words only
_SAID = text(f"""{SAME}
SELECT s.root, a.share, a.at, a.centre_id, a.wording_version FROM same s JOIN sharing_answer a ON a.family_id = s.id
 WHERE s.sure ORDER BY s.root, a.id
""")  # noqa: S608 -- of our own words only
_JOINED = text(f"""{SAME}
SELECT s.root, u.centre_id FROM same s JOIN centre_sign_up u ON u.family_id = s.id WHERE s.sure
UNION
SELECT s.root, m.centre_id FROM same s JOIN membership m ON m.family_id = s.id
 WHERE s.sure AND m.joined_on <= :today AND coalesce(m.left_on, 'infinity') > :today
""")  # noqa: S608 -- of our own words only
_MEMBER_SINCE = text(f"""{SAME}
SELECT min(m.joined_on) FROM same s JOIN membership m ON m.family_id = s.id
 WHERE s.sure AND m.centre_id = ANY(:here) AND m.joined_on <= :today AND coalesce(m.left_on, 'infinity') > :today
""")  # noqa: S608 -- of our own words only
_RECORDS_OF = text(f"{SAME} SELECT root, array_agg(id ORDER BY id) FROM same WHERE sure GROUP BY root")  # noqa: S608


def records_of(family_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Give, by each of these records, all that are certainly of the same family, itself among them, the oldest first.

    The first of them stands for the family: whoever counts families counts it once.
    """
    rows = db.session.execute(_RECORDS_OF, {"families": list(family_ids)})
    return {root: tuple(ids) for root, ids in rows}


@dataclass(frozen=True, slots=True)
class _Record:
    """One record that is, or may be, of a family: what it tells of losses, refusals and live births."""

    root: int
    sure: bool
    source: str
    lost: bool
    home_centre_id: int | None
    noticed_on: date | None
    notice: str | None
    notice_days: int | None
    said_no: bool

    def home(self, into: Mapping[int, int]) -> Home | None:
        """Give what live birth data tells of where the family lives; None of other records, and where nobody knows."""
        if not self.sure or self.source != Source.LIVE_BIRTHS or self.home_centre_id is None:
            return None
        terms = Terms(self.notice == "by_source", self.notice_days or 0) if self.notice else None
        return Home(into.get(self.home_centre_id, self.home_centre_id), self.noticed_on, terms)


def known(family_ids: Collection[int], today: date) -> dict[int, Known]:
    """Gather all that is known of families under every record linked to theirs, with three statements, by number."""
    values = {"families": list(family_ids), "today": today}
    into = successors(today)
    said, joined = defaultdict(list), defaultdict(set)
    words: dict[int, dict[int | None, str]] = defaultdict(dict)
    for root, share, at, centre, wording in db.session.execute(_SAID, values):
        said[root].append(Said(share, at, into.get(centre, centre)))
        if share:
            words[root][into.get(centre, centre)] = wording
    for root, centre in db.session.execute(_JOINED, values):
        joined[root].add(into.get(centre, centre))
    found: dict[int, Known] = {}
    for root, rows in groupby((_Record(*row) for row in db.session.execute(_RECORDS, values)), attrgetter("root")):
        records = list(rows)
        found[root] = Known(
            lost=any(record.lost for record in records if record.sure),
            doubtful=any(record.lost or record.said_no for record in records if not record.sure),
            said=tuple(said[root]),
            joined=frozenset(joined[root]),
            homes=tuple(home for record in records if (home := record.home(into))),
            earlier=frozenset(to for to, wording in words[root].items() if to and wording in WITHOUT_LANGUAGE),
        )
    return found


def answer_of(family_id: int, centre_id: int, today: date) -> bool | None:
    """Give a family's answer to "may this centre have your details", under every record that surely is the family's.

    None where it was not asked of this centre and has never said no, which is to every centre.
    """
    into = successors(today)
    rows = db.session.execute(_SAID, {"families": [family_id]})
    said = [Said(share, at, into.get(centre, centre)) for _, share, at, centre, _ in rows]
    return answer_to(into.get(centre_id, centre_id), said)


def member_since(family_id: int, centre_id: int, today: date) -> date | None:
    """Give the day since which a family, under any record that surely is its own, is a member of a centre; None where it is none.

    A centre that was merged stands for those merged into it.
    """
    here = [centre_id, *(old for old, new in successors(today).items() if new == centre_id)]
    since: date | None = db.session.scalar(_MEMBER_SINCE, {"families": [family_id], "here": here, "today": today})
    return since


def postcode_of(family_id: int) -> str | None:
    """Give the postcode a family gave; None where it gave none, or it is kept no longer."""
    return db.session.scalar(select(Family.postcode).where(Family.id == family_id))


def same_family(family_id: int) -> dict[int, bool]:
    """Give every record that is a family's, its own among them, by number: whether the link to it is sure or may be wrong."""
    rows = db.session.execute(_SAME_FAMILY, {"families": [family_id]})
    return {number: sure for number, sure in rows}  # noqa: C416 -- rows are no pairs to mypy


def rulings(centre_id: int, family_ids: Collection[int], today: date) -> dict[int, Ruling]:
    """Decide for each of these families, by number, whether its details may reach a centre on a day.

    This is the one way by which anything about a family may come to a centre: a list, an export, a message, a link.
    """
    here = successors(today).get(centre_id, centre_id)
    return {number: ruling_on(here, each, today) for number, each in known(family_ids, today).items()}


def reachable(centre_id: int, family_ids: Collection[int], today: date) -> frozenset[int]:
    """Give those of these families whose details may reach a centre on a day."""
    return frozenset(number for number, ruling in rulings(centre_id, family_ids, today).items() if ruling.allowed)
