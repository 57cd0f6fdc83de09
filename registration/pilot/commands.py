"""`flask pilot`: the evaluation of the pilot."""

import click

from registration.pilot.report.commands import evaluate, protocol


@click.group()
def pilot() -> None:
    """Evaluate what registering births in children’s centres changes."""


for command in (evaluate, protocol):
    pilot.add_command(command)
