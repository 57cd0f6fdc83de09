"""Which characters a text from outside may have."""

import re
import unicodedata

# PostgreSQL cannot store NUL; the other control characters and lone surrogates are never typed on purpose.
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_storable(text: str) -> bool:
    """Say whether a text has only characters that can be kept and shown."""
    return UNSTORABLE.search(text) is None


# What stands in names beside letters, and in lists of names; telephones write curly apostrophes and long hyphens.
_IN_NAMES = frozenset(
    " -'.,/()&\"?*`\u00b4\u00b7\u2018\u2019\u201b\u201c\u201d\u2010\u2011\u2012\u2013\u2014\u200c\u200d"
)


def never_in_a_name(text: str) -> str:
    """Give the characters of a text that stand in no person’s name, such as < and >, each once; letters of any script do."""
    found = dict.fromkeys(each for each in text if each not in _IN_NAMES and unicodedata.category(each)[0] not in "LMN")
    return "".join(found)
