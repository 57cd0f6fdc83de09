"""What is compared of two rows, in levels from full agreement to none, and which rows are compared at all.

Conditions are DuckDB’s SQL over the columns of `linkage.columns`, with _l and _r for the two files. The shares beside each level
are what is usual for it among rows of one baby and among strangers; where files are large they are learned anew.
"""

from dataclasses import dataclass

from registration.births.linking.rules.mixture import Usual


@dataclass(frozen=True, slots=True)
class Level:
    """One way to agree: its condition; its usual share for one baby and for strangers; the column whose rare values say more."""

    condition: str
    same: float
    strangers: float
    rare: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing compared: when it cannot be, and its levels, of which the first that holds counts; the last is all else."""

    name: str
    missing: str
    levels: tuple[Level, ...]
    of_family: bool

    def usual(self) -> Usual:
        """Give what is usual for it."""
        same, strangers = tuple(one.same for one in self.levels), tuple(one.strangers for one in self.levels)
        return Usual(same, strangers, self.of_family)


def _alike(text: str, key: str, least: float = 0.9) -> str:
    """Say that two names sound the same or are nearly spelt the same (Jaro and Winkler’s measure, 0 to 1)."""
    return f"({key}_l = {key}_r or jaro_winkler_similarity({text}_l, {text}_r) >= {least})"


def _turned(day: str) -> str:
    """Say that the day and the month changed places."""
    parts = ((1, 1, 4), (6, 9, 2), (9, 6, 2))
    return " and ".join(
        f"substr({day}_l, {here}, {long}) = substr({day}_r, {there}, {long})" for here, there, long in parts
    )


def _missing(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def _equal(name: str, column: str, same: float, strangers: float, *, of_family: bool) -> Comparison:
    levels = (
        Level(f"{column}_l = {column}_r", same, strangers),
        Level("ELSE", 1 - same, 1 - strangers),
    )
    return Comparison(name, _missing(column), levels, of_family)


def _birthday(name: str, column: str, shares: tuple[tuple[float, float], ...], *, of_family: bool) -> Comparison:
    """Compare days: equal; one digit other, two beside each other exchanged, or day and month; two digits other; else."""
    far = f"hamming({column}_l, {column}_r)"
    slip = f"{far} <= 1 or ({far} <= 2 and damerau_levenshtein({column}_l, {column}_r) <= 1) or ({_turned(column)})"
    conditions = (f"{column}_l = {column}_r", slip, f"{far} <= 2", "ELSE")
    levels = tuple(Level(one, *share) for one, share in zip(conditions, shares, strict=True))
    return Comparison(name, _missing(column), levels, of_family)


_POSTCODE_SLIP = "damerau_levenshtein(postcode_l, postcode_r) <= 1"
_EXCHANGED = "c_given_key_l = c_surname_key_r and c_surname_key_l = c_given_key_r"
_NO_GIVEN, _NO_SURNAME = (f"({_missing(column)})" for column in ("m_given", "m_surname"))
_GIVEN_ALIKE, _SURNAME_ALIKE = _alike("m_given", "m_given_key"), _alike("m_surname", "m_surname_key")
_SURNAME_PARTLY = (
    "(list_has_any(m_surname_words_l, m_surname_words_r) or jaro_winkler_similarity(m_surname_l, m_surname_r) >= 0.8)"
)
_GIVEN_PARTLY = (
    "(list_has_any(m_given_words_l, m_given_words_r) or jaro_winkler_similarity(m_given_l, m_given_r) >= 0.8"
    " or left(m_given_l, 1) = left(m_given_r, 1))"
)

COMPARISONS = (
    Comparison(
        "mother",
        f"{_NO_GIVEN} and {_NO_SURNAME}",
        (
            Level("m_given_l = m_given_r and m_surname_l = m_surname_r", 0.73, 0.0001, "m_key"),
            Level("m_key_l = m_key_r", 0.04, 0.00005, "m_key"),
            Level("m_given_key_l = m_surname_key_r and m_surname_key_l = m_given_key_r", 0.015, 0.00002),
            Level(f"{_GIVEN_ALIKE} and {_SURNAME_ALIKE}", 0.05, 0.0001),
            Level(f"m_surname_key_l = m_surname_key_r and {_NO_GIVEN}", 0.01, 0.0002, "m_surname_key"),
            Level(f"m_given_key_l = m_given_key_r and {_NO_SURNAME}", 0.01, 0.0002, "m_given_key"),
            Level(f"{_SURNAME_ALIKE} and {_GIVEN_PARTLY}", 0.02, 0.0004),
            Level(f"{_GIVEN_ALIKE} and {_SURNAME_PARTLY}", 0.03, 0.0004),
            Level("m_given_key_l = m_given_key_r", 0.06, 0.006, "m_given_key"),
            Level("m_surname_key_l = m_surname_key_r", 0.01, 0.006, "m_surname_key"),
            Level(f"{_NO_GIVEN} or {_NO_SURNAME}", 0.005, 0.05),
            Level(f"{_GIVEN_PARTLY} and {_SURNAME_PARTLY}", 0.01, 0.005),
            Level("ELSE", 0.01, 0.93153),
        ),
        of_family=True,
    ),
    _birthday("mother_born", "m_dob", ((0.95, 0.0002), (0.03, 0.003), (0.01, 0.02), (0.01, 0.9768)), of_family=True),
    Comparison(
        "surname",
        # Where the baby has its mother’s surname in both files it says nothing that hers has not said.
        f"{_missing('c_surname')} or (c_mothers_l and c_mothers_r) or ({_EXCHANGED})",
        (
            Level("c_surname_l = c_surname_r", 0.8, 0.003, "c_surname_key"),
            Level("c_surname_key_l = c_surname_key_r", 0.04, 0.001, "c_surname_key"),
            Level(_alike("c_surname", "c_surname_key"), 0.03, 0.001),
            Level("c_surname_key_l = m_surname_key_r or m_surname_key_l = c_surname_key_r", 0.08, 0.005),
            Level(_alike("c_surname", "c_surname_key", 0.8), 0.02, 0.01),
            Level("ELSE", 0.03, 0.98),
        ),
        of_family=True,
    ),
    Comparison(
        "address",
        _missing("postcode"),
        (
            Level("postcode_l = postcode_r and house_l = house_r", 0.7, 0.00003),
            Level(f"postcode_l = postcode_r and ({_missing('house')})", 0.06, 0.00005),
            Level("postcode_l = postcode_r", 0.03, 0.0001),
            Level(f"house_l = house_r and {_POSTCODE_SLIP}", 0.03, 0.00005),
            Level(_POSTCODE_SLIP, 0.01, 0.0008),
            Level("outward_l = outward_r", 0.08, 0.08),
            Level("ELSE", 0.09, 0.91897),
        ),
        of_family=True,
    ),
    _equal("phone", "phone", 0.85, 0.00001, of_family=True),
    _equal("email", "email", 0.85, 0.00001, of_family=True),
    _birthday("born", "c_dob", ((0.973, 0.003), (0.02, 0.03), (0.005, 0.12), (0.002, 0.847)), of_family=False),
    Comparison(
        "given",
        _missing("c_given"),
        (
            Level("c_given_l = c_given_r", 0.82, 0.004, "c_given_key"),
            Level(_EXCHANGED, 0.01, 0.00002),
            Level("c_given_key_l = c_given_key_r", 0.04, 0.002, "c_given_key"),
            Level(_alike("c_given", "c_given_key"), 0.03, 0.002),
            Level(
                "list_has_any(c_given_words_l, c_given_words_r)"
                " or starts_with(c_given_l, c_given_r) or starts_with(c_given_r, c_given_l)",
                0.06,
                0.002,
            ),
            Level("ELSE", 0.04, 0.98998),
        ),
        of_family=False,
    ),
    _equal("sex", "sex", 0.985, 0.5, of_family=False),
)

#: Rows are compared where they agree on every part of any of these; @ stands for a file’s column, | parts what differs by file.
BLOCKS = (
    ("@c_dob", "@m_dob"),
    ("@c_dob", "@postcode"),
    ("@c_dob", "left(@m_surname, 2)", "left(@m_given, 1)"),
    ("@c_dob", "left(@m_surname_key, 2)", "left(@m_given_key, 1)"),
    ("@c_dob", "left(@c_surname, 3)"),
    ("@c_dob", "@m_given_key"),
    ("@c_dob", "@m_given_key|@m_surname_key", "@m_surname_key|@m_given_key"),
    ("@m_dob", "left(@m_given, 2)"),
    ("@m_dob", "@postcode"),
    ("@postcode", "@house"),
    ("@m_key",),
    ("@phone",),
    ("@email",),
)
#: And on any of these, where files are so small, or a column so telling, that it costs little.
MORE_BLOCKS = (
    ("@m_dob",),
    ("@postcode",),
    ("@c_dob",),
    ("@m_surname_key",),
    ("@m_given_key",),
    ("@c_surname_key",),
    ("@c_given_key",),
    ("@m_given_key|@m_surname_key",),
    ("@m_surname_key|@m_given_key",),
    ("@c_given_key|@c_surname_key", "@c_surname_key|@c_given_key"),
    ("@outward", "@house"),
    ("@outward", "left(@m_surname_key, 2)", "left(@m_given_key, 1)"),
)
