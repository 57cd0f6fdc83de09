"""Where and when the baby was born, and who the parents are to each other."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import FieldList, HiddenField
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from registration.booking.forms.base import NO, YES, YES_NO, OneOf, StepForm, offered, yes_or_no
from registration.booking.rules.attendance import Attending
from registration.booking.rules.deadline import LegalStatus, legal_status
from registration.booking.rules.journey import Answers, CallInstead, End, mother_is_missing, papers_wanted
from registration.booking.rules.requests import MOST_BABIES
from registration.centres.queries import district_choices
from registration.centres.rules import BirthPlaces
from registration.common.authority import current_authority
from registration.common.clock import today
from registration.common.dates import PARTS, CivilDateField

#: A child of two years is hardly ever registered late: the year is mistyped. From twelve months on the family is asked to call.
OLDEST = timedelta(days=731)
#: Twins are born within a day or two; weeks apart happens (delayed interval delivery), a mistyped month far more often.
USUALLY_TOGETHER = timedelta(days=7)
HOME, OTHER_PLACE, ABROAD = "home", "england-or-wales", "abroad"


class WhereBorn(StepForm):
    """Which registration district the birth belongs to: that of the birth, not of the home."""

    place = OneOf(_l("Where was your baby born?"), _l("Choose where your baby was born"))

    def prepare(self, answers: Answers) -> None:  # noqa: ARG002 -- the base's own signature
        """List the hospitals inside and outside, and the other places."""
        self.place.choices = offered([(item["value"], item["text"]) for item in place_items() if "value" in item])

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the place answered before."""
        return {"place": answers.place or None}

    def answer(self, answers: Answers) -> Answers:
        """Note the place and whether it is in our district; CallInstead outside England and Wales."""
        chosen = str(self.place.data)
        if chosen == ABROAD:
            raise CallInstead(End.ABROAD)
        ours = {_value(place.id) for place in district_choices().inside}
        return replace(answers, place=chosen, born_in_district=chosen in ours or chosen.startswith(HOME))


def _value(place_id: int) -> str:
    return f"place-{place_id}"


def place_items() -> list[dict[str, Any]]:
    """List the answers to "where was your baby born" for the page: inside, outside, elsewhere."""
    known = district_choices()
    ours = [district.name for district in known.districts] or [current_authority().district]
    inside = [{"value": _value(place.id), "text": place.name} for place in known.inside]
    homes = [
        {"value": f"{HOME}-{number}", "text": _("At home or somewhere else in %(district)s", district=name)}
        for number, name in enumerate(ours, 1)
    ]
    outside = [
        {
            "value": _value(place.id),
            "text": place.name,
            "hint": _("in the district of %(district)s", district=place.district.name),
        }
        for place in known.outside
    ]
    elsewhere = [
        {"value": OTHER_PLACE, "text": _("Somewhere else in England or Wales")},
        {"value": ABROAD, "text": _("Scotland, Northern Ireland or another country")},
    ]
    return [*inside, *homes, {"divider": _("Outside %(district)s", district=ours[0])}, *outside, *elsewhere]


def district_of(place: str, known: BirthPlaces) -> str:
    """Name the registration district of a known place outside ours; empty where it is not known."""
    return next((card.district.name for card in known.outside if _value(card.id) == place), "")


class OtherDistrict(StepForm):
    """The page that says what is different for a birth in another district; it asks nothing."""

    def answer(self, answers: Answers) -> Answers:
        """Note that it was explained."""
        return replace(answers, explained=True)


def not_in_the_future(_form: Any, field: Any) -> None:  # noqa: ANN401 -- WTForms is untyped
    """Refuse a birth that has not happened; ValidationError is raised."""
    if field.data and field.data > today():
        raise ValidationError(_("Date of birth must be today or in the past"))


