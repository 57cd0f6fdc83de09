"""A family's own page: what is held about it and who received it; its answer, its corrections, its file.

Whoever has the secret link of a letter or of a booking has the page. Who has none may say no, or yes, all the same.
"""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from registration.births.rights import actions
from registration.births.rights.forms import Correct, TellUs
from registration.births.rights.queries import (
    CentreAnswer,
    centres_named,
    family_by_link,
    held,
    joining,
    objected,
    reference_of,
)
from registration.births.rights.wording import as_file, in_words, parts_in_words, source_in_words, until_when
from registration.booking.actions.refusals import AlreadyBooked, CannotChange
from registration.booking.forms.base import YES
from registration.booking.forms.manage import Sharing
from registration.booking.rules.deadline import last_lawful_day
from registration.booking.views.manage import keep_private
from registration.booking.wording import long_day
from registration.common import audit
from registration.common.access import current_actor, public
from registration.common.authority import current_authority
from registration.common.clock import now, today
from registration.common.contacts import as_read
from registration.common.forms import Form
from registration.common.i18n import current_language
from registration.common.limits import client, limiter
from registration.common.links import external
from registration.common.sessions import keeps_cookies
from registration.common.transaction import commits, undo
from registration.families.links import family_link
from registration.families.models import Family

View = Callable[..., ResponseReturnValue]
#: So often may one address tell of a family without a link: a centre with many families asks for several.
PER_CLIENT = "20 per hour"
#: What the page has to say first, among what waits to be said in this browser.
DONE = "your-details"

bp = Blueprint("your_details", __name__, url_prefix="/your-details")
bp.after_request(keep_private)


def init_app(app: Flask) -> None:
    """Give the application a family's own pages, and the history its name for a family."""
    app.register_blueprint(bp)
    audit.call(app, "family", lambda keys: {key: audit.Named(f"the family of record {key}") for key in keys})


def with_family(view: View) -> View:
    """Give the view the family of the secret link; 404 where there is none, one quiet page to a bereaved family."""

    @wraps(view)
    def found(token: str, **values: int) -> ResponseReturnValue:
        """Look the family up by its secret before the view is asked."""
        family = family_by_link(token)
        if family is None or family.details_gone_at is not None:
            abort(HTTPStatus.NOT_FOUND)
        if family.lost_at is not None:
            return render_template("booking/manage/quiet.html")
        return view(family, token, **values)

    return found


def _done(token: str, said: str) -> ResponseReturnValue:
    """Lead a family to its page, which says first what was done."""
    flash(said, DONE)
    return redirect(url_for("your_details.show", token=token), HTTPStatus.SEE_OTHER)


# ---- without a link


@bp.get("/")
@public
def start() -> str:
    """Ask a family that has no link for its baby's date of birth, how it is reached, and its answer."""
    return _asked(TellUs(formdata=None))


@bp.post("/")
@public
@limiter.limit(PER_CLIENT, key_func=client)
@commits
def tell_us() -> ResponseReturnValue:
    """Keep the family and its answer, and lead it to its page; nobody learns whether it was known before."""
    form = TellUs()
    if not form.accepted():
        return _asked(form), HTTPStatus.UNPROCESSABLE_ENTITY
    births = (form.born.data,)
    asked = actions.Asked(form.contact(None, None), births, form.kept_postcode, current_language(), share=form.shares)
    try:
        token = family_link(actions.ask(asked, current_actor(), today()))
    except actions.OutsideOurArea:
        undo()
        form.postcode.errors = (
            _("This postcode is outside our area. Ask the council where you live. Nothing was kept."),
        )
        return _asked(form), HTTPStatus.UNPROCESSABLE_ENTITY
    return _done(token, _("What you told us is saved.") if form.shares else _nobody())


def _nobody() -> str:
    return _("Your answer is saved: no children’s centre gets your details from us.")


def _asked(form: TellUs, *, away: bool = False) -> str:
    refused = "away" in request.form and not keeps_cookies()
    return render_template("births/rights/start.html", form=form, away=away, refused=refused)


@bp.get("/slip")
@public
def slip() -> str:
    """Give the slip for the red book: register by when, and where to answer."""
    return _printed("births/rights/slip.html", url_for("your_details.start"))


@bp.get("/health-visitors")
@public
def for_health_visitors() -> str:
    """Give the form a health visitor fills in with a family."""
    return _printed("births/rights/health_visitors.html", url_for("your_details.start"))


def _printed(template: str, path: str, reference: str = "") -> str:
    address = external(path)
    facts = {"today": long_day(today()), "example": long_day(last_lawful_day(today())), "reference": reference}
    from registration.births.rights.printing import square_code  # what draws it is needed on paper only

    return render_template(template, address=address, code=square_code(address), **facts)


# ---- with one


