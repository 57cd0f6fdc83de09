"""The only place in the service that commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from time import sleep
from typing import ParamSpec

from flask import Response, make_response
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from registration.common.db import db

P = ParamSpec("P")

#: Serialisation failure and deadlock: the database asks for the whole transaction again.
PASSING = frozenset({"40001", "40P01"})
TRIES = 4
#: Seconds before another try, so that whoever was waited for goes first; without it the same two may meet again at once.
PAUSE = 0.02


def sqlstate(error: DBAPIError) -> str:
    """Give PostgreSQL's five-character code of an error, or an empty text."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def commits(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Keep what a view did when it answers well; undo all of it otherwise.

    A deadlock or serialisation failure is nobody's answer: the view is run again, at most TRIES times in all.
    """

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        """Answer and commit once; try again what the database asks to be tried again."""
        attempt = 1
        while True:
            try:
                return _kept(make_response(view(*args, **kwargs)))
            except DBAPIError as error:
                db.session.rollback()
                if sqlstate(error) not in PASSING or attempt == TRIES:
                    raise
            except BaseException:
                db.session.rollback()
                raise
            sleep(PAUSE * attempt)
            attempt += 1

    vars(wrapper)["commits"] = True  # tests/test_house.py asks which views may change things
    return wrapper


def undo() -> None:
    """Undo what was done so far in this request, before saying why it was refused."""
    db.session.rollback()


def keep(response: Response) -> Response:
    """Keep what was done even though the answer is a refusal: a link sent to a family that is booked already."""
    vars(response)["keep"] = True
    return response


def _kept(response: Response) -> Response:
    if response.status_code < HTTPStatus.BAD_REQUEST or vars(response).get("keep"):
        db.session.commit()
    else:
        db.session.rollback()
    return response


@contextmanager
def transaction() -> Iterator[None]:
    """Do a command's or a job's work whole or not at all."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
