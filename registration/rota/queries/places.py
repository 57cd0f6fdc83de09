"""Registrars, centres and rooms, found by what people write."""

from collections import defaultdict

from sqlalchemy import select

from registration.centres.models import Centre, Room
from registration.common.db import db
from registration.rota.models import Registrar
from registration.rota.rules import same_name


def registrars_by_name() -> dict[str, Registrar]:
    """Give every registrar by the form of the name that is compared."""
    return {same_name(registrar.name): registrar for registrar in db.session.scalars(select(Registrar))}


class Places:
    """The centres and their rooms, to find them by what people write."""

    def __init__(self) -> None:
        self._by_id = {centre.id: centre for centre in db.session.scalars(select(Centre).order_by(Centre.id))}
        self._by_name: defaultdict[str, list[Centre]] = defaultdict(list)
        for centre in self._by_id.values():
            self._by_name[same_name(centre.name)].append(centre)
        self._rooms: defaultdict[int, dict[str, Room]] = defaultdict(dict)
        for room in db.session.scalars(select(Room).order_by(Room.name)):
            self._rooms[room.centre_id][same_name(room.name)] = room

    def centre(self, written: str) -> Centre:
        """Find a centre by its number or its name; ValueError where there is none such, or several."""
        if written.isascii() and written.isdigit() and int(written) in self._by_id:
            return self._by_id[int(written)]
        found = self._by_name.get(same_name(written), [])
        if not found:
            raise ValueError("is no centre known here")
        if len(found) > 1:
            numbers = " or ".join(str(centre.id) for centre in found)
            raise ValueError(f"is the name of several centres: write the number, {numbers}")
        return found[0]

    def room(self, centre: Centre, written: str) -> Room:
        """Find a centre's room by its name; ValueError where it has none such."""
        rooms = self._rooms[centre.id]
        if same_name(written) not in rooms:
            names = ", ".join(room.name for room in rooms.values()) or "no room yet"
            raise ValueError(f"is no room of {centre.name}, which has {names}")
        return rooms[same_name(written)]
