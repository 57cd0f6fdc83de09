"""The sentences that carry a decision of the rules to a family, in the language of the page or message."""

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.units import format_unit
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registration.booking.rules.attendance import Attending, Bring, Parents, WhoMustCome, what_to_bring, who_must_come
from registration.common.authority import current_authority
from registration.common.clock import london, today
from registration.common.i18n import text_direction
from registration.common.times import spoken
from registration.families.wording import DETAILS_IN_WORDS

_WHO = {
    WhoMustCome.BOTH_PARENTS: _l("Both parents must come together, so that both are on the birth certificate."),
    WhoMustCome.MOTHER: _l("The mother must come."),
    WhoMustCome.MOTHER_WITH_PAPERS: _l(
        "The mother must come, with one of the papers below. Without it, only the mother can be on the birth certificate, "
        "unless both parents come together."
    ),
    WhoMustCome.OTHER_PARENT_WITH_PAPERS: _l(
        "The father or second parent must come, with one of the papers below. Without it, the mother must come too."
    ),
}
_EITHER = {
    Attending.BOTH: _l("One of you must come. You may both come if you like."),
    Attending.MOTHER: _l("One of you must come. You told us it will be the mother."),
    Attending.OTHER_PARENT: _l("One of you must come. You told us it will be the father or second parent."),
}
_BRING = {
    Bring.PAPERS: _l("one of these: %(papers)s"),
    Bring.IDENTITY: _l("photo ID for each parent who comes, such as a passport or driving licence, if you have one"),
    Bring.ADDRESS: _l("something with your address on it, such as a bill or a bank letter"),
    Bring.MARRIAGE_CERTIFICATE: _l("your marriage or civil partnership certificate, if you have it"),
    Bring.RED_BOOK: _l("your baby’s red book"),
    Bring.CARD: _l("a bank card if you want to buy birth certificates, %(fee)s each"),
}


def who_must_come_sentence(parents: Parents) -> str:
    """Say who has to be there."""
    return _who_sentence(str(get_locale()), parents)


@lru_cache(maxsize=256)
def _who_sentence(_locale: str, parents: Parents) -> str:
    """Remember the sentence in each language: a booking says it on the page, in its message and in its calendar file."""
    who = who_must_come(parents)
    return str(_EITHER[parents.attending] if who is WhoMustCome.EITHER_PARENT else _WHO[who])


def papers() -> list[str]:
    """List the papers with which one parent can come for both (1953 Act s.10)."""
    return [
        _("a statutory declaration of parentage signed by the other parent"),
        _("a parental responsibility agreement"),
        _("a court order about parental responsibility"),
    ]


def bring_sentences(parents: Parents, *, declaration: bool) -> list[str]:
    """List what to bring, what matters most first."""
    fee = current_authority().certificate_fee
    things = what_to_bring(parents, declaration=declaration)
    return [_bring_sentence(str(get_locale()), thing, fee) for thing in things]


@lru_cache(maxsize=256)
def _bring_sentence(_locale: str, thing: Bring, fee: str) -> str:
    """Remember each sentence in each language, as above."""
    sentence = str(_BRING[thing])
    if thing is Bring.PAPERS:
        return sentence % {"papers": "; ".join(papers())}
    return sentence % {"fee": fee} if thing is Bring.CARD else sentence


def with_commas(words: Iterable[str]) -> str:
    """Write a list with the comma of the page's script: "step-free, parking", in Urdu with ،."""
    return ("، " if text_direction() == "rtl" else ", ").join(words)


def details_in_words(names: Iterable[str]) -> str:
    """List what of a family's details goes to somebody: "your name, your mobile number"."""
    return with_commas(str(DETAILS_IN_WORDS[name]) for name in names)


def long_day(day: date) -> str:
    """Write a day as it is spoken: Thursday 31 December 2026."""
    return format_date(day, "EEEE d MMMM y", locale=get_locale())


def short_day(day: date) -> str:
    """Write a day for a list: Tue 24 November."""
    return format_date(day, "EEE d MMMM", locale=get_locale())


def weekday_and_day(day: date) -> str:
    """Write a day of this year: Thursday 31 December."""
    return format_date(day, "EEEE d MMMM", locale=get_locale())


def day_and_month(day: date) -> str:
    """Write a day without its weekday: 19 November; one of another year with it, 22 November 2025."""
    return format_date(day, "d MMMM" if day.year == today().year else "d MMMM y", locale=get_locale())


def clock_time(moment: datetime) -> str:
    """Write a time of day as people say it: 9:30am, midday; in other languages as they write it."""
    return time_of_day(london(moment).time())


def time_of_day(at: time) -> str:
    """Write a time on an English clock the same way."""
    locale = get_locale()
    if locale is not None and locale.language != "en":
        return format_time(at, "short", locale=locale).replace(" ", "\N{NO-BREAK SPACE}")
    return spoken(at)


def clock_time_to_the_second(moment: datetime) -> str:
    """Write a time of day with its seconds: 9:42:15am; in other languages as they write it."""
    locale = get_locale()
    pattern = "h:mm:ssa" if locale is None or locale.language == "en" else "medium"
    return format_time(london(moment), pattern, locale="en_GB" if pattern != "medium" else locale)


def day_and_time(moment: datetime) -> str:
    """Write when an appointment is: Tuesday 24 November at 9:30am."""
    return _("%(day)s at %(time)s", day=weekday_and_day(london(moment).date()), time=clock_time(moment))


def minutes_in_words(minutes: int) -> str:
    """Write a number of minutes with the word for them: 8 minutes, 8 minut."""
    return format_unit(minutes, "duration-minute", "long", locale=get_locale() or "en")


def days_from_now(days: int) -> str:
    """Say how far a day is: today, tomorrow, 39 days from now."""
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return ngettext("%(num)d day from now", "%(num)d days from now", days)