def not_long_ago(_form: Any, field: Any) -> None:  # noqa: ANN401 -- WTForms is untyped
    """Refuse a birth of a year that must be mistyped; ValidationError is raised."""
    if field.data and field.data < today() - OLDEST:
        field.wrong = ("year",)
        raise ValidationError(_("Check the year"))


class Entries(FieldList):
    """A list of fields that reads only the numbers we gave them: born-0, born-1 ...

    `too_many`: more were sent than it takes.
    """

    too_many = False

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ANN401 -- WTForms' own signature
        """Read the entries, and note whether there are more than are taken."""
        super().process(formdata, data, extra_filters)  # type: ignore[no-untyped-call]
        self.too_many = len(set(self._extract_indices(self.name, formdata or {}))) > MOST_BABIES

    def _extract_indices(self, prefix: str, formdata: Mapping[str, Any]) -> Iterator[int]:
        """Give the numbers of the entries that were sent; anything else that a name may hold is no entry of ours."""
        for name in formdata:
            found = re.fullmatch(rf"{re.escape(prefix)}-([0-9]{{1,2}})(-.*)?", name, re.ASCII | re.DOTALL)
            if found is not None:
                yield int(found[1])


def call_for_more() -> str:
    """Say that more babies than one page takes are booked by telephone."""
    number, telephone = MOST_BABIES, current_authority().telephone
    return _(
        "You can book for up to %(number)d babies here. For more, call %(telephone)s.",
        number=number,
        telephone=telephone,
    )


def _written(births: Collection[date]) -> str:
    return ",".join(born.isoformat() for born in sorted(births))


def _name_babies(field: Entries) -> None:
    """Begin each sentence with the baby whose date it is about, as the page numbers them."""
    for number, entry in enumerate(field, 1):
        entry.errors = tuple(
            _("Baby %(number)d: %(problem)s", number=number, problem=problem) for problem in entry.errors
        )
    field.errors = tuple(entry.errors for entry in field)


class Babies(StepForm):
    """The date of birth of each baby born together; the earliest governs."""

    born = Entries(  # type: ignore[no-untyped-call]
        CivilDateField(
            _l("When was your baby born?"),
            [not_in_the_future, not_long_ago],
            missing=_l("Enter your baby’s date of birth"),
            noun=_l("Date of birth"),
        ),
        min_entries=1,
        max_entries=MOST_BABIES,
    )
    checked = HiddenField()  # dates far apart that the family was asked to check

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the dates answered before."""
        return {"born": list(answers.births), "checked": _written(answers.births)}

    def validate_born(self, field: Entries) -> None:
        """Refuse more babies than the page takes, and ask once to check dates that are far apart.

        What is wrong with one date of several names the baby: the same sentence may stand there twice.
        """
        if field.errors:
            if len(field) > 1:
                _name_babies(field)
            return
        said = call_for_more() if field.too_many else self._to_check([entry.data for entry in field])
        if said:
            field[-1].errors, field[-1].wrong = [said], PARTS
            field.errors = tuple(entry.errors for entry in field)

    def _to_check(self, births: Collection[date]) -> str:
        apart = max(births) - min(births)
        if apart <= USUALLY_TOGETHER or self.checked.data == _written(births):
            return ""
        self.checked.data = _written(births)
        return ngettext(
            "These dates are %(num)d day apart. Check them. If they are right, continue.",
            "These dates are %(num)d days apart. Check them. If they are right, continue.",
            apart.days,
        )

    def resize(self, add: str | None, remove: str | None) -> bool:
        """Add a baby or take one away as a button asked; say whether one did. What is typed stays."""
        if add is None and remove is None:
            return False
        entries = self.born.entries
        if add is not None and len(entries) < MOST_BABIES:
            self.born.append_entry()  # type: ignore[no-untyped-call]
        elif remove is not None and len(entries) > 1:
            entries[:] = [entry for number, entry in enumerate(entries) if str(number) != remove]
        for number, entry in enumerate(entries):
            entry.id = entry.name = f"{self.born.name}-{number}"
            entry.errors, entry.process_errors, entry.wrong = [], [], ()  # nothing is wrong yet: they are not done
        return True

    def answer(self, answers: Answers) -> Answers:
        """Note the dates, the earliest first; CallInstead more than twelve months after it (1953 Act s.7)."""
        births = tuple(sorted(entry.data for entry in self.born))
        if legal_status(births[0], today()) is LegalStatus.RG_AUTHORITY:
            raise CallInstead(End.TWELVE_MONTHS)
        return replace(answers, births=births)


class Married(StepForm):
    """The one thing about the parents that the law makes the difference (1953 Act s.10; Legitimacy Act 1976)."""

    married = OneOf(
        _l("Were you married to each other, or in a civil partnership, when your baby was born?"),
        _l("Choose yes if you were married or in a civil partnership with each other"),
        YES_NO,
    )

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answer given before."""
        return {"married": yes_or_no(answers.married)}

    def answer(self, answers: Answers) -> Answers:
        """Note it."""
        return replace(answers, married=self.married.data == YES)


