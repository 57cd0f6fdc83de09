"""Tables of places."""

from datetime import date, datetime, time

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registration.centres.rules import BIRTHPLACE_KINDS, KINDS
from registration.common.db import Model


def _one_of(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


class RegistrationDistrict(Model):
    """A registration district of England or Wales: '86' Calderdale. `ours` where this council registers the births."""

    __tablename__ = "registration_district"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    gss: Mapped[str | None] = mapped_column(Text)
    ours: Mapped[bool] = mapped_column(default=False)
    ended_on: Mapped[date | None]


class PlaceOfBirth(Model):
    """A hospital or other place where babies are born; its district decides who registers them."""

    __tablename__ = "place_of_birth"
    __table_args__ = (
        UniqueConstraint("name", "district_id"),
        CheckConstraint(_one_of(BIRTHPLACE_KINDS), name="kind"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    district_id: Mapped[int] = mapped_column(ForeignKey(RegistrationDistrict.id))
    postcode: Mapped[str | None] = mapped_column(Text)

    district: Mapped[RegistrationDistrict] = relationship()


class Cluster(Model):
    """A group of centres that share registrars' time (Childcare Act 2006 s.5A: "a group of places")."""

    __tablename__ = "cluster"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)


class Centre(Model):
    """A place where births may be registered: a children's centre, family hub, library, hospital or register office.

    Position in metres on the British National Grid and in WGS84 degrees, each where known. None in step_free, parking
    and feeding_room means nobody has said. `languages` spoken there are BCP 47 tags. It takes part from its first day
    to its last, both included.
    """

    __tablename__ = "centre"
    __table_args__ = (
        CheckConstraint(_one_of(KINDS), name="kind"),
        CheckConstraint("participating_from <= participating_to", name="participating"),
        CheckConstraint("latitude BETWEEN 49 AND 61.5 AND longitude BETWEEN -9 AND 2.5", name="position"),
        CheckConstraint("imd_decile BETWEEN 1 AND 10", name="imd_decile"),
        CheckConstraint("successor_id <> id", name="successor"),
        Index("ix_centre_name_postcode", "name", "postcode"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    cluster_id: Mapped[int] = mapped_column(ForeignKey(Cluster.id), index=True)
    urn: Mapped[int | None] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(Text, default="")
    postcode: Mapped[str] = mapped_column(Text)
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    lsoa: Mapped[str | None] = mapped_column(Text)
    imd_decile: Mapped[int | None]
    telephone: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(Text, default="")
    participating_from: Mapped[date]
    participating_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))  # the centre it was merged into
    step_free: Mapped[bool | None]
    parking: Mapped[bool | None]
    bus: Mapped[str] = mapped_column(Text, default="")
    feeding_room: Mapped[bool | None]
    directions: Mapped[str] = mapped_column(Text, default="")
    entrance: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)

    cluster: Mapped[Cluster] = relationship()


class Room(Model):
    """A room where one registrar may sit at a time."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("centre_id", "name"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey(Centre.id))
    name: Mapped[str] = mapped_column(Text)

    centre: Mapped[Centre] = relationship()


class CentreService(Model):
    """Something else at the centre each week, for "while you are there": 'Weighing clinic', weekday 1 = Monday.

    It runs from its first to its last day, both included, where they are known; not on bank holidays unless said so.
    """

    __tablename__ = "centre_service"
    __table_args__ = (
        UniqueConstraint("centre_id", "title", "weekday", "starts"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("starts < ends", name="times"),
        CheckConstraint(
            "kind IN ('stay_and_play', 'weighing_clinic', 'advice', 'health_visitor', 'other')", name="kind"
        ),
        CheckConstraint("first_on <= last_on", name="span"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey(Centre.id))
    title: Mapped[str] = mapped_column(Text)
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    kind: Mapped[str] = mapped_column(Text, server_default="other")
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    term_time: Mapped[bool] = mapped_column(server_default=text("false"))  # only in the terms of schools
    on_holidays: Mapped[bool] = mapped_column(server_default=text("false"))  # on bank holidays too
    note: Mapped[str] = mapped_column(Text, server_default="")

    centre: Mapped[Centre] = relationship()


class ServiceCancelled(Model):
    """One day on which something that happens each week does not, and why."""

    __tablename__ = "service_cancelled"
    __table_args__ = (UniqueConstraint("service_id", "day"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey(CentreService.id, ondelete="CASCADE"))
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(Text, server_default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ReachArea(Model):
    """The children's centre in whose reach area a neighbourhood (LSOA of 2021) lies. Where none is said, the nearest counts."""

    __tablename__ = "reach_area"

    lsoa: Mapped[str] = mapped_column(Text, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey(Centre.id), index=True)


class Postcode(Model):
    """A postcode of the ONS Postcode Directory, live or terminated (YYYYMM), written 'HX1 1AA'.

    Metres are on the British National Grid: Northern Ireland, which ONS puts on the Irish one, has degrees only. `lad`
    is the local authority's GSS code; the IMD rank is kept with the edition that it belongs to.
    """

    __tablename__ = "postcode"
    __table_args__ = (Index("ix_postcode_lad", "lad"),)  # of a whole country, those of one authority

    postcode: Mapped[str] = mapped_column(Text, primary_key=True)
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    lad: Mapped[str | None] = mapped_column(Text)
    ward: Mapped[str | None] = mapped_column(Text)
    lsoa11: Mapped[str | None] = mapped_column(Text)
    lsoa21: Mapped[str | None] = mapped_column(Text)
    imd_rank: Mapped[int | None]
    imd_edition: Mapped[int | None]
    terminated: Mapped[str | None] = mapped_column(Text)


class Deprivation(Model):
    """England's Index of Multiple Deprivation for an LSOA in one edition: 2019 on LSOAs of 2011, 2025 on those of 2021.

    Score: more is more deprived; rank 1 is the most deprived LSOA, decile 1 the most deprived tenth.
    """

    __tablename__ = "deprivation"
    __table_args__ = (CheckConstraint("decile BETWEEN 1 AND 10", name="decile"),)

    lsoa: Mapped[str] = mapped_column(Text, primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lsoa_vintage: Mapped[int]
    score: Mapped[float | None]
    rank: Mapped[int | None]
    decile: Mapped[int]


class ImportedFile(Model):
    """A file that was loaded, by its SHA-256, so that the same file again changes nothing."""

    __tablename__ = "imported_file"
    __table_args__ = (UniqueConstraint("kind", "sha256"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    rows: Mapped[int]
    imported_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Text)
