"""What falls due by itself: files nobody took in, and files pushed to a folder."""

from flask import current_app

from registration.births.files import actions
from registration.births.files.watching import take_from
from registration.common.clock import now
from registration.common.queue import job
from registration.common.transaction import transaction

ACTOR = "service"


@job("births.drop_old_files", every="*/10 * * * *")
def drop_old_files(_due: int) -> None:
    """Let go of files that waited longer than an hour to be taken in."""
    with transaction():
        actions.drop_old(now())


@job("births.watch_folder", every="*/5 * * * *")
def watch_folder(_due: int) -> None:
    """Take in the files that sources pushed to the folder of the setting BIRTHS_FOLDER, where there is one."""
    if folder := current_app.config["BIRTHS_FOLDER"]:
        take_from(folder)
