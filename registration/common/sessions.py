"""Sessions kept in PostgreSQL: signing out really ends one, and a stolen database holds no usable cookie."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SessionMixin
from flask_session.base import ServerSideSession, ServerSideSessionInterface
from sqlalchemy import LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model, db
from registration.common.links import digest
from registration.common.outage import is_outage

#: Addresses that are answered without the database, whatever cookie comes along: they stand while it is out.
UNREMEMBERED = ("/health/", "/privacy", "/accessibility", "/cookies")


class BrowserSession(Model):
    """What the service remembers of one browser: a form key, a journey's secret, who signed in.

    `owner` is the digest of what Flask-Login calls the person signed in, or null for a stranger.
    """

    __tablename__ = "browser_session"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    owner: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)


class Remembered(ServerSideSession):
    """A session, and the name under which it was found in the table; '' for a new one."""

    kept_as: str = ""


class PostgresSessions(ServerSideSessionInterface):
    """Flask-Session's interface on our own table, each step its own short transaction."""

    session_class = Remembered
    ttl = True

    def open_session(self, app: Flask, request: Request) -> ServerSideSession:
        """Give what is remembered of the browser; nothing where the page does not depend on it, so that no database is asked."""
        if not request.path.startswith(UNREMEMBERED):
            try:
                return self._found(app, request)
            except SQLAlchemyError as error:
                if not is_outage(error):
                    raise
                g.unread = error  # raised where a page can be made of it
        return self.session_class(sid=self._generate_sid(self.sid_length), permanent=self.permanent)

    def _found(self, app: Flask, request: Request) -> ServerSideSession:
        opened = super().open_session(app, request)
        if opened:
            vars(opened)["kept_as"] = opened.sid
        return opened

    def save_session(self, app: Flask, session: SessionMixin | None, response: Response) -> None:
        """Keep what is to be remembered, save where the answer is that it cannot be: what failed once is not asked again.

        Where the session is over, its cookie is taken back with all that a __Host- name asks for.
        """
        if not isinstance(session, ServerSideSession) or response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            return
        super().save_session(app, session, response)
        if session.modified and not session:
            response.delete_cookie(
                self.get_cookie_name(app),
                secure=self.get_cookie_secure(app),
                httponly=True,
                samesite=self.get_cookie_samesite(app),
            )

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
        with db.engine.begin() as connection:
            if getattr(session, "kept_as", "") == session.sid:  # ended elsewhere meanwhile, it stays ended
                mine = BrowserSession.token_digest == digest(store_id)
                connection.execute(update(BrowserSession).where(mine).values(**values))
            else:
                statement = insert(BrowserSession).values(token_digest=digest(store_id), **values)
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
    app.before_request(_refuse_unread)
    app.jinja_env.globals["keeps_cookies"] = keeps_cookies


def _refuse_unread() -> None:
    """Raise the outage that kept a browser's session from being read, before anybody takes it for a stranger's."""
    unread = g.pop("unread", None)
    if unread is not None:
        raise unread


def keeps_cookies() -> bool:
    """Say whether the browser sent our session's cookie, be it of a session that is over."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def delete_expired_sessions() -> int:
    """Forget the sessions whose time has passed, in the transaction in hand; say how many."""
    result = db.session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= datetime.now(UTC)))
    return int(result.rowcount)  # type: ignore[attr-defined]


def delete_sessions_of(owner: str, *, spared: str = "") -> int:
    """Forget every browser session of one person, named as Flask-Login does, at once, save the one spared; say how many.

    Not in the transaction in hand: that would keep the rows locked against the very request that asks for it.
    """
    gone = delete(BrowserSession).where(
        BrowserSession.owner == digest(owner), BrowserSession.token_digest != digest(spared)
    )
    with db.engine.begin() as connection:
        return int(connection.execute(gone).rowcount)


@dataclass(frozen=True, slots=True)
class Kept:
    """One browser session of a person: a name that gives nothing away and opens nothing, and what is remembered."""

    name: str
    data: Mapping[str, Any]


def sessions_of(owner: str) -> list[Kept]:
    """List the browser sessions of one person, named as Flask-Login does, that have not run out."""
    wanted = select(BrowserSession.token_digest, BrowserSession.data).where(
        BrowserSession.owner == digest(owner), BrowserSession.expires_at > datetime.now(UTC)
    )
    with db.engine.begin() as connection:
        return [Kept(row.token_digest.hex(), _read(row.data) or {}) for row in connection.execute(wanted)]


def name_of_this() -> str:
    """Give the name, as in Kept, of the session in hand."""
    return digest(str(getattr(session, "sid", ""))).hex()


def delete_session_named(owner: str, name: str) -> bool:
    """Forget one browser session of a person by its name in Kept, at once; False where it is not theirs, or gone already."""
    try:
        key = bytes.fromhex(name)
    except ValueError:
        return False
    gone = delete(BrowserSession).where(BrowserSession.owner == digest(owner), BrowserSession.token_digest == key)
    with db.engine.begin() as connection:
        return bool(connection.execute(gone).rowcount)


def delete_all_staff_sessions() -> int:
    """Forget every browser session in which a member of staff is signed in, at once; say how many."""
    with db.engine.begin() as connection:
        return int(connection.execute(delete(BrowserSession).where(BrowserSession.owner.is_not(None))).rowcount)
