"""Put the application together from its capabilities."""

import logging
from dataclasses import fields, replace
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChainableUndefined, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import registration.balancing.models
import registration.balancing.plans.models
import registration.births.files.models
import registration.births.models
import registration.booking.models
import registration.centres.models
import registration.cover.models
import registration.desk.models
import registration.families.models
import registration.families.tell_once.models
import registration.messages.models
import registration.pilot.building.models
import registration.pilot.disclosure.models
import registration.pilot.record.models
import registration.reach.models
import registration.rota.models
import registration.staff.models  # noqa: F401 -- tables that migrations must know
from registration import cli
from registration.backup.commands import backup, restore_command
from registration.balancing import jobs as _balancing_jobs  # noqa: F401 -- registers its jobs
from registration.balancing import views as balancing
from registration.balancing.commands import balance
from registration.balancing.queries import expected_births
from registration.births.agreements import jobs as _agreement_jobs  # noqa: F401 -- registers its job
from registration.births.agreements import views as agreements
from registration.births.commands import births as birth_commands
from registration.births.files import jobs as _birth_file_jobs  # noqa: F401 -- registers its jobs
from registration.births.files import views as birth_files
from registration.births.retention import jobs as _retention_jobs  # noqa: F401 -- registers its job
from registration.births.retention import views as retention_pages
from registration.births.retention.commands import retention
from registration.births.rights import views as your_details
from registration.births.same_families import jobs as _linking_jobs  # noqa: F401 -- registers its jobs
from registration.births.same_families import views as same_families
from registration.booking import api
from registration.booking import jobs as _booking_jobs  # noqa: F401 -- registers its jobs
from registration.booking.actions.seats import take_over
from registration.booking.commands import invariants, links, sessions
from registration.booking.queries.displaced import booked_after
from registration.booking.queries.sessions import booked_minutes, taken_in
from registration.booking.views import feeds, find, frame, manage
from registration.booking.views import finish as _finish  # noqa: F401 -- the journey's last pages, on its blueprint
from registration.booking.views import journey as _journey  # noqa: F401 -- its questions
from registration.booking.views import offer as _offer  # noqa: F401 -- the offer of another time, beside the booking
from registration.booking.views import telling as _telling  # noqa: F401 -- who else is told, beside the booking
from registration.booking.views import times as _times  # noqa: F401 -- its page of times
from registration.booking.views import wishes as _wishes  # noqa: F401 -- the waiting list, beside the booking
from registration.centres.commands import groups as place_commands
from registration.centres.queries import participating_centres
from registration.common import access, assets, embedded, health, pages, tallies
from registration.common.authority import current_authority, init_authority
from registration.common.clock import today
from registration.common.db import Model, db, init_db
from registration.common.headers import CONTENT_POLICY, Frame, Unclaimed, cookie_name
from registration.common.i18n import init_languages
from registration.common.limits import init_limits
from registration.common.log import init_log
from registration.common.queue import init_queue, queue
from registration.common.sessions import init_sessions
from registration.config import Config
from registration.cover import jobs as _cover_jobs  # noqa: F401 -- registers its jobs
from registration.cover import views as cover
from registration.cover.queries import families_are_told
from registration.demo import guard
from registration.demo.commands import demo as demo_commands
from registration.desk import jobs as _desk_jobs  # noqa: F401 -- registers its jobs
from registration.desk import views as desk
from registration.families import jobs as _family_jobs  # noqa: F401 -- registers its job
from registration.families.tell_once import jobs as _tell_once_jobs  # noqa: F401 -- registers its jobs
from registration.families.tell_once import views as telling
from registration.messages import jobs as _message_jobs  # noqa: F401 -- registers its jobs
from registration.messages import views as messages
from registration.pilot import views as pilot_pages
from registration.pilot.building import jobs as _pilot_jobs  # noqa: F401 -- registers its jobs
from registration.pilot.commands import pilot as pilot_commands
from registration.pilot.record import jobs as _record_jobs  # noqa: F401 -- registers its job
from registration.pilot.record import views as roll_out
from registration.reach import jobs as _reach_jobs  # noqa: F401 -- registers its job
from registration.reach import pages as reach
from registration.reach.members.commands import memberships
from registration.reach.services import views as services
from registration.rota import views as rota
from registration.rota.actions.accounts import tie_account
from registration.rota.commands import patterns, registrars
from registration.rota.queries.accounts import registrars_and_accounts
from registration.staff import jobs as _staff_jobs  # noqa: F401 -- registers its jobs
from registration.staff import views as staff
from registration.staff.commands import staff as staff_commands
from registration.staff.rules import Door
from registration.watch import jobs as _watch_jobs  # noqa: F401 -- registers its job
from registration.watch import views as watch

ROOT = Path(__file__).parent.parent
STATIC = Path(__file__).parent / "static"

csrf = CSRFProtect()


