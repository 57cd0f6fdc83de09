"""Invitations and letters of a centre, and the council’s letters of notice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice

from registration.booking.forms.base import YES
from registration.centres.rules import CentreCard
from registration.common.access import current_actor, has_role, roles
from registration.common.authority import current_authority
from registration.common.clock import london, now, today
from registration.common.forms import Form
from registration.common.holidays import bank_holidays
from registration.common.links import external
from registration.common.times import spoken
from registration.common.transaction import commits, undo
from registration.messages.rules import due
from registration.messages.writing import direction, long_day
from registration.reach.frame import LARGEST, bp, centre_or_404
from registration.reach.letters import actions
from registration.reach.letters.actions import NoAddress, Occasion
from registration.reach.letters.forms import InviteForm, NoticesForm, PostedForm
from registration.reach.letters.queries import Invited, Unnoticed, invitations, letter_of, sendable, unnoticed
from registration.reach.letters.rules import KINDS, TEMPLATES
from registration.reach.letters.specimen import specimen
from registration.reach.outreach.queries import Card, known_one
from registration.reach.outreach.views import CENTRE, FAMILY, entry_or_404, family_page
from registration.staff.rules import NOTICE_READERS, NOTICES, OUTREACH, OUTREACH_READERS

LETTER = f"{CENTRE}/letters/<int(max={LARGEST}):letter_id>"
CHANNELS = {"letter": "Letter", "sms": "Text message", "email": "Email"}
STATES = {"written": "not posted yet", "sent": "sent"}


# ---- invitations


@bp.get(f"{CENTRE}/invitations")
@roles(*OUTREACH_READERS)
def invite(centre_id: int) -> str:
    """Show what was sent, and offer to send a welcome or an invitation to everybody it may go to."""
    return _invitations(centre_or_404(centre_id), InviteForm(formdata=None))


def _invitations(card: CentreCard, form: InviteForm, said: str = "") -> str:
    return render_template(
        "reach/invitations.html",
        centre=card,
        form=form,
        waiting={kind: len(sendable(card.id, kind, today())) for kind in KINDS},
        rows=invitations(card.id, today()),
        kinds=KINDS,
        channels=CHANNELS,
        state_of=_state,
        may_change=has_role(*OUTREACH),
        said=said,
    )


@bp.post(f"{CENTRE}/invitations")
@roles(*OUTREACH)
@commits
def send_invitations(centre_id: int) -> ResponseReturnValue:
    """Show the words and ask first; then send it, and say to how many families."""
    card, form = centre_or_404(centre_id), InviteForm()
    if not form.accepted():
        return _invitations(card, form), HTTPStatus.UNPROCESSABLE_ENTITY
    occasion = form.read()
    ways = Counter(way for _, way in sendable(centre_id, occasion.kind, today()))
    if ways and form.sure.data != YES:
        return _ask(card, form, occasion, ways)
    number = actions.invite(centre_id, occasion, _facts(card), current_actor(), now(), today())
    return _invitations(card, InviteForm(formdata=None), _said(number, occasion))


def _said(number: int, occasion: Occasion) -> str:
    families = f"{number} {'family' if number == 1 else 'families'}"
    goes_out = due(TEMPLATES[occasion.kind], "email", now())
    if number and goes_out > now():
        return f"Goes out to {families} {_when(goes_out)}."
    return f"Sent to {families}."


def _when(moment: datetime) -> str:
    """Say when a message that waits goes out: at 8am, or at 8am tomorrow."""
    there = london(moment)
    return f"at {spoken(there.time())}{' tomorrow' if there.date() > today() else ''}"


def _state(row: Invited) -> str:
    if row.goes_out is not None and row.goes_out > now():
        return f"goes out {_when(row.goes_out)}"
    return STATES[row.state]


def _facts(card: CentreCard) -> dict[str, str]:
    council = current_authority()
    return {
        "centre": card.name,
        "address": f"{card.address}, {card.postcode}" if card.address else "",
        "telephone": card.telephone or council.telephone,
        "council": council.name,
    }


def _ask(card: CentreCard, form: InviteForm, occasion: Occasion, ways: Mapping[str, int]) -> str:
    """Show what would go out by each way, in English, and ask whether it shall."""
    return render_template(
        "reach/invitations_ask.html",
        centre=card,
        form=form,
        numbers=" and ".join(_counted(ways[way], way) for way in ("sms", "email") if way in ways),
        holiday=bank_holidays().get(occasion.begins.date(), "") if occasion.begins else "",
        begins=occasion.begins,
        words=[
            (CHANNELS[way], specimen(occasion, way, _facts(card), now())) for way in ("sms", "email") if way in ways
        ],
    )


def _counted(number: int, way: str) -> str:
    one, more = {"sms": ("text", "texts"), "email": ("email", "emails")}[way]
    return f"{number} {one if number == 1 else more}"


# ---- letters of a centre


@bp.post(f"{FAMILY}/letter")
@roles(*OUTREACH)
@commits
def write_letter(centre_id: int, family_id: int) -> ResponseReturnValue:
    """Write a letter of welcome, to print."""
    card, entry = centre_or_404(centre_id), entry_or_404(centre_id, family_id)
    try:
        made = actions.write_letter(centre_id, family_id, current_actor(), today())
    except NoAddress as refusal:
        undo()
        return family_page(card, entry, fault=refusal.sentence), HTTPStatus.CONFLICT
    return redirect(url_for("reach.letter", centre_id=centre_id, letter_id=made.id), HTTPStatus.SEE_OTHER)


@bp.get(LETTER)
@roles(*OUTREACH_READERS)
def letter(centre_id: int, letter_id: int) -> str:
    """Show a letter to print, to a family that the centre may still know."""
    centre, made = centre_or_404(centre_id), letter_of(centre_id, letter_id)
    entry = known_one(centre_id, made.family_id, today()) if made else None
    if made is None or entry is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "reach/letter.html",
        centre=centre,
        family_id=entry.card.family_id,
        letters=[_welcome(centre, entry.card)],
        waiting=made.state == "written",
        form=Form(formdata=None),
        may_change=has_role(*OUTREACH),
    )


def _welcome(centre: CentreCard, card: Card) -> tuple[str, str, Markup]:
    """Write a letter of welcome in the family’s language: language, direction, and its words.

    It names the page where a family asks for its own link, not that link: who prints the letter must not hold it.
    """
    with force_locale(card.locale):
        words = render_template(
            "reach/_welcome.html",
            centre=centre,
            name=card.name,
            address_lines=[card.name, *card.address.splitlines()],
            written_on=long_day(today(), card.locale),
            your_details=external("/your-details/"),
            council=current_authority(),
        )
    return _in_language(card.locale, words)


def _in_language(locale: str, words: str) -> tuple[str, str, Markup]:
    return locale.replace("_", "-"), direction(locale), Markup(words)  # noqa: S704 -- our own template, which escaped  # nosec B704


@bp.post(LETTER)
@roles(*OUTREACH)
@commits
def post_letter(centre_id: int, letter_id: int) -> ResponseReturnValue:
    """Keep that the letter was posted."""
    centre_or_404(centre_id)
    made = letter_of(centre_id, letter_id)
    if made is None or known_one(centre_id, made.family_id, today()) is None:
        abort(HTTPStatus.NOT_FOUND)
    actions.posted(made, current_actor(), today())
    return redirect(url_for("reach.family", centre_id=centre_id, family_id=made.family_id), HTTPStatus.SEE_OTHER)


# ---- letters of notice


@bp.get("/notices")
@roles(*NOTICE_READERS)
def notices() -> str:
    """Show of how many families, centre by centre, the notice is due; their names only once the letters are made."""
    return _notices()


def _notices(fault: str = "") -> str:
    found = unnoticed(today())
    return render_template(
        "reach/notices.html",
        rows=_by_centre(found),
        number=len(found),
        form=_offered(NoticesForm(formdata=None), found),
        may_change=has_role(*NOTICES),
        fault=fault,
    )


def _by_centre(found: Sequence[Unnoticed]) -> list[tuple[str, int, int, int]]:
    """Give name, letters due, the longest wait in days, and letters without an address of each centre."""
    rows = []
    for name in sorted({each.centre for each in found}):
        those = [each for each in found if each.centre == name]
        longest = max((today() - each.since).days for each in those)
        rows.append((name, len(those), longest, sum(not each.address for each in those)))
    return rows


def _offered(form: NoticesForm, found: Sequence[Unnoticed]) -> NoticesForm:
    names = sorted({(each.centre, each.centre_id) for each in found})
    form.centre.choices = [
        SelectChoice("", "Every centre’s"),
        *(SelectChoice(str(number), name) for name, number in names),
    ]
    return form


@bp.post("/notices/print")
@roles(*NOTICES)
@commits
def print_notices() -> ResponseReturnValue:
    """Make the letters that are due, a page each, and show them to be printed."""
    form = _offered(NoticesForm(), unnoticed(today()))
    if not form.accepted():
        return _notices("Choose a centre from the list"), HTTPStatus.UNPROCESSABLE_ENTITY
    made = actions.make_notices(int(form.centre.data) if form.centre.data else None, current_actor(), today())
    return render_template(
        "reach/notices_print.html",
        letters=[_notice(each, token) for each, token in made if each.address],
        families=" ".join(str(each.family_id) for each, _ in made if each.address),
        without=sum(not each.address for each, _ in made),
        form=PostedForm(formdata=None),
    )


def _notice(to: Unnoticed, token: str) -> tuple[str, str, Markup]:
    with force_locale(to.locale):
        words = render_template(
            "reach/_notice.html",
            to=to,
            address_lines=[to.name, *to.address],
            written_on=long_day(today(), to.locale),
            own_link=external(f"/your-details/{token}"),
            council=current_authority(),
        )
    return _in_language(to.locale, words)


@bp.post("/notices/posted")
@roles(*NOTICES)
@commits
def notices_posted() -> ResponseReturnValue:
    """Keep that these letters were posted: the days of notice begin."""
    form = PostedForm()
    if not form.accepted():
        return _notices("Make the letters again: what was sent names no families"), HTTPStatus.UNPROCESSABLE_ENTITY
    named = set(form.numbers())
    number = actions.notices_posted(named, current_actor(), today())
    if number:
        letters = "1 letter was" if number == 1 else f"{number} letters were"
        flash(f"{letters} posted today. Their days of notice begin.", "success")
    if before := len(named) - number:
        letters = "1 letter was" if before == 1 else f"{before} letters were"
        flash(f"{letters} marked as posted already, or not due any more. Nothing was changed there.")
    return redirect(url_for("reach.notices"), HTTPStatus.SEE_OTHER)
