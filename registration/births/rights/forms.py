"""Forms of the pages on which a family sees and changes what is held about it."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length, ValidationError

from registration.booking.forms.base import NO, YES, YES_NO, OneOf, as_kept, at_most, own_name, passes
from registration.booking.forms.birth import not_in_the_future, not_long_ago
from registration.booking.forms.contact import LONGEST_EMAIL, LONGEST_MOBILE
from registration.booking.forms.needs import LONGEST_POSTCODE
from registration.centres.queries import locate
from registration.centres.rules import canonical_postcode
from registration.common import contacts
from registration.common.dates import CivilDateField
from registration.common.forms import Form
from registration.families.rules import MOST_NAME, Contact


def _exists(text: str) -> None:
    try:
        found = locate(canonical_postcode(text))
    except ValueError:
        found = None
    if found is None:
        raise ValueError(_("We cannot find this postcode. Check it, or leave it empty."))


class _Answer(Form):
    """A family's answer and its baby's date of birth: the first questions of the page, and so the first in its list of errors."""

    share = OneOf(
        _l("May the children’s centre have your details?"), _l("Choose yes if the centre may have your details"), YES_NO
    )
    born = CivilDateField(
        _l("When was your baby born?"),
        [not_in_the_future, not_long_ago],
        missing=_l("Enter your baby’s date of birth"),
        noun=_l("Date of birth"),
    )


class Correct(Form):
    """What a family is called, where it is reached and where it lives."""

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
    postcode = StringField(_l("Postcode (optional)"), [at_most(LONGEST_POSTCODE), passes(_exists)])

    @property
    def kept_postcode(self) -> str | None:
        """Give the postcode as the post writes it, once the form is accepted; None where none was given."""
        return canonical_postcode(self.postcode.data) if (self.postcode.data or "").strip() else None

    def contact(self, second_contact: str | None, letter_address: str | None) -> Contact:
        """Give the contact in its usual form, once the form is accepted, with what the page does not ask for."""
        return Contact(
            " ".join(self.name.data.split()),
            as_kept(contacts.email, self.email.data) or None,
            as_kept(contacts.mobile, self.mobile.data) or None,
            second_contact,
            letter_address,
        )


class TellUs(_Answer, Correct):
    """A family without a link: its answer, its baby's date of birth, and who it is."""

    def validate_email(self, field: StringField) -> None:
        """Ask for one of the two; ValidationError is raised."""
        if not (field.data or "").strip() and not (self.mobile.data or "").strip():
            raise ValidationError(_("Enter an email address or a mobile number"))

    def validate_postcode(self, field: StringField) -> None:
        """Ask a family that says yes where it lives, for its centre is found by that; ValidationError is raised."""
        if self.share.data == YES and not (field.data or "").strip():
            raise ValidationError(_("Enter your postcode, so that we know which centre is yours"))

    @property
    def shares(self) -> bool:
        """Give the answer, once the form is accepted."""
        return bool(self.share.data != NO)
