"""Protocols: written before the data are seen, registered as they are, and shown ever after."""

import tempfile
from http import HTTPStatus
from pathlib import Path

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.common.access import current_actor, has_role, roles
from registration.common.authority import current_authority
from registration.common.clock import civil_date, london, today
from registration.common.errors import Refused
from registration.common.transaction import commits, undo
from registration.pilot.building.actions import register_protocol
from registration.pilot.building.queries import protocol_by_id, protocols
from registration.pilot.building.registering import untrue
from registration.pilot.forms import LARGEST_PROTOCOL, ProtocolForm
from registration.pilot.record.models import PilotLot
from registration.pilot.record.queries import lots
from registration.pilot.report.protocol import Lot, ProtocolRefused, examined, to_begin_from
from registration.pilot.views.frame import LARGEST, PILOT, PILOT_READERS, bp, named, taken
from registration.pilot.views.showing import title_of

TOML = "application/toml"


@bp.get("/protocols")
@roles(*PILOT_READERS)
def protocol_list() -> str:
    """List the protocols, and offer to register one."""
    return _list(ProtocolForm(formdata=None))


def _list(form: ProtocolForm, faults: tuple[str, ...] = ()) -> str:
    found = protocols()
    who = named(each.registered_by for each in found)
    listed = [
        (each, title_of(each.words), name, london(each.registered_at)) for each, name in zip(found, who, strict=True)
    ]
    return render_template(
        "pilot/protocols.html", listed=listed, form=form, in_file=faults, may_register=has_role(*PILOT)
    )


@bp.post("/protocols")
@roles(*PILOT)
@commits
def register() -> ResponseReturnValue:
    """Register a protocol, or say every fault of it by its line."""
    form = ProtocolForm()
    faults: tuple[str, ...] = ()
    if form.accepted():
        try:
            made = register_protocol(_words(request.files["file"].read(LARGEST_PROTOCOL + 1)), current_actor())
            return redirect(url_for("pilot.protocol", protocol_id=made.id), HTTPStatus.SEE_OTHER)
        except ProtocolRefused as refusal:
            faults = refusal.lines
            form.file.errors = (
                "The protocol was not registered. Put right what is listed, and choose the file again.",
            )
        except Refused as refusal:
            undo()
            form.file.errors = (refusal.sentence,)
    return _list(form, faults), HTTPStatus.UNPROCESSABLE_ENTITY


def _words(brought: bytes) -> str:
    """Give the words of a protocol that can be used; ProtocolRefused names every fault of another."""
    if len(brought) > LARGEST_PROTOCOL:
        raise ProtocolRefused(["The file is far longer than a protocol is."])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "protocol.toml"
        path.write_bytes(brought)
        protocol, faults = examined(path)
    faulty = {fault.partition(":")[0] for fault in faults}
    besides = untrue(protocol, today(), [_lot(each) for each in lots()])
    every = [*faults, *(fault for fault in besides if fault.partition(":")[0] not in faulty)]
    if every:
        raise ProtocolRefused([f"protocol.toml: {fault}" for fault in every])
    return protocol.text


def _lot(drawn: PilotLot) -> Lot:
    return Lot(drawn.seed, drawn.unit, civil_date(drawn.drawn_at))


@bp.get("/protocols/to-begin-from.toml")
@roles(*PILOT_READERS)
def protocol_to_begin_from() -> Response:
    """Give a protocol to be filled in and registered; the council and the lot drawn last stand in it already."""
    drawn = next(iter(lots()), None)
    words = to_begin_from(current_authority().name, _lot(drawn) if drawn else None)
    return taken(words, TOML, "protocol.toml")


@bp.get(f"/protocols/<int(max={LARGEST}):protocol_id>")
@roles(*PILOT_READERS)
def protocol(protocol_id: int) -> str:
    """Show a protocol as it was registered."""
    found = protocol_by_id(protocol_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    [who] = named([found.registered_by])
    called = title_of(found.words)
    return render_template(
        "pilot/protocol.html", protocol=found, called=called, who=who, at=london(found.registered_at)
    )


@bp.get(f"/protocols/<int(max={LARGEST}):protocol_id>.toml")
@roles(*PILOT_READERS)
def protocol_file(protocol_id: int) -> Response:
    """Give a protocol's file as it came."""
    found = protocol_by_id(protocol_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return taken(found.words, TOML, f"protocol-{found.id}.toml")
