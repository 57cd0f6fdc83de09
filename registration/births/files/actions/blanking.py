"""Blank what a renewed agreement includes no longer from the births that came before it, and prove it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select, update

from registration.births.files.actions.erasing import KIND
from registration.births.files.queries import beyond, held_beyond
from registration.births.files.rules.births import who
from registration.births.models import BirthRecord, Deletion
from registration.births.retention.rules import proof
from registration.common.audit import record
from registration.common.db import db
from registration.families.models import Family, SharingAgreement
from registration.families.rules import lexemes

#: What the order of a birth is where nobody may keep it: the table asks for one.
_BLANK = {"birth_order": 1}


def blank(agreement: SharingAgreement, actor: str) -> int:
    """Blank what an agreement does not include from all births held under it, and from their families; say of how many births.

    What a family corrected itself stays: it is its own word. A row proves it as it proves a deletion; where nothing is held
    beyond the agreement none is written.
    """
    held = held_beyond(agreement.id, agreement.items)
    if not held.births:
        return 0
    found = beyond(agreement.id, agreement.items)
    births = db.session.scalars(select(BirthRecord).where(*found).with_for_update()).all()
    keys = {birth.id: birth.source_key for birth in births}
    _blank_families(births, held.items)
    emptied = {name: _BLANK.get(name) for name in held.items}
    db.session.execute(update(BirthRecord).where(BirthRecord.id.in_(keys)).values(emptied))
    _prove(agreement, keys.values(), held.words, actor)
    return len(keys)


def _blank_families(births: Iterable[BirthRecord], items: Collection[str]) -> None:
    """Tell families anew by their births without these items, where they are called what the births told."""
    names = [column.key for column in BirthRecord.__table__.columns]
    told = [(birth.family_id, {name: getattr(birth, name) for name in names}) for birth in births]
    wanted = select(Family).where(Family.id.in_({number for number, _ in told})).with_for_update()
    families = {family.id: family for family in db.session.scalars(wanted)}
    for number, before in told:
        _tell_anew(families[number], who(before), who(before | dict.fromkeys(items)))
    db.session.flush()


def _tell_anew(family: Family, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for name, value in after.items():
        if value != before[name] and getattr(family, name) == before[name]:
            setattr(family, name, value)
            if name == "name":
                family.name_words = lexemes(value or "")


def _prove(agreement: SharingAgreement, keys: Collection[str], words: str, actor: str) -> None:
    digest, rule = proof(keys), f"no longer agreed: {words}"
    row = {"rows": len(keys), "digest": digest}
    db.session.add(Deletion(kind=KIND, agreement_id=agreement.id, rule=rule, actor=actor, **row))
    db.session.flush()
    after = {"source": agreement.source, "items": words} | row
    record("births.blanked", about=f"agreement:{agreement.id}", actor=actor, after=after)
