"""What the worker does: send webhooks, put files by the hour, and look after what answers allow once a minute."""

from datetime import UTC, datetime

from flask import current_app

from registration.common.clock import london, now
from registration.common.db import db
from registration.common.queue import job
from registration.common.transaction import transaction
from registration.families.tell_once import actions
from registration.families.tell_once.archive import csv_of, folder_of, put
from registration.families.tell_once.models import ToldService
from registration.families.tell_once.rules import Outcome, body_of, headers_of
from registration.families.tell_once.webhooks import post


@job(actions.DELIVER)
def deliver(telling_id: int) -> None:
    """Send one webhook in transactions of its own: taken up, sent, and only then settled."""
    with transaction():
        sheet = actions.claim(telling_id, now())
        key = None if sheet is None else actions.key_of(db.session.get_one(ToldService, sheet.service_id))
    if sheet is None or key is None:
        return
    body = body_of(sheet.letter)
    # Receivers hold the stamp against their own clocks, which no demonstration’s CLOCK moves.
    headers = headers_of(sheet.letter.id, body, key, datetime.now(UTC))
    outcome = post(sheet.url, body, headers, demonstration=current_app.config["DEMO"])
    with transaction():
        actions.record(sheet.telling_id, outcome, now())


@job("tell_once.files", every="20 * * * *")
def files(timestamp: int) -> None:  # noqa: ARG001 -- the queue passes it by this name
    """Put what waits for each service into a file of its own, every hour."""
    with transaction():
        waiting = actions.waiting_files()
    for service_id, telling_ids in waiting.items():
        _put(service_id, telling_ids, now())


def _put(service_id: int, telling_ids: list[int], at: datetime) -> None:
    with transaction():
        sheets = [sheet for number in telling_ids if (sheet := actions.claim(number, at)) is not None]
        password = actions.password_of(db.session.get_one(ToldService, service_id))
    if not sheets:
        return
    name = f"right-start-{london(at):%Y-%m-%d-%H%M}-{sheets[0].telling_id}.zip"
    try:
        put(
            folder_of(current_app.config["INSTANCE"], service_id),
            name,
            csv_of([sheet.letter for sheet in sheets]),
            password,
        )
        outcome = Outcome(arrived=True)
    except OSError as fault:
        outcome = Outcome(arrived=False, problem=f"The file could not be written: {fault.strerror}")
    with transaction():
        for sheet in sheets:
            actions.record(sheet.telling_id, outcome, at)


@job("tell_once.look_after", every="* * * * *")
def look_after(timestamp: int) -> None:  # noqa: ARG001 -- the queue passes it by this name
    """Tell and have forgotten what answers now say, and take up what a dead worker left, once a minute."""
    with transaction():
        actions.settle(now())
        actions.resume(now())
