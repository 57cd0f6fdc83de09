"""The pages of agreements: drafted, printed, put in force, reviewed and ended; what is promised and what comes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from registration.births.agreements import actions, charts
from registration.births.agreements.queries import agreement_by_id, seen_of, terms_of
from registration.births.agreements.rules import Origin, State, template
from registration.births.agreements.rules.items import USUAL
from registration.births.models import BirthFile
from registration.common.access import ROLES
from registration.common.db import db
from registration.families.models import SharingAgreement
from registration.staff.rules import AGREEMENT_READERS, AGREEMENTS, DELIVERY_READERS
from tests.births.agreements import made as agreed
from tests.births.agreements.made import ACTOR, TODAY, terms
from tests.staff.people import page, sent, sign_in_as

DAY = timedelta(days=1)


@pytest.fixture
def now(database, at):
    at("2026-11-22T09:00")


@pytest.fixture
def officer(client, now):
    sign_in_as(client, "data_officer")
    return client


def drafted(**changes):
    """Draft an agreement, so that a page that refuses something does not undo it."""
    made = agreed.drafted(**changes)
    db.session.commit()
    return made


def in_force(**changes):
    """Put an agreement in force, for good."""
    made = agreed.in_force(**changes)
    db.session.commit()
    return made


def came(agreement, *months, day=5):
    """Let files of these months of 2026 come, each on a day of the next."""
    for month in months:
        db.session.add(
            BirthFile(
                agreement_id=agreement.id,
                source=agreement.source,
                name=f"{month}.csv",
                sha256=str(month),
                period=date(2026, month, 1),
                rows=1,
                added=1,
                changed=0,
                unchanged=0,
                removed=0,
                received_at=datetime(2026, month + 1, day, 9, tzinfo=UTC),
                actor=ACTOR,
            )
        )
    db.session.flush()


def answers(**changes):
    """Give what somebody types for the usual terms."""
    said = terms()
    usual = {
        "origin": "nhs",
        "provider": said.provider,
        "provider_contact": said.provider_contact,
        "source": said.source,
        "recipient": said.recipient,
        "recipient_contact": said.recipient_contact,
        "purpose": said.purpose,
        "items": list(said.items),
        "lawful_basis": said.lawful_basis,
        "gateway": said.gateway,
        "frequency": "monthly",
        "method": said.method,
        "access_roles": said.access_roles,
        "retention_days": "180",
        "notice": "by_source",
        "notice_days": "14",
        "starts_on": "2026-01-05",
        "review_on": "30/6/2027",
        "ends_on": "",
        "other_terms": "",
    }
    return usual | changes


def signing(agreement, **changes):
    """Give what somebody types from the signed paper."""
    usual = {"name_0": "Ada Guard", "day_0": "2026-11-20", "name_2": "Ben Risk", "day_2": "21/11/2026"}
    return usual | {"seen": seen_of(agreement)} | changes


# ---- who may


@pytest.mark.parametrize("role", ROLES)
def test_who_opens_the_pages_and_who_changes(client, now, role):
    made = in_force()
    sign_in_as(client, role)
    overview = client.get("/births/")
    assert overview.status_code == (200 if role in DELIVERY_READERS else 403)
    assert ("Draft an agreement" in overview.text) == (role in AGREEMENTS)
    assert (f"/births/agreements/{made.id}" in overview.text) == (role in AGREEMENT_READERS)
    assert client.get("/births/rules").status_code == 200
    one = client.get(f"/births/agreements/{made.id}")
    assert one.status_code == (200 if role in AGREEMENT_READERS else 403)
    assert ("End this agreement" in one.text) == (role in AGREEMENTS)
    assert client.get("/births/agreements/new").status_code == (200 if role in AGREEMENTS else 403)


def test_nothing_of_these_pages_is_kept_by_a_browser(officer):
    for path in ("/births/", "/births/rules", "/births/agreements/new"):
        assert "no-store" in officer.get(path).headers["Cache-Control"]


# ---- the director's page


def test_the_first_sentence_says_that_births_come_as_agreed(officer):
    came(in_force(), *range(1, 11))
    said = page(officer.get("/births/"))
    assert said.startswith("Births we are told of Calder NHS Trust sends births every month as agreed.")
    assert "Councils in England, February 2014" in said
    assert "52.5% gave their children’s centres births every month (full), 46.5% did not routinely" in said
    assert "147 councils" in said
    assert "Births come here every month" in said


def test_the_first_sentence_says_who_is_late_and_the_table_shows_which(officer):
    came(in_force(), *range(1, 7))
    came(agreement_by_id(db.session.scalars(select(SharingAgreement.id)).one()), 7, day=28)
    answer = officer.get("/births/")
    said = page(answer)
    assert said.startswith(
        "Births we are told of Calder NHS Trust is 3 months late. The last to come were those of July"
    )
    assert "Every month Late" in said
    assert "in time 6, late 1, has not come 3" in said
    assert "October 2026 Has not come" in said
    assert "July 2026 Late 28 August 2026" in said
    assert answer.text.count('stroke-width="2"/><path') >= 3


def test_without_an_agreement_the_page_says_so(officer):
    said = page(officer.get("/births/"))
    assert "No agreement is in force: nobody tells the council of births" in said
    assert "There is none yet." in said
    assert "Births do not come here every month" in said


def test_sources_whose_agreement_ended_or_is_to_begin_are_said(officer):
    actions.end(in_force().id, "x", TODAY, ACTOR)
    in_force(source="b", provider="B Trust", starts_on=TODAY + DAY)
    in_force(source="c", provider="C Trust", ends_on=TODAY - DAY, today=TODAY - DAY)
    said = page(officer.get("/births/"))
    assert "The agreement with Calder NHS Trust ended on 22 November 2026. Nothing of it is taken in" in said
    assert "The agreement with B Trust begins on 23 November 2026." in said
    assert "The agreement with C Trust ended on 21 November 2026. Nothing of it is taken in" in said
    assert "Overdue The agreement with C Trust ended on 21 November 2026" in said


def test_a_review_that_nears_is_said_there_and_on_the_data_officers_first_page(officer):
    in_force(review_on=TODAY + 20 * DAY)
    for path in ("/births/", "/staff/"):
        said = page(officer.get(path))
        assert "Within 30 days The agreement with Calder NHS Trust is to be reviewed by 12 December 2026" in said


def test_the_first_page_says_how_births_come(officer):
    assert "No agreement is in force, so no births are told to the council." in page(officer.get("/staff/"))
    came(in_force(), *range(1, 11))
    assert "Calder NHS Trust sends births every month as agreed." in page(officer.get("/staff/"))


def test_squares_are_told_apart_without_colour():
    drawn = {state: str(charts.mark(state)) for state in State}
    assert len(set(drawn.values())) == len(State)
    assert "dasharray" in drawn[State.AWAITED]
    assert drawn[State.LATE].count("<path") == drawn[State.MISSING].count("<path") == 1
    assert 'aria-label="Councils in England, February 2014: 52.5% every month, 46.5%' in charts.national_bar()


# ---- drafting


def test_a_draft_begins_with_who_sends(officer):
    said = page(officer.get("/births/agreements/new"))
    assert "Who is to send births?" in said
    assert "Choose who is to send births" in page(officer.get("/births/agreements/new?asked=yes"), 422)
    assert "Choose one of those offered" in page(officer.get("/births/agreements/new?origin=moon"), 422)


@pytest.mark.parametrize(("origin", "law"), [("nhs", "Caldicott principle 8"), ("registration", "section 19AA")])
def test_the_template_comes_filled_in(officer, origin, law):
    answer = officer.get(f"/births/agreements/new?origin={origin}")
    page(answer)
    assert law in answer.text
    assert 'value="Calder Valley Council"' in answer.text
    assert "registrars@calder-valley.example, 01632 960100" in answer.text
    assert answer.text.count("checked") == len(USUAL)
    assert 'value="2026-11-22"' in answer.text


def test_a_draft_is_kept_as_typed(officer):
    answer = officer.post("/births/agreements/new", data=answers(provider="  Calder  NHS Trust "))
    made = db.session.scalars(select(SharingAgreement)).one()
    sent(answer, f"/births/agreements/{made.id}")
    assert terms_of(made) == terms()
    said = page(officer.get(f"/births/agreements/{made.id}"))
    assert "The draft is kept." in said
    assert "Draft . Print it" in said
    assert "drafted a data sharing agreement" in said


def test_only_numbers_may_be_agreed(officer):
    officer.post("/births/agreements/new", data=answers(items=[], numbers_only="y"))
    made = db.session.scalars(select(SharingAgreement)).one()
    assert made.items == []
    assert "Only the number of births in each area" in page(officer.get(f"/births/agreements/{made.id}"))
    assert (
        '<input class="govuk-checkboxes__input" id="numbers_only" name="numbers_only" type="checkbox" value="y" checked'
        in (officer.get(f"/births/agreements/{made.id}/change").text)
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"provider": " "}, "Enter who sends the details, by its full name"),
        ({"provider_contact": ""}, "Enter whom to ask there"),
        ({"source": ""}, "Enter a short name for its files"),
        ({"source": "Calder NHS"}, "Use small letters, digits and hyphens only"),
        ({"source": "a-"}, "Use small letters, digits and hyphens only"),
        ({"source": "a" * 41}, "This must be 40 letters or fewer"),
        ({"purpose": "x" * 4001}, "This must be 4000 letters or fewer"),
        ({"items": []}, "Choose what is shared, or tick that only numbers are, not both"),
        ({"numbers_only": "y"}, "Choose what is shared, or tick that only numbers are, not both"),
        ({"items": ["postcode"]}, "The baby’s date of birth must be among them"),
        ({"items": ["born", "nhs_number"]}, "Choose one of those offered"),
        ({"lawful_basis": ""}, "Say on what lawful basis"),
        ({"gateway": ""}, "Say by which power or duty it is shared"),
        ({"retention_days": ""}, "Enter after how many days"),
        ({"retention_days": "0"}, "Enter a whole number of days from 1 to 3660"),
        ({"retention_days": "3661"}, "Enter a whole number of days from 1 to 3660"),
        ({"retention_days": "half"}, "Enter a whole number of days from 1 to 3660"),
        ({"notice_days": "91"}, "Enter a whole number of days from 0 to 90"),
        ({"notice_days": ""}, "Enter how many days a family has to object"),
        (
            {"notice": "by_letter", "notice_days": "0"},
            "A family needs at least 1 day to object after a letter, better 14",
        ),
        ({"starts_on": "soon"}, "Enter a date like 24/11/2026"),
        ({"review_on": ""}, "Enter the day by which it is reviewed"),
        ({"review_on": "2026-01-05"}, "The review must be after the first day"),
        ({"review_on": "2029-01-06"}, "The review must be within 3 years of the first day"),
        ({"ends_on": "2026-01-04"}, "The last day must not be before the first"),
    ],
)
def test_every_fault_is_said_and_what_was_typed_stays(officer, wrong, sentence):
    answer = officer.post("/births/agreements/new", data=answers(**wrong))
    said = page(answer, 422)
    assert "There is a problem" in said
    assert sentence in said
    assert "Head of child health information" in answer.text or "provider_contact" in wrong
    assert db.session.scalars(select(SharingAgreement)).all() == []


def test_the_edges_of_what_may_be_agreed_are_taken(officer):
    edge = answers(
        review_on="2029-01-05", ends_on="2026-01-05", notice_days="0", retention_days="3660", source="a" * 40
    )
    assert officer.post("/births/agreements/new", data=edge).status_code == 303


def test_an_origin_that_is_none_is_refused(officer):
    assert officer.post("/births/agreements/new", data=answers(origin="moon")).status_code == 400


def test_a_draft_is_changed(officer):
    made = drafted()
    path = f"/births/agreements/{made.id}/change"
    shown = officer.get(path)
    assert seen_of(made) in shown.text
    assert 'value="Calder NHS Trust"' in shown.text
    sent(officer.post(path, data=answers(retention_days="90", seen=seen_of(made))), f"/births/agreements/{made.id}")
    assert agreement_by_id(made.id).retention_days == 90
    stale = officer.post(path, data=answers(retention_days="30", seen="old"))
    assert "has changed since you opened the page" in page(stale, 409)
    assert 'value="30"' in stale.text
    assert "Say what the details are for" in page(officer.post(path, data=answers(purpose="")), 422)


def test_what_is_in_force_is_not_changed_but_drafted_anew(officer):
    made = in_force(retention_days=77)
    for path in ("change", "in-force"):
        assert "is no draft any more" in page(officer.get(f"/births/agreements/{made.id}/{path}"), 409)
    shown = officer.get(f"/births/agreements/new?like={made.id}")
    assert 'value="77"' in shown.text
    assert 'value="2027-11-22"' in shown.text
    assert officer.get("/births/agreements/new?like=0").status_code == 404


# ---- on paper, and in force


def test_the_paper_has_the_text_and_places_to_sign(officer):
    made = drafted()
    said = page(officer.get(f"/births/agreements/{made.id}/print"))
    assert "Agreement to share details of new births" in said
    assert "Draft" in said
    assert "Postcode: to find whose area the family lives in" in said
    assert "Calder NHS Trust Caldicott Guardian Calder NHS Trust Senior" in said
    assert "Calder Valley Council Caldicott Guardian (if your rules ask for it)" in said
    said = page(officer.get(f"/births/agreements/{in_force().id}/print"))
    assert "Caldicott Guardian Sam 0 On the signed paper 4 January 2026" in said


def test_a_signed_draft_is_put_in_force(officer):
    made = drafted()
    path = f"/births/agreements/{made.id}/in-force"
    page(officer.get(path))
    sent(officer.post(path, data=signing(made)), f"/births/agreements/{made.id}")
    said = page(officer.get(f"/births/agreements/{made.id}"))
    assert "The agreement is in force." in said
    assert "Signed by Ada Guard, Caldicott Guardian, for Calder NHS Trust, on 20 November 2026" in said
    assert "Its files come under the name calder-nhs" in said
    assert "put the agreement in force" in said


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name_0": ""}, "Enter the name of the Caldicott Guardian of Calder NHS Trust"),
        ({"day_0": ""}, "Enter the day on which the Caldicott Guardian of Calder NHS Trust signed"),
        ({"name_2": "", "day_2": ""}, "Enter the name of the Senior Information Risk Owner (SIRO) of Calder Valley"),
        ({"day_0": "2026-11-23"}, "The day of signing must be today or in the past"),
        ({"day_0": "x"}, "Enter a date like 24/11/2026"),
        ({"name_3": "Zoe"}, "Enter the day on which the Caldicott Guardian of Calder Valley Council signed"),
        ({"day_1": "2026-11-20"}, "Enter the name of the Senior Information Risk Owner (SIRO) of Calder NHS Trust"),
        ({"name_0": "x" * 161}, "This must be 160 letters or fewer"),
    ],
)
def test_a_signature_that_is_missing_or_half_is_asked_for(officer, wrong, sentence):
    made = drafted()
    answer = officer.post(f"/births/agreements/{made.id}/in-force", data=signing(made, **wrong))
    assert sentence in page(answer, 422)
    assert 'value="Ben Risk"' in answer.text or "name_2" in wrong
    assert agreement_by_id(made.id).state == "draft"


def test_what_comes_from_the_register_asks_for_the_proper_officer(officer):
    made = drafted(origin=Origin.REGISTRATION)
    assert "Proper Officer for registration matters of Calder NHS Trust" in page(
        officer.get(f"/births/agreements/{made.id}/in-force")
    )


def test_what_it_replaces_is_said_before(officer):
    in_force()
    new = drafted(starts_on=TODAY)
    assert "The agreement in force from 5 January 2026 ends with this." in page(
        officer.get(f"/births/agreements/{new.id}/in-force")
    )
    assert "It will replace the agreement that is in force from 5 January 2026." in page(
        officer.get(f"/births/agreements/{new.id}")
    )


def test_a_draft_that_changed_meanwhile_is_looked_at_again(officer):
    made = drafted()
    answer = officer.post(f"/births/agreements/{made.id}/in-force", data=signing(made, seen="old"))
    assert "has changed since you opened the page" in page(answer, 409)
    assert 'value="Ada Guard"' in answer.text
    assert f'value="{seen_of(made)}"' in answer.text, "looked at again, it is put in force with what was typed"


# ---- ended, reviewed


def test_an_agreement_is_ended_with_a_reason(officer):
    made = in_force()
    path = f"/births/agreements/{made.id}/end"
    assert "At once no file of Calder NHS Trust is taken in any more" in page(officer.get(path))
    assert "Say why it ends" in page(officer.post(path, data={"why": ""}), 422)
    assert "This must be 300 letters or fewer" in page(officer.post(path, data={"why": "x" * 301}), 422)
    assert "a character we cannot keep" in page(officer.post(path, data={"why": "a\0"}), 422)
    sent(officer.post(path, data={"why": "They  stop"}), f"/births/agreements/{made.id}")
    said = page(officer.get(f"/births/agreements/{made.id}"))
    assert "The agreement has ended." in said
    assert "Its last day was 22 November 2026." in said
    assert "reason: They stop" in said
    for answer in (officer.get(path), officer.post(path, data={"why": "again"})):
        assert "This agreement is not in force." in page(answer, 409)


def test_a_draft_is_put_aside(officer):
    made = drafted()
    path = f"/births/agreements/{made.id}/end"
    assert "stays on record and cannot be put in force" in page(officer.get(path))
    sent(officer.post(path, data={"why": "x"}), f"/births/agreements/{made.id}")
    assert "This draft was put aside and never in force." in page(officer.get(f"/births/agreements/{made.id}"))
    assert "None" in page(officer.get("/births/"))


def test_a_review_is_noted(officer):
    made = in_force()
    path = f"/births/agreements/{made.id}/reviewed"
    assert "Enter the day of the next review" in page(officer.post(path, data={"review_on": ""}), 422)
    assert "The next review must be after today." in page(officer.post(path, data={"review_on": "2026-11-22"}), 409)
    far = officer.post(path, data={"review_on": "2100-12-31"})
    assert "The next review must be within 3 years." in page(far, 409)
    assert 'id="review_on-error"' in far.text
    sent(officer.post(path, data={"review_on": "2028-01-01"}), f"/births/agreements/{made.id}")
    assert "to be reviewed by 1 January 2028" in page(officer.get(f"/births/agreements/{made.id}"))
    draft = drafted(source="x")
    assert "not in force" in page(officer.post(f"/births/agreements/{draft.id}/reviewed"), 409)


# ---- sharing rules, history


def test_the_sharing_rules_have_the_agreements_own_words_behind_them(officer):
    bare = page(officer.get("/births/rules"))
    assert "No agreement is in force." in bare
    in_force(method="By pigeon.")
    actions.end(in_force(source="old", method="By fax.").id, "x", TODAY, ACTOR)
    said = page(officer.get("/births/rules"))
    assert "By pigeon." in said
    assert "By fax." not in said
    assert "NHS number" in said


def test_the_history_names_agreements(client, now):
    made = in_force()
    sign_in_as(client, "auditor")
    answer = client.get("/history")
    assert "agreement with Calder NHS Trust" in page(answer)
    assert f'href="/births/agreements/{made.id}"' in answer.text


@pytest.mark.parametrize("number", ["2147483648", "-1", "9" * 30])
def test_a_number_that_no_table_can_hold_leads_to_no_agreement(officer, number):
    assert officer.get("/births/agreements/new", query_string={"like": number}).status_code == 404
    assert officer.get(f"/births/agreements/new?like={number}&asked=1&origin=nhs").status_code == 404


def test_a_renewal_says_what_centres_see_by_what_is_agreed_and_not_by_what_was(officer):
    made = in_force(access_roles=f"Workers of the centre{template.FORMERLY}. All sign in.")
    shown = officer.get(f"/births/agreements/new?like={made.id}").text
    assert "Workers of the centre. All sign in." in shown
