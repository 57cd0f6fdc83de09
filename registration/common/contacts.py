"""E-mail addresses and mobile numbers as people write them; the one place that knows phonenumbers and email-validator."""

import re

import email_validator
import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

# Only form is checked: an address under .test or .local may well have a mail server behind it, on a council's own network.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

# Ofcom's mobile ranges: 071 to 075 and 077 to 079, and 07624 of the Isle of Man; 070 follows people at a price, 076 pages them.
_BRITISH_MOBILE = re.compile(r"\+447(?:[1-57-9]\d{8}|624\d{6})", re.ASCII)
_MOBILE_TYPES = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


def email(text: str) -> str:
    """Give an e-mail address in its usual form, checked for form only; ValueError has the sentence to show."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True, strict=True)
    except EmailNotValidError:
        raise ValueError(_("Enter an email address in the correct format, like name@example.com")) from None
    return found.normalized


def mobile(text: str) -> str:
    """Give a mobile number as carriers want it, +447700900123; ValueError has the sentence to show."""
    try:
        number = phonenumbers.parse(text.strip(), "GB")
    except phonenumbers.NumberParseException:
        raise ValueError(_not_a_mobile()) from None
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if number.extension or not _takes_texts(number, written):
        raise ValueError(_not_a_mobile())
    return written


def _takes_texts(number: phonenumbers.PhoneNumber, written: str) -> bool:
    if number.country_code == 44:  # noqa: PLR2004 -- Great Britain
        return _BRITISH_MOBILE.fullmatch(written) is not None
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _MOBILE_TYPES


def _not_a_mobile() -> str:
    return _("Enter a mobile number, like 07700 900 982 or +44 7700 900 982")


def contact(text: str) -> str:
    """Give an e-mail address or a mobile number, whichever was written; ValueError has the sentence to show."""
    if "@" in text:
        return email(text)
    try:
        return mobile(text)
    except ValueError:
        raise ValueError(_("Enter an email address or a mobile number")) from None


def as_read(contact: str) -> str:
    """Give a contact as people read it out and dial it: 07700 900123 for a British number; an address stays as it is."""
    if not contact.startswith("+"):
        return contact
    if _BRITISH_MOBILE.fullmatch(contact):  # as below, but at once: nearly every number of a busy day is one
        return f"0{contact[3:7]} {contact[7:]}"
    number = phonenumbers.parse(contact)
    forms = phonenumbers.PhoneNumberFormat
    form = forms.NATIONAL if number.country_code == 44 else forms.INTERNATIONAL  # noqa: PLR2004 -- Great Britain
    return str(phonenumbers.format_number(number, form))
