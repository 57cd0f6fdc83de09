import re

import pytest

from registration.staff import rules

HOUR = 3600


def test_every_role_has_a_title_and_every_title_a_role():
    from registration.common.access import ROLES

    assert set(rules.ROLE_TITLES) == set(ROLES)


@pytest.mark.parametrize("idle", [0, 29 * 60, 30 * 60 - 1])
def test_a_sign_in_lasts_while_something_is_done_every_half_hour(idle):
    assert rules.why_over(now=HOUR + idle, started=0, seen=HOUR) == ""


@pytest.mark.parametrize("idle", [30 * 60, 24 * HOUR])
def test_a_sign_in_ends_after_half_an_idle_hour(idle):
    assert rules.why_over(now=idle, started=idle - HOUR, seen=0).startswith("You were signed out")


def test_a_sign_in_ends_after_twelve_hours_however_busy():
    assert rules.why_over(now=12 * HOUR - 1, started=0, seen=12 * HOUR - 1) == ""
    assert "12 hours" in rules.why_over(now=12 * HOUR, started=0, seen=12 * HOUR)


def test_demonstration_passwords_follow_from_the_key_and_the_role():
    given = {rules.demonstration_password(key, role) for key in ("one", "two") for role in rules.ROLE_TITLES}

    assert len(given) == 2 * len(rules.ROLE_TITLES)
    assert rules.demonstration_password("one", "auditor") == rules.demonstration_password("one", "auditor")
    assert all(len(password) >= rules.PASSWORD_MIN for password in given)


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("jo.smith@council.gov.uk", "Jo Smith"),
        ("mary-ann_o'neil@x.org", "Mary Ann O'neil"),
        ("...@x.org", "...@x.org"),
    ],
)
def test_a_name_is_made_from_an_address(email, name):
    assert rules.name_from_email(email) == name


def test_demonstration_addresses_belong_to_nobody():
    assert rules.demonstration_email("rota_manager") == "rota-manager@example.org"


@pytest.mark.parametrize(
    ("claims", "strong"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": "mfa"}, False),
        ({"amr": None, "acr": "1"}, False),
        ({"acr": "https://refeds.org/profile/mfa"}, True),
        ({"acr": "http://schemas.openid.net/pape/policies/2007/06/multi-factor"}, True),
        ({"acr": ["https://refeds.org/profile/mfa"]}, False),
    ],
)
def test_a_second_factor_counts_only_where_the_provider_says_so(claims, strong):
    assert rules.second_factor_given(claims) is strong


@pytest.mark.parametrize(
    ("claims", "address"),
    [
        ({"email": " Jo@Council.gov.uk ", "email_verified": True}, "jo@council.gov.uk"),
        ({"email": "jo@council.gov.uk", "email_verified": "true"}, "jo@council.gov.uk"),
        ({"email": "jo@council.gov.uk", "email_verified": "yes"}, ""),
        ({"email": "jo@council.gov.uk", "email_verified": [True]}, ""),
        ({"email": "jo@council.gov.uk", "email_verified": False}, ""),
        ({"email": "jo@council.gov.uk"}, ""),
        ({"email": 7, "email_verified": True}, ""),
        ({"email_verified": True}, ""),
    ],
)
def test_only_an_address_the_provider_has_verified_counts(claims, address):
    assert rules.verified_email(claims) == address


def test_a_sign_in_lasts_half_an_hour_from_the_last_page_and_never_more_than_twelve_hours():
    assert rules.lasting(started=0, seen=HOUR) == rules.Lasting(1.5 * HOUR, moves=True)
    assert rules.lasting(started=0, seen=11.75 * HOUR) == rules.Lasting(12 * HOUR, moves=False)


def test_a_demonstration_password_is_three_groups_of_four_easy_letters_and_each_role_s_own():
    made = rules.demonstration_password("key", "registrar")
    assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4})+", made)
    assert len(made.replace("-", "")) * 5 >= 60, "bits"
    assert made == rules.demonstration_password("key", "registrar")
    assert (
        len({made, rules.demonstration_password("key", "auditor"), rules.demonstration_password("other", "registrar")})
        == 3
    )


@pytest.mark.parametrize(
    ("started", "seen", "why"),
    [
        (0, 0, ""),
        (12 * 3600 - 1, 0, ""),
        (12 * 3600, 0, "You were signed out because you signed in more than 12 hours ago. Sign in again to carry on."),
        (0, 30 * 60 - 1, ""),
        (0, 30 * 60, "You were signed out because nothing was done for 30 minutes. Sign in again to carry on."),
    ],
)
def test_who_is_signed_out_reads_why(started, seen, why):
    now = 1_790_000_000.0
    assert rules.why_over(now=now, started=now - started, seen=now - seen) == why


def test_what_ends_first_ends_a_sign_in_and_only_idleness_moves_on():
    hour, half = 3600.0, 1800.0
    assert rules.lasting(started=0, seen=hour) == rules.Lasting(hour + half, moves=True)
    assert rules.lasting(started=0, seen=12 * hour - half) == rules.Lasting(12 * hour, moves=False)


def test_a_name_is_made_of_what_stands_before_the_first_at():
    assert rules.name_from_email("jo.smith@odd@council.gov.uk") == "Jo Smith"