def create_app(config: Config | None = None) -> Flask:
    """Build one application from one configuration, reading nothing global."""
    app = Flask("registration", template_folder=str(ROOT / "templates"), static_folder=None)
    config = config or Config.from_environment()
    _configure(app, config)
    # What a restore asks, which works on two databases.
    app.extensions["on_another_database"] = lambda url: create_app(replace(config, SQLALCHEMY_DATABASE_URI=url))
    init_authority(app)
    _templates(app)
    init_db(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=True)  # type: ignore[no-untyped-call]
    init_log(app)
    _harden(app)  # first: a page that refuses a request needs its nonce for the styles too
    init_sessions(app)  # next: who cannot be known is refused before a form of theirs is
    csrf.init_app(app)
    init_languages(app)
    init_limits(app)
    init_queue(app)
    _capabilities(app)
    tallies.name_rows(app.view_functions)
    cli.init_app(app)
    return app


def _configure(app: Flask, config: Config) -> None:
    for field in fields(config):
        app.config[field.name] = getattr(config, field.name)
    if not config.SQLALCHEMY_DATABASE_URI:
        app.config["SQLALCHEMY_DATABASE_URI"] = embedded.address(config.INSTANCE)
    app.config["EMBEDDED"] = not config.SQLALCHEMY_DATABASE_URI
    app.secret_key = config.SECRET_KEY
    app.logger.setLevel(getattr(logging, config.LOG_LEVEL))


def _templates(app: Flask) -> None:
    kits = {name: PackageLoader(name) for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")}
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), PrefixLoader(kits)])
    app.jinja_env.undefined = ChainableUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    WTFormsHelpers(app)
    assets.init_app(app)

    @app.context_processor
    def everywhere() -> dict[str, object]:
        """Give every template the council, whether this is a demonstration, and whether somebody is signed in."""
        return {"authority": current_authority(), "demonstration": app.config["DEMO"], "signed_in": access.signed_in}


def _harden(app: Flask) -> None:
    secure = bool(app.config["SESSION_COOKIE_SECURE"])
    app.config["SESSION_COOKIE_NAME"] = cookie_name("session", secure=secure)
    Talisman(  # type: ignore[no-untyped-call]
        app,
        force_https=secure,
        strict_transport_security=False,  # Frame says it, with files too
        session_cookie_secure=secure,
        session_cookie_samesite="Lax",
        content_security_policy=CONTENT_POLICY,
        content_security_policy_nonce_in=["script-src", "style-src"],
        referrer_policy="same-origin",
        permissions_policy={"geolocation": "()", "camera": "()", "microphone": "()"},
    )
    files = WhiteNoise(
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        max_age=3600,
        allow_all_origins=False,
        immutable_file_test=r"-[0-9a-f]{12}\.",
    )
    framed = Frame(files, secure=secure)
    number = int(app.config["TRUSTED_PROXIES"])
    app.wsgi_app = (  # type: ignore[method-assign]
        ProxyFix(framed, x_for=number, x_proto=number, x_host=number) if number else Unclaimed(framed)
    )


def _capabilities(app: Flask) -> None:
    app.register_blueprint(health.bp)
    app.register_blueprint(pages.bp)
    pages.init_app(app)
    app.register_blueprint(messages.bp)
    app.register_blueprint(messages.receipts)
    staff.offer(
        app, Door("messages.troubles", "Letters and messages", "Letters to post, and messages that did not arrive.")
    )
    csrf.exempt(messages.receipts)
    app.register_blueprint(api.bp)
    csrf.exempt(api.bp)
    app.register_blueprint(frame.bp)
    app.register_blueprint(manage.bp)
    app.register_blueprint(find.bp)
    app.register_blueprint(feeds.bp)
    your_details.init_app(app)
    retention_pages.init_app(app)
    staff.init_app(app)
    rota.init_app(app, rota.Seen(taken_in, booked_minutes, expected_births, take_over, families_are_told))
    desk.init_app(app)
    cover.init_app(app)
    reach.init_app(app)
    same_families.init_app(app)
    balancing.init_app(app)
    agreements.init_app(app)
    services.init_app(app)
    telling.init_app(app)
    birth_files.init_app(app)
    pilot_pages.init_app(app)
    roll_out.init_app(app)
    watch.init_app(app)
    guard.init_app(app)
    staff.surround(app, staff.Around(_centre_names, registrars_and_accounts, tie_account))
    staff.offer_own_doors(app)
    app.cli.add_command(staff_commands)
    app.cli.add_command(demo_commands)
    app.cli.add_command(invariants)
    app.cli.add_command(balance)
    app.cli.add_command(birth_commands)
    app.cli.add_command(links)
    app.cli.add_command(retention)
    app.cli.add_command(registrars)
    app.cli.add_command(patterns)
    app.cli.add_command(sessions)
    app.cli.add_command(memberships)
    app.cli.add_command(pilot_commands)
    app.cli.add_command(backup)
    app.cli.add_command(restore_command)
    app.extensions["booked_after"] = booked_after  # what an import of places asks, which knows no bookings
    for group in place_commands:
        app.cli.add_command(group)


def _centre_names() -> list[tuple[int, str]]:
    return [(card.id, card.name) for card in participating_centres(today())]


__all__ = ["Model", "create_app", "csrf", "queue"]
