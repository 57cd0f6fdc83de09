"""Sessions kept in PostgreSQL: signing out really ends one, and a stolen database holds no usable cookie."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from flask import Flask, Request, current_app, request
from flask_session.base import ServerSideSession, ServerSideSessionInterface
from sqlalchemy import LargeBinary, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model, db
from registration.common.links import digest

#: Addresses that are answered without the database, whatever cookie comes along.
UNREMEMBERED = "/health/"


class BrowserSession(Model):
    """What the service remembers of one browser: a form key, a journey's secret, who signed in.

    `owner` is the digest of what Flask-Login calls the person signed in, or null for a stranger.
    """

    __tablename__ = "browser_session"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    owner: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)


class PostgresSessions(ServerSideSessionInterface):
    """Flask-Session's interface on our own table, each step its own short transaction."""

    ttl = True

    def open_session(self, app: Flask, request: Request) -> ServerSideSession:
        """Give what is remembered of the browser; nothing to who asks for our health, so that no database is asked."""
        if request.path.startswith(UNREMEMBERED):
            return self.session_class(sid=self._generate_sid(self.sid_length), permanent=self.permanent)
        return super().open_session(app, request)

    def _retrieve_session_data(self, store_id: str) -> Mapping[str, Any] | None:
        wanted = select(BrowserSession.data).where(
            BrowserSession.token_digest == digest(store_id), BrowserSession.expires_at > datetime.now(UTC)
        )
        with db.engine.begin() as connection:
            data = connection.execute(wanted).scalar()
        return None if data is None else _read(data)

    def _upsert_session(self, session_lifetime: timedelta, session: ServerSideSession, store_id: str) -> None:
        owner = session.get("_user_id")
        values = {
            "data": msgspec.msgpack.encode(dict(session)),
            "expires_at": datetime.now(UTC) + session_lifetime,
            "owner": digest(owner) if owner else None,
        }
        statement = insert(BrowserSession).values(token_digest=digest(store_id), **values)
        with db.engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["token_digest"], set_=values))

    def _delete_session(self, store_id: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(delete(BrowserSession).where(BrowserSession.token_digest == digest(store_id)))


def _read(data: bytes) -> Mapping[str, Any] | None:
    """Read what was kept; None for what we did not write. Flask-Session's own reader would try pickle, which runs code."""
    try:
        return msgspec.msgpack.decode(data, type=dict[str, Any])
    except msgspec.DecodeError:
        return None


def init_sessions(app: Flask) -> None:
    """Keep the application's sessions in its database."""
    app.session_interface = PostgresSessions(app, key_prefix="")
    app.jinja_env.globals["keeps_cookies"] = keeps_cookies


def keeps_cookies() -> bool:
    """Say whether the browser sent our session's cookie, be it of a session that is over."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def delete_expired_sessions() -> int:
    """Forget the sessions whose time has passed, in the transaction in hand; say how many."""
    result = db.session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= datetime.now(UTC)))
    return int(result.rowcount)  # type: ignore[attr-defined]


def delete_sessions_of(owner: str) -> None:
    """Forget every browser session of one person, named as Flask-Login does, at once.

    Not in the transaction in hand: that would keep the rows locked against the very request that asks for it.
    """
    with db.engine.begin() as connection:
        connection.execute(delete(BrowserSession).where(BrowserSession.owner == digest(owner)))
