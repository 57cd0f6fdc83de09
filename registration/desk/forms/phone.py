"""What is asked on the telephone, all on one page: the questions of the journey in the order a caller answers them."""

import re
from datetime import date, datetime
from secrets import token_urlsafe

from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, ValidationError

from registration.booking.forms.base import LONGEST_TEXT, NO, YES, YES_NO, OneOf, at_most, offered
from registration.booking.forms.needs import LONGEST_POSTCODE, OFFER, language_choices, language_name
from registration.booking.queries import moment
from registration.booking.rules.attendance import Attending, MotherMustCome, who_must_come
from registration.booking.rules.deadline import LegalStatus, legal_status
from registration.booking.rules.journey import ENGLISH, SIGN_LANGUAGE, Answers, Interpreter
from registration.booking.rules.requests import MOST_BABIES, BookRequest
from registration.centres.queries import locate
from registration.centres.rules import canonical_postcode
from registration.common.clock import today
from registration.common.forms import Form
from registration.common.i18n import LANGUAGES
from registration.common.links import digest
from registration.desk.extra import centre_choices
from registration.desk.forms.booking import ReachFamily
from registration.desk.forms.extra import TimeOrExtra
from registration.desk.forms.joining import JOINS, Joining
from registration.desk.rules.seeking import coming_day, past_day
from registration.families.rules import SHARING_WORDING

_COMING = (
    (Attending.MOTHER.value, "The mother"),
    (Attending.OTHER_PARENT.value, "The father or second parent"),
    (Attending.BOTH.value, "Both"),
)
_BABIES = tuple((str(number), str(number)) for number in range(1, MOST_BABIES + 1))
_BETWEEN_DATES = re.compile(r"\s*(?:[,;&+]|\band\b)\s*", re.IGNORECASE)
LONGEST_BORN, LONGEST_TOKEN = 120, 200


