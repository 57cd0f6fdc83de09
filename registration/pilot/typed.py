"""What people type after the pilot's commands: a day, and a folder to write into."""

import os
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from registration.common.errors import Refused
from registration.pilot.extract.files import day


class Day(click.ParamType[date]):
    """A civil day as 2026-11-22, of the years that an extract can have."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day, or say what is wanted."""
        try:
            return day(str(value))
        except ValueError as error:
            self.fail(f"{value} {error}.", param, ctx)


class CannotWrite(Refused):
    """The folder to write into cannot be written."""


def refuse_unwritable(folder: Path) -> None:
    """Raise CannotWrite, naming the folder, unless a folder can be made there and filled; nothing of the try stays."""
    places = [next(each for each in folder.absolute().parents if os.path.lexists(each))]
    if os.path.lexists(folder):
        places.append(folder)
    try:
        for place in places:
            with TemporaryDirectory(prefix=".try-", dir=place):
                pass
    except OSError as failure:
        raise CannotWrite(f"{folder} cannot be written: {failure.strerror}.") from failure
