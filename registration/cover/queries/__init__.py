"""Questions about plans of cover, what there is to propose, and how far families have come."""

from registration.cover.queries.causes import Away, Cause, Closing, cause_of, hit_by
from registration.cover.queries.closing import FAMILIES_IN_IT, Touched, touched
from registration.cover.queries.ground import OFFICE, Able, families, going, ground, is_free_for, minute, takers
from registration.cover.queries.plans import (
    LineCard,
    PlanCard,
    centre_name,
    families_are_told,
    is_taken_back,
    lines,
    plan_by_id,
    plan_names,
    plans,
    registrar_name,
    registrars,
    whom,
)

__all__ = [
    "FAMILIES_IN_IT",
    "OFFICE",
    "Able",
    "Away",
    "Cause",
    "Closing",
    "LineCard",
    "PlanCard",
    "Touched",
    "cause_of",
    "centre_name",
    "families",
    "families_are_told",
    "going",
    "ground",
    "hit_by",
    "is_free_for",
    "is_taken_back",
    "lines",
    "minute",
    "plan_by_id",
    "plan_names",
    "plans",
    "registrar_name",
    "registrars",
    "takers",
    "touched",
    "whom",
]
