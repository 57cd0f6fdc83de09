"""The workbook of the report as ODS: the same sheets, written as OpenDocument 1.3 by hand, since it is a zip of a little XML."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from io import BytesIO

from markupsafe import Markup

from registration.pilot.report.content import Content
from registration.pilot.report.sheets import Sheet, number_of, sheets, width
from registration.pilot.report.tables import Cell

KIND = "application/vnd.oasis.opendocument.spreadsheet"
#: The first day a zip can name: members have it all, so that the same figures give the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
_NAMES = Markup(
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" office:version="1.3"'
)
_HEAD = Markup('<?xml version="1.0" encoding="UTF-8"?>\n')
_MANIFEST = _HEAD + Markup(
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    '<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>'
).format(KIND)
_STYLES = _HEAD + Markup(
    "<office:document-styles {}><office:styles>"
    '<style:default-style style:family="table-cell"><style:text-properties fo:font-family="Arial" fo:font-size="12pt" '
    'fo:language="en" fo:country="GB"/></style:default-style></office:styles></office:document-styles>'
).format(_NAMES)
_LOOKS = Markup(
    '<style:style style:name="heading" style:family="table-cell"><style:text-properties fo:font-size="16pt" fo:font-weight="bold"/>'
    '</style:style><style:style style:name="header" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap" '
    'fo:border-bottom="1pt solid #000000"/><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="words" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap" '
    'style:vertical-align="top"/></style:style>'
    '<style:style style:name="mark" style:family="table-cell"><style:paragraph-properties fo:text-align="end"/></style:style>'
)


def ods(content: Content) -> bytes:
    """Write the workbook as ODS."""
    every = sheets(content)
    parts: Mapping[str, str] = {
        "content.xml": _content(every),
        "styles.xml": _STYLES,
        "meta.xml": _HEAD
        + Markup(
            "<office:document-meta {}><office:meta><dc:title>{}</dc:title><dc:language>en-GB</dc:language></office:meta>"
        ).format(_NAMES, content.title)
        + Markup("</office:document-meta>"),
        "META-INF/manifest.xml": _MANIFEST,
    }
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", EPOCH), KIND)
        for name, text in parts.items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text.encode())
    return stream.getvalue()


def _content(every: Sequence[Sheet]) -> Markup:
    shown = sorted({found[1] for sheet in every for row in sheet.rows for cell in row if (found := number_of(cell))})
    names = {look: f"n{number}" for number, look in enumerate(shown)}
    widths = sorted({_millimetres(sheet, column) for sheet in every for column in range(len(sheet.columns))})
    body = Markup("").join(_table(sheet, names) for sheet in every)
    return _HEAD + Markup(
        "<office:document-content {}><office:automatic-styles>{}{}{}</office:automatic-styles>"
        "<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"
    ).format(
        _NAMES,
        _LOOKS,
        Markup("").join(map(_column_look, widths)),
        Markup("").join(_number_look(*each) for each in names.items()),
        body,
    )


def _column_look(millimetres: int) -> Markup:
    return Markup(
        '<style:style style:name="c{}" style:family="table-column"><style:table-column-properties style:column-width="{}mm"/>'
        "</style:style>"
    ).format(millimetres, millimetres)


def _number_look(shown: str, name: str) -> Markup:
    """Give the style of numbers shown as 0.0% or #,##0."""
    places = len(shown.rstrip("%").partition(".")[2])
    kind = "percentage-style" if shown.endswith("%") else "number-style"
    sign = Markup("<number:text>%</number:text>") if shown.endswith("%") else Markup()
    grouped = Markup(' number:grouping="true"') if "," in shown else Markup()
    digits = Markup('<number:number number:decimal-places="{}" number:min-integer-digits="1"{}/>').format(
        places, grouped
    )
    return Markup(
        '<number:{} style:name="{}f">{}{}</number:{}>'
        '<style:style style:name="{}" style:family="table-cell" style:data-style-name="{}f"/>'
    ).format(kind, name, digits, sign, kind, name, name)


def _millimetres(sheet: Sheet, column: int) -> int:
    return round(width(sheet, column, sheet.columns[column]) * 2.4)


def _table(sheet: Sheet, looks: Mapping[str, str]) -> Markup:
    columns = Markup("").join(
        Markup('<table:table-column table:style-name="c{}"/>').format(_millimetres(sheet, column))
        for column in range(len(sheet.columns))
    )
    lines = [_row([_words(sheet.heading, "heading")]), *(_row([_words(line, "")]) for line in sheet.lines)]
    header = Markup("<table:table-header-rows>{}</table:table-header-rows>").format(
        _row([_words(column, "header") for column in sheet.columns])
    )
    rows = Markup("").join(_row(_cells(row, looks)) for row in sheet.rows)
    return Markup('<table:table table:name="{}">{}{}{}{}</table:table>').format(
        sheet.name, columns, Markup("").join(lines), header, rows
    )


def _row(cells: Sequence[Markup] | Iterator[Markup]) -> Markup:
    return Markup("<table:table-row>{}</table:table-row>").format(Markup("").join(cells))


@lru_cache(maxsize=8192)
def _words(words: str, look: str) -> Markup:
    style = Markup(' table:style-name="{}"').format(look) if look else Markup()
    return Markup('<table:table-cell{} office:value-type="string"><text:p>{}</text:p></table:table-cell>').format(
        style, words
    )


@lru_cache(maxsize=8192)
def _number(value: float, kind: str, look: str, shown: str) -> Markup:
    return Markup(
        '<table:table-cell table:style-name="{}" office:value-type="{}" office:value="{:.12g}">'
        "<text:p>{}</text:p></table:table-cell>"
    ).format(look, kind, value, shown)


def _cells(row: Sequence[Cell], looks: Mapping[str, str]) -> Iterator[Markup]:
    for cell in row:
        found = number_of(cell)
        if found is None:
            yield _words(str(cell), "mark" if str(cell).startswith("[") else "words")
        else:
            value, shown = found
            kind = "percentage" if shown.endswith("%") else "float"
            yield _number(value, kind, looks[shown], cell if isinstance(cell, str) else f"{cell:,.12g}")
