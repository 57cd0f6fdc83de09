"""Refusals a person reads."""

from inspect import cleandoc


class Refused(Exception):
    """We cannot do that."""

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or cleandoc(type(self).__doc__ or "").split("\n\n")[0])

    @property
    def sentence(self) -> str:
        """What the person is told, in plain English."""
        return str(self)
