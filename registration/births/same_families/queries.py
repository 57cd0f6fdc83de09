"""Questions about records that may be one family: what is compared, what stands, what waits for a person."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select, text, tuple_

from registration.births.linking.rules.records import Record
from registration.births.models import BirthRecord
from registration.births.same_families.rules.links import (
    PASSES,
    Method,
    Pair,
    Standing,
    State,
    holds_against,
    record_id,
)
from registration.births.same_families.rules.rates import Candidate
from registration.births.same_families.rules.sides import Side
from registration.booking.forms.needs import language_name
from registration.common.audit import Named
from registration.common.db import db
from registration.families.models import CentreSignUp, Family, FamilyLink, LinkRun
from registration.families.queries import known
from registration.families.rules import Known, Source, has_objected

_NOW = FamilyLink.superseded_at.is_(None)
_GONE = select(Family.id).where(Family.details_gone_at.is_not(None))
#: Where details are gone there is nothing to decide by: the doubt stands.
_WAITS = and_(
    _NOW,
    FamilyLink.state == State.TO_REVIEW,
    FamilyLink.a_id.not_in(_GONE),
    FamilyLink.b_id.not_in(_GONE),
)


# ---- what is compared


@dataclass(frozen=True, slots=True)
class Compared:
    """All records with details, by the family they are kept under: where each came from, and each of its babies."""

    source: Mapping[int, Source]
    records: Mapping[int, Sequence[Record]]

    def of(self, sources: Collection[Source]) -> list[Record]:
        """Give the babies of all records from these sources."""
        return [each for family, those in self.records.items() if self.source[family] in sources for each in those]

    def in_pass(self, number: int, pair: Pair) -> bool:
        """Say whether a pass holds these two records against each other."""
        if not all(each in self.source for each in pair):
            return False
        one, other = (self.source[each] for each in pair)
        return holds_against(number, one, other)

    def babies_apart(self, number: int, apart: Iterable[Pair]) -> list[tuple[str, str]]:
        """Give every baby of one record with every baby of the other, where a pass would hold two apart against each other."""
        left, _ = PASSES[number]
        turned = [pair if self.source[pair[0]] in left else pair[::-1] for pair in apart if self.in_pass(number, pair)]
        return [
            (a.unique_id, b.unique_id) for one, other in turned for a in self.records[one] for b in self.records[other]
        ]


_BIRTHS = text("""
SELECT b.family_id, b.id, b.mother_given, b.mother_surname, b.mother_born, b.baby_given, b.baby_surname, b.born, b.sex,
       b.postcode, coalesce(b.house, b.address), b.phone, b.email
  FROM birth_record b JOIN family f ON f.id = b.family_id
 WHERE f.details_gone_at IS NULL AND b.erased_at IS NULL ORDER BY b.id
""")
_OTHERS = text("""
SELECT f.id, f.source, f.name, f.born, f.email, f.mobile, f.second_contact, f.postcode, coalesce(f.letter_address, u.address)
  FROM family f LEFT JOIN centre_sign_up u ON u.family_id = f.id
 WHERE f.source <> 'live_births' AND f.details_gone_at IS NULL ORDER BY f.id
