"""Questions about services that are told of new families, what families answered, and what was told."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, text

from registration.common import audit
from registration.common.db import db
from registration.families.models import Family
from registration.families.queries import SAME, known, rulings
from registration.families.rules import Ruling
from registration.families.tell_once.models import Telling, TellingAnswer, ToldService
from registration.families.tell_once.rules import Kind, State, TellingSaid, items_for, may_tell

_SAID = text(f"""{SAME}
SELECT s.root, a.share, a.at FROM same s JOIN telling_answer a ON a.family_id = s.id
 WHERE s.sure AND a.service_id = :service ORDER BY s.root, a.id
""")  # noqa: S608 -- of our own words only
# A no to the centre takes a yes about other services back, until the family says yes of them again.
_GIVEN = text("""
SELECT DISTINCT ON (a.service_id) a.service_id, a.share,
       a.share AND EXISTS (SELECT 1 FROM sharing_answer s WHERE s.family_id = a.family_id AND NOT s.share AND s.at >= a.at)
  FROM telling_answer a WHERE a.family_id = :family ORDER BY a.service_id, a.id DESC
""")
#: The latest telling of each family to a service, and whether by it the service has, or may have, or is to get, its details.
_LATEST = """
SELECT DISTINCT ON (family_id) id, family_id, event = 'told' AND state <> 'withdrawn' AS live
  FROM telling WHERE service_id = :service AND family_id IS NOT NULL ORDER BY family_id, id DESC
"""
_TOLD = text(
    f"SELECT id, family_id FROM ({_LATEST}) l WHERE live AND (:every OR family_id = ANY(:families)) ORDER BY family_id"  # noqa: S608 -- of our own words only
)
_ANSWERED = """
EXISTS (SELECT 1 FROM telling_answer a WHERE a.family_id = f.id AND a.service_id = :service AND a.share AND a.at >= :since)
"""
_OF_CENTRE = """
(EXISTS (SELECT 1 FROM sharing_answer a WHERE a.family_id = f.id AND a.centre_id = :centre AND a.share AND a.at >= :since)
 OR EXISTS (SELECT 1 FROM centre_sign_up u WHERE u.family_id = f.id AND u.centre_id = :centre AND u.at >= :since)
 OR (f.home_centre_id = :centre AND f.created_at >= :since))
"""
_TO_TELL = """
SELECT f.id FROM family f LEFT JOIN ({latest}) l ON l.family_id = f.id
 WHERE f.lost_at IS NULL AND f.details_gone_at IS NULL AND (:every OR f.id = ANY(:families)) AND {asked}
   AND coalesce(NOT l.live, true) ORDER BY f.id
"""


def services() -> Sequence[ToldService]:
    """List the services that are, or were, told of new families, by name."""
    return db.session.scalars(select(ToldService).order_by(ToldService.name)).all()


def asked_about() -> Sequence[ToldService]:
    """List the services that the question names: all active ones but centres, which have a question of their own."""
    wanted = select(ToldService).where(ToldService.active, ToldService.kind != Kind.CENTRE)
    return db.session.scalars(wanted.order_by(ToldService.name)).all()


def answers(family_id: int) -> Mapping[int, bool]:
    """Give a family's latest answer about each service it was asked about; a yes that a no to the centre took back is none."""
    return {service: share for service, share, ended in db.session.execute(_GIVEN, {"family": family_id}) if not ended}


