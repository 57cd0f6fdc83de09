"""Which letters the PDF can show: Typst sets them for trial, and what its own fonts do not have is shown as a box.

PDF/UA allows no letter without a shape. The fonts of the machine are not asked: they would make each machine's PDF another.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

import typst
from markupsafe import Markup

from registration.common.characters import UNSTORABLE

#: The one letter form that Typst brings itself, with others to fall back on.
PDF_FONT = "Libertinus Serif"
BOX = "□"
#: A word with a letter that is not plain ASCII, in a sentence or between the tags of a picture.
_WORD = re.compile(r'[^ \t\r\n<>"]*[^\x00-\x7f ][^ \t\r\n<>"]*')
#: What stands in a text without a shape, or means nothing that everybody agrees on.
_SHAPELESS = frozenset({"Cc", "Cn", "Co", "Cs"})
_TRIAL = f"""
#let words = json(bytes(sys.inputs.words))
#set document(title: "Trial")
#set text(lang: "en", font: "{PDF_FONT}")
#for word in words [#word *#word* ]
#figure(image(bytes(sys.inputs.drawn), format: "svg", alt: "Trial"))
""".encode()


def set_pdf(source: bytes, inputs: Mapping[str, str]) -> bytes:
    """Set a document as PDF/UA-1, with the fonts that Typst brings; typst.TypstError where that cannot be done."""
    return typst.compile(
        source, format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True, sys_inputs=dict(inputs)
    )


class Letters:
    """The words of some texts, each as the PDF can show it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._shown = {word: word for text in texts for word in _WORD.findall(_clean(text))}
        letters = sorted({letter for word in self._shown for letter in word if not letter.isascii()})
        shapeless = {letter for letter in letters if unicodedata.category(letter) in _SHAPELESS}
        lost = shapeless.union(_lost([letter for letter in letters if letter not in shapeless]))
        self._replace(self._shown, lost)
        # A letter may have a shape alone and none beside another.
        self._replace(_lost(sorted(set(self._shown.values()))), set(letters))

    def _replace(self, words: Iterable[str], lost: set[str]) -> None:
        boxes = str.maketrans(dict.fromkeys(lost, BOX))
        among = set(words)
        self._shown |= {word: shown.translate(boxes) for word, shown in self._shown.items() if shown in among}

    def plain(self, text: str) -> str:
        """Give one of these texts as the PDF can show it."""
        return _WORD.sub(lambda found: self._shown[found[0]], _clean(text))


def _clean(text: str) -> str:
    """Give a text with a space for each character that no document may have."""
    return UNSTORABLE.sub(" ", text)


def _lost(words: Sequence[str]) -> Sequence[str]:
    """Find the words that cannot be shown, by halves."""
    if not words or _can_show(words):
        return ()
    middle = len(words) // 2
    return [*_lost(words[:middle]), *_lost(words[middle:])] if middle else words


def _can_show(words: Sequence[str]) -> bool:
    lines = Markup("").join(
        Markup('<text y="{0}">{1}</text><text y="{0}" font-weight="700">{1}</text>').format(n, word)
        for n, word in enumerate(words)
    )
    drawn = Markup('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" font-family="{}">{}</svg>')
    try:
        set_pdf(_TRIAL, {"words": json.dumps(words), "drawn": drawn.format(PDF_FONT, lines)})
    except typst.TypstError:
        return False
    return True


def showable(said: object) -> object:
    """Give what a document says, lists and mappings throughout, with every text as the PDF can show it."""
    texts: list[str] = []
    _each(said, texts.append)
    return _each(said, Letters(texts).plain)


def _each(said: object, do: Callable[[str], object]) -> object:
    match said:
        case str():
            return do(said)
        case Mapping():
            return {name: _each(value, do) for name, value in said.items()}
        case Sequence():
            return [_each(value, do) for value in said]
        case _:
            return said
