"""Take a file of live births in: whole or not at all, once, and keep what it did and not the file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from registration.births.files.actions.losses import note_losses
from registration.births.files.actions.twins import tie_twins
from registration.births.files.looking import Brought, Look, look
from registration.births.files.rules.births import Baby, who
from registration.births.files.rules.columns import Kind
from registration.births.files.rules.deciding import DETAILS, Correction
from registration.births.models import BirthCount, BirthFile, BirthRecord, SourceMapping
from registration.common.audit import record
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.families.actions import heed_newcomers
from registration.families.models import Family
from registration.families.rules import lexemes

_FAMILIES, _RECORDS = Family.__table__, BirthRecord.__table__
# The family's days of birth, told anew by the births of it.
_DAYS = text("""
UPDATE family f SET born = told.born
  FROM (SELECT family_id, array_agg(born ORDER BY born, birth_order) AS born FROM birth_record
         WHERE family_id = ANY(:families) GROUP BY family_id) told
 WHERE f.id = told.family_id AND f.born <> told.born
""")
_CORRECT_FAMILY = text("""
UPDATE family SET name = :name, name_words = CAST(:name_words AS tsvector), letter_address = :letter_address,
                  postcode = :postcode, home_centre_id = :home_centre_id, imd_decile = :imd_decile,
                  agreement_id = :agreement_id, left_area_on = CASE WHEN :outside THEN coalesce(left_area_on, :today) END
 WHERE id = :id
""")


class NotChecked(Refused):
    """Tick the box once you have checked that these babies were stillborn or have died."""


def take_in(brought: Brought, actor: str, now: datetime, *, checked: bool = True) -> tuple[BirthFile, Look]:
    """Take a file in, and give what is kept of it and what it told.

    Raises NoAgreement, FileTakenBefore where the very same file came before, FileRefused naming every fault, and NotChecked where
    it tells of losses and nobody `checked` them; then nothing is done. Of two at once the second waits for the first.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(BirthFile.__tablename__))))
    found = look(brought, civil_date(now))
    if found.told.losses and not checked:
        raise NotChecked
    file = _file(found, actor, now)
    if brought.kind is Kind.COUNTS:
        _keep_counts(found, file)
    else:
        today = civil_date(now)
        told = [*_add(found, file, today), *_correct(found, file, today)]
        file.removed = note_losses(found, file, now, actor)
        heed_newcomers(told, actor, today)
    event = "births.counts_imported" if brought.kind is Kind.COUNTS else "births.imported"
    record(event, about=f"birth_file:{file.id}", actor=actor, after=_told(file, found))
    tie_twins(brought.source, {each.known.family_id for each in found.decision.corrected}, actor, now)
    return file, found


def save_mapping(source: str, columns: Mapping[str, str], actor: str, now: datetime) -> None:
    """Keep what was said of a source's columns, for its next file."""
    values = {"columns": dict(columns), "saved_by": actor, "saved_at": now}
    db.session.execute(
        upsert(SourceMapping)
        .values(source=source, **values)
        .on_conflict_do_update(index_elements=[SourceMapping.source], set_=values)
    )


def _file(found: Look, actor: str, now: datetime) -> BirthFile:
    brought, decision = found.brought, found.decision
    counts = brought.kind is Kind.COUNTS
    file = BirthFile(
        agreement_id=found.agreement.id,
        source=brought.source,
        kind="counts" if counts else "births",
        name=brought.name,
        sha256=brought.sheet.sha256,
        period=_period(found),
        rows=found.rows,
        added=len(found.counted) if counts else decision.babies_added,
        changed=len(decision.corrected),
        unchanged=decision.unchanged + found.told.repeated,
        removed=0,
        dropped=found.dropped,
        received_at=now,
        actor=actor,
    )
    db.session.add(file)
    db.session.flush()
    return file


def _period(found: Look) -> date | None:
    """Give the month that most rows are of."""
    months = Counter(baby.born.replace(day=1) for family in found.told.families for baby in family)
    months.update(count.month for _, count in found.counted)
    return max(months, key=lambda month: (months[month], month), default=None)


