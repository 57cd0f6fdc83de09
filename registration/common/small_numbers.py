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


def at_least(of: int) -> int:
    """Give how many NEARLY_ALL of so many are at the least."""
    return max(0, of - FEWEST + 1)


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


def told_rows(rows: Sequence[Sequence[int]]) -> list[list[str]]:
    """Give a table of counts whose rows have no family in common and whose column totals are told beside it.

    The first of each row is the whole of it, the others parts of that whole. A cell is withheld where it, or what it leaves of
    its whole, is few. What a column withholds can be added up from its total and the cells that are told: while that is one
    cell, or few families in all, or leaves few of their wholes, the smallest other cell is withheld too. Cells that leave few
    of their wholes are told as NEARLY_ALL instead, with nothing withheld beside them, where that gives no number away.
    """
    nearly = {cell for column in range(1, len(rows[0]) if rows else 0) for cell in _nearly_all(rows, column)}
    withheld = {
        (row, column)
        for row, counts in enumerate(rows)
        for column, count in enumerate(counts)
        if is_few(count) or (column and is_few(counts[0] - count))
    } - nearly
    while more := _also_withheld(rows, withheld):
        withheld |= more
    words = dict.fromkeys(withheld, WITHHELD) | dict.fromkeys(nearly, NEARLY_ALL)
    return [
        [words.get((row, column), str(count)) for column, count in enumerate(counts)] for row, counts in enumerate(rows)
    ]


def _nearly_all(rows: Sequence[Sequence[int]], column: int) -> set[tuple[int, int]]:
    """Give the cells of a column of parts that can be told as NEARLY_ALL: all that it would withhold, or none of it.

    Each such cell says that one to four families are left. Where nothing else is left, the total is told as NEARLY_ALL too, and
    up to three cells keep several possible numbers each. Otherwise the total tells how many they leave together: that must not
    be few, nor as little or as much as so many cells can leave.
    """
    left = {row: counts[0] - counts[column] for row, counts in enumerate(rows)}
    few = {row: number for row, number in left.items() if is_few(number)}
    small = any(is_few(counts[0]) or is_few(counts[column]) for counts in rows)
    if small or any(rows[row][0] < 2 * FEWEST for row in few):
        return set()
    together, most = sum(few.values()), FEWEST - 1
    alone = sum(left.values()) < FEWEST and len(few) < most
    hidden = together >= FEWEST and len(few) < together < most * len(few)
    return {(row, column) for row in few} if alone or hidden else set()


def _also_withheld(rows: Sequence[Sequence[int]], withheld: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Give the cells that must go too: parts of a whole that is withheld, and a companion for one that stands alone."""
    more = {(row, column) for row, counts in enumerate(rows) if (row, 0) in withheld for column in range(len(counts))}
    for column in range(len(rows[0]) if rows else 0):
        hidden = [row for row in range(len(rows)) if (row, column) in withheld]
        shown = [row for row in range(len(rows)) if (row, column) not in withheld and rows[row][column]]
        if hidden and shown and _gives_away([(rows[row][column], rows[row][0]) for row in hidden]):
            more.add((min(shown, key=lambda row: rows[row][column]), column))
    return more - withheld


def _gives_away(hidden: Sequence[tuple[int, int]]) -> bool:
    """Say whether the sum of the cells a column withholds, each with its whole, tells of few families."""
    left, of = (sum(numbers) for numbers in zip(*hidden, strict=True))
    return len(hidden) == 1 or is_few(left) or is_few(of - left)
