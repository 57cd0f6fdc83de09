"""Run migrations on the application's own engine, never waiting long for a lock while people book."""

from alembic import context
from flask import current_app
from sqlalchemy import text

target = current_app.extensions["migrate"].db


def ours(thing, name, type_, reflected, compare_to):  # noqa: ANN001, ANN201
    """Leave the job queue's own tables to the job queue, and the stamp of places to its triggers."""
    return not (type_ == "table" and (name.startswith("procrastinate_") or name == "place_stamp"))


if context.is_offline_mode():
    context.configure(url=str(target.engine.url), target_metadata=target.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with target.engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=target.metadata,
            include_object=ours,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
