"""The database session and the base of every table."""

from datetime import datetime
from typing import ClassVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData
from sqlalchemy.orm import DeclarativeBase

from registration.common.patience import init_patience

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
        init_patience(app, db.engine)
