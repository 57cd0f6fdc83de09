"""The form of a service that is told of new families."""

from collections.abc import Iterable

from flask import current_app
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from registration.common.forms import Form
from registration.families.tell_once.rules import (
    ITEMS,
    KIND_TITLES,
    MOST_NAME,
    MOST_URL,
    WAY_TITLES,
    Kind,
    ServiceSaid,
    Way,
    check_url,
)


def _at_most(letters: int) -> Length:
    return Length(max=letters, message=f"This must be {letters} letters or fewer")


class ServiceForm(Form):
    """A service: what it is called, how it is told, what it gets."""

    name = StringField(
        "Name",
        [DataRequired("Enter what families call the service"), _at_most(MOST_NAME)],
        description="Families read it in the question: Halifax Library.",
    )
    kind = RadioField(
        "What is it?",
        [InputRequired("Choose what it is")],
        choices=[SelectChoice(kind.value, title) for kind, title in KIND_TITLES.items()],
    )
    centre = SelectField("Which centre?", default="", validate_choice=False)
    way = RadioField(
        "How is it told?",
        [InputRequired("Choose how it is told")],
        choices=[SelectChoice(way.value, title) for way, title in WAY_TITLES.items()],
    )
    url = StringField("Address of the webhook", [_at_most(MOST_URL)])
    items = SelectMultipleField(
        "What does it get?", choices=[SelectChoice(name, title) for name, title in ITEMS.items()]
    )
    active = BooleanField("It is told now")

    def offer(self, centres: Iterable[tuple[int, str]]) -> "ServiceForm":
        """Offer these centres by their numbers."""
        rows = [SelectChoice(str(number), name) for number, name in centres]
        self.centre.choices = [SelectChoice("", "No centre"), *rows]
        return self

    def validate_centre(self, field: SelectField) -> None:
        """Ask for one where it is a centre; raises ValidationError."""
        offered = {choice[0] for choice in field.iter_choices()} - {""}
        if self.kind.data == Kind.CENTRE and field.data not in offered:
            raise ValidationError("Choose which centre it is")

    def validate_url(self, field: StringField) -> None:
        """Ask for a usable address where it is told by webhook; raises ValidationError."""
        if self.way.data == Way.WEBHOOK:
            try:
                check_url((field.data or "").strip(), demonstration=current_app.config["DEMO"])
            except ValueError as error:
                raise ValidationError(str(error)) from None

    def validate_items(self, field: SelectMultipleField) -> None:
        """Ask for at least one thing it gets; raises ValidationError."""
        if not field.data:
            raise ValidationError("Choose at least one thing it gets")

    def said(self) -> ServiceSaid:
        """Give what was said, once the form is accepted."""
        kind, way = Kind(self.kind.data), Way(self.way.data)
        return ServiceSaid(
            name=" ".join(self.name.data.split()),
            kind=kind,
            centre_id=int(self.centre.data) if kind is Kind.CENTRE else None,
            way=way,
            url=(self.url.data or "").strip() if way is Way.WEBHOOK else None,
            items=[name for name in ITEMS if name in self.items.data],
            active=bool(self.active.data),
        )
