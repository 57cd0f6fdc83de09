"""The rows of the day list, drawn once for each sort of row and filled in for each family.

A day of two hundred appointments has a handful of sorts: the same buttons, the same cells. A template asks for every piece of
text by itself and makes each safe by itself, thirty times a row; here the words of a row are made safe in one go.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import attrgetter
from types import SimpleNamespace

from markupsafe import Markup, escape

from registration.common.pages import reached
from registration.desk.rules.day import Line

#: The words of a line that are its own. Of each the sort of its row only knows whether there are any.
WORDS = (
    "key",
    "reference",
    "time",
    "name",
    "whose",
    "with_whom",
    "room",
    "who",
    "papers",
    "language",
    "needs",
    "state",
    "by",
)
#: What else a row may depend on.
SORTS = ("babies", "declaration", "joins", "outcome", "marks", "asked")
#: Stands between words and around gaps: no text of ours has it, for PostgreSQL cannot keep it.
_NUL = "\0"
_GAP = re.compile(f"{_NUL}([a-z_]+){_NUL}")
_words = attrgetter(*WORDS)
_sort = attrgetter(*SORTS)


def rows_of(lines: Iterable[Line], draw: Callable[[object, str], str]) -> Markup:
    """Draw lines with the macro of a template, which is given a line and how its family is reached.

    The macro is called once for each sort of row, with a line that has gaps where its words go: it may ask whether there are
    any, and what stands in SORTS, but nothing else of them.
    """
    stencils: dict[Hashable, str] = {}
    rows: list[str] = []
    for line in lines:
        words = _words(line)
        sort = (_sort(line), *map(bool, words))
        if sort not in stencils:
            stencils[sort] = _stencil(line, words, draw)
        rows.append(stencils[sort] % _filling(line, words))
    return Markup("\n".join(rows))  # noqa: S704 -- drawn by a template, filled with what was escaped  # nosec B704


def _stencil(line: Line, words: Sequence[str], draw: Callable[[object, str], str]) -> str:
    """Draw a row with gaps, each a %(name)s."""
    sort = zip(SORTS, _sort(line), strict=True)
    gaps = ((name, _gap(name) if word else "") for name, word in zip(WORDS, words, strict=True))
    drawn = draw(SimpleNamespace(**dict(sort), **dict(gaps), marked=_gap("marked")), _gap("contact"))
    return _GAP.sub(r"%(\1)s", drawn.replace("%", "%%"))


def _gap(name: str) -> str:
    return f"{_NUL}{name}{_NUL}"


def _filling(line: Line, words: Sequence[str]) -> dict[str, object]:
    """Give what goes into the gaps, safe to stand in a page."""
    safe = str(escape(_NUL.join(words))).split(_NUL)
    filling: dict[str, object] = dict(zip(WORDS, safe, strict=True))
    filling["marked"] = line.marked
    filling["contact"] = escape(reached(line.mobile or line.email))
    return filling
