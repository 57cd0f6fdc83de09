"""What the report says, before it is set as a page, a PDF or a workbook."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registration.pilot.report import drawn
from registration.pilot.report.answers import Answer, identified, reached_more
from registration.pilot.report.charts.canvas import Chart
from registration.pilot.report.findings import Findings
from registration.pilot.report.measures import Row, summary
from registration.pilot.report.methods import Method, methods
from registration.pilot.report.numbers import Rounding, whole
from registration.pilot.report.observable import NotYet, not_yet
from registration.pilot.report.protocol import Protocol, deviations
from registration.pilot.report.tables import Table, catalogued

#: The pictures of page one, by the letter of the answer that each belongs to; (b) has the first of its own that can be drawn.
_FIRST = {"a": ("reach",), "b": ("event-study", "forest", "sign-up-curves", "attrition")}


@dataclass(frozen=True)
class Content:
    """The report: the answers of page one, the pictures by name, numbers, what is not observable, how it was done.

    `of_answers` names the picture that belongs to each answer's letter. `tables` are those of the fixed catalogue as published.
    """

    title: str
    authority: str
    as_of: str
    answers: Sequence[Answer]
    of_answers: Mapping[str, str]
    charts: Mapping[str, Chart]
    summary: Sequence[Row]
    not_yet: Sequence[NotYet]
    left_out: Sequence[tuple[str, str]]
    deviations: Sequence[str]
    protocol: Sequence[tuple[str, str]]
    methods: Sequence[Method]
    tables: Sequence[Table]
    rounding: Rounding


def compose(found: Findings) -> Content:
    """Put together what the report says of what was found; every number in it is rounded or withheld as published numbers are."""
    charts = {chart.name: chart for chart in drawn.charts(found)}
    as_of, rounding = found.extract.as_of, found.rounding
    waiting = not_yet(found.extract, found.figures, found.headline, rounding)
    return Content(
        title=found.protocol.title,
        authority=found.protocol.authority,
        as_of=f"{as_of.day} {as_of:%B %Y}",
        answers=[
            identified(found.published, as_of, found.protocol.reach, _since(found)),
            reached_more(found.headline, found.protocol, rounding, drawn.described(found), found.done.first_birth),
        ],
        of_answers={letter: next(name for name in names if name in charts) for letter, names in _FIRST.items()},
        charts=charts,
        summary=summary(found.published, [row for each in waiting for row in each.rows]),
        not_yet=waiting,
        left_out=_left_out(found),
        deviations=deviations(found.protocol, found.done),
        protocol=_stated(found.protocol, given=found.given),
        methods=methods(),
        tables=catalogued(found.release),
        rounding=rounding,
    )


def _since(found: Findings) -> date | None:
    """Give the first day of the month of the first counted birth, where births enough are of it; a birth’s own day is not told."""
    months = Counter(birth.dob.replace(day=1) for birth in found.extract.counted)
    first = min(months, default=None)
    return first if first and months[first] >= found.rounding.threshold else None


def _left_out(found: Findings) -> Sequence[tuple[str, str]]:
    """Tell how many families the comparison leaves out, by reason; with those that it counts they are all there are."""
    reasons = found.headline.left_out
    _counted, *told = found.rounding.parts([found.headline.n, *reasons.values()], told=1)
    return [(reason, whole(number)) for reason, number in zip(reasons, told, strict=True)]


def _stated(protocol: Protocol, *, given: bool) -> Sequence[tuple[str, str]]:
    """Give what is to be known of the protocol."""
    when = f"{protocol.registered_on.day} {protocol.registered_on:%B %Y}" if protocol.registered_on else "not stated"
    lot = protocol.lot
    return [
        ("Protocol", protocol.title if given else "none given; the one shipped with the software"),
        ("Registered on", when),
        ("Registered by", protocol.registered_by or "not stated"),
        ("Registered where", protocol.registered_where or "not stated"),
        (
            "Order of the centres",
            f"drawn by lot of {lot.unit}s, seed {lot.seed}"
            if lot
            else "the protocol states no lot"
            if given
            else "not stated, as there is no protocol",
        ),
        ("SHA-256 of the protocol", protocol.sha256),
    ]
