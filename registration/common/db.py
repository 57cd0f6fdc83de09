"""The database session and the base of every table."""

import logging
from datetime import datetime
from typing import ClassVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData
from sqlalchemy.orm import DeclarativeBase

from registration.common.outage import is_outage, named
from registration.common.patience import init_patience

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """A row in a table of ours."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True)}


db = SQLAlchemy(metadata=Model.metadata)


def init_db(app: Flask) -> None:
    """Give the application its database."""
    db.init_app(app)
    app.teardown_appcontext(_let_go)
    with app.app_context():
        init_patience(app, db.engine)


def _let_go(_error: BaseException | None) -> None:
    """End the session; a server that does not even answer to that must not take away the page that is already made."""
    try:
        db.session.remove()
    except Exception as error:
        if not is_outage(error):
            raise
        log.warning("The database did not hear the end of a session: %s", named(error))
        db.session.registry.clear()
