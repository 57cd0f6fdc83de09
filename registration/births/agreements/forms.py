"""What is asked of an agreement: where births come from, its terms, who signed it, why it ends, when it is looked at again."""

from dataclasses import asdict
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from registration.births.agreements.rules import (
    ITEMS,
    Frequency,
    Notice,
    Origin,
    Signature,
    Terms,
    places_to_sign,
)
from registration.births.agreements.rules.items import NEEDED, in_order
from registration.births.agreements.rules.review import LONGEST, REVIEW_YEARS
from registration.births.agreements.rules.signing import PlaceToSign
from registration.births.agreements.rules.template import NOTICE_DAYS
from registration.births.agreements.wording import FREQUENCIES, NOTICES, ORIGINS
from registration.common.forms import Form
from registration.rota.forms.fields import DayField
from registration.rota.forms.people import reads

LONGEST_NAME, LONGEST_TEXT = 160, 4000
MOST_KEPT, MOST_NOTICE = 3660, 90


def _whole(least: int, most: int) -> Any:  # noqa: ANN401 -- WTForms is untyped
    def read(text: str) -> int:
        """Read days; ValueError is raised for anything else and outside the limits."""
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise ValueError(text)
        return int(text)

    return reads(read, f"Enter a whole number of days from {least} to {most}")


def _at_most(letters: int) -> Length:
    return Length(max=letters, message=f"This must be {letters} letters or fewer")


def _name(sentence: str) -> list[Any]:
    return [DataRequired(sentence), _at_most(LONGEST_NAME)]


def _text(sentence: str) -> list[Any]:
    return [DataRequired(sentence), _at_most(LONGEST_TEXT)]


class OriginForm(Form):
    """Where the births come from."""

    origin = RadioField(
        "Who is to send births?",
        [InputRequired("Choose who is to send births")],
        choices=[SelectChoice(origin.value, words) for origin, words in ORIGINS.items()],
    )

    def usable(self) -> bool:
        """Say whether somebody chose; it is asked by GET."""
        return bool(self.validate())  # type: ignore[no-untyped-call]


class TermsForm(Form):
    """The terms of an agreement; `seen` is the mark of the draft as it was shown."""

    seen = HiddenField()
    origin = HiddenField(validators=[AnyOf([each.value for each in Origin])])
    provider = StringField("Who sends", _name("Enter who sends the details, by its full name"))
    provider_contact = StringField(
        "Whom to ask there", _name("Enter whom to ask there: a role, a telephone number or an email address")
    )
    source = StringField(
        "Short name of its files",
        [
            DataRequired("Enter a short name for its files, like calderdale-chis"),
            Regexp(
                r"[a-z0-9](-?[a-z0-9])*\Z", message="Use small letters, digits and hyphens only, like calderdale-chis"
            ),
            Length(max=40, message="This must be 40 letters or fewer"),
        ],
        description="Files are brought in under this name. Small letters, digits and hyphens, like calderdale-chis.",
    )
    recipient = StringField("Who receives", _name("Enter who receives the details, by its full name"))
    recipient_contact = StringField(
        "Whom to ask there", _name("Enter whom to ask at the council: a role, a telephone number or an email address")
    )
    purpose = TextAreaField("What it is for", _text("Say what the details are for"))
    items = SelectMultipleField(
        "What is shared of each birth", choices=[SelectChoice(name, item.words) for name, item in ITEMS.items()]
    )
    numbers_only = BooleanField("Only numbers of births by area, and nothing of any family")
    lawful_basis = TextAreaField("Lawful basis", _text("Say on what lawful basis"))
    gateway = TextAreaField("Power or duty to share", _text("Say by which power or duty it is shared"))
    frequency = SelectField("How often", choices=[SelectChoice(each.value, said) for each, said in FREQUENCIES.items()])
    method = TextAreaField("How it is sent, and encrypted", _text("Say how it is sent and encrypted"))
    access_roles = TextAreaField("Who may see it", _text("Say who may see it"))
    retention_days = StringField(
        "Days until it is deleted",
        [DataRequired("Enter after how many days who a family is, is deleted"), _whole(1, MOST_KEPT)],
        description="Counted from the day a file came.",
    )
    notice = SelectField(
        "Who tells families beforehand", choices=[SelectChoice(each.value, said) for each, said in NOTICES.items()]
    )
    notice_days = StringField(
        "Days from the council’s letter until the centre is told",
        [InputRequired("Enter how many days a family has to object"), _whole(0, MOST_NOTICE)],
        description=f"Where the council writes: the time a family has to object, at least 1 day, better {NOTICE_DAYS}.",
    )
    starts_on = DayField("First day", [InputRequired("Enter its first day")])
    review_on = DayField("Reviewed by", [InputRequired("Enter the day by which it is reviewed")])
    ends_on = DayField("Last day (optional; empty: until somebody ends it)", [Optional()])
    other_terms = TextAreaField("What else is agreed (optional)", [_at_most(LONGEST_TEXT)])

    def validate_items(self, field: SelectMultipleField) -> None:
        """Refuse nothing at all, items beside numbers only, and items without the date of birth; raises ValidationError."""
        if bool(field.data) == bool(self.numbers_only.data):
            raise ValidationError("Choose what is shared, or tick that only numbers are, not both")
        if field.data and NEEDED not in field.data:
            raise ValidationError("The baby’s date of birth must be among them: nothing can be used without it")

    def validate_notice_days(self, field: StringField) -> None:
        """Refuse a letter that leaves a family no day to object; raises ValidationError."""
        if self.notice.data == Notice.BY_LETTER and (field.data or "").strip() == "0":
            raise ValidationError(f"A family needs at least 1 day to object after a letter, better {NOTICE_DAYS}")

    def validate_review_on(self, field: DayField) -> None:
        """Refuse a review before the beginning, and one years away; raises ValidationError."""
        first = self.starts_on.data
        if not (first and field.data):
            return
        if field.data <= first:
            raise ValidationError("The review must be after the first day")
        if field.data - first > LONGEST:
            raise ValidationError(f"The review must be within {REVIEW_YEARS} years of the first day")

    def validate_ends_on(self, field: DayField) -> None:
        """Refuse an end before the beginning; raises ValidationError."""
        if self.starts_on.data and field.data and field.data < self.starts_on.data:
            raise ValidationError("The last day must not be before the first")

    def to_terms(self) -> Terms:
        """Give what was typed, once the form is accepted."""
        lines = ("purpose", "lawful_basis", "gateway", "method", "access_roles", "other_terms")
        names = ("source", "provider", "provider_contact", "recipient", "recipient_contact")
        return Terms(
            **{name: _lines(self[name].data) for name in lines},
            **{name: " ".join(self[name].data.split()) for name in names},
            origin=Origin(self.origin.data),
            items=in_order(self.items.data or ()),
            frequency=Frequency(self.frequency.data),
            retention_days=int(self.retention_days.data.strip()),
            notice=Notice(self.notice.data),
            notice_days=int(self.notice_days.data.strip()),
            starts_on=self.starts_on.data,
            review_on=self.review_on.data,
            ends_on=self.ends_on.data,
        )

    @classmethod
    def showing(cls, terms: Terms, seen: str = "") -> "TermsForm":
        """Give the form with terms filled in."""
        return cls(formdata=None, data=asdict(terms) | {"seen": seen, "numbers_only": not terms.items})


