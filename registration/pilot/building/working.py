"""One bundle from the database to its keeping: every step in a transaction of its own, so that the page sees how far it is."""

import json
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from registration.common.clock import now, today
from registration.common.transaction import transaction
from registration.pilot.building import actions
from registration.pilot.building.apart import LeftOff, NotBuilt, build_apart, packed, unpacked
from registration.pilot.building.queries import build_by_id
from registration.pilot.disclosure.rules import ATTACKED
from registration.pilot.extract.files import ExtractRefused
from registration.pilot.record.actions import collect
from registration.pilot.record.extracting import put
from registration.pilot.record.queries import extract_rows

log = logging.getLogger(__name__)
DIED = "The program that builds ended without a result. The service’s log says more."
#: Of the work, as far as it can be told before it begins: what each line told is worth.
EXTRACTED, EACH_LINE = 0.15, 0.04


def work_on(task: actions.Task, leave_off: Callable[[], bool]) -> None:
    """Write an extract, build its bundle and keep it. `leave_off` says whether this program has to end."""
    try:
        with tempfile.TemporaryDirectory(prefix="pilot-") as folder:
            _build(task, Path(folder), leave_off)
    except (NotBuilt, ExtractRefused) as refusal:
        _give_up(task, list(refusal.faults if isinstance(refusal, NotBuilt) else refusal.lines))
    except LeftOff:
        with transaction():
            actions.leave_off(task.build_id)
    except Exception:
        log.exception("pilot build %s", task.build_id)
        _give_up(task, [DIED])


def _build(task: actions.Task, folder: Path, leave_off: Callable[[], bool]) -> None:
    with transaction():
        actions.note(task.build_id, "Writing the extract")
    with transaction():
        collect(now())
    with transaction():
        put(extract_rows(task.as_of, today()).rows, folder / "extract", task.as_of)
    earlier = []
    for number in task.earlier:
        with transaction():
            before = build_by_id(number)
            if before is not None and before.bundle is not None:
                earlier.append(unpacked(before.bundle, folder / f"earlier-{number}"))
    protocol = None
    if task.protocol is not None:
        protocol = folder / "protocol.toml"
        protocol.write_text(task.protocol, encoding="utf-8")
    out = folder / "bundle"
    build_apart(folder / "extract", task.as_of, out, protocol, earlier, _looking(task, leave_off))
    with transaction():
        actions.settle(task.build_id, packed(out), json.loads((out / "manifest.json").read_text(encoding="utf-8")))


def _looking(task: actions.Task, leave_off: Callable[[], bool]) -> Callable[[str], bool]:
    """Give what keeps how far the work is, and says whether to leave off."""
    lines = 0

    def look(line: str) -> bool:
        """Keep what was said last, and one line more; what the attack says of itself again and again is none."""
        nonlocal lines
        lines += bool(line) and not line.startswith(ATTACKED)
        with transaction():
            stop = actions.note(task.build_id, line, EXTRACTED + EACH_LINE * lines if line else 0.0)
        return stop or leave_off()

    return look


def _give_up(task: actions.Task, faults: list[str]) -> None:
    with transaction():
        actions.give_up(task.build_id, faults)
