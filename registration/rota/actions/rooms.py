"""The rooms of centres in which registrars sit."""

from sqlalchemy import exists, select

from registration.centres.models import Centre, Room
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.text import storable
from registration.rota.actions.noting import one_at_a_time
from registration.rota.models import DraftSession, PatternException, PatternHalfDay, Session
from registration.rota.rules import same_name
from registration.rota.rules.days import LONGEST_ROOM_NAME


class NotThatRoom(Refused):
    """This room cannot be kept."""


def add_room(centre_id: int, name: str, actor: str) -> Room:
    """Add a room to a centre; NotThatRoom where it has one of that name."""
    one_at_a_time()
    centre = db.session.get(Centre, centre_id)
    if centre is None:
        raise NotThatRoom("There is no such centre")
    room = Room(centre_id=centre_id, name=_free_name(centre_id, name))
    db.session.add(room)
    db.session.flush()
    audit.record("added a room", about="rota", actor=actor, after={"centre": centre.name, "room": room.name})
    return room


def rename_room(room_id: int, name: str, actor: str) -> Room:
    """Give a room another name; NotThatRoom where its centre has one of that name, or the room is gone."""
    one_at_a_time()
    room = _room(room_id)
    before, room.name = room.name, _free_name(room.centre_id, name, but=room_id)
    db.session.flush()
    where = room.centre.name
    audit.record(
        "renamed a room",
        about="rota",
        actor=actor,
        before={"centre": where, "room": before},
        after={"centre": where, "room": room.name},
    )
    return room


def remove_room(room_id: int, actor: str) -> None:
    """Take out a room that nothing was ever planned in; NotThatRoom for any other."""
    one_at_a_time()
    room = _room(room_id)
    uses = (Session, PatternHalfDay, PatternException, DraftSession)
    if any(db.session.scalar(select(exists().where(used.room_id == room_id))) for used in uses):
        raise NotThatRoom(f"{room.name} has sessions or stands in a weekly pattern, so it stays")
    before = {"centre": room.centre.name, "room": room.name}
    db.session.delete(room)
    db.session.flush()
    audit.record("took out a room", about="rota", actor=actor, before=before)


def _room(room_id: int) -> Room:
    room = db.session.get(Room, room_id)
    if room is None:
        raise NotThatRoom("This room is not there any more")
    return room


def _free_name(centre_id: int, name: str, but: int | None = None) -> str:
    tidy = " ".join(storable(name).split())
    if not tidy or len(tidy) > LONGEST_ROOM_NAME:
        raise NotThatRoom(f"Enter a name of at most {LONGEST_ROOM_NAME} letters")
    for room in db.session.scalars(select(Room).where(Room.centre_id == centre_id)):
        if room.id != but and same_name(room.name) == same_name(tidy):
            raise NotThatRoom(f"The centre has a room called {room.name} already")
    return tidy
