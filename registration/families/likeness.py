"""Records that look like one family's, found at once and cheaply, so that a no holds back before records are compared.

It decides nothing: a pair found here waits as a doubt, and a doubt holds both back from every centre (rules.telling). The next run
that compares all records decides it as any other pair, and persons what no run compares.
"""

from collections.abc import Collection

from sqlalchemy import text

from registration.common.db import db
from registration.families.rules import surname

#: How probable a pair is before anything was weighed.
UNWEIGHED = 0.5
#: Anybody may say no of a family they name: so many records at the most are put before a person by that.
MOST_DOUBTED = 20
_NAMES = text("SELECT id, name FROM family WHERE id = ANY(:families) AND details_gone_at IS NULL")
# Born on one day, and of one postcode, surname, e-mail address or telephone. What live birth data tell of the last two is kept
# beside the birth. Who has a link already, or was set apart by a person, is left as it is.
_HOLD_BACK = text("""
WITH pairs AS (
     SELECT o.id AS one, f.id AS other, o.postcode AS here, f.postcode AS there,
            f.name_words @@ plainto_tsquery('simple', n.surname) AS named
       FROM unnest(CAST(:families AS bigint[]), CAST(:surnames AS text[])) n (id, surname)
       JOIN family o ON o.id = n.id
       JOIN family f ON f.born && o.born AND f.details_gone_at IS NULL AND f.id <> ALL(:families)
      WHERE NOT :newcomers OR f.lost_at IS NOT NULL
         OR EXISTS (SELECT 1 FROM sharing_answer a WHERE a.family_id = f.id AND NOT a.share)),
     reached (id, by) AS (
     SELECT f.id, ARRAY[lower(f.email), f.mobile, lower(f.second_contact)]
                  || ARRAY(SELECT unnest(ARRAY[lower(r.email), r.phone]) FROM birth_record r
                            WHERE r.family_id = f.id AND r.erased_at IS NULL)
       FROM family f WHERE f.id IN (SELECT one FROM pairs UNION SELECT other FROM pairs))
INSERT INTO family_link (a_id, b_id, state, probability, method, reason, made_by)
SELECT DISTINCT least(p.one, p.other), greatest(p.one, p.other), 'to_review', :probability, :method, :reason, :by
  FROM pairs p JOIN reached o ON o.id = p.one JOIN reached f ON f.id = p.other
 WHERE p.named OR o.by && f.by OR replace(upper(p.here), ' ', '') = replace(upper(p.there), ' ', '')
 ORDER BY 1, 2 LIMIT CAST(:most AS integer)
    ON CONFLICT (a_id, b_id) WHERE superseded_at IS NULL DO NOTHING
RETURNING id
""")


def hold_back(family_ids: Collection[int], by: str, *, reason: str = "", newcomers: bool = False) -> bool:
    """Put every record that may be the same family's as these before whoever decides; say whether there was one.

    These are records of a family that said no or lost its baby; of `newcomers`, whoever they are, only pairs with such a family
    are kept. With a `reason` only a person decides, and no run that compares records.
    """
    rows = db.session.execute(_NAMES, {"families": list(family_ids)})
    names: dict[int, str] = {number: name for number, name in rows}  # noqa: C416 -- rows are no pairs to mypy
    values = {
        "families": list(names),
        "surnames": [surname(name) for name in names.values()],
        "newcomers": newcomers,
        "probability": UNWEIGHED,
        "method": "exact" if reason else "splink",
        "reason": reason,
        "most": MOST_DOUBTED if reason else None,
        "by": by,
    }
    return bool(names) and bool(db.session.scalars(_HOLD_BACK, values).all())
