"""Bank holidays of England and Wales: the one place that knows govuk-bank-holidays."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Final

#: Christmas Day and New Year's Day are kept by common law and Boxing Day by the Banking and Financial Dealings Act 1971,
#: Schedule 1. GOV.UK names only the substitute where one of them falls on a weekend; the day itself stays a holiday.
BY_NATURE: Final = {(1, 1): "New Year’s Day", (12, 25): "Christmas Day", (12, 26): "Boxing Day"}


@cache
def bank_holidays() -> Mapping[date, str]:
    """Give the bank holidays and their names as GOV.UK published them with the package, substitute days included.

    Christmas Day, Boxing Day and New Year's Day that fall on a weekend are added beside their substitutes.

    Nothing is asked over the network. A year the package does not know yet has none.
    """
    from govuk_bank_holidays.bank_holidays import BankHolidays  # only where it is asked for: it loads an HTTP client

    calendar = BankHolidays(use_cached_holidays=True)  # type: ignore[no-untyped-call]
    known = calendar.get_holidays(BankHolidays.ENGLAND_AND_WALES)  # type: ignore[no-untyped-call]
    published: dict[date, str] = {holiday["date"]: holiday["title"] for holiday in known}
    return _days_themselves({day.year for day in published}) | published


def _days_themselves(years: Iterable[int]) -> dict[date, str]:
    days = {date(year, month, day): name for year in years for (month, day), name in BY_NATURE.items()}
    return {day: f"{name} (the day itself)" for day, name in days.items()}
