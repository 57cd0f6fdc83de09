"""`flask staff`: accounts from the command line."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from registration.common.errors import Refused
from registration.common.transaction import transaction
from registration.staff.actions import (
    NoSuchAccount,
    add_account,
    forget_two_factor,
    set_password,
    sign_everybody_out,
    sign_out_everywhere,
)
from registration.staff.queries import account
from registration.staff.rules import PASSWORD_MIN, ROLE_TITLES
from registration.staff.security import RESET_WITHIN, reset_link

staff = AppGroup("staff", help="Accounts of the people who work with the service.")


@staff.command("add")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(list(ROLE_TITLES)), help="What the person may do.")
@click.option("--name", default="", help="How the person is shown; made from the address where it is left out.")
@click.option(
    "--centre",
    "centres",
    type=click.IntRange(min=1),
    multiple=True,
    help="The number of a centre worker’s own centre; once for each of several.",
)
@click.option(
    "--password-stdin",
    is_flag=True,
    help=f"Read the password, at least {PASSWORD_MIN} characters, from standard input instead of printing a link.",
)
def add(email: str, role: str, name: str, centres: tuple[int, ...], *, password_stdin: bool) -> None:
    """Make an account for EMAIL and print the link where its owner sets a password: once, within 24 hours."""
    address = _address(email)
    if role == "centre_worker" and not centres:
        raise click.UsageError("A centre worker needs --centre: they see their own centres only.")
    _all_there(centres)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    try:
        with transaction():
            user = add_account(address, role=role, name=name, centres=centres)
            if password is not None:
                set_password(user, password)
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    print(f"Account made for {user.email}: {ROLE_TITLES[role].lower()}.")
    if password is None:
        hours = int(RESET_WITHIN.total_seconds() // 3600)
        print(f"Send this link to {user.email}. It sets the password once, within {hours} hours:")
        print(reset_link(user))


def _all_there(centres: tuple[int, ...]) -> None:
    """Refuse a number that no centre has; whoever had it would see the first centre that gets it."""
    names = dict(current_app.extensions["staff_around"].centres())
    if missing := sorted(set(centres) - set(names)):
        there = "; ".join(f"{number} {name}" for number, name in sorted(names.items())) or "none yet"
        raise click.ClickException(f"There is no centre {missing[0]}. There are: {there}.")


@staff.command("forget-two-factor")
@click.argument("email")
def forget(email: str) -> None:
    """Let the owner of EMAIL set up a new authenticator app at their next sign-in. Make sure first that it is them."""
    try:
        with transaction():
            user = forget_two_factor(email)
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    print(f"{user.email} is signed out everywhere and has no authenticator app or recovery codes any more.")


@staff.command("sign-out")
@click.argument("email", required=False)
@click.option(
    "--everybody", is_flag=True, help="Everybody at once, on every device: when a key or a host may be stolen."
)
def sign_out(email: str | None, *, everybody: bool) -> None:
    """End every sign-in of EMAIL, on every device, at once."""
    if bool(email) is everybody:
        raise click.UsageError("Name one EMAIL, or --everybody.")
    with transaction():
        if everybody:
            print(f"Everybody is signed out: {sign_everybody_out()} sign-ins ended.")
            return
        user = account(str(email))
        if user is None:
            raise click.ClickException(NoSuchAccount().sentence)
        sign_out_everywhere(user)
    print(f"{user.email} is signed out everywhere.")


def _address(email: str) -> str:
    try:
        return str(current_app.extensions["security"].mail_util.validate(email))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="EMAIL") from error
