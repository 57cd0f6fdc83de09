"""The database session and the base of every table."""

from datetime import datetime
from typing import Any, ClassVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.orm import DeclarativeBase

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
    with app.app_context():
        event.listen(db.engine, "connect", _plan_once)


def _plan_once(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's own connection
    """Have PostgreSQL plan each prepared statement once: ours are short, and planning cost as much as running them."""
    connection.autocommit = True
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.autocommit = False
