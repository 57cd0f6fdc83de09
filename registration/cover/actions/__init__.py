"""What changes with plans of cover."""

from registration.cover.actions.closing import CannotClose, CannotOpen, open_again, start_closing, withdraw_left
from registration.cover.actions.planning import (
    DRAFT,
    KEPT,
    SENT,
    UNDONE,
    AlreadyOver,
    NotThere,
    change_row,
    change_session,
    clean_up,
    going_along,
    lines_of,
    refresh,
    start_plan,
    undo_plan,
)
from registration.cover.actions.sending import PlanChanged, mark_called, send_plan, settle_plans
from registration.cover.actions.staffing import AT_WORK, NotStaffed, choose_way, find_ways, is_anything_left, look_again

__all__ = [
    "AT_WORK",
    "DRAFT",
    "KEPT",
    "SENT",
    "UNDONE",
    "AlreadyOver",
    "CannotClose",
    "CannotOpen",
    "NotStaffed",
    "NotThere",
    "PlanChanged",
    "change_row",
    "change_session",
    "choose_way",
    "clean_up",
    "find_ways",
    "going_along",
    "is_anything_left",
    "lines_of",
    "look_again",
    "mark_called",
    "open_again",
    "refresh",
    "send_plan",
    "settle_plans",
    "start_closing",
    "start_plan",
    "undo_plan",
    "withdraw_left",
]
