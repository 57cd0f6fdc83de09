"""The report as one HTML page without script or network, and as a tagged PDF (PDF/UA-1) set by Typst."""

import json
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from registration.pilot.report.charts.canvas import FONT, Chart
from registration.pilot.report.content import Content
from registration.pilot.report.letters import PDF_FONT, set_pdf, showable

TEMPLATES = Path(__file__).parents[3] / "templates" / "pilot" / "report"
#: How wide the pictures of page one are in hundredths of it, and the height up to which they are, so that the page holds both.
_WIDE, _HIGH = 61, 370
CONTENTS = (
    ("answers", "Answers"),
    ("pictures", "Pictures"),
    ("numbers", "All families together"),
    ("not-yet", "Not yet observable"),
    ("protocol", "Protocol and deviations"),
    ("methods", "Methods"),
)
SUMMARY_COLUMNS = ("Metric", "Name", "Of", "Value", "95% interval", "Number behind it")


def html(content: Content, version: str) -> bytes:
    """Set the report as one HTML file, its styles and pictures inside."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        content=content,
        contents=CONTENTS,
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 -- our own  # nosec B704
        summary=_summary(content),
        others=_others(content),
        version=version,
    )
    return page.encode()


def _others(content: Content) -> Sequence[Chart]:
    first = set(content.of_answers.values())
    return [chart for name, chart in content.charts.items() if name not in first]


def _summary(content: Content) -> Sequence[Sequence[str]]:
    return [(row.number, row.name, row.of, row.value, row.interval, row.n) for row in content.summary]


def pdf(content: Content) -> bytes:
    """Set the report as a PDF that says of everything what it is, for those who do not see it."""
    said = json.dumps(showable(_said(content)), ensure_ascii=False)
    return set_pdf((TEMPLATES / "report.typ").read_bytes(), {"content": said})


def _said(content: Content) -> dict[str, object]:
    """Give all that the PDF says."""
    ordered = [content.charts[name] for name in content.of_answers.values()] + list(_others(content))
    return {
        "title": content.title,
        "authority": content.authority,
        "author": content.authority or "Right Start",
        "as_of": content.as_of,
        "answers": [
            {
                "letter": each.letter,
                "picture": content.of_answers[each.letter],
                "width": min(_WIDE, _WIDE * _HIGH // content.charts[content.of_answers[each.letter]].high),
                "question": each.question,
                "sentence": each.sentence,
                "strength": each.strength,
                "beside": each.beside,
            }
            for each in content.answers
        ],
        "charts": [_drawn(chart) for chart in ordered],
        "rounding": f"Counts under {content.rounding.threshold} are withheld, others rounded to {content.rounding.base}.",
        "summary_columns": SUMMARY_COLUMNS,
        "summary": _summary(content),
        "not_yet": [{"what": each.what, "why": each.why} for each in content.not_yet],
        "protocol": content.protocol,
        "deviations": content.deviations,
        "left_out": content.left_out,
        "methods": [{"name": each.name, "formula": each.formula, "source": each.source} for each in content.methods],
    }


def _drawn(chart: Chart) -> dict[str, object]:
    return {
        "name": chart.name,
        "title": chart.title,
        "alt": chart.alt,
        "note": chart.note,
        "svg": str(chart.svg()).replace(str(FONT).replace("'", "&#39;"), PDF_FONT),
        "columns": chart.columns,
        "rows": chart.rows,
    }
