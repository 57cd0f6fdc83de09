"""What a form says where the library that reads it has only a sentence for programmers: ours, in the page's language."""

from flask_babel import lazy_gettext as _l

_OTHER = _l("This cannot be used. Check it and try again.")
_CHOICE = _l("Choose one of those offered")
_WHOLE_NUMBER, _NUMBER = _l("Enter a whole number"), _l("Enter a number")
_DATE, _TIME = _l("Enter a real date"), _l("Enter a time, like 9:30am")
#: By the sentence of WTForms (of several, the one for a single thing), which the field's own message goes before.
_OURS = {
    "This field is required.": _l("Fill this in"),
    "Field must be at least %(min)d character long.": _l("This must be %(min)d letters or more"),
    "Field cannot be longer than %(max)d character.": _l("This must be %(max)d letters or fewer"),
    "Number must be at least %(min)s.": _l("Enter %(min)s or more"),
    "Number must be at most %(max)s.": _l("Enter %(max)s or less"),
    "Number must be between %(min)s and %(max)s.": _l("Enter a number from %(min)s to %(max)s"),
    "Not a valid choice.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOICE,
    "'%(value)s' is not a valid choice for this field.": _CHOICE,
    "Not a valid integer value.": _WHOLE_NUMBER,
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
    "Not a valid date value.": _DATE,
    "Not a valid datetime value.": _DATE,
    "Not a valid time value.": _TIME,
}


class Sentences:
    """Stands where WTForms asks for its own sentences in another language."""

    def gettext(self, theirs: str) -> str:
        """Give ours for one of theirs; for one we do not know, that the answer cannot be used."""
        return str(_OURS.get(theirs, _OTHER))

    def ngettext(self, single: str, _several: str, _number: int) -> str:
        """Give ours whatever the number: it is said in a way that fits every one."""
        return self.gettext(single)
