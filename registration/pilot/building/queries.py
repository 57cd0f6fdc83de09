"""Questions about protocols and bundles."""

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from registration.common.audit import Named
from registration.common.db import db
from registration.pilot.building.models import PilotBuild, PilotProtocol

#: So many bundles are listed; older ones are reached by their address.
MOST_LISTED = 50
#: Where a bundle keeps exact figures, which are for nobody but those who hold the extract.
RESTRICTED = "restricted/"


def builds() -> Sequence[PilotBuild]:
    """Give the latest bundles, the last one asked for first, without what is in them."""
    return db.session.scalars(select(PilotBuild).order_by(PilotBuild.id.desc()).limit(MOST_LISTED)).all()


def released() -> Sequence[PilotBuild]:
    """Give the bundles that were let go to others, the first one first."""
    return db.session.scalars(
        select(PilotBuild).where(PilotBuild.released_at.is_not(None)).order_by(PilotBuild.released_at)
    ).all()


def build_by_id(build_id: int) -> PilotBuild | None:
    """Give a bundle, None where there is none."""
    return db.session.get(PilotBuild, build_id)


def is_overtaken(build: PilotBuild) -> bool:
    """Say whether other figures were released since these were begun, so that these were not tried against them."""
    return any(each.released_at and build.began_at and each.released_at >= build.began_at for each in released())


def latest_done() -> PilotBuild | None:
    """Give the bundle as of the latest day, of several the one made last; None where there is none yet."""
    wanted = select(PilotBuild).filter_by(state="done").order_by(PilotBuild.as_of.desc(), PilotBuild.id.desc()).limit(1)
    return db.session.scalars(wanted).one_or_none()


def file_of(build: PilotBuild, name: str) -> bytes | None:
    """Give one file of a bundle by its name in it ('csv/M02.csv'), None where it has none of that name."""
    if build.bundle is None:
        return None
    with zipfile.ZipFile(io.BytesIO(build.bundle)) as archive:
        return archive.read(name) if name in archive.namelist() else None


def published_files(build: PilotBuild) -> Mapping[str, bytes]:
    """Give the files of a bundle that others may have, by name: all but the exact figures."""
    with zipfile.ZipFile(io.BytesIO(build.bundle or b"")) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.startswith(RESTRICTED)}


def protocols() -> Sequence[PilotProtocol]:
    """Give the protocols registered, the last one first."""
    return db.session.scalars(select(PilotProtocol).order_by(PilotProtocol.id.desc())).all()


def protocol_by_id(protocol_id: int) -> PilotProtocol | None:
    """Give a protocol, None where there is none."""
    return db.session.get(PilotProtocol, protocol_id)


def build_names(keys: Collection[str]) -> Mapping[str, Named]:
    """Give the names of bundles as the record shows them, by number, with the page of each."""
    rows = db.session.execute(
        select(PilotBuild.id, PilotBuild.as_of).where(PilotBuild.id.in_([int(key) for key in keys]))
    )
    return {
        str(row.id): Named(f"figures as of {row.as_of:%-d %B %Y}", "pilot.build", {"build_id": row.id}) for row in rows
    }
