"""What a family says of itself at the centre: the least that is needed to write to it, call it, or make visiting easier."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from registration.booking.forms.base import (
    LONGEST_TEXT,
    NO,
    YES,
    YES_NO,
    OneOf,
    as_kept,
    at_most,
    offered,
    passes,
    their_name,
)
from registration.booking.forms.contact import LONGEST_EMAIL, LONGEST_MOBILE, PREFERENCES
from registration.booking.forms.needs import language_choices, language_name
from registration.booking.rules.requests import MOST_BABIES, SignUp
from registration.centres.memory import Home
from registration.centres.rules import canonical_postcode
from registration.common import contacts
from registration.common.clock import today
from registration.common.dates import CivilDateField
from registration.common.forms import Form
from registration.families.rules import MOST_NAME, FamilyDetails
from registration.reach.members.actions import Newcomer
from registration.reach.members.queries import COLUMNS
from registration.reach.outreach.queries import OLDEST_DAYS
from registration.rota.forms.people import reads

LONGEST_HEADING = 60


class ShareForm(Form):
    """May the centre have a family’s details: all that is asked of one that says no."""

    share = OneOf("May the centre have their details?", "Choose what the family said", YES_NO)


class FamilyForm(ShareForm):
    """A family at the centre: may the centre have its details, who it is, how it is reached, and whether it joins."""

    same = RadioField("Is it the same family?", choices=offered(YES_NO), validate_choice=False)
    name = StringField(
        "Full name",
        [DataRequired("Enter a name"), Length(max=MOST_NAME, message="The name is too long"), passes(their_name)],
    )
    born = CivilDateField("When was the baby born?", missing="Enter the date of birth", noun="Date of birth")
    babies = SelectField("Babies born", choices=offered([(str(n), str(n)) for n in range(1, MOST_BABIES + 1)]))
    language = SelectField("Language")
    mobile = StringField("Mobile number (optional)", [at_most(LONGEST_MOBILE), passes(contacts.mobile)])
    email = StringField("Email address (optional)", [at_most(LONGEST_EMAIL), passes(contacts.email)])
    address = TextAreaField("Address (optional)", [at_most(LONGEST_TEXT)])
    postcode = StringField("Postcode (optional)", [reads(canonical_postcode, "Enter a full postcode, like HX1 1UJ")])
    join = OneOf("Do they join the centre now?", "Choose whether they join", YES_NO)
    preference = SelectField(
        "How should the centre contact them?", choices=offered(list(PREFERENCES.items())), validate_choice=False
    )
    visit_needs = TextAreaField("Anything that would make visiting easier (optional)", [at_most(LONGEST_TEXT)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = offered([("en", language_name("en")), *language_choices()])

    def accepted(self, extra: Mapping[str, Any] | None = None) -> bool:
        """Say whether every answer is usable. A no to sharing counts alone, whatever stands in the other boxes."""
        if self.share.data == NO:
            return ShareForm().accepted()
        return super().accepted(extra)

    def validate_born(self, field: CivilDateField) -> None:
        """Refuse a day to come; ValidationError is raised."""
        if field.data and field.data > today():
            raise ValidationError("Date of birth must be today or in the past")

    def validate_postcode(self, field: StringField) -> None:
        """Ask for it where an address is given; ValidationError is raised."""
        if (self.address.data or "").strip() and not (field.data or "").strip():
            raise ValidationError("Enter the postcode of the address")

    def validate_address(self, field: TextAreaField) -> None:
        """Ask for it where a family joins; ValidationError is raised."""
        if self.join.data == YES and not (field.data or "").strip():
            raise ValidationError("Enter their address")

    def validate_preference(self, field: SelectField) -> None:
        """Ask for a way to reach a family that joins which it gave; ValidationError is raised."""
        needed = {"text": self.mobile, "phone": self.mobile, "email": self.email}.get(str(field.data))
        if self.join.data == YES and needed is not None and not (needed.data or "").strip():
            raise ValidationError(f"Enter their {'email address' if needed is self.email else 'mobile number'}")

    @property
    def shares(self) -> bool:
        """Say whether the family lets the centre have its details."""
        return bool(self.share.data == YES)

    @property
    def place(self) -> str:
        """Give the postcode as it is kept, '' where none was given."""
        return as_kept(canonical_postcode, self.postcode.data)

    def read(self, home: Home) -> Newcomer:
        """Give the family, living in this reach area, once the form is accepted."""
        lines = [line for line in ((self.address.data or "").strip(), self.place) if line]
        address = "\n".join(lines)
        births: tuple[date, ...] = (self.born.data,) * int(self.babies.data)
        details = FamilyDetails(
            name=" ".join(self.name.data.split()),
            births=births,
            email=as_kept(contacts.email, self.email.data) or None,
            mobile=as_kept(contacts.mobile, self.mobile.data) or None,
            second_contact=None,
            language=str(self.language.data),
            locale="en",
            interpreter=False,
            access_needs="",
            letter_address=address or None,
            postcode=self.place or None,
            home_centre_id=home.centre_id,
            imd_decile=home.imd_decile,
        )
        wish = SignUp(address, str(self.preference.data), (self.visit_needs.data or "").strip())
        return Newcomer(details, wish if self.join.data == YES else None)


def young_enough(_form: Form, field: CivilDateField) -> None:
    """Refuse a family that is no new one of a centre, its child being five or older; ValidationError is raised."""
    if field.data and field.data <= today() - timedelta(days=OLDEST_DAYS):
        raise ValidationError("The child must be under five: a centre is for families with younger children")


class ExportForm(Form):
    """How the columns are headed that a centre’s own system takes; one left empty is left out, but for our key."""

    def headings(self) -> dict[str, str]:
        """Give the heading of each column that is wanted, by our name."""
        said = {name: (self[name].data or "").strip() for name in COLUMNS}
        return {name: heading for name, heading in said.items() if heading}


def _once(form: Form, field: StringField) -> None:
    """Refuse a heading that another column has; ValidationError is raised."""
    said = [(form[name].data or "").strip().casefold() for name in COLUMNS]
    own = (field.data or "").strip().casefold()
    if own and said.count(own) > 1:
        raise ValidationError("Two columns have this heading. Give each its own")


_NEEDED = {"key": [DataRequired("Enter a heading for our key: by it a family is known when the file comes back")]}
for _name, _heading in COLUMNS.items():
    _checks = [*_NEEDED.get(_name, ()), at_most(LONGEST_HEADING), _once]
    setattr(ExportForm, _name, StringField(_heading, _checks, default=_heading))