def was_asked(family_id: int) -> bool:
    """Say whether a family ever answered about a service other than a centre."""
    return db.session.scalar(select(TellingAnswer.id).where(TellingAnswer.family_id == family_id).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Named:
    """A service as the question names it: what it gets, in the order it is told, and the answer; None where there is none."""

    id: int
    name: str
    items: tuple[str, ...]
    share: bool | None = None


def _named(service: ToldService, share: bool | None = None) -> Named:  # noqa: FBT001 -- an answer, no switch
    return Named(service.id, service.name, tuple(items_for(service.items, None)), share)


def named(service_ids: Collection[int]) -> list[Named]:
    """List services as the question names them, by name."""
    wanted = select(ToldService).where(ToldService.id.in_(service_ids)).order_by(ToldService.name)
    return [_named(service) for service in db.session.scalars(wanted)]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a family stands with the services that are asked about: each has an answer of its own."""

    services: tuple[Named, ...]

    @property
    def share(self) -> bool | None:
        """Give the answer to all of them together: None where one of them was not asked about, and none was refused."""
        said = [service.share for service in self.services]
        return False if False in said else None if None in said else True

    def names(self, share: bool | None) -> list[str]:  # noqa: FBT001 -- an answer, no switch
        """List the services that have this answer, by name."""
        return [service.name for service in self.services if service.share is share]

    def unanswered(self) -> tuple[Named, ...]:
        """List the services that joined the list since the family answered of others; () where it never answered."""
        new = tuple(service for service in self.services if service.share is None)
        return new if len(new) < len(self.services) else ()


def standing_for(family_id: int) -> Standing | None:
    """Give where a family stands; None where there is no service to ask about."""
    asked, given = asked_about(), answers(family_id)
    return Standing(tuple(_named(service, given.get(service.id)) for service in asked)) if asked else None


def allowed(service: ToldService, family_ids: Collection[int], today: date) -> dict[int, Ruling | None]:
    """Give those of these families that a service may be told of on a day, with the ruling where it is a centre."""
    if service.centre_id is not None:
        found = rulings(service.centre_id, family_ids, today)
        return {family: ruling for family, ruling in found.items() if ruling.allowed}
    said = _said(service.id, family_ids, today)
    return {family: None for family, each in known(family_ids, today).items() if may_tell(each, said[family])}


def _said(service_id: int, family_ids: Collection[int], today: date) -> Mapping[int, list[TellingSaid]]:
    values = {"families": list(family_ids), "today": today, "service": service_id}
    found: dict[int, list[TellingSaid]] = defaultdict(list)
    for root, share, at in db.session.execute(_SAID, values):
        found[root].append(TellingSaid(share, at))
    return found


def to_tell(service: ToldService, family_ids: Collection[int] | None = None) -> list[int]:
    """List families, all or of those given, that answered since a service is on the list, and of whom it was not told."""
    asked = _OF_CENTRE if service.centre_id is not None else _ANSWERED
    values = {
        "service": service.id,
        "since": service.made_at,
        "every": family_ids is None,
        "families": list(family_ids or ()),
    }
    if service.centre_id is not None:
        values["centre"] = service.centre_id
    return list(db.session.scalars(text(_TO_TELL.format(latest=_LATEST, asked=asked)), values))


def told(service_id: int, family_ids: Collection[int] | None = None) -> dict[int, int]:
    """Give the families, all or of those given, whose details a service has or is to get, each with its telling's number."""
    values = {"service": service_id, "every": family_ids is None, "families": list(family_ids or ())}
    return {family: number for number, family in db.session.execute(_TOLD, values)}


def details_of(family_id: int) -> Mapping[str, object]:
    """Give what a family's record holds of what services may get."""
    family = db.session.get_one(Family, family_id)
    return {name: getattr(family, name) for name in ("name", "email", "mobile", "born", "language")}


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a service's tellings, in numbers: waiting, of these tried in vain, delivered, given up."""

    waiting: int
    failing: int
    delivered: int
    dead: int


def counts() -> Mapping[int, Counted]:
    """Count the tellings of each service by what became of them."""
    waiting = Telling.state == State.WAITING
    rows = db.session.execute(
        select(
            Telling.service_id,
            func.count().filter(waiting),
            func.count().filter(waiting, Telling.tries > 0),
            func.count().filter(Telling.state == State.DELIVERED),
            func.count().filter(Telling.state == State.DEAD),
        ).group_by(Telling.service_id)
    )
    return {service: Counted(*numbers) for service, *numbers in rows}


def log(state: str, most: int) -> Sequence[tuple[Telling, str]]:
    """List the newest tellings, all or of one state, each with its service's name."""
    wanted = select(Telling, ToldService.name).join(ToldService, ToldService.id == Telling.service_id)
    if state == "failing":
        wanted = wanted.where(Telling.state == State.WAITING, Telling.tries > 0)
    elif state:
        wanted = wanted.where(Telling.state == state)
    return [
        (row, name)
        for row, name in db.session.execute(wanted.order_by(Telling.made_at.desc(), Telling.id.desc()).limit(most))
    ]


def service_names(keys: Collection[str]) -> Mapping[str, audit.Named]:
    """Name services for the history, with the page of each."""
    rows = db.session.execute(select(ToldService.id, ToldService.name).where(ToldService.id.in_(map(int, keys))))
    return {str(number): audit.Named(name, "telling.service", {"number": number}) for number, name in rows}
