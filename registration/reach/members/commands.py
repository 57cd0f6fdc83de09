"""Commands that bring back what a centre’s own system knows. Exit status: 0 done, 1 the file was refused, 2 wrong use."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

import click
from flask.cli import AppGroup

from registration.common.access import current_actor
from registration.common.clock import today
from registration.reach.members import actions
from registration.reach.members.files import MEMBERS, VISITS, mapping
from registration.rota.commands import loading, tell

memberships = AppGroup("memberships", help="Members of centres, and their visits, from the centres’ own systems.")

FILE = click.argument("file", type=click.File("rb"))
SOURCE = click.option("--source", required=True, metavar="NAME", help="The system the file comes from.")
MAP = click.option("--map", "mapped", type=click.File("rb"), help="TOML or JSON: our name of a column = its heading.")


@memberships.command("import")
@FILE
@SOURCE
@MAP
def import_memberships(file: BinaryIO, source: str, mapped: BinaryIO | None) -> None:
    """Load members: key, centre, joined, left, name, born, email, mobile, house, address, postcode, our key.

    A faulty file is refused whole, with a line for each fault. A mapping is kept for the source’s next file.
    """
    with loading():
        outcome = actions.import_memberships(file, source, _read(mapped, MEMBERS), current_actor(), today())
    tell(outcome, "members")


@memberships.command("visits")
@FILE
@SOURCE
@MAP
def import_visits(file: BinaryIO, source: str, mapped: BinaryIO | None) -> None:
    """Load visits: the key of the member, visited (the day), service, centre, and a key of the visit where there is one."""
    with loading():
        outcome = actions.import_visits(file, source, _read(mapped, VISITS), current_actor(), today())
    tell(outcome, "visits")


def _read(file: BinaryIO | None, known: Mapping[str, Sequence[str]]) -> dict[str, str] | None:
    return None if file is None else mapping(file, known)
