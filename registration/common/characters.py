"""Which characters a text from outside may have."""

import re

# PostgreSQL cannot store NUL; the other control characters and lone surrogates are never typed on purpose.
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_storable(text: str) -> bool:
    """Say whether a text has only characters that can be kept and shown."""
    return UNSTORABLE.search(text) is None