""")


def records_compared() -> Compared:
    """Read every record that still tells who it is.

    The family that said no or lost its baby is among them: its other records are found so that they are left out.
    """
    source: dict[int, Source] = {}
    records: dict[int, list[Record]] = {}
    for family, number, *cells in db.session.execute(_BIRTHS):
        source[family] = Source.LIVE_BIRTHS
        records.setdefault(family, []).append(Record(record_id(family, number), *map(_cell, cells)))
    for family, from_where, *told in db.session.execute(_OTHERS):
        source[family] = Source(from_where)
        records[family] = _babies(family, *told)
    return Compared(source, records)


def _cell(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def _babies(
    family: int,
    name: str,
    born: Sequence[date],
    email: str | None,
    mobile: str | None,
    second: str | None,
    postcode: str | None,
    address: str | None,
) -> list[Record]:
    given, _, surname = name.strip().rpartition(" ")
    also_email, also_mobile = (second, None) if second and "@" in second else (None, second)
    one = Record(
        "",
        m_given=given,
        m_surname=surname,
        postcode=postcode or "",
        house=(address or "").splitlines()[0] if address else "",
        phone=mobile or also_mobile or "",
        email=email or also_email or "",
    )
    return [replace(one, unique_id=record_id(family, number), c_dob=day.isoformat()) for number, day in enumerate(born)]


# ---- what stands


def standing() -> dict[Pair, Standing]:
    """Give every link that holds now, by its two records."""
    wanted = select(
        FamilyLink.a_id,
        FamilyLink.b_id,
        FamilyLink.id,
        FamilyLink.state,
        FamilyLink.probability,
        FamilyLink.method,
        and_(FamilyLink.run_id.is_(None), FamilyLink.method == Method.EXACT),
    ).where(_NOW)
    return {
        (a, b): Standing(number, State(state), probability, Method(method), held=held)
        for a, b, number, state, probability, method, held in db.session.execute(wanted)
    }


def set_apart() -> list[Pair]:
    """Give the pairs of records that a person set apart."""
    pairs = select(FamilyLink.a_id, FamilyLink.b_id).where(
        _NOW, FamilyLink.state == State.APART, FamilyLink.method == Method.PERSON
    )
    return [(a, b) for a, b in db.session.execute(pairs.order_by(FamilyLink.a_id, FamilyLink.b_id))]


def evaluation_links(today: date) -> list[tuple[int, int, float]]:
    """Give the links (a, b, probability) that an evaluation may count.

    Those of a family whose latest answer is no, that lost its baby, or that may be such a family’s, are left out.
    """
    wanted = select(FamilyLink.a_id, FamilyLink.b_id, FamilyLink.probability).where(
        _NOW, FamilyLink.state == State.LINKED
    )
    rows = db.session.execute(wanted.order_by(FamilyLink.a_id, FamilyLink.b_id)).all()
    left_out = uncounted({row.a_id for row in rows}, today)
    return [(row.a_id, row.b_id, row.probability) for row in rows if row.a_id not in left_out]


def uncounted(families: Collection[int], today: date) -> frozenset[int]:
    """Give those of these records whose family is counted nowhere: it said no at last, lost its baby, or may have."""
    return frozenset(family for family, each in known(families, today).items() if _left_out(each))


def _left_out(family: Known) -> bool:
    return family.lost or family.doubtful or has_objected(family.said)


# ---- how many are linked

_CANDIDATES = text("""
SELECT f.id, f.imd_decile, f.language, k.name,
       EXISTS (SELECT 1 FROM family_link l JOIN family o ON o.id = l.b_id
                WHERE l.a_id = f.id AND l.state = 'linked' AND l.superseded_at IS NULL AND o.source = 'live_births')
    OR EXISTS (SELECT 1 FROM family_link l JOIN family o ON o.id = l.a_id
                WHERE l.b_id = f.id AND l.state = 'linked' AND l.superseded_at IS NULL AND o.source = 'live_births')
  FROM family f LEFT JOIN centre c ON c.id = f.home_centre_id LEFT JOIN cluster k ON k.id = c.cluster_id
 WHERE f.source <> 'live_births'
   AND f.born && ARRAY(SELECT DISTINCT born FROM birth_record)