def _told(file: BirthFile, found: Look) -> dict[str, Any]:
    """Give what the history says of a file: numbers only."""
    names = ("source", "rows", "added", "changed", "unchanged", "removed")
    return {name: getattr(file, name) for name in names} | {"outside": found.outside}


# ---- new births


def _add(found: Look, file: BirthFile, today: date) -> list[int]:
    """Add the births that are new, with their families; give the families."""
    added = found.decision.added
    new = [[baby for _, baby in babies] for there, babies in added if there is None]
    numbers = iter(_numbers([_family(babies, found) for babies in new]))
    homes = [(next(numbers) if there is None else there, babies) for there, babies in added]
    common = {"agreement_id": file.agreement_id, "source": file.source, "file_id": file.id, "received_on": today}
    rows = [
        common | {"family_id": family, "source_key": key} | _details(baby)
        for family, babies in homes
        for key, baby in babies
    ]
    if rows:
        db.session.execute(insert(_RECORDS).inline(), rows)  # type: ignore[arg-type]
    _tell_days(there for there, _ in added if there is not None)
    return [family for family, _ in homes]


def _numbers(rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Add families, and give their numbers in the same order."""
    if not rows:
        return ()
    returning = insert(_FAMILIES).returning(_FAMILIES.c.id, sort_by_parameter_order=True)  # type: ignore[arg-type]
    return list(db.session.scalars(returning, [dict(row) for row in rows]))


def _family(babies: Sequence[Baby], found: Look) -> dict[str, Any]:
    """Give the row of a new family; the mother's contact is kept with the birth, to link by, and not with the family."""
    born = sorted(baby.born for baby in babies)
    return {"source": "live_births", "born": born} | _who(_details(babies[0]), found)


def _details(baby: Baby) -> dict[str, Any]:
    return {name: getattr(baby, name) for name in DETAILS}


def _who(told: Mapping[str, Any], found: Look) -> dict[str, Any]:
    """Give what a family is called and where it lives."""
    home, called = found.home(told["postcode"]), who(told)
    return called | {
        "agreement_id": found.agreement.id,
        "name_words": lexemes(called["name"] or ""),
        "home_centre_id": home.centre_id,
        "imd_decile": home.imd_decile,
    }


def _tell_days(families: Iterable[int]) -> None:
    if numbers := list(families):
        db.session.execute(_DAYS, {"families": numbers})


# ---- corrections


def _correct(found: Look, file: BirthFile, today: date) -> list[int]:
    """Change births that are told otherwise now, and their families; give the families."""
    corrected = found.decision.corrected
    if not corrected:
        return []
    whole = [dict(each.known.details) | dict(each.changes) for each in corrected]
    came = {"file_id": file.id, "agreement_id": file.agreement_id}
    rows = [{"id": each.known.id} | told | came for each, told in zip(corrected, whole, strict=True)]
    db.session.execute(update(BirthRecord), rows)
    families = [_corrected_family(each, told, found, today) for each, told in zip(corrected, whole, strict=True)]
    db.session.execute(_CORRECT_FAMILY, families)
    numbers = [each.known.family_id for each in corrected]
    _tell_days(numbers)
    return numbers


def _corrected_family(each: Correction, told: Mapping[str, Any], found: Look, today: date) -> dict[str, Any]:
    outside = found.home(told["postcode"]).outside
    return _who(told, found) | {"id": each.known.family_id, "outside": outside, "today": today}


# ---- monthly counts


def _keep_counts(found: Look, file: BirthFile) -> None:
    """Keep each centre's births of a month, in place of what this source told of it before."""
    totals: Counter[tuple[int, date]] = Counter()
    for centre, count in found.counted:
        totals[centre, count.month] += count.births
    rows = [
        {"source": file.source, "centre_id": centre, "month": month, "births": births, "file_id": file.id}
        for (centre, month), births in totals.items()
    ]
    arriving = upsert(BirthCount)
    stands = {"births": arriving.excluded.births, "file_id": arriving.excluded.file_id}
    keys = [BirthCount.source, BirthCount.centre_id, BirthCount.month]
    db.session.execute(arriving.on_conflict_do_update(index_elements=keys, set_=stands), rows)