@bp.get("/<token>")
@public
@with_family
def show(family: Family, token: str) -> str:
    """Show what is held about a family, who received it, and its answers."""
    found = held(family.id)
    return render_template(
        "births/rights/show.html",
        token=token,
        records=[
            (source_in_words(row["source"], row["received_from"]), in_words("records", row)) for row in found.records
        ],
        parts=list(parts_in_words(found)),
        also=[source_in_words(*each) for each in found.also],
        centres=centres_named(family.id, today()),
        objected=objected(family.id, today()),
        until_when=until_when(found),
    )


@bp.get("/<token>/slip")
@public
@with_family
def own_slip(family: Family, token: str) -> str:  # noqa: ARG001 -- as every view here
    """Give a family the slip for its red book, with the reference of its appointment: the secret link is for no paper."""
    reference = reference_of(family.id)
    page = "find.ask" if reference else "your_details.start"
    return _printed("births/rights/slip.html", url_for(page), reference or "")


@bp.get("/<token>/details.json")
@public
@with_family
def take_away(family: Family, token: str) -> ResponseReturnValue:  # noqa: ARG001 -- as every view here
    """Give what is held as a file that a machine reads (UK GDPR article 20)."""
    told = as_file(held(family.id), family.id, current_authority().name, now())
    headers = {"Content-Disposition": 'attachment; filename="your-details.json"'}
    return Response(json.dumps(told, ensure_ascii=False, indent=2), mimetype="application/json", headers=headers)


@bp.get("/<token>/answer/<int:centre_id>")
@public
@with_family
def ask_about(family: Family, token: str, centre_id: int) -> str:
    """Show a family its answer about one centre, to change it."""
    return _about(family, centre_id, token, Sharing(formdata=None, share=request.args.get("share")))


@bp.post("/<token>/answer/<int:centre_id>")
@public
@commits
@with_family
def answer(family: Family, token: str, centre_id: int) -> ResponseReturnValue:
    """Keep a family's new answer about one centre; a no is to every centre."""
    named, form = _named(family, centre_id), Sharing()
    if not form.accepted():
        return _about(family, centre_id, token, form), HTTPStatus.UNPROCESSABLE_ENTITY
    share = form.share.data == YES
    actions.answer(family.id, centre_id if share else None, current_actor(), share=share)
    yes = _("Your answer is saved: %(centre)s may have your details.", centre=named.centre)
    return _done(token, yes if share else _nobody())


def _named(family: Family, centre_id: int) -> CentreAnswer:
    named = next((each for each in centres_named(family.id, today()) if each.centre_id == centre_id), None)
    if named is None:
        abort(HTTPStatus.NOT_FOUND)
    return named


def _about(family: Family, centre_id: int, token: str, form: Sharing) -> str:
    named = _named(family, centre_id)
    return render_template("births/rights/answer.html", token=token, named=named, form=form, joining=joining(family.id))


@bp.get("/<token>/object")
@public
@with_family
def ask_to_object(family: Family, token: str) -> str:
    """Ask once whether no centre may have a family's details."""
    facts = {"joining": joining(family.id), "booked": reference_of(family.id) is not None}
    return render_template("births/rights/object.html", token=token, form=Form(formdata=None), **facts)


@bp.post("/<token>/object")
@public
@commits
@with_family
def objects(family: Family, token: str) -> ResponseReturnValue:
    """Keep that no centre may have a family's details (UK GDPR article 21), from this moment on."""
    actions.answer(family.id, None, current_actor(), share=False)
    return _done(token, _nobody())


@bp.get("/<token>/correct")
@public
@with_family
def ask_to_correct(family: Family, token: str) -> str:
    """Show a family how it is reached, to put it right."""
    form = Correct(obj=family)
    form.mobile.data = as_read(family.mobile or "")
    return _to_correct(token, form)


@bp.post("/<token>/correct")
@public
@commits
@with_family
def correct(family: Family, token: str) -> ResponseReturnValue:
    """Keep what a family puts right."""
    form = Correct()
    if not form.accepted():
        return _to_correct(token, form), HTTPStatus.UNPROCESSABLE_ENTITY
    contact = form.contact(family.second_contact, family.letter_address)
    try:
        actions.correct(family.id, contact, form.kept_postcode, current_actor(), now(), today())
    except (AlreadyBooked, CannotChange):
        undo()
        form.form_errors.append(
            _("We cannot change this here. Call %(telephone)s.", telephone=current_authority().telephone)
        )
        return _to_correct(token, form), HTTPStatus.CONFLICT
    return _done(token, _("What you told us is saved."))


def _to_correct(token: str, form: Correct) -> str:
    return render_template("births/rights/correct.html", token=token, form=form)


# ---- a page that lay open too long


@bp.errorhandler(CSRFError)
def lapsed(_error: CSRFError) -> ResponseReturnValue:
    """Show the page again to a family whose browser session has lapsed: nothing was changed."""
    token = (request.view_args or {}).get("token")
    if token is None:
        return _asked(TellUs(), away=True), HTTPStatus.BAD_REQUEST
    session["away"] = True  # brings a cookie to the page that follows; where it does not arrive, the browser refuses it
    return redirect(url_for("your_details.show", token=token, away="1"), HTTPStatus.SEE_OTHER)
