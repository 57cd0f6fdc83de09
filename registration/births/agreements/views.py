"""The pages of agreements: what is promised and what comes, drafting, printing, putting in force, ending; sharing rules."""

from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from registration.births.agreements import actions, charts
from registration.births.agreements.forms import EndForm, InForceForm, OriginForm, ReviewForm, TermsForm
from registration.births.agreements.queries import (
    Source,
    agreement_by_id,
    agreement_names,
    agreements,
    replaced_by,
    seen_of,
    sources,
    terms_of,
    text_of,
)
from registration.births.agreements.rules import ITEMS, Frequency, Origin, State, Terms, places_to_sign, proposed
from registration.births.agreements.rules.items import NEVER
from registration.births.agreements.rules.standing import Standing, comes_monthly, named
from registration.births.agreements.rules.template import FORMERLY
from registration.births.agreements.wording import (
    DELIVERED,
    FREQUENCIES,
    ORIGINS,
    PERIODS,
    STATES,
    URGENCIES,
    day_in_words,
)
from registration.births.files.queries import Beyond, held_beyond
from registration.common import audit
from registration.common.access import ROLES, current_actor, has_role, keep_private, roles
from registration.common.asked import LARGEST, asked_number
from registration.common.authority import current_authority
from registration.common.clock import today
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.families.models import SharingAgreement
from registration.staff import views as staff
from registration.staff.rules import AGREEMENT_READERS, AGREEMENTS, DELIVERY_READERS, Door

ONE = f"/agreements/<int(max={LARGEST}):agreement_id>"
_YEAR = timedelta(days=365)

bp = Blueprint("agreements", __name__, url_prefix="/births")
bp.after_request(keep_private)


# ---- what is promised and what comes


@dataclass(frozen=True, slots=True)
class Row:
    """A source as the director's page shows it: its squares, what they say in words, and each period in a table."""

    source: Source
    promised: str
    delivered: str
    squares: Markup
    words: str
    periods: list[tuple[str, str, str]]


@bp.get("/")
@roles(*DELIVERY_READERS)
def overview() -> str:
    """Show for each source what it promised against what came, the country's figures beside, and the agreements."""
    found = sources(today())
    return render_template(
        "births/agreements.html",
        rows=[_row(each, each.standing) for each in found if each.standing],
        silent=[_silence(each.agreement) for each in found if not each.in_force],
        reviews=[(URGENCIES[each.review.urgency], each.review.sentence) for each in found if each.review],
        key=[(charts.mark(state), PERIODS[state]) for state in State],
        bar=charts.national_bar(),
        monthly=comes_monthly(each.standing for each in found if each.standing),
        agreements=agreements(),
        states=STATES,
        day=day_in_words,
        may_read=has_role(*AGREEMENT_READERS),
        may_change=has_role(*AGREEMENTS),
    )


def _row(source: Source, stands: Standing) -> Row:
    counted = [(words, sum(each.state is state for each in stands.promises)) for state, words in PERIODS.items()]
    return Row(
        source=source,
        promised=FREQUENCIES[stands.promised],
        delivered=DELIVERED[stands.delivered],
        squares=charts.squares(stands.promises),
        words=", ".join(f"{words.lower()} {count}" for words, count in counted if count),
        periods=[
            (named(stands.promised, each.period), PERIODS[each.state], day_in_words(each.on) if each.on else "")
            for each in reversed(stands.promises)
        ],
    )


def _silence(agreement: SharingAgreement) -> str:
    """Say of a source whose agreement is not in force whether it is to begin or has ended."""
    if agreement.starts_on > today():
        return f"The agreement with {agreement.provider} begins on {day_in_words(agreement.starts_on)}."
    return (
        f"The agreement with {agreement.provider} ended on {day_in_words(agreement.ends_on or today())}. "
        "Nothing of it is taken in, and no centre sees a family by it."
    )


@bp.get("/rules")
@roles(*ROLES)
def sharing_rules() -> str:
    """Say on one page what may go to whom, with the agreements' own words behind it."""
    in_force = [each for each in sources(today()) if each.in_force]
    return render_template(
        "births/sharing_rules.html",
        agreements=[(each.agreement, text_of(each.agreement)) for each in in_force],
        never=NEVER,
        day=day_in_words,
    )


# ---- drafts


