"""A family's own link, by which it sees what is held about it, and what messages of centres to it are about."""

from uuid import UUID, uuid5

from sqlalchemy import text

from registration.common.db import db
from registration.common.links import digest, secret

_SPACE = UUID("5ad51ba4-98a1-4b6d-9d2b-3d2d6f3b7a10")
_KEEP = text("UPDATE family SET link_digest = :digest WHERE id = :id AND link_digest IS DISTINCT FROM :digest")
_FIND = text("SELECT id FROM family WHERE link_digest = :digest")


def family_link(family_id: int) -> str:
    """Give the secret of a family's own link, made anew from the service's key; its digest is kept so that it opens."""
    token = secret("family", str(family_id))
    db.session.execute(_KEEP, {"digest": digest(token), "id": family_id})
    return token


def family_of(token: str) -> int | None:
    """Give the family whose link this is; None where there is none such."""
    found = db.session.scalar(_FIND, {"digest": digest(token)})
    return None if found is None else int(found)


def subject_of(family_id: int) -> UUID:
    """Give what messages to a family that are not about its appointment are about, for messages are about one thing."""
    return uuid5(_SPACE, str(family_id))
