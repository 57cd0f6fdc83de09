"""Registrars as imported files bring them. A faulty file is refused whole."""

from typing import BinaryIO

from registration.centres.actions import Outcome
from registration.common.db import db
from registration.common.files import Table
from registration.rota import rules
from registration.rota.actions.noting import count, note, one_at_a_time
from registration.rota.files import RegistrarRecord, registrar_records
from registration.rota.models import Registrar
from registration.rota.queries import registrars_by_name, sessions_from


def import_registrars(stream: BinaryIO, actor: str) -> Outcome:
    """Load a list of registrars: a new name is added, a known one changed where a cell says otherwise.

    An empty cell changes nothing; a new registrar without a grade is a registrar. A day of leaving is refused where sessions
    are published from then on: families may be booked in them. Raises FileRefused naming every fault.
    """
    one_at_a_time()
    table = Table(stream)
    records, known = list(registrar_records(table)), registrars_by_name()
    for record in records:
        _check_leaving(record, known.get(rules.same_name(record.name)))
    table.refuse_if_faulty()
    outcome = Outcome(warnings=table.warnings)
    for record in records:
        _store_registrar(record, known.get(rules.same_name(record.name)), outcome)
    db.session.flush()
    note("registrars imported", actor, outcome)
    return outcome


def _check_leaving(record: RegistrarRecord, registrar: Registrar | None) -> None:
    if registrar is None or record.left_on in {None, registrar.left_on}:
        return
    left = sessions_from(registrar.id, record.left_on)
    if left:
        count = f"{left} session" + ("s" if left > 1 else "")
        record.row.fault(
            "left on", f"has {count} published from then on: say on the registrar’s own page that they leave"
        )


def _store_registrar(record: RegistrarRecord, registrar: Registrar | None, outcome: Outcome) -> None:
    facts = {
        "grade": record.grade,
        "may_register_births": record.may_register_births,
        "languages": None if record.languages is None else list(record.languages),
        "home_postcode": record.home_postcode,
        "contracted_sessions": record.contracted_sessions,
        "minutes_per_baby": record.minutes_per_baby,
        "left_on": record.left_on,
    }
    told = {name: value for name, value in facts.items() if value is not None}
    if registrar is None:
        db.session.add(Registrar(name=record.name, **told))
        outcome.added += 1
        return
    differing = {name: value for name, value in told.items() if getattr(registrar, name) != value}
    for name, value in differing.items():
        setattr(registrar, name, value)
    count(outcome, changed=bool(differing))
