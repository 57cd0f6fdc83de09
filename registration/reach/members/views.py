"""Families join at the centre, or are written down there, and the centre’s own system gets those who did."""

from http import HTTPStatus

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.booking.forms.base import NO, YES
from registration.centres.memory import home_of
from registration.centres.rules import CentreCard
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import now, today
from registration.common.contacts import as_read
from registration.common.transaction import commits
from registration.reach.frame import bp, centre_or_404
from registration.reach.members import actions
from registration.reach.members.forms import ExportForm, FamilyForm, young_enough
from registration.reach.members.queries import COLUMNS, joined_here, mapping_of, member_like, members_file
from registration.reach.outreach.queries import Entry
from registration.reach.outreach.views import CENTRE, FAMILY, entry_or_404, family_page
from registration.staff.rules import OUTREACH, OUTREACH_READERS


@bp.get(f"{CENTRE}/families/new")
@roles(*OUTREACH)
def add(centre_id: int) -> str:
    """Ask a family that moved in or came by."""
    return _asked(centre_or_404(centre_id), FamilyForm(formdata=None))


def _asked(card: CentreCard, form: FamilyForm, entry: Entry | None = None, like: Entry | None = None) -> str:
    """Draw the form, for a family the centre may know or a new one; `like` is a member that may be the new one."""
    return render_template("reach/join.html", centre=card, form=form, entry=entry, like=like)


@bp.post(f"{CENTRE}/families/new")
@roles(*OUTREACH)
@commits
def add_family(centre_id: int) -> ResponseReturnValue:
    """Write the family down where it lets the centre have its details; of one that does not, nothing is kept."""
    card, form = centre_or_404(centre_id), FamilyForm()
    if not form.accepted({"born": [young_enough]}):
        return _asked(card, form), HTTPStatus.UNPROCESSABLE_ENTITY
    if not form.shares:
        return _left(centre_id, "Nothing of the family was kept.")
    given = form.read(home_of(form.place, today()))
    like = member_like(centre_id, given.details, today()) if given.wish else None
    if like is not None and form.same.data not in {YES, NO}:
        form.same.errors = ("Choose whether it is the same family",)
        return _asked(card, form, like=like), HTTPStatus.UNPROCESSABLE_ENTITY
    same_as = like.card.family_id if like is not None and form.same.data == YES else None
    return _to_family(centre_id, actions.add_newcomer(centre_id, given, current_actor(), today(), same_as))


def _left(centre_id: int, said: str) -> ResponseReturnValue:
    """Go back to the list, which says what became of a family that said no."""
    flash(said)
    return redirect(url_for("reach.outreach_list", centre_id=centre_id), HTTPStatus.SEE_OTHER)


def _to_family(centre_id: int, family_id: int) -> ResponseReturnValue:
    return redirect(url_for("reach.family", centre_id=centre_id, family_id=family_id), HTTPStatus.SEE_OTHER)


@bp.get(f"{FAMILY}/join")
@roles(*OUTREACH)
def ask_to_join(centre_id: int, family_id: int) -> str:
    """Ask a family that the centre may know what it needs for joining; what it said before is filled in."""
    centre, entry = centre_or_404(centre_id), entry_or_404(centre_id, family_id)
    card, lines = entry.card, entry.card.address.splitlines()
    form = FamilyForm(
        formdata=None,
        name=card.name,
        born=min(card.born),
        babies=str(len(card.born)),
        language=card.language,
        mobile=as_read(card.mobile) if card.mobile else "",
        email=card.email,
        address="\n".join(lines[:-1]),
        postcode=lines[-1] if lines else "",
        preference=card.preference,
        visit_needs=card.visit_needs,
    )
    return _asked(centre, form, entry)


@bp.post(f"{FAMILY}/join")
@roles(*OUTREACH)
@commits
def join(centre_id: int, family_id: int) -> ResponseReturnValue:
    """Let the family join; where it says no instead, that counts from now on."""
    card, entry, form = centre_or_404(centre_id), entry_or_404(centre_id, family_id), FamilyForm()
    if not form.accepted():
        return _asked(card, form, entry), HTTPStatus.UNPROCESSABLE_ENTITY
    if not form.shares:
        actions.refuse(centre_id, family_id, current_actor(), today())
        return _left(centre_id, "Written down: the family says no. It is on no list of this centre any more.")
    given = form.read(home_of(form.place, today()))
    if given.wish is None:
        return _to_family(centre_id, family_id)
    return _to_family(centre_id, actions.join(centre_id, family_id, given, given.wish, current_actor(), now()))


@bp.post(f"{FAMILY}/take-in")
@roles(*OUTREACH)
@commits
def take_in(centre_id: int, family_id: int) -> ResponseReturnValue:
    """Take in a family that asked to join while booking or at its visit."""
    card, entry = centre_or_404(centre_id), entry_or_404(centre_id, family_id)
    if entry.standing.wished_on is None:
        return family_page(card, entry, fault="This family has not asked to join."), HTTPStatus.CONFLICT
    actions.take_in(centre_id, family_id, current_actor(), today())
    flash("Taken in. The family is a member.", "success")
    return _to_family(centre_id, family_id)


@bp.get(f"{CENTRE}/members")
@roles(*OUTREACH_READERS)
def members(centre_id: int) -> str:
    """List who asked to join or did, and offer the file for the centre’s own system."""
    card = centre_or_404(centre_id)
    return _members(card, ExportForm(formdata=None, data=mapping_of(_system(centre_id)) or COLUMNS))


def _system(centre_id: int) -> str:
    return f"members of centre {centre_id}"


def _members(card: CentreCard, form: ExportForm) -> str:
    entries = joined_here(card.id, today())
    return render_template(
        "reach/members.html", centre=card, entries=entries, form=form, columns=COLUMNS, may_change=has_role(*OUTREACH)
    )


@bp.post(f"{CENTRE}/members.csv")
@roles(*OUTREACH)
@commits
def export(centre_id: int) -> ResponseReturnValue:
    """Give the file, keep how its columns are headed, and that it was taken."""
    card, form = centre_or_404(centre_id), ExportForm()
    if not form.accepted():
        return _members(card, form), HTTPStatus.UNPROCESSABLE_ENTITY
    entries, headings = joined_here(centre_id, today()), form.headings()
    actions.save_mapping(_system(centre_id), headings, current_actor())
    actions.exported(centre_id, entries, current_actor(), today())
    attached = {"Content-Disposition": 'attachment; filename="members.csv"'}
    return Response(members_file(entries, headings), mimetype="text/csv", headers=attached)