@bp.get("/agreements/new")
@roles(*AGREEMENTS)
def new() -> ResponseReturnValue:
    """Ask who is to send births; then show the terms to fill in, from the template or from an earlier agreement."""
    like = asked_number("like")
    if like is not None:
        return _draft(TermsForm.showing(_next(_agreement(like))))
    if not request.args:
        return render_template("births/origin.html", form=OriginForm(formdata=None))
    form = OriginForm(request.args, meta={"csrf": False})  # it changes nothing
    if not form.usable():
        return render_template("births/origin.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    authority = current_authority()
    contact = f"{authority.email}, {authority.telephone}"
    return _draft(TermsForm.showing(proposed(Origin(form.origin.data), authority.name, contact, today())))


def _next(former: SharingAgreement) -> Terms:
    """Propose the terms of an earlier agreement again, from today and for a year."""
    terms = terms_of(former)
    values = {name: getattr(terms, name) for name in Terms.__slots__}
    values["access_roles"] = terms.access_roles.replace(FORMERLY, "")
    return Terms(**values | {"starts_on": today(), "review_on": today() + _YEAR, "ends_on": None})


def _draft(form: TermsForm, agreement: SharingAgreement | None = None, fault: str = "") -> str:
    try:
        origin = ORIGINS[Origin(form.origin.data)]
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    return render_template(
        "births/draft.html",
        form=form,
        agreement=agreement,
        origin=origin,
        never=NEVER,
        whys={name: item.why for name, item in ITEMS.items()},
        fault=fault,
    )


@bp.post("/agreements/new")
@roles(*AGREEMENTS)
@commits
def make() -> ResponseReturnValue:
    """Keep a draft."""
    form = TermsForm()
    if not form.accepted():
        return _draft(form), HTTPStatus.UNPROCESSABLE_ENTITY
    return _done(actions.draft(form.to_terms(), current_actor()), "The draft is kept. Print it, and have it signed.")


@bp.get(f"{ONE}/change")
@roles(*AGREEMENTS)
def ask_change(agreement_id: int) -> ResponseReturnValue:
    """Show the terms of a draft to be changed."""
    found = _agreement(agreement_id)
    if found.state != "draft":
        return _page(found, actions.NotADraft().sentence), HTTPStatus.CONFLICT
    return _draft(TermsForm.showing(terms_of(found), seen_of(found)), found)


@bp.post(f"{ONE}/change")
@roles(*AGREEMENTS)
@commits
def change(agreement_id: int) -> ResponseReturnValue:
    """Change a draft."""
    form = TermsForm()
    if not form.accepted():
        return _draft(form, _agreement(agreement_id)), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        changed = actions.change_draft(agreement_id, form.to_terms(), form.seen.data or "", current_actor())
    except Refused as refusal:
        undo()
        return _draft(form, _agreement(agreement_id), refusal.sentence), HTTPStatus.CONFLICT
    return _done(changed, "The draft is changed.")


# ---- one agreement


def _agreement(agreement_id: int) -> SharingAgreement:
    found = agreement_by_id(agreement_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


@bp.get(ONE)
@roles(*AGREEMENT_READERS)
def show(agreement_id: int) -> str:
    """Show an agreement: how it stands, what it says, and its history."""
    return _page(_agreement(agreement_id))


def _page(found: SharingAgreement, fault: str = "", form: Form | None = None) -> str:
    return render_template(
        "births/agreement.html",
        agreement=found,
        state=STATES[found.state],
        clauses=text_of(found),
        sides=_sides(found),
        replaces=replaced_by(found) if found.state == "draft" else None,
        beyond=_beyond(found),
        review_form=form or ReviewForm(formdata=None, review_on=today() + _YEAR),
        form=form,
        lines=audit.history_of(f"agreement:{found.id}"),
        may_change=has_role(*AGREEMENTS),
        day=day_in_words,
        signed_day=date.fromisoformat,
        fault=fault,
    )


def _beyond(found: SharingAgreement) -> Beyond | None:
    """Say what is blanked once a draft takes the place of the agreement in force; None where nothing is."""
    former = replaced_by(found) if found.state == "draft" else None
    beyond = held_beyond(former.id, found.items) if former else None
    return beyond if beyond and beyond.births else None


def _sides(found: SharingAgreement) -> dict[str, str]:
    return {"provider": found.provider, "recipient": found.recipient}


def _done(agreement: SharingAgreement, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("agreements.show", agreement_id=agreement.id), HTTPStatus.SEE_OTHER)


@bp.get(f"{ONE}/print")
@roles(*AGREEMENT_READERS)
def on_paper(agreement_id: int) -> str:
    """Show an agreement as it is printed on A4, with its places to sign."""
    found = _agreement(agreement_id)
    return render_template(
        "births/agreement_paper.html",
        agreement=found,
        clauses=text_of(found),
        places=[(_sides(found)[each.party], each) for each in places_to_sign(Origin(found.origin))],
        signed={(each["party"], each["role"]): each for each in found.signatories},
        frequency=FREQUENCIES[Frequency(found.frequency)],
        day=day_in_words,
        signed_day=date.fromisoformat,
    )


@bp.get(f"{ONE}/in-force")
@roles(*AGREEMENTS)
def ask_in_force(agreement_id: int) -> ResponseReturnValue:
    """Ask who signed a draft."""
    found = _agreement(agreement_id)
    if found.state != "draft":
        return _page(found, actions.NotADraft().sentence), HTTPStatus.CONFLICT
    return _signing(found, InForceForm(formdata=None, seen=seen_of(found)))


def _signing(found: SharingAgreement, form: InForceForm, fault: str = "") -> str:
    return render_template(
        "births/in_force.html",
        agreement=found,
        form=form,
        places=[(_sides(found)[place.party], place, *boxes) for place, *boxes in form.places(Origin(found.origin))],
        replaces=replaced_by(found),
        beyond=_beyond(found),
        day=day_in_words,
        fault=fault,
    )


@bp.post(f"{ONE}/in-force")
@roles(*AGREEMENTS)
@commits
def put_in_force(agreement_id: int) -> ResponseReturnValue:
    """Put a signed draft in force."""
    found, form = _agreement(agreement_id), InForceForm()
    sent = form.accepted()
    signatures = form.signed(Origin(found.origin), _sides(found), today())
    if not sent or signatures is None:
        return _signing(found, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.put_in_force(agreement_id, signatures, form.seen.data or "", today(), current_actor())
    except Refused as refusal:
        undo()
        form.seen.data = seen_of(
            _agreement(agreement_id)
        )  # what was typed stands, to be held against the draft as it is now
        return _signing(_agreement(agreement_id), form, refusal.sentence), HTTPStatus.CONFLICT
    return _done(found, "The agreement is in force.")


@bp.get(f"{ONE}/end")
@roles(*AGREEMENTS)
def ask_end(agreement_id: int) -> ResponseReturnValue:
    """Ask why an agreement ends, and say what comes of it."""
    found = _agreement(agreement_id)
    if found.state == "ended":
        return _page(found, actions.NotInForce().sentence), HTTPStatus.CONFLICT
    return render_template("births/end_agreement.html", agreement=found, form=EndForm(formdata=None))


@bp.post(f"{ONE}/end")
@roles(*AGREEMENTS)
@commits
def end(agreement_id: int) -> ResponseReturnValue:
    """End an agreement at once, or put a draft aside."""
    found, form = _agreement(agreement_id), EndForm()
    was = found.state
    if not form.accepted():
        return render_template("births/end_agreement.html", agreement=found, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.end(agreement_id, " ".join((form.why.data or "").split()), today(), current_actor())
    except Refused as refusal:
        return _refused(agreement_id, refusal)
    return _done(found, "The draft is put aside." if was == "draft" else "The agreement has ended.")


@bp.post(f"{ONE}/reviewed")
@roles(*AGREEMENTS)
@commits
def note_review(agreement_id: int) -> ResponseReturnValue:
    """Note that an agreement was reviewed and stands, and when it is looked at next."""
    found, form = _agreement(agreement_id), ReviewForm()
    if found.state != "in_force":
        return _page(found, actions.NotInForce().sentence), HTTPStatus.CONFLICT
    if not form.accepted():
        return _page(found, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.note_review(agreement_id, form.review_on.data, today(), current_actor())
    except (actions.NoReview, actions.TooFar) as refusal:
        undo()
        form.review_on.errors = (refusal.sentence,)
        return _page(_agreement(agreement_id), form=form), HTTPStatus.CONFLICT
    except Refused as refusal:
        return _refused(agreement_id, refusal)
    return _done(found, "The review is noted.")


def _refused(agreement_id: int, refusal: Refused) -> ResponseReturnValue:
    undo()
    return _page(_agreement(agreement_id), refusal.sentence), HTTPStatus.CONFLICT


def init_app(app: Flask) -> None:
    """Give the application the pages of agreements, and the history their names."""
    app.register_blueprint(bp)
    audit.call(app, "agreement", agreement_names)
    staff.offer(
        app,
        Door("agreements.overview", "Birth data", "Who sends births as agreed, and the agreements."),
        Door("agreements.sharing_rules", "Sharing rules", "What may go to whom, on one page."),
    )
