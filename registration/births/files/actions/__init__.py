"""Files of live births: brought and looked at, taken in, and deleted when they are due."""

from registration.births.files.actions.blanking import blank
from registration.births.files.actions.erasing import erase_due
from registration.births.files.actions.losses import note_losses
from registration.births.files.actions.taking import NotChecked, save_mapping, take_in
from registration.births.files.actions.waiting import (
    bring,
    brought,
    drop,
    drop_old,
    forget,
    keep_columns,
    say_columns,
    settle,
)

__all__ = [
    "NotChecked",
    "blank",
    "bring",
    "brought",
    "drop",
    "drop_old",
    "erase_due",
    "forget",
    "keep_columns",
    "note_losses",
    "save_mapping",
    "say_columns",
    "settle",
    "take_in",
]
