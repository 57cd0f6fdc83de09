"""What of a family's details a centre or a service gets, in the words in which a family is told of it."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

#: By the names of rules.DETAILS and of tell_once.rules.ITEMS.
DETAILS_IN_WORDS: Mapping[str, LazyString] = {
    "name": _l("your name"),
    "email": _l("your email address"),
    "mobile": _l("your mobile number"),
    "born": _l("your baby’s date of birth"),
    "language": _l("your language"),
    "address": _l("your address"),
    "preference": _l("how to contact you"),
    "visit_needs": _l("what makes visiting easier"),
}
