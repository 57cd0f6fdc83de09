"""What changes with messages. Nothing here speaks to a carrier."""

from registration.messages.actions.delivering import (
    claim,
    look_after,
    posted,
    receive,
    record,
    resume,
    retry,
    stop,
)
from registration.messages.actions.sending import DELIVER, MessageRequest, send, send_all, silence, withdraw
from registration.messages.actions.tasks import AlreadyGone, ask_staff, finish, settle, subject

__all__ = [
    "DELIVER",
    "AlreadyGone",
    "MessageRequest",
    "ask_staff",
    "claim",
    "finish",
    "look_after",
    "posted",
    "receive",
    "record",
    "resume",
    "retry",
    "send",
    "send_all",
    "settle",
    "silence",
    "stop",
    "subject",
    "withdraw",
]
