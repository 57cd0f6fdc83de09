"""The list of families a centre should call on, one family with its log, and who waits too long at each centre."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from registration.booking.forms.needs import language_name
from registration.centres.rules import CentreCard
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import now, today
from registration.common.contacts import as_read
from registration.common.transaction import commits, undo
from registration.families.rules import Ruling
from registration.reach.frame import LARGEST, MOST_FAMILIES, bp, centre_or_404, centres_seen
from registration.reach.known.queries import target_of
from registration.reach.outreach.actions import MayNotKnow, NotTakenBack, TakenBackAlready, log_contact, take_back
from registration.reach.outreach.forms import MOST_CONTACTS, USUAL, ContactForm, QuickContact, TakeBack, since_birth
from registration.reach.outreach.queries import Card, Entry, known_one, known_to, outreach, written_today
from registration.reach.outreach.rules import RESULTS, ROUTES, Why
from registration.staff.queries import names_of
from registration.staff.rules import OUTREACH, OUTREACH_READERS

#: Families shown at once: a morning's calls. As they are written down, the next follow.
AT_ONCE = 40
CENTRE = f"/<int(max={LARGEST}):centre_id>"
FAMILY = f"{CENTRE}/families/<int(max={MOST_FAMILIES}):family_id>"
WHYS = {
    Why.NEXT_STEP: "Next step is due",
    Why.TO_TAKE_IN: "Asked to join",
    Why.NOT_CONTACTED: "Not contacted yet",
    Why.NOT_COMING: "Joined, not coming",
}
BASES = {
    "said_yes": "said yes to the centre having their details",
    "said_yes_earlier": "said yes to the centre having their details",
    "joined": "joined the centre",
    "under_agreement": "live birth data, under the data sharing agreement",
}


def basis_words(entry: Entry) -> str:
    """Say why a centre may know a family: one that only asked to join has not joined."""
    asked = entry.card.basis is Ruling.JOINED and entry.standing.joined_on is None
    return "asked to join the centre" if asked else BASES[entry.card.basis]


def reach_of(card: Card) -> str:
    """Say how a family is reached, as far as the centre may know."""
    ways = [as_read(card.mobile) if card.mobile else "", card.email, ", ".join(card.address.splitlines())]
    return "; ".join(way for way in ways if way)


def day_words(card: Card) -> str:
    """Say when a family’s babies were born."""
    return ", ".join(f"{day:%-d %b %Y}" for day in sorted(set(card.born)))


@bp.get(f"{CENTRE}/outreach")
@roles(*OUTREACH_READERS)
def outreach_list(centre_id: int) -> str:
    """Show whom to call on next, with a button for each way of doing so."""
    return _list(centre_or_404(centre_id))


def _list(card: CentreCard, fault: str = "", refused: tuple[int, QuickContact] | None = None) -> str:
    """Draw the list; `refused` is a family’s number with what was sent from its row, which the row keeps."""
    entries, whole = outreach(card.id, today()), "all" in request.args
    needed = next((n for n, each in enumerate(entries, 1) if refused and each.card.family_id == refused[0]), 0)
    return render_template(
        "reach/outreach.html",
        centre=card,
        entries=entries if whole else entries[: max(AT_ONCE, needed)],
        number=len(entries),
        whole="" if whole else None,
        whys=WHYS,
        routes=ROUTES,
        results=RESULTS,
        usual=USUAL,
        language_name=language_name,
        written=_written(card),
        before=request.args.get("before", type=int),
        target=target_of(card.id),
        late=sum(each.row.overdue for each in entries if each.row),
        form=refused[1] if refused else None,
        bare=QuickContact(formdata=None),
        refused=refused[0] if refused else None,
        may_change=has_role(*OUTREACH),
        fault=fault,
        reach_of=reach_of,
        day_words=day_words,
    )


def _back_to_list(centre_id: int, family_id: int | None, written: int | None = None) -> ResponseReturnValue:
    """Go back to a family in the list, which is as long as it was; above it stands what was just `written` down."""
    whole = "" if "all" in request.args else None
    before = family_id if written else None
    anchor = f"f-{family_id}" if family_id else None
    there = url_for(
        "reach.outreach_list", centre_id=centre_id, all=whole, written=written, before=before, _anchor=anchor
    )
    return redirect(there, HTTPStatus.SEE_OTHER)


@bp.post(f"{FAMILY}/contact")
@roles(*OUTREACH)
@commits
def quick_contact(centre_id: int, family_id: int) -> ResponseReturnValue:
    """Write down a contact from the list, and go on with the next family."""
    card, form = centre_or_404(centre_id), QuickContact()
    if not form.accepted():
        return _not_written(card, family_id, form), HTTPStatus.UNPROCESSABLE_ENTITY
    following = _following(centre_id, family_id)
    try:
        made = log_contact(centre_id, family_id, form.to_try(today()), current_actor(), now())
    except MayNotKnow as refusal:
        undo()
        return _list(card, refusal.sentence), HTTPStatus.CONFLICT
    return _back_to_list(centre_id, following, made)


def _not_written(card: CentreCard, family_id: int, form: QuickContact) -> str:
    """Draw the list with what is wrong, in the family’s row where it is on the list."""
    entry = known_one(card.id, family_id, today())
    if entry is None or entry.row is None:
        return _list(card, next(str(fault) for faults in form.errors.values() for fault in faults))
    form.refused(entry.card.family_id, entry.card.name)
    return _list(card, refused=(entry.card.family_id, form))


@dataclass(frozen=True, slots=True)
class Written:
    """The contact that was just written down, as the next page says it and offers to take it back."""

    id: int
    family_id: int
    name: str
    said: str


def _written(card: CentreCard) -> Written | None:
    """Give the contact that ?written= names, where who looks wrote it down today and the family may still be known."""
    number = request.args.get("written", type=int)
    made = written_today(card.id, number, current_actor(), today()) if number and number <= MOST_CONTACTS else None
    entry = known_one(card.id, made.family_id, today()) if made else None
    if made is None or entry is None:
        return None
    return Written(made.id, made.family_id, entry.card.name, f"{ROUTES[made.route]}, {RESULTS[made.result]}")


@bp.post(f"{FAMILY}/contact/take-back")
@roles(*OUTREACH)
@commits
def take_contact_back(centre_id: int, family_id: int) -> ResponseReturnValue:
    """Strike out the contact that was just written down, and go back to the family in the list."""
    centre_or_404(centre_id)
    form = TakeBack()
    if not form.accepted():
        abort(HTTPStatus.BAD_REQUEST)
    try:
        take_back(centre_id, family_id, int(form.contact.data), current_actor(), today())
        flash("Taken back.")
    except TakenBackAlready as refusal:
        flash(refusal.sentence)
    except NotTakenBack as refusal:
        flash(refusal.sentence, "error")
    return _back_to_list(centre_id, family_id)


def _following(centre_id: int, family_id: int) -> int | None:
    """Give the family after this one on the list, where the keyboard goes on."""
    numbers = [each.card.family_id for each in outreach(centre_id, today())]
    after = numbers[numbers.index(family_id) + 1 :] if family_id in numbers else []
    return next(iter(after), None)


def entry_or_404(centre_id: int, family_id: int) -> Entry:
    """Give a family as the centre may know it; 404 where it may not, as if there were none such."""
    entry = known_one(centre_id, family_id, today())
    if entry is None:
        abort(HTTPStatus.NOT_FOUND)
    return entry


@bp.get(FAMILY)
@roles(*OUTREACH_READERS)
def family(centre_id: int, family_id: int) -> str:
    """Show one family with its log, and what may be done for it."""
    card = centre_or_404(centre_id)
    return family_page(card, entry_or_404(centre_id, family_id))


def family_page(card: CentreCard, entry: Entry, form: ContactForm | None = None, fault: str = "") -> str:
    """Draw the page of one family."""
    actors = {int(each.by.partition(":")[2]) for each in entry.log if each.by.startswith("staff:")}
    names = {f"staff:{number}": name for number, name in names_of(actors).items()}
    return render_template(
        "reach/family.html",
        centre=card,
        entry=entry,
        card=entry.card,
        whys=WHYS,
        basis=basis_words(entry),
        language=language_name(entry.card.language),
        written=_written(card),
        routes=ROUTES,
        results=RESULTS,
        names=names,
        form=form or ContactForm(formdata=None, on=today()),
        bare=TakeBack(formdata=None),
        may_change=has_role(*OUTREACH),
        fault=fault,
        mobile=as_read(entry.card.mobile) if entry.card.mobile else "",
        born=day_words(entry.card),
    )


@bp.post(FAMILY)
@roles(*OUTREACH)
@commits
def write_contact(centre_id: int, family_id: int) -> ResponseReturnValue:
    """Write down a contact with all that is kept of it."""
    card, entry, form = centre_or_404(centre_id), entry_or_404(centre_id, family_id), ContactForm()
    if not form.accepted({"on": [since_birth(entry.card.born)]}):
        return family_page(card, entry, form), HTTPStatus.UNPROCESSABLE_ENTITY
    made = log_contact(centre_id, family_id, form.to_try(), current_actor(), now())
    there = url_for("reach.family", centre_id=centre_id, family_id=family_id, written=made)
    return redirect(there, HTTPStatus.SEE_OTHER)


@bp.get("/waiting")
@roles("rota_manager", "administrator", "auditor")
def waiting() -> str:
    """Show, centre by centre, how many families were not contacted within the days that were promised."""
    rows = []
    for card in centres_seen():
        found = known_to(card.id, today())
        late = [each for each in found if each.row and each.row.overdue]
        longest = max(((today() - each.standing.since).days for each in late), default=0)
        rows.append((card, len(found), len(late), longest, target_of(card.id).contact_days))
    return render_template("reach/waiting.html", rows=rows)


def for_centre_workers() -> Markup:
    """Say on the first page how many families wait at each of a centre worker’s own centres; nothing for other roles."""
    if not has_role("centre_worker"):
        return Markup()
    rows = []
    for card in centres_seen():
        waiting_there = [each.row for each in outreach(card.id, today()) if each.row]
        rows.append((card, len(waiting_there), sum(row.overdue for row in waiting_there)))
    if not rows:
        return Markup()
    return Markup(render_template("reach/first.html", rows=rows))  # noqa: S704 -- our own template, which escaped  # nosec B704
