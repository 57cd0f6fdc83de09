"""The workbook of the report: cover, contents, notes and one table a sheet, as government spreadsheets are; XLSX written here.

One table a sheet from its first column, no merged or blank cells, marks explained on the notes, numbers as numbers
(Government Analysis Function, Releasing statistics in spreadsheets).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from registration.pilot.report.content import Content
from registration.pilot.report.tables import Cell, Table, with_ends

#: A workbook says when it was made; the same figures are to give the same bytes, so all were made then.
MADE = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_NAME, _WIDEST, _NARROWEST = 31, 60, 12
_NUMBER = re.compile(r"([+−])?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%)?")
MARKS = (
    (
        "[c]",
        "Withheld so that nobody can be recognised: a small count, or none at all, or a number by which one could be worked out.",
    ),
    ("[x]", "Not available: it waits for time to pass, or for a file that this extract has not."),
    ("[z]", "Does not apply."),
)


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, the lines above its table, and the table; the table's id is one word, unique in the workbook."""

    name: str
    heading: str
    lines: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def sheets(content: Content) -> Sequence[Sheet]:
    """Give all sheets in order; each table's name is that by which the contents list it."""
    tables = [_summary(content), *(_pictured(content)), *content.tables]
    named = [(f"Table_{number}", table) for number, table in enumerate(tables, 1)]
    contents = Sheet(
        "Contents",
        "Contents",
        ("One table on each sheet.",),
        ("Sheet", "Table"),
        [(name, table.title) for name, table in named],
    )
    return [_cover(content), contents, _notes(content), *(_sheet(name, table) for name, table in named)]


def _cover(content: Content) -> Sheet:
    answers = [(f"({each.letter}) {each.question}", each.sentence) for each in content.answers]
    strengths = [(f"Strength of evidence for ({each.letter})", each.strength) for each in content.answers]
    about = [("As of", content.as_of), ("Council", content.authority or "not named in the protocol"), *content.protocol]
    return Sheet(
        "Cover", content.title, ("Evaluation of the pilot.",), ("What", "Value"), [*answers, *strengths, *about]
    )


def _notes(content: Content) -> Sheet:
    rounding = content.rounding
    notes = [
        *MARKS,
        (
            "Rounding",
            f"Counts under {rounding.threshold} are withheld, others rounded to {rounding.base}; shares are of rounded counts.",
        ),
        *((each.what, each.why) for each in content.not_yet),
        *((f"Deviation {number}", sentence) for number, sentence in enumerate(content.deviations, 1)),
        *((each.name, f"{each.formula} Source: {each.source}.") for each in content.methods),
    ]
    return Sheet(
        "Notes", "Notes", ("Marks, what is not observable, deviations and methods.",), ("Note", "Meaning"), notes
    )


def _summary(content: Content) -> Table:
    return Table(
        "summary",
        "All families together",
        ("Metric", "Name", "Of", "Value", "95% interval", "Number behind it", "Meaning"),
        [(row.number, row.name, row.of, row.value, row.interval, row.n, row.meaning) for row in content.summary],
    )


def _pictured(content: Content) -> Sequence[Table]:
    return [
        Table(chart.name, chart.title, chart.columns, chart.rows, (chart.note,)) for chart in content.charts.values()
    ]


def _sheet(name: str, table: Table) -> Sheet:
    columns, rows = with_ends(table.columns, table.rows)
    lines = [*filter(None, table.notes), "Marks such as [c] are explained on the sheet Notes."]
    return Sheet(name[:_LONGEST_NAME], table.title, lines, columns, rows)


@lru_cache(maxsize=4096)
def number_of(cell: Cell) -> tuple[float, str] | None:
    """Give the number of a cell and how it is to be shown, 25.4% as .254 and 0.0%; None for words and marks."""
    if not isinstance(cell, str):
        return float(cell), "#,##0" if float(cell).is_integer() else "0.0"
    found = _NUMBER.fullmatch(cell)
    if found is None:
        return None
    sign, digits, decimals, percent = found.groups()
    value = float(f"{digits.replace(',', '')}{decimals or ''}") * (-1 if sign == "−" else 1)
    places = len(decimals) - 1 if decimals else 0
    shown = ("0." + "0" * places if places else "#,##0") + (percent or "")
    return (round(value / 100, 10) if percent else value), shown


def xlsx(content: Content) -> bytes:
    """Write the workbook as XLSX: its tables are marked as such, so that screen readers find their headers."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": content.title, "created": MADE, "comments": f"As of {content.as_of}"})
    styles = _Styles(book)
    for sheet in sheets(content):
        _written(book, sheet, styles)
    book.close()
    return stream.getvalue()


class _Styles:
    """The looks of a workbook's cells, each made once."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.heading = book.add_format({"bold": True, "font_size": 16, "font_name": "Arial"})
        self.words = book.add_format({"text_wrap": True, "valign": "top", "font_size": 12, "font_name": "Arial"})
        self.plain = book.add_format({"font_size": 12, "font_name": "Arial"})
        self.marks = book.add_format({"align": "right", "valign": "top", "font_size": 12, "font_name": "Arial"})
        self._numbers: dict[str, Format] = {}

    def number(self, shown: str) -> Format:
        """Give the look of a number shown in a way."""
        if shown not in self._numbers:
            look = {"num_format": shown, "valign": "top", "font_size": 12, "font_name": "Arial"}
            self._numbers[shown] = self.book.add_format(look)
        return self._numbers[shown]


def _written(book: Workbook, sheet: Sheet, styles: _Styles) -> None:
    page = book.add_worksheet(sheet.name)
    page.hide_gridlines(2)
    page.write_string(0, 0, sheet.heading, styles.heading)
    for number, words in enumerate(sheet.lines, 1):
        page.write_string(number, 0, words, styles.plain)
    top = len(sheet.lines) + 1
    table = {"name": f"t_{sheet.name}", "autofilter": False, "style": "Table Style Light 1"}
    columns = [{"header": column, "header_format": styles.words} for column in sheet.columns]
    page.add_table(top, 0, top + max(len(sheet.rows), 1), len(sheet.columns) - 1, table | {"columns": columns})
    for number, row in enumerate(sheet.rows, top + 1):
        for column, cell in enumerate(row):
            found = number_of(cell)
            if found:
                page.write_number(number, column, found[0], styles.number(found[1]))
            else:
                page.write_string(
                    number, column, str(cell), styles.marks if str(cell).startswith("[") else styles.words
                )
    for column, name in enumerate(sheet.columns):
        page.set_column(column, column, width(sheet, column, name))


def width(sheet: Sheet, column: int, name: str) -> float:
    """Give how wide a column is to be, in letters."""
    longest = max([len(name), *(len(str(row[column])) for row in sheet.rows[:200])])
    return min(max(longest * 1.2, _NARROWEST), _WIDEST)
