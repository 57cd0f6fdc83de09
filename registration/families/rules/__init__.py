"""What is known of a family, as plain values, and whether its details may reach a centre."""

from registration.families.rules.telling import DETAILS, Home, Known, Ruling, Said, Source, Terms, may_reach
from registration.families.rules.values import (
    MOST_NAME,
    SHARING_BEGINS,
    SHARING_WORDING,
    Answer,
    Contact,
    FamilyDetails,
    birth_key,
    last_name,
    lexemes,
    name_words,
    same_email,
    words_kept,
)

__all__ = [
    "DETAILS",
    "MOST_NAME",
    "SHARING_BEGINS",
    "SHARING_WORDING",
    "Answer",
    "Contact",
    "FamilyDetails",
    "Home",
    "Known",
    "Ruling",
    "Said",
    "Source",
    "Terms",
    "birth_key",
    "last_name",
    "lexemes",
    "may_reach",
    "name_words",
    "same_email",
    "words_kept",
]