def _lines(text: str | None) -> str:
    """Give a text with one line break between paragraphs and none around."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in (text or "").splitlines())))


class InForceForm(Form):
    """Who signed the agreement in which place, and when; `seen` is its mark as it was shown."""

    seen = HiddenField()
    name_0 = StringField("Name", [_at_most(LONGEST_NAME)])
    day_0 = DayField("Signed on", [Optional()])
    name_1 = StringField("Name", [_at_most(LONGEST_NAME)])
    day_1 = DayField("Signed on", [Optional()])
    name_2 = StringField("Name", [_at_most(LONGEST_NAME)])
    day_2 = DayField("Signed on", [Optional()])
    name_3 = StringField("Name", [_at_most(LONGEST_NAME)])
    day_3 = DayField("Signed on", [Optional()])

    def places(self, origin: Origin) -> list[tuple[PlaceToSign, StringField, DayField]]:
        """Give each place to sign with its two boxes."""
        return [
            (place, self[f"name_{number}"], self[f"day_{number}"])
            for number, place in enumerate(places_to_sign(origin))
        ]

    def signed(self, origin: Origin, sides: dict[str, str], today: date) -> list[Signature] | None:
        """Give who signed, None where a place is filled in by halves, by someone of tomorrow, or empty and needed.

        What is wrong becomes the sentence of its box. `sides` are the names of the two sides.
        """
        found = []
        for place, name, day in self.places(origin):
            who = f"the {place.role} of {sides[place.party]}"
            said = " ".join((name.data or "").split())
            if not name.errors and not said and (place.needed or day.data):
                name.errors = (f"Enter the name of {who}",)
            if not day.errors and day.data is None and (place.needed or said):
                day.errors = (f"Enter the day on which {who} signed",)
            if day.data is not None and day.data > today:
                day.errors = ("The day of signing must be today or in the past",)
            if said and day.data is not None:
                found.append(Signature(place.party, said, place.role, day.data))
        return None if any(box.errors for _, *boxes in self.places(origin) for box in boxes) else found


class EndForm(Form):
    """Why an agreement ends."""

    why = StringField("Why does it end?", [DataRequired("Say why it ends"), _at_most(300)])


class ReviewForm(Form):
    """When a reviewed agreement is looked at next."""

    review_on = DayField("Next review by", [InputRequired("Enter the day of the next review")])
