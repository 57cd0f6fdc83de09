"""What a family would rather have than the appointment it has."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectMultipleField
from wtforms.validators import InputRequired, ValidationError

from registration.booking.forms.base import OneOf
from registration.booking.rules.wishes import Wish
from registration.centres.rules import CentreCard
from registration.common.forms import Form

EARLIER, ELSEWHERE, ANY = "earlier", "elsewhere", "any"


class WaitFor(Form):
    """An earlier day, or another centre; at which centres."""

    wish = OneOf(
        _l("What would suit you better?"),
        _l("Choose what would suit you better"),
        (
            (EARLIER, _l("An appointment on an earlier day")),
            (ELSEWHERE, _l("An appointment at another centre, even if it is later")),
        ),
    )
    centres = SelectMultipleField(
        _l("Where could you come?"),
        choices=[],
        validators=[InputRequired(_l("Choose at least one centre, or any centre"))],
        validate_choice=False,
    )

    def prepare(self, cards: Iterable[CentreCard], own: int) -> "WaitFor":
        """Offer these centres, and any; `own` is where the appointment is now."""
        self.own = own
        self.known = {str(card.id) for card in cards}
        named = [SelectChoice(str(card.id), card.name) for card in cards]
        self.centres.choices = [*named, SelectChoice(ANY, _("Any centre"))]
        return self

    @classmethod
    def shown(cls, wish: Wish | None) -> "WaitFor":
        """Give the form as a family filled it in; one that waits for nothing yet, with an earlier day at any centre."""
        if wish is None:
            return cls(formdata=None, wish=EARLIER, centres=[])
        chosen = [ANY] if wish.centre_ids is None else [str(number) for number in sorted(wish.centre_ids)]
        return cls(formdata=None, wish=EARLIER if wish.earlier else ELSEWHERE, centres=chosen)

    def validate_centres(self, field: SelectMultipleField) -> None:
        """Refuse what is no centre of ours, and for another centre the one it has alone; ValidationError is raised."""
        chosen = set(field.data or ())
        if not chosen <= self.known | {ANY}:
            raise ValidationError(_("Choose at least one centre, or any centre"))
        if self.wish.data == ELSEWHERE and chosen == {str(self.own)}:
            raise ValidationError(_("Your appointment is at this centre already. Choose another one as well."))

    @property
    def chosen(self) -> Wish:
        """Give what was chosen, once the form is accepted."""
        chosen = set(self.centres.data or ())
        centres = None if ANY in chosen else frozenset(map(int, chosen))
        return Wish(self.wish.data == EARLIER, centres)
