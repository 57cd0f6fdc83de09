"""The report for programs: what its pages say, as JSON, with the names under which its tables and pictures stand in the bundle."""

import json
from dataclasses import asdict

from registration.pilot.report.charts.canvas import Chart
from registration.pilot.report.content import Content


def report_json(content: Content) -> bytes:
    """Write what the report says; every number in it is rounded or withheld as it is on the page."""
    said = {
        "title": content.title,
        "authority": content.authority,
        "as_of": content.as_of,
        "answers": [asdict(answer) | {"chart": content.of_answers.get(answer.letter)} for answer in content.answers],
        "charts": [_chart(chart) for chart in content.charts.values()],
        "summary": [asdict(row) for row in content.summary],
        "not_yet": [{"what": each.what, "why": each.why} for each in content.not_yet],
        "left_out": content.left_out,
        "deviations": content.deviations,
        "protocol": content.protocol,
        "methods": [asdict(method) for method in content.methods],
        "tables": [{"name": table.name, "title": table.title} for table in content.tables],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def _chart(chart: Chart) -> dict[str, object]:
    return {
        "name": chart.name,
        "title": chart.title,
        "alt": chart.alt,
        "note": chart.note,
        "columns": chart.columns,
        "rows": chart.rows,
    }
