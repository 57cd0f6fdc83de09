"""How numbers of families are told to somebody who may know none of them, nor find one out by subtraction."""

from collections.abc import Sequence

#: Fewer families than these could be somebody's neighbours.
FEWEST = 5
FEW = f"fewer than {FEWEST}"
NEARLY_ALL = f"all but {FEW}"
#: Says of a number only that it is left out: it is few, or it would give away one that is.
WITHHELD = "not told"


def told(count: int, of: int) -> str:
    """Give a count among so many families, or say only that it is few or nearly all: the rest would be few then.

    Of so small a whole that few and nearly all meet, no part is told: what each of the two leaves out would tell it.
    """
    if FEWEST <= of < 2 * FEWEST and 0 < count < of:
        return WITHHELD
    if is_few(count):
        return FEW
    return NEARLY_ALL if is_few(of - count) else str(count)


def is_few(count: int) -> bool:
    """Say whether a number is so small that it is told to nobody; none at all is no family's secret."""
    return 0 < count < FEWEST


def told_apart(parts: Sequence[int], of: int) -> list[str]:
    """Give the counts of parts that have no family in common; what is left of the whole cannot be worked out where it is few.

    Where it could be, the smallest part is withheld too. A part that is few is told in the same words, so that nobody sees
    which of the two is the reason (secondary suppression).
    """
    said = [WITHHELD if is_few(part) else told(part, of) for part in parts]
    shown = [place for place, words in enumerate(said) if words.isdecimal() and parts[place]]
    if is_few(of - sum(parts)) and len(shown) == sum(map(bool, parts)):
        smallest = min(shown, key=lambda place: parts[place], default=None)
        if smallest is not None:
            said[smallest] = WITHHELD
    return said


def told_within(part: int, outer: int, of: int) -> str:
    """Give the count of families among `outer`, which is told beside it: neither they nor the others there are known where few.

    Where `outer` itself is not told in figures, this count is withheld too: together they would narrow it down.
    """
    if is_few(part) or is_few(outer - part) or not told(outer, of).isdecimal():
        return WITHHELD
    return told(part, of)
