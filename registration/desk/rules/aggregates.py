"""How a number of families is told to somebody who may know none of them."""

#: Fewer families than these could be somebody's neighbours.
FEWEST = 5


def told(count: int, of: int) -> str:
    """Give a count among so many families, or say only that it is few or nearly all: the rest would be few then."""
    if 0 < count < FEWEST:
        return f"fewer than {FEWEST}"
    if 0 < of - count < FEWEST:
        return f"all but fewer than {FEWEST}"
    return str(count)
