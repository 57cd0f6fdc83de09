"""What is asked of a family that comes without an appointment: as little as the booking itself needs."""

from datetime import date
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp, ValidationError

from registration.booking.forms.base import NO, YES, YES_NO, OneOf, as_kept, at_most, offered, passes, their_name
from registration.booking.forms.contact import LONGEST_EMAIL, LONGEST_MOBILE
from registration.booking.forms.needs import OFFER, language_choices, language_name
from registration.booking.queries import moment
from registration.booking.queries.walk_ins import Start
from registration.booking.rules.attendance import Attending, Parents
from registration.booking.rules.requests import MOST_BABIES, BookRequest
from registration.common import contacts
from registration.common.clock import civil_date, today
from registration.common.dates import CivilDateField
from registration.common.forms import Form
from registration.common.links import digest
from registration.families.rules import MOST_NAME, SHARING_WORDING

_WHO = (
    (Attending.MOTHER.value, "The mother"),
    (Attending.OTHER_PARENT.value, "The father or second parent"),
    (Attending.BOTH.value, "Both parents"),
)


class _UnlessMarried(OneOf):
    """A question whose answer the law gives for parents who are married or civil partners: both are named."""

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401 -- WTForms' own signature
        """Ask only the others."""
        if form.married.data == YES:
            self.data = YES
        super().pre_validate(form)


class WalkIn(Form):
    """A family that stands at the centre. `page` is drawn anew with each page, so that sending it twice books once."""

    page = HiddenField(
        default=lambda: token_urlsafe(12), validators=[Regexp(r"[\w-]{16}\Z", message="Open the page again")]
    )
    born = CivilDateField("When was the baby born?", missing="Enter the date of birth", noun="Date of birth")
    babies = SelectField("How many babies?", choices=offered([(str(n), str(n)) for n in range(1, MOST_BABIES + 1)]))
    district = OneOf("Was the baby born in our district?", "Choose where the baby was born", YES_NO)
    married = OneOf(
        "Were the parents married to, or in a civil partnership with, each other at the birth?",
        "Choose whether the parents were married or civil partners",
        YES_NO,
    )
    both_named = _UnlessMarried(
        "If not: are both parents to be on the birth certificate?", "Choose who is to be named", YES_NO
    )
    attending = OneOf("Who is here?", "Choose who is here", _WHO)
    language = SelectField("Language")
    interpreter = BooleanField("An interpreter is needed, which takes longer")
    name = StringField(
        "Full name",
        [DataRequired("Enter a name"), Length(max=MOST_NAME, message="The name is too long"), passes(their_name)],
    )
    mobile = StringField("Mobile number (optional)", [at_most(LONGEST_MOBILE), passes(contacts.mobile)])
    email = StringField("Email address (optional)", [at_most(LONGEST_EMAIL), passes(contacts.email)])
    share = OneOf("May the centre have their details?", "Choose what the family said", YES_NO)
    time = RadioField("Time", validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = offered([("en", language_name("en")), *language_choices()])

    def validate_born(self, field: CivilDateField) -> None:
        """Refuse a day to come; ValidationError is raised."""
        if field.data and field.data > today():
            raise ValidationError("Date of birth must be today or in the past")

    def validate_mobile(self, field: StringField) -> None:
        """Ask how to reach a family whose appointment is another day: it could not be told of a change; ValidationError."""
        reached = (field.data or "").strip() or (self.email.data or "").strip()
        chosen = OFFER.fullmatch(str(self.time.data or ""))
        if chosen and not reached and civil_date(self.start.at) != today():
            raise ValidationError("Enter a mobile number or an email address: the appointment is not today")

    def validate_time(self, field: RadioField) -> None:
        """Refuse what no button of ours says; ValidationError is raised."""
        if not OFFER.fullmatch(str(field.data or "")):
            raise ValidationError("Choose a time")

    @property
    def births(self) -> tuple[date, ...]:
        """Give one date of birth for each baby; of a newborn while none is typed."""
        count = self.babies.data if self.babies.data in {str(n) for n in range(1, MOST_BABIES + 1)} else "1"
        return (self.born.data if self.born.data and self.born.data <= today() else today(),) * int(count)

    @property
    def start(self) -> Start:
        """Give the centre and time that were chosen, once the form is accepted."""
        centre_id, minute = str(self.time.data).split(".")
        return Start(int(centre_id), moment(int(minute)))

    def request(self) -> BookRequest:
        """Give what is to be booked, once the form is accepted."""
        written = "|".join(str(field.data) for field in self if field.name != "csrf_token")
        return BookRequest(
            hold="",
            parents=Parents(self.married.data == YES, self.both_named.data != NO, Attending(self.attending.data)),
            name=" ".join(self.name.data.split()),
            email=as_kept(contacts.email, self.email.data) or None,
            mobile=as_kept(contacts.mobile, self.mobile.data) or None,
            second_contact=None,
            language=str(self.language.data),
            locale="en",
            access_needs="",
            share=self.share.data == YES,
            wording_version=SHARING_WORDING,
            born_in_district=self.district.data == YES,
            channel="walk_in",
            key=(digest(f"walk-in {self.page.data}"), sha256(written.encode()).digest()),
        )