class BothParents(StepForm):
    """Whether unmarried parents are both to be named."""

    both = OneOf(
        _l("Do you want both parents on the birth certificate?"),
        _l("Choose yes if you want both parents on the birth certificate"),
        ((YES, _l("Yes, both parents")), (NO, _l("No, only the mother"))),
    )

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answer given before."""
        return {"both": yes_or_no(answers.both_named)}

    def answer(self, answers: Answers) -> Answers:
        """Note it."""
        return replace(answers, both_named=self.both.data == YES)


class Coming(StepForm):
    """Who is coming to the appointment."""

    who = OneOf(
        _l("Who is coming to the appointment?"),
        _l("Choose who is coming"),
        (
            (Attending.MOTHER.value, _l("The mother")),
            (Attending.OTHER_PARENT.value, _l("The father or second parent")),
            (Attending.BOTH.value, _l("Both parents")),
        ),
    )

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answer given before."""
        return {"who": answers.attending and answers.attending.value}

    def answer(self, answers: Answers) -> Answers:
        """Note it."""
        return replace(answers, attending=Attending(self.who.data))


BOTH_COME, BRING_PAPERS, ONLY_MOTHER, MOTHER_COMES, NAME_BOTH = "both", "papers", "only-mother", "mother", "name-both"


class Papers(StepForm):
    """What to do when the one who comes cannot register alone as the family wants: asked before any time is shown."""

    plan = OneOf(_l("What would you like to do?"), _l("Choose what you would like to do"))

    def prepare(self, answers: Answers) -> None:
        """Offer the ways this family has."""
        together = (BOTH_COME, _l("Both parents will come together"))
        papers = (BRING_PAPERS, _l("Bring one of these papers to the appointment"))
        if mother_is_missing(answers):
            named = (NAME_BOTH, _l("Put both parents on the birth certificate"))
            self.plan.choices = offered([(MOTHER_COMES, _l("The mother will come")), together, named])
        elif answers.attending is Attending.MOTHER:
            alone = (ONLY_MOTHER, _l("Put only the mother on the birth certificate"))
            self.plan.choices = offered([together, papers, alone])
        else:
            self.plan.choices = offered([together, papers])

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answer given before."""
        return {"plan": BRING_PAPERS if answers.papers and papers_wanted(answers) else None}

    def answer(self, answers: Answers) -> Answers:
        """Change who comes or who is named, or note that papers will be brought."""
        changes: dict[str, dict[str, Any]] = {
            BOTH_COME: {"attending": Attending.BOTH},
            BRING_PAPERS: {"papers": True},
            ONLY_MOTHER: {"both_named": False},
            MOTHER_COMES: {"attending": Attending.MOTHER},
            NAME_BOTH: {"both_named": True},
        }
        return replace(answers, **changes[str(self.plan.data)])
