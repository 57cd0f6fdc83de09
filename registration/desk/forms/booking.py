"""Forms for what the desk changes of a family's booking, in English only."""

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from registration.booking.forms.base import LONGEST_TEXT, OneOf, as_kept, at_most, passes, their_name
from registration.booking.forms.contact import LONGEST_EMAIL, LONGEST_MOBILE
from registration.common import contacts
from registration.common.forms import Form
from registration.desk.forms.extra import TimeOrExtra
from registration.families.rules import MOST_NAME, Contact

FAMILY, SERVICE = "family", "staff"


class Why(Form):
    """Who wants a change, and why: the family need give no reason, we must."""

    asked = OneOf(
        "Who asked for it?",
        "Choose who asked for it",
        ((FAMILY, "The family"), (SERVICE, "We did, because of something on our side")),
        default=FAMILY,
    )
    why = StringField("Why (needed when we did)", [at_most(LONGEST_TEXT)])

    def validate_why(self, field: StringField) -> None:
        """Ask for the reason of what we change ourselves; ValidationError is raised."""
        if self.asked.data == SERVICE and not (field.data or "").strip():
            raise ValidationError("Say why we change it")

    @property
    def reason(self) -> dict[str, str]:
        """Give what the record keeps of it, once the form is accepted."""
        said = " ".join((self.why.data or "").split())
        given = {"asked by": "the family" if self.asked.data == FAMILY else "us"}
        return given | ({"why": said} if said else {})


class CancelBooking(Why):
    """Who wants a booking cancelled, and why."""


class MoveBooking(TimeOrExtra, Why):
    """Another time for a booking, who wants it, and why."""

    time = StringField("Another time")


class ReachFamily(Form):
    """What a family is called and where it is reached. One that has neither e-mail nor mobile is reached by letter."""

    name = StringField(
        "Name",
        [
            DataRequired("Enter the name of the parent who calls"),
            Length(max=MOST_NAME, message="The name must be %(max)d letters or fewer"),
            passes(their_name),
        ],
    )
    mobile = StringField("Mobile", [at_most(LONGEST_MOBILE), passes(contacts.mobile)])
    email = StringField("Email", [at_most(LONGEST_EMAIL), passes(contacts.email)])
    second_contact = StringField("Someone else to tell", [at_most(LONGEST_EMAIL), passes(contacts.contact)])
    letter_address = TextAreaField("Postal address", [at_most(LONGEST_TEXT)])

    def validate_mobile(self, field: StringField) -> None:
        """Ask for one way to reach the family; ValidationError is raised."""
        if not any((each.data or "").strip() for each in (field, self.email, self.letter_address)):
            raise ValidationError("Enter a mobile number or an email address, or the address for a letter")

    @property
    def contact(self) -> Contact:
        """Give the contact in the forms that are kept, once the form is accepted."""
        return Contact(
            name=" ".join(self.name.data.split()),
            email=as_kept(contacts.email, self.email.data) or None,
            mobile=as_kept(contacts.mobile, self.mobile.data) or None,
            second_contact=as_kept(contacts.contact, self.second_contact.data) or None,
            letter_address=(self.letter_address.data or "").strip() or None,
        )


class CorrectContact(ReachFamily):
    """A family's contact as it should be."""

    tell = BooleanField("Confirm the appointment to each new address")
