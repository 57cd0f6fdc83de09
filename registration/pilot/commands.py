"""`flask pilot`: the evaluation of the pilot."""

import os

import click

from registration.pilot.disclosure.commands import ledger
from registration.pilot.effect.commands import effect_of_panel, plan_length
from registration.pilot.record.commands import extract, twin
from registration.pilot.report.commands import evaluate, pool_authorities, protocol

# Sums are made in one order whatever the machine's number of processors: the same extract gives the same bytes. It is also quicker.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@click.group()
def pilot() -> None:
    """Evaluate what registering births in children’s centres changes."""


for command in (extract, twin, evaluate, protocol, effect_of_panel, pool_authorities, plan_length, ledger):
    pilot.add_command(command)
