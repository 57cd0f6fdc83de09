"""The last pages: may the centre know, joining it, checking everything, booking."""

from typing import Any

from flask import redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.actions.bookings import book
from registration.booking.actions.journeys import Walk, finish, keep_longer, renew
from registration.booking.actions.notices import send_link_again
from registration.booking.actions.refusals import AlreadyBooked
from registration.booking.forms.birth import ABROAD, place_items
from registration.booking.forms.contact import PREFERENCES, Check
from registration.booking.forms.needs import language_name
from registration.booking.queries import appointment_by_id, moment
from registration.booking.rules.journey import Answers, Interpreter, Step, fingerprint
from registration.booking.rules.requests import BookRequest
from registration.booking.views.frame import (
    SESSION_KEY,
    booked_url,
    bp,
    chosen_again,
    facts_for,
    render,
    shown,
    url_of,
    walked,
)
from registration.booking.wording import bring_sentences, day_and_time, long_day, who_must_come_sentence
from registration.centres.memory import centre_asked_about
from registration.centres.queries import centre_card
from registration.centres.rules import CentreCard
from registration.common.access import public
from registration.common.clock import now, today
from registration.common.i18n import current_language
from registration.common.links import digest
from registration.common.transaction import commits, undo
from registration.families.rules import SHARING_WORDING
from registration.families.tell_once.queries import named


def _centre(answers: Answers) -> CentreCard | None:
    return centre_card(answers.kept.centre_id) if answers.kept else None


def _asked_about(answers: Answers) -> CentreCard | None:
    """Give the centre the question names: where the family registers, or a children's centre where that is an office."""
    return centre_asked_about(answers.kept.centre_id, answers.postcode or None, today()) if answers.kept else None


@facts_for(Step.SHARE)
def _share(answers: Answers) -> dict[str, Any]:
    return {"centre": _asked_about(answers)}


@facts_for(Step.JOIN)
def _join(answers: Answers) -> dict[str, Any]:
    return {"centre": _asked_about(answers)}


@facts_for(Step.TELL)
def _tell(answers: Answers) -> dict[str, Any]:
    return {"services": named(answers.tell_of)}


@facts_for(Step.CHECK)
def _check(answers: Answers) -> dict[str, Any]:
    return {
        "groups": _summary(answers),
        "who_must_come": who_must_come_sentence(answers.parents),
        "bring": bring_sentences(answers.parents, declaration=answers.born_in_district is False),
        "seen": fingerprint(answers),
    }


Row = tuple[str, str, Step]


def _yes_no(answer: bool | None) -> str:  # noqa: FBT001 -- the answer itself
    return _("Yes") if answer else _("No")


def _summary(answers: Answers) -> list[tuple[str, list[Row]]]:
    """List everything that was answered under headings: question, answer, and the page to change it on."""
    return [
        (_("Your appointment"), _appointment_rows(answers)),
        (_("Your baby and you"), _birth_rows(answers)),
        (_("How to reach you"), _contact_rows(answers)),
        (_("The centre"), _centre_rows(answers)),
    ]


def _appointment_rows(answers: Answers) -> list[Row]:
    centre, kept = _centre(answers), answers.kept
    when = day_and_time(moment(kept.start)) if kept else ""
    where = ", ".join(part for part in (centre.name, centre.address, centre.postcode) if part) if centre else ""
    return [(_("When and where"), f"{when}\n{where}", Step.TIME)]


def _birth_rows(answers: Answers) -> list[Row]:
    places = {item["value"]: item["text"] for item in place_items() if "value" in item}
    born = "\n".join(long_day(day) for day in answers.births)
    coming = {"mother": _("The mother"), "other_parent": _("The father or second parent"), "both": _("Both parents")}
    rows = [
        (_("Place of birth"), str(places.get(answers.place, places[ABROAD])), Step.WHERE_BORN),
        (_("Date of birth"), born, Step.BABIES),
        (_("Married or civil partners"), _yes_no(answers.married), Step.MARRIED),
    ]
    if not answers.married:
        rows.append((_("Both parents on the certificate"), _yes_no(answers.both_named), Step.BOTH_PARENTS))
    rows.append((_("Who is coming"), coming[answers.parents.attending.value], Step.COMING))
    rows.append((_("Language"), language_name(answers.language), Step.LANGUAGE))
    if answers.interpreter is not None:
        rows.append((_("Interpreter"), _interpreter(answers.interpreter), Step.INTERPRETER))
    needs = [*([_("A place without steps")] if answers.step_free else []), answers.access_needs or ""]
    rows.append((_("To make coming easier"), "\n".join(filter(None, needs)) or _("Nothing"), Step.ACCESS))
    rows.append((_("Postcode"), answers.postcode or _("Not given"), Step.POSTCODE))
    return rows


