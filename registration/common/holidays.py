"""Bank holidays of England and Wales: the one place that knows govuk-bank-holidays."""

from collections.abc import Mapping
from datetime import date
from functools import cache


@cache
def bank_holidays() -> Mapping[date, str]:
    """Give the bank holidays and their names as GOV.UK published them with the package, substitute days included.

    Nothing is asked over the network. A year the package does not know yet has none.
    """
    from govuk_bank_holidays.bank_holidays import BankHolidays  # only where it is asked for: it loads an HTTP client

    calendar = BankHolidays(use_cached_holidays=True)  # type: ignore[no-untyped-call]
    known = calendar.get_holidays(BankHolidays.ENGLAND_AND_WALES)  # type: ignore[no-untyped-call]
    return {holiday["date"]: holiday["title"] for holiday in known}
