"""Registrars as imported files bring them. A faulty file is refused whole."""

from typing import BinaryIO

from registration.centres.actions import Outcome
from registration.common.db import db
from registration.common.files import Table
from registration.rota import rules
from registration.rota.actions.noting import count, note, one_at_a_time
from registration.rota.files import RegistrarRecord, registrar_records
from registration.rota.models import Registrar
from registration.rota.queries import registrars_by_name


def import_registrars(stream: BinaryIO, actor: str) -> Outcome:
    """Load a list of registrars: a new name is added, a known one changed where a cell says otherwise.

    An empty cell changes nothing; a new registrar without a grade is a registrar. Raises FileRefused naming every fault.
    """
    one_at_a_time()
    table = Table(stream)
    records = list(registrar_records(table))
    table.refuse_if_faulty()
    known, outcome = registrars_by_name(), Outcome(warnings=table.warnings)
    for record in records:
        _store_registrar(record, known.get(rules.same_name(record.name)), outcome)
    db.session.flush()
    note("registrars imported", actor, outcome)
    return outcome


def _store_registrar(record: RegistrarRecord, registrar: Registrar | None, outcome: Outcome) -> None:
    facts = {
        "grade": record.grade,
        "may_register_births": record.may_register_births,
        "languages": None if record.languages is None else list(record.languages),
        "home_postcode": record.home_postcode,
        "contracted_sessions": record.contracted_sessions,
        "minutes_per_baby": record.minutes_per_baby,
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