""")


def candidates(today: date) -> list[Candidate]:
    """Give the records of families with a baby born on a day of which live birth data tell, but those that are counted nowhere."""
    rows = db.session.execute(_CANDIDATES).all()
    left_out = uncounted([row[0] for row in rows], today)
    return [
        Candidate(decile, language_name(language), cluster, linked)
        for number, decile, language, cluster, linked in rows
        if number not in left_out
    ]


# ---- runs


def last_runs(most: int) -> Sequence[LinkRun]:
    """List the latest runs, the newest first."""
    return db.session.scalars(select(LinkRun).order_by(LinkRun.id.desc()).limit(most)).all()


# ---- what waits for a person, and what persons decided


def waiting_count() -> int:
    """Count the pairs that wait for a person."""
    return db.session.scalar(select(func.count()).select_from(FamilyLink).where(_WAITS)) or 0


def waiting(most: int) -> Sequence[FamilyLink]:
    """List the pairs that wait for a person, the likeliest first."""
    return db.session.scalars(select(FamilyLink).where(_WAITS).order_by(*_LIKELIEST).limit(most)).all()


_LIKELIEST = (FamilyLink.probability.desc(), FamilyLink.id.desc())


def next_waiting(after: FamilyLink | None = None) -> FamilyLink | None:
    """Give the pair that waits after another one, in the order of the list; after the last, the first. None where no other does."""
    rest = select(FamilyLink).where(_WAITS).order_by(*_LIKELIEST).limit(1)
    if after is not None:
        place = tuple_(FamilyLink.probability, FamilyLink.id) < (after.probability, after.id)
        found = db.session.scalar(rest.where(place))
        if found is not None:
            return found
        rest = rest.where(FamilyLink.id != after.id)
    return db.session.scalar(rest)


def link_by_id(link_id: int) -> FamilyLink | None:
    """Find a link by its number."""
    return db.session.get(FamilyLink, link_id)


def link_now(link: FamilyLink) -> FamilyLink:
    """Give what holds now of the two records of a link; the link itself where nothing does."""
    of_both = (FamilyLink.a_id == link.a_id, FamilyLink.b_id == link.b_id, _NOW)
    return db.session.scalar(select(FamilyLink).where(*of_both)) or link


def decided(most: int) -> Sequence[FamilyLink]:
    """List what persons decided here and what holds of it now, the newest first."""
    by_person = (FamilyLink.method == Method.PERSON, FamilyLink.run_id.is_not(None), _NOW)
    return db.session.scalars(select(FamilyLink).where(*by_person).order_by(FamilyLink.id.desc()).limit(most)).all()


def former(link: FamilyLink) -> FamilyLink | None:
    """Give what held of two records before this link was made."""
    earlier: tuple[ColumnElement[bool], ...] = (
        FamilyLink.a_id == link.a_id,
        FamilyLink.b_id == link.b_id,
        FamilyLink.id < link.id,
    )
    return db.session.scalar(select(FamilyLink).where(*earlier).order_by(FamilyLink.id.desc()).limit(1))


def sources_of(links: Collection[FamilyLink]) -> dict[int, Source]:
    """Say where each of the records of these links came from."""
    numbers = {each for link in links for each in (link.a_id, link.b_id)}
    rows = db.session.execute(select(Family.id, Family.source).where(Family.id.in_(numbers)))
    return {number: Source(source) for number, source in rows}


def side(family_id: int) -> Side:
    """Give what a record tells that another can be compared with."""
    family = db.session.get_one(Family, family_id)
    births = db.session.scalars(
        select(BirthRecord)
        .where(BirthRecord.family_id == family_id, BirthRecord.erased_at.is_(None))
        .order_by(BirthRecord.id)
    ).all()
    wish = db.session.scalar(select(CentreSignUp.address).where(CentreSignUp.family_id == family_id))
    one = Side(
        source=family.source,
        name=family.name,
        born=tuple(sorted(family.born)),
        postcode=family.postcode or "",
        address=family.letter_address or wish or "",
        phone=family.mobile or "",
        email=family.email or "",
    )
    return _with_births(one, births) if births else one


def _with_births(one: Side, births: Sequence[BirthRecord]) -> Side:
    """Add what live birth data tell."""
    first = births[0]
    mother = " ".join(filter(None, (first.mother_given, first.mother_surname)))
    return replace(
        one,
        name=mother or one.name,
        babies=tuple(each.baby_given for each in births if each.baby_given),
        postcode=first.postcode or one.postcode,
        address=first.address or first.house or one.address,
        phone=first.phone or one.phone,
        email=first.email or one.email,
    )


def link_names(keys: Collection[str]) -> Mapping[str, Named]:
    """Name pairs of records for the history, by their numbers, with the page of each."""
    return {key: Named(f"pair {key}", "same_families.pair", {"link_id": int(key)}) for key in keys}


def run_names(keys: Collection[str]) -> Mapping[str, Named]:
    """Name runs for the history, by their numbers, with the page of all of them."""
    return {key: Named(f"comparison {key} of all records", "same_families.overview") for key in keys}
