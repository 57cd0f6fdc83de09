"""The first pages of those who work with numbers and meet no family: the evaluator and the data officer."""

from flask import render_template
from markupsafe import Markup

from registration.births.agreements.queries import sources
from registration.births.agreements.wording import URGENCIES
from registration.booking.wording import day_and_month
from registration.common.access import has_role
from registration.common.clock import today
from registration.common.small_numbers import told, told_apart, told_within
from registration.desk.aggregates import Uptake, answers, uptake, weeks_before
from registration.families.rules import SHARING_BEGINS, SHARING_WORDING


def for_evaluators() -> Markup:
    """Say what the role is for, and draw what can be known of use so far; nothing for other roles."""
    if not has_role("evaluator"):
        return Markup()
    rows = [(each.cluster, _told(each)) for each in uptake(today())]
    return _drawn("desk/first_evaluator.html", rows)


def _told(each: Uptake) -> list[str]:
    of = each.appointments
    return [
        told(of, of),
        told(each.in_time, of),
        *told_apart((each.kept, each.missed), of),
        told(each.share, of),
        told_within(each.join, each.share, of),
    ]


def for_data_officers() -> Markup:
    """Say what the role is for, and what families answered on sharing their details; nothing for other roles."""
    if not has_role("data_officer"):
        return Markup()
    rows = [
        (
            _wording(each.wording),
            [told(number, each.families) for number in (each.families, each.share, each.families - each.share)],
        )
        for each in answers(today())
    ]
    found = sources(today())
    return _drawn(
        "desk/first_data_officer.html",
        rows,
        stands=[each.standing.sentence for each in found if each.standing],
        reviews=[(URGENCIES[each.review.urgency], each.review.sentence) for each in found if each.review],
    )


def _wording(version: str) -> str:
    words = f"“{SHARING_BEGINS}…”" if version == SHARING_WORDING else "Earlier words"
    return f"{words}, version {version}"


def _drawn(template: str, rows: list[tuple[str, list[str]]], **more: object) -> Markup:
    first, last = (day_and_month(day) for day in weeks_before(today()))
    drawn = render_template(template, rows=rows, first=first, last=last, **more)
    return Markup(drawn)  # noqa: S704 -- our own template, which escaped what it was given  # nosec B704
