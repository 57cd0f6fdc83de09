"""Two exports at one moment make one chain of the ledger."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.races.conftest import at_once


def test_entries_made_at_once_follow_each_other(live):
    from registration.common.db import db
    from registration.common.transaction import transaction
    from registration.pilot.disclosure import queries
    from registration.pilot.disclosure.actions import enter
    from registration.pilot.disclosure.chain import TABLES

    now = datetime(2027, 7, 1, 9, 30, tzinfo=UTC)

    def export(number):
        with live.app_context():
            try:
                with transaction():
                    said = {"who": f"staff:{number}", "why": "at once", "specification": "", "counts": {}, "files": {}}
                    return enter(TABLES, at=now, **said).count
            finally:
                db.session.remove()

    assert sorted(at_once(6, export)) == [1, 2, 3, 4, 5, 6]
    with live.app_context():
        assert queries.verify() == []
        db.session.remove()
