"""The floors: an empty Flask route, and one indexed SELECT through SQLAlchemy, under the same server."""

import os

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """A row."""


db = SQLAlchemy(model_class=Base)


class Thing(Base):
    """One small indexed row."""

    __tablename__ = "floor_thing"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


app = Flask("floor")
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["FLOOR_DATABASE"]
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 8, "max_overflow": 4}
db.init_app(app)


@app.get("/empty")
def empty() -> str:
    """Answer at once."""
    return "ok"


@app.get("/select/<int:number>")
def one(number: int) -> str:
    """Answer with one row found by its key."""
    return db.session.execute(select(Thing).where(Thing.id == number)).scalar_one().name


def lay_out() -> None:
    """Make the table and its rows."""
    with app.app_context():
        with db.engine.begin() as connection:
            Base.metadata.create_all(connection)
            connection.execute(insert(Thing), [{"id": number, "name": f"thing {number}"} for number in range(1, 1001)])
        db.engine.dispose()