def _interpreter(answer: Interpreter) -> str:
    words = {
        Interpreter.ARRANGE: _("Please arrange one"),
        Interpreter.BRING: _("We bring an adult who speaks English"),
        Interpreter.NONE: _("Not needed"),
    }
    return words[answer]


def _contact_rows(answers: Answers) -> list[Row]:
    other = _as_dialled(answers.second_contact)
    second = [(_("Also tell"), other, Step.CONTACT)] if other else []
    return [
        (_("Name"), answers.name, Step.CONTACT),
        (_("Email"), answers.email or _("Not given"), Step.CONTACT),
        (_("Mobile"), _as_dialled(answers.mobile) or _("Not given"), Step.CONTACT),
        *second,
    ]


def _as_dialled(number: str) -> str:
    """Write a British mobile number as it is dialled here; anything else stays as it is."""
    return f"0{number[3:7]} {number[7:10]} {number[10:]}" if number.startswith("+447") else number


def _centre_rows(answers: Answers) -> list[Row]:
    asked = _asked_about(answers)
    named = asked.name if asked else ""
    rows = [(_("May %(centre)s have your details?", centre=named), _yes_no(answers.share), Step.SHARE)]
    if answers.share:
        rows.append((_("Join the centre"), _yes_no(answers.join) if answers.join else _("Not now"), Step.JOIN))
    if answers.tell is not None:
        rows.append((_("Tell other services too"), _yes_no(answers.tell), Step.TELL))
    if answers.join:
        rows.append((_("Address"), answers.address, Step.JOIN))
        rows.append((_("Contact by"), str(PREFERENCES[answers.contact_preference]), Step.JOIN))
        rows.append((_("To make visiting easier"), answers.visit_needs or _("Nothing"), Step.JOIN))
    return rows


# -- booking


def _show() -> ResponseReturnValue:
    return shown(Step.CHECK)


def _take() -> ResponseReturnValue:
    """Book what the family saw on the page; show the page anew where something was changed in another tab meanwhile."""
    walk = walked(Step.CHECK)
    if not isinstance(walk, Walk):
        return walk
    form = Check()
    if "keep" in request.form:
        keep_longer(walk, now())
        return chosen_again(Step.CHECK, walk) or render(Step.CHECK, form, walk.answers)
    if form.seen.data != fingerprint(walk.answers):
        return render(Step.CHECK, form, walk.answers, changed_elsewhere=True)
    if not form.accepted() or not renew(walk, now(), longer=True):
        return chosen_again(Step.CHECK, walk) or render(Step.CHECK, form, walk.answers)
    return _booked(walk)


def _booked(walk: Walk) -> ResponseReturnValue:
    try:
        made = book(_request(walk.answers), now())
    except AlreadyBooked as refusal:
        undo()
        return _told_again(refusal)
    finish(walk, made.id)
    return redirect(booked_url(made.public_id))


def _told_again(refusal: AlreadyBooked) -> ResponseReturnValue:
    """Send the family the link of the booking it has, and tell whoever asks nothing of it."""
    live = appointment_by_id(refusal.public_id)
    if live is not None:
        send_link_again(live, now())
    return render_template("booking/journey/already-booked.html", sentence=refusal.sentence, back=url_of(Step.CHECK))


def _request(answers: Answers) -> BookRequest:
    token = digest(str(session[SESSION_KEY]))
    kept = answers.kept
    return BookRequest(
        hold=kept.token if kept else "",
        parents=answers.parents,
        name=answers.name,
        email=answers.email or None,
        mobile=answers.mobile or None,
        second_contact=answers.second_contact or None,
        language=answers.language,
        locale=current_language(),
        access_needs=_needs(answers),
        share=answers.share is True,
        wording_version=SHARING_WORDING,
        born_in_district=answers.born_in_district is True,
        channel="online",
        key=(token, token),
        sign_up=answers.sign_up,
        postcode=answers.postcode or None,
        tell=answers.tell,
        tell_of=answers.tell_of,
    )


def _needs(answers: Answers) -> str:
    """Write for staff, in English, what makes coming easier and who puts it into the family's language."""
    lines = [
        "Needs a place without steps." if answers.step_free else "",
        "Brings an adult who speaks English." if answers.interpreter is Interpreter.BRING else "",
        answers.access_needs or "",
    ]
    return "\n".join(line for line in lines if line)


bp.add_url_rule("/book/check", "check", public(_show), methods=["GET"])
bp.add_url_rule("/book/check", "answer_check", public(commits(_take)), methods=["POST"])
