"""`flask pilot`: the evaluation of the pilot."""

import click

from registration.pilot.disclosure.commands import ledger
from registration.pilot.effect.commands import effect_of_panel, plan_length, pool_authorities
from registration.pilot.report.commands import evaluate, protocol


@click.group()
def pilot() -> None:
    """Evaluate what registering births in children’s centres changes."""


for command in (evaluate, protocol, effect_of_panel, pool_authorities, plan_length, ledger):
    pilot.add_command(command)
