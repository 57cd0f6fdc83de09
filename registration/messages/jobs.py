"""What the worker does with messages: deliver what was written, and look after what fell due or was left lying."""

import logging
from uuid import UUID

from flask import current_app

from registration.common.clock import now
from registration.common.queue import job
from registration.common.transaction import transaction
from registration.messages import actions
from registration.messages.carriers import Unset, carrier_for
from registration.messages.rules import Outcome
from registration.messages.writing import Draft, write

log = logging.getLogger(__name__)


@job(actions.DELIVER)
def deliver(message_ids: list[str]) -> None:
    """Send messages one after another, each in transactions of its own: taken up, sent, and only then settled."""
    for message_id in message_ids:
        with transaction():
            sheet = actions.claim(UUID(message_id), now=now())
        if sheet is not None:
            outcome = _sent(sheet)
            with transaction():
                actions.record(sheet.id, outcome, now=now())


def _sent(sheet: Draft) -> Outcome:
    try:
        return carrier_for(sheet.channel, current_app.config).send(sheet, write(sheet), now=now())
    except Unset as unset:
        return Outcome("unset", problem=str(unset))
    except Exception as fault:  # one message that cannot be written must not keep the others from going out
        log.exception("message %s could not be written", sheet.id)
        return Outcome("later", problem=f"It could not be written: {type(fault).__name__}")


@job("messages.look_after", every="* * * * *")
def look_after(timestamp: int) -> None:  # noqa: ARG001 -- the queue passes it by this name
    """Hand over what has fallen due, and take back what a dead worker left, once a minute."""
    with transaction():
        actions.look_after(now=now())
