"""How to reach a family, and what the centre may know of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from registration.booking.forms.base import (
    LONGEST_TEXT,
    NO,
    YES,
    YES_NO,
    OneOf,
    StepForm,
    as_kept,
    at_most,
    offered,
    own_name,
    passes,
    yes_or_no,
)
from registration.booking.rules.journey import Answers
from registration.common import contacts
from registration.families.rules import MOST_NAME
from registration.families.tell_once.queries import asked_about

LONGEST_EMAIL, LONGEST_MOBILE = 320, 40
#: How a centre may contact a family that joins; stored by the key.
PREFERENCES = {"text": _l("Text message"), "email": _l("Email"), "phone": _l("Phone call"), "letter": _l("Letter")}


class Contact(StepForm):
    """A name to call the family by, and an e-mail address or a mobile number; both are never required."""

    name = StringField(
        _l("Full name"),
        [
            DataRequired(_l("Enter your full name")),
            Length(max=MOST_NAME, message=_l("Your name must be %(max)d letters or fewer")),
            passes(own_name),
        ],
    )
    email = StringField(_l("Email address"), [at_most(LONGEST_EMAIL), passes(contacts.email)])
    mobile = StringField(_l("Mobile number"), [at_most(LONGEST_MOBILE), passes(contacts.mobile)])
    second_contact = StringField(
        _l("Email or mobile of someone else to tell (optional)"), [at_most(LONGEST_EMAIL), passes(contacts.contact)]
    )

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answers given before."""
        return {field: getattr(answers, field) for field in ("name", "email", "mobile", "second_contact")}

    def validate_email(self, field: StringField) -> None:
        """Ask for one of the two; ValidationError is raised."""
        if not (field.data or "").strip() and not (self.mobile.data or "").strip():
            raise ValidationError(_("Enter an email address or a mobile number"))

    def answer(self, answers: Answers) -> Answers:
        """Note them in their usual form."""
        return replace(
            answers,
            name=" ".join(self.name.data.split()),
            email=as_kept(contacts.email, self.email.data),
            mobile=as_kept(contacts.mobile, self.mobile.data),
            second_contact=as_kept(contacts.contact, self.second_contact.data),
        )


class Share(StepForm):
    """May the centre have the family's details: a choice that must be made, and neither is made for them."""

    share = OneOf("", _l("Choose yes if the centre may have your details"), YES_NO)

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answer given before."""
        return {"share": yes_or_no(answers.share)}

    def answer(self, answers: Answers) -> Answers:
        """Note it."""
        share = self.share.data == YES
        return replace(answers, share=share, tell_of=tuple(each.id for each in asked_about()) if share else ())


class Tell(StepForm):
    """Shall other services be told too: asked of a family that said yes to the centre, and never a condition of anything."""

    tell = OneOf("", _l("Choose yes if we shall tell them"), YES_NO)

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answer given before."""
        return {"tell": yes_or_no(answers.tell)}

    def answer(self, answers: Answers) -> Answers:
        """Note it."""
        return replace(answers, tell=self.tell.data == YES)


class Join(StepForm):
    """Joining the centre now, which is never a condition of anything. "Not now" needs nothing filled in."""

    address = TextAreaField(_l("Your address"), [at_most(LONGEST_TEXT)])
    preference = OneOf(_l("How should the centre contact you?"), _l("Choose how the centre should contact you"))
    visit_needs = TextAreaField(_l("Anything that would make visiting easier (optional)"), [at_most(LONGEST_TEXT)])
    join = StringField()

    def prepare(self, answers: Answers) -> None:  # noqa: ARG002 -- the base's own signature
        """List the ways to be contacted."""
        self.preference.choices = offered(list(PREFERENCES.items()))

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answers given before."""
        return {
            "address": answers.address,
            "preference": answers.contact_preference or None,
            "visit_needs": answers.visit_needs,
        }

    @property
    def declined(self) -> bool:
        """Say whether the family pressed "Not now"."""
        return bool(self.join.data == NO)

    def accepted(self, extra: Mapping[str, Any] | None = None) -> bool:
        """Say whether it was sent and can be used; "Not now" always can."""
        return (bool(self.is_submitted()) and self.declined) or super().accepted(extra)  # type: ignore[no-untyped-call]

    def validate_address(self, field: TextAreaField) -> None:
        """Ask for it; ValidationError is raised."""
        if not (field.data or "").strip():
            raise ValidationError(_("Enter your address"))

    def answer(self, answers: Answers) -> Answers:
        """Note the wish, or that there is none now."""
        if self.declined:
            return replace(answers, join=False, address="", contact_preference="", visit_needs="")
        return replace(
            answers,
            join=True,
            address=self.address.data.strip(),
            contact_preference=str(self.preference.data),
            visit_needs=(self.visit_needs.data or "").strip(),
        )


class Check(StepForm):
    """The last page: nothing is asked but to look. `seen` says what was on the page when the button was pressed."""

    seen = StringField()
