"""The page of one what-if: what is otherwise, and what comes of it beside the plan and the rota as it stands."""

from flask import render_template

from registration.balancing.plans.models import BalancePlan
from registration.balancing.what_ifs.comparison import Comparison, change_lines
from registration.balancing.what_ifs.forms import TITLES, WhatIfForm
from registration.balancing.what_ifs.queries import origin_of
from registration.balancing.wording import STATES
from registration.common.access import has_role
from registration.common.forms import Form
from registration.rota.rules.conflicts import in_words
from registration.staff.rules import ROTA_MANAGERS


def span_of(plan: BalancePlan) -> str:
    """Say which weeks a plan is of."""
    return f"{in_words(plan.first_day)}, {plan.weeks} week{'s' if plan.weeks > 1 else ''}"


def show(plan: BalancePlan, fault: str = "", name: WhatIfForm | None = None) -> str:
    """Show a what-if that is open, with the form of its name, or one that has a rota."""
    origin = origin_of(plan)
    known = {
        "plan": plan,
        "origin": origin,
        "fault": fault,
        "state": STATES[plan.state],
        "span": span_of(plan),
        "form": Form(formdata=None),
        "may_plan": has_role(*ROTA_MANAGERS),
        "lines": change_lines(plan),
    }
    if plan.state == "open":
        renaming = name or WhatIfForm(formdata=None, name=plan.name)
        return render_template("balance/what_if.html", kinds=TITLES, name=renaming, **known)
    comparison = Comparison(origin, ["today", str(origin.id), str(plan.id)], [plan])
    return render_template("balance/what_if_result.html", comparison=comparison, **known)