class Questions(Form):
    """What decides how long, where and by when: everything before a time is chosen."""

    born = StringField("Date of birth", [DataRequired("Enter the date of birth"), at_most(LONGEST_BORN)])
    babies = SelectField("Babies", choices=offered(_BABIES), default="1")
    district = OneOf("Born in our district?", "Choose where the baby was born", YES_NO, default=YES)
    married = OneOf("Married or civil partners at the birth?", "Choose whether they were married", YES_NO)
    both_named = OneOf("If not, both on the certificate?", "Choose whether both are to be named", YES_NO, default=YES)
    attending = OneOf("Who is coming?", "Choose who is coming", _COMING)
    language = SelectField("Language", validate_choice=False)
    interpreter = BooleanField("With an interpreter")
    step_free = BooleanField("A place without steps")
    needs = StringField("Anything else that helps", [at_most(LONGEST_TEXT)])
    postcode = StringField("Postcode", [at_most(LONGEST_POSTCODE)])
    centre = SelectField("Only at", validate_choice=False)
    not_before = StringField("Not before", [at_most(LONGEST_POSTCODE)])
    hold = StringField(validators=[at_most(LONGEST_TOKEN)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        languages = [(code, language_name(code)) for code in (ENGLISH, SIGN_LANGUAGE)]
        self.language.choices = offered([*languages, *language_choices()])
        self.centre.choices = offered([("", "any centre"), *centre_choices(today())])
        self.language.data = self.language.data or ENGLISH

    def validate_born(self, _field: StringField) -> None:
        """Ask for days that can be registered here; ValidationError is raised."""
        births = self._births()
        if not births:
            raise ValidationError("Enter the date of birth, like 19/11/2026; of several babies with a comma between")
        if max(births) > today():
            raise ValidationError("Date of birth must be today or in the past")
        if legal_status(min(births), today()) is LegalStatus.RG_AUTHORITY:
            raise ValidationError(
                "Born more than 12 months ago: this needs the Registrar General’s authority. Pass the call to a registrar."
            )

    def validate_attending(self, _field: OneOf) -> None:
        """Refuse who cannot register this birth (1953 Act s.10); ValidationError is raised."""
        try:
            who_must_come(self.answers.parents)
        except MotherMustCome:
            raise ValidationError("The mother must come if only she is to be on the certificate") from None

    def validate_language(self, field: SelectField) -> None:
        """Refuse what is not in the list; ValidationError is raised."""
        if field.data not in {choice[0] for choice in field.iter_choices()}:
            raise ValidationError("Choose a language from the list")

    def validate_interpreter(self, field: BooleanField) -> None:
        """Ask into which language; ValidationError is raised."""
        if field.data and self.language.data == ENGLISH:
            raise ValidationError("Choose the language the interpreter is for")

    def validate_postcode(self, field: StringField) -> None:
        """Refuse one that does not exist; none is needed. ValidationError is raised."""
        if (field.data or "").strip() and locate(field.data) is None:
            raise ValidationError("We cannot find this postcode. Check it, or leave it empty.")

    def validate_not_before(self, field: StringField) -> None:
        """Refuse what is no day; ValidationError is raised."""
        if (field.data or "").strip() and coming_day(field.data, today()) is None:
            raise ValidationError("Enter a day, like 1/12, or leave it empty")

    def _births(self) -> tuple[date, ...]:
        written = [part for part in _BETWEEN_DATES.split((self.born.data or "").strip()) if part]
        days = [past_day(part, today()) for part in written]
        if not days or None in days or len(days) > MOST_BABIES:
            return ()
        count = int(self.babies.data) if self.babies.data in dict(_BABIES) else 1
        found = [day for day in days if day is not None]
        return tuple(sorted(found + found[-1:] * (count - len(found))))

    def _postcode(self) -> str:
        try:
            return canonical_postcode(self.postcode.data or "")
        except ValueError:
            return ""

    @property
    def earliest(self) -> date:
        """Give the first day a family can come."""
        return coming_day(self.not_before.data or "", today()) or today()

    @property
    def answers(self) -> Answers:
        """Give what was answered as the journey knows it."""
        married = self.married.data == YES
        return Answers(
            born_in_district=self.district.data == YES,
            births=self._births(),
            married=married,
            both_named=married or self.both_named.data != NO,
            attending=Attending(self.attending.data) if self.attending.data in dict(_COMING) else None,
            language=str(self.language.data),
            interpreter=Interpreter.ARRANGE if self.interpreter.data else None,
            access_needs=(self.needs.data or "").strip(),
            step_free=bool(self.step_free.data),
            postcode=self._postcode(),
        )


class _UnlessAsked(OneOf):
    """A question that need not be asked: nothing said is a no."""

    def pre_validate(self, form: Form) -> None:
        """Take silence for a no, and refuse what is no choice of ours; StopValidation is raised."""
        self.data = self.data or NO
        super().pre_validate(form)


class PhoneBooking(Questions, ReachFamily, Joining, TimeOrExtra):
    """The questions answered, a time chosen, and how the family is reached. `once` is drawn anew with each page."""

    time = StringField("Time")
    join = _UnlessAsked(JOINS, "Choose whether they want to join", YES_NO, default=NO)
    asked = StringField(validators=[at_most(LONGEST_TOKEN)])  # the centre that the question on sharing named
    other_family = BooleanField("This is another family: book them")
    once = StringField(default=lambda: token_urlsafe(12), validators=[at_most(LONGEST_TOKEN)])

    @property
    def wanted(self) -> tuple[int, datetime] | None:
        """Give the centre and start on the button that is chosen; None where it is no time of the list."""
        found = OFFER.fullmatch(str(self["time"].data or ""))
        return (int(found[1]), moment(int(found[2]))) if found else None

    @property
    def place(self) -> int | None:
        """Give the centre of the time that is chosen, from the list or outside the rota; None while none is."""
        if self.wants_extra:
            return int(self.extra_centre.data) if (self.extra_centre.data or "").isdecimal() else None
        return self.wanted[0] if self.wanted else None

    @property
    def request(self) -> BookRequest:
        """Give what is to be booked, but for the hold, once the form is accepted."""
        answers, contact, key = self.answers, self.contact, digest(f"telephone {self.once.data}")
        steps = "Needs a place without steps." if answers.step_free else ""
        return BookRequest(
            hold="",
            parents=answers.parents,
            name=contact.name,
            email=contact.email,
            mobile=contact.mobile,
            second_contact=contact.second_contact,
            letter_address=contact.letter_address,
            language=answers.language,
            locale=answers.language if answers.language in LANGUAGES else ENGLISH,
            access_needs="\n".join(filter(None, (steps, answers.access_needs))),
            share=self.share.data == YES,
            wording_version=SHARING_WORDING,
            born_in_district=answers.born_in_district is True,
            channel="telephone",
            key=(key, key),
            sign_up=self.sign_up,
            postcode=answers.postcode or None,
        )
