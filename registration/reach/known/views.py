"""How far a centre reaches the families with a new baby in its area, and all centres side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from registration.centres.rules import CentreCard
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import today
from registration.common.small_numbers import FEWEST, NEARLY_ALL, at_least, told, told_rows, told_within
from registration.common.transaction import commits
from registration.reach.frame import EVERY_NUMBER, LARGEST, bp, centre_or_404, centres_seen
from registration.reach.known import rules
from registration.reach.known.actions import set_target
from registration.reach.known.charts import Bar, funnel
from registration.reach.known.forms import FIRST, TargetForm
from registration.reach.known.queries import births_told, courses, missing, target_of
from registration.reach.known.rules import Count, Course, Stage
from registration.reach.models import ReachTarget
from registration.staff.rules import OUTREACH, REACH_READERS

STAGES = {
    Stage.KNOWN: "Known",
    Stage.CONTACTED: "Contacted",
    Stage.REGISTERED: "Registered here",
    Stage.JOINED: "Joined",
    Stage.USING: "Using",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A funnel as somebody may read it: the whole, the stages by name, and who was a member before."""

    families: str
    stages: Sequence[tuple[str, str, str]]  # name, number, percent
    before: str


def _shown(count: Count, *, every: bool) -> Shown:
    of = count.families
    numbers = {stage: str(n) if every else told(n, of) for stage, n in count.stages.items()}
    joined = count.stages[Stage.JOINED]
    return Shown(
        str(of) if every else told(of, of),
        [(STAGES[stage], said, _percent(count, stage, said)) for stage, said in numbers.items()],
        str(count.before) if every else told_within(count.before, joined, of),
    )


def _percent(count: Count, stage: Stage, said: str) -> str:
    share, of = count.share(stage), count.families
    if share is not None and said.isdecimal():
        return f"{100 * share:.0f} %"
    return f"at least {100 * at_least(of) // of} %" if _nearly(said, of) else ""


def _nearly(said: str, of: int) -> bool:
    """Say whether a number is told as nearly all of a whole that is great enough for a share."""
    return said == NEARLY_ALL and of >= 2 * FEWEST


def _length(count: Count, stage: Stage, said: str) -> float | None:
    """Give how long a bar is, from 0 to 1, as far as its number is told."""
    if _nearly(said, count.families):
        return at_least(count.families) / count.families
    return count.share(stage) if said.isdecimal() else None


def _rows(counts: Sequence[tuple[str, Count]], *, every: bool) -> list[tuple[str, list[str]]]:
    cells = [[count.families, *count.stages.values()] for _, count in counts]
    said = [[str(cell) for cell in row] for row in cells] if every else told_rows(cells)
    return [(name, row) for (name, _), row in zip(counts, said, strict=True)]


def _picture(count: Count, shown: Shown, target: ReachTarget) -> Markup:
    bars = [Bar("Families with a new baby", 1.0 if count.families else None, shown.families)]
    for stage, (name, said, percent) in zip(count.stages, shown.stages, strict=True):
        words = f"{said}, {percent}" if percent else said
        bars.append(Bar(name, _length(count, stage, said), words))
    lines = [(rules.REPORTS_SHARE, "97 %: the report’s")]
    if target.percent != rules.REPORTS_SHARE:
        lines.append((target.percent, f"{target.percent} %: the centre’s own"))
    return funnel(bars, lines, "How far the centre reaches families with a new baby")


@bp.get("/")
@roles(*REACH_READERS)
def centres() -> str:
    """Show the centres of the authority side by side; a centre worker sees their own."""
    at, every = today(), has_role(*EVERY_NUMBER)
    first = rules.months_to(at)[0]
    found, births = courses(first, at, at), births_told(first, at, at)
    counts = [(card, _whole(found.get(card.id, []), card, at, births.get(card.id, {}))) for card in centres_seen()]
    shown = [(card, _shown(count, every=every)) for card, count in counts]
    return render_template(
        "reach/centres.html",
        rows=[
            (card, [row.families, *(said for _, said, _ in row.stages)], row.stages[0][2], target_of(card.id).percent)
            for card, row in shown
        ],
        stages=list(STAGES.values()),
        missing=missing(at),
        first=first,
        every=every,
    )


def _whole(found: Sequence[Course], card: CentreCard, at: date, births: dict[date, int]) -> Count:
    return rules.added_up(count for _, count in rules.by_month(found, card.id, at, births))


@bp.get(f"/<int(max={LARGEST}):centre_id>")
@roles(*REACH_READERS)
def centre(centre_id: int) -> str:
    """Show how far one centre reaches: the funnel, month by month, by deprivation, and what is missing."""
    return _page(centre_or_404(centre_id, numbers=True))


def _page(card: CentreCard, form: TargetForm | None = None) -> str:
    at, every, target = today(), has_role(*EVERY_NUMBER), target_of(card.id)
    first = rules.months_to(at)[0]
    found = courses(first, at, at, card.id).get(card.id, [])
    months = rules.by_month(found, card.id, at, births_told(first, at, at).get(card.id, {}))
    whole = rules.added_up(count for _, count in months)
    shown = _shown(whole, every=every)
    return render_template(
        "reach/centre.html",
        centre=card,
        shown=shown,
        picture=_picture(whole, shown, target),
        stages=list(STAGES.values()),
        months=_rows([(f"{month:%B %Y}", count) for month, count in months], every=every),
        bands=_rows([(str(band), count) for band, count in rules.by_band(found, card.id, at)], every=every),
        missing=missing(at),
        first=first,
        target=target,
        order=FIRST[target.first],
        form=form or TargetForm(formdata=None, obj=target),
        every=every,
        may_set=has_role(*OUTREACH),
    )


@bp.post(f"/<int(max={LARGEST}):centre_id>/target")
@roles(*OUTREACH)
@commits
def aim(centre_id: int) -> ResponseReturnValue:
    """Set what the centre aims at."""
    card, form = centre_or_404(centre_id), TargetForm()
    if not form.accepted():
        return _page(card, form), HTTPStatus.UNPROCESSABLE_ENTITY
    set_target(centre_id, *form.read(), current_actor())
    flash("What the centre aims at is kept.", "success")
    return redirect(url_for("reach.centre", centre_id=centre_id), HTTPStatus.SEE_OTHER)
