"""Every route that names a thing, opened for a real one as every role, and as the worker of another centre.

tests/test_access.py asks whether the right roles are let in; here the question is whether the right person is let in to
the right thing. To make a new route known, read the head of tests/objects.py.
"""

from contextlib import contextmanager

import pytest
from sqlalchemy import text

from registration.common.access import ROLES
from registration.staff.rules import EVERY_CENTRE
from tests.booking.world import NOW
from tests.objects import ELSEWHERE, make_objects, value
from tests.staff.people import new_person
from tests.test_access import become, lists_of, refused, routes

#: What only looks after one's own sign-in; every role may.
OWN_ACCOUNT = {
    "security.change_password",
    "security.mf_recovery_codes",
    "security.verify",
    "staff.first_page",
    "staff.sign_out_everywhere",
    "staff.sign_ins",
    "staff.end_sign_in",
    "staff.stay_signed_in",
    "staff.unsent_form",
    "staff.forget",
}
#: A registrar may do this to their own only, and the one in tests/objects.py is another's.
ONES_OWN = {("registrar", "rota.revoke_calendar")}

#: What these write is who looked, and for what, whoever that is: nothing of a family changes.
LOOKING = {
    "desk.found",
    "desk.look",
    "same_families.begin",
    "same_families.later",
    "same_families.look",
}

#: Numbers, and no family.
COUNTED = {"desk.running_dry", "reach.centres", "reach.centre", "retention.show"}

#: Families of live birth data whom the data officer writes to, before any centre may know of them.
NOTICES = {"reach.notices", "reach.print_notices", "reach.notices_posted"}

#: How births come against what was promised, and the sharing rules: no family stands there.
OF_NO_FAMILY = {"agreements.overview", "agreements.sharing_rules"}
#: The roll-out of the pilot is of centres alone.
OF_NO_FAMILY |= {"roll_out.show", "roll_out.draw", "roll_out.begin"}
#: The pilot's figures, protocols, releases and rows: numbers and keys alone.
OF_NO_FAMILY |= {
    f"pilot.{name}"
    for name in (
        *(
            "overview",
            "ask",
            "build",
            "table",
            "file",
            "everything",
            "stop",
            "release",
            "ledger",
            "rows",
            "ask_for_rows",
            "approve_rows",
        ),
        *(
            "refuse_rows",
            "take_rows",
            "protocol_list",
            "register",
            "protocol",
            "protocol_file",
            "protocol_to_begin_from",
        ),
    )
}

#: What services were told, by references that name no family.
TOLD = {
    f"telling.{name}"
    for name in ("overview", "again", "ask_add", "add", "service", "change", "new_secret", "show_secret")
}
#: Two records side by side, for the data officer to say whether they are one family’s.
TWO_RECORDS = "same_families."

#: Pages that ask and show nothing: the first question of booking by telephone.
QUESTIONS = {"/desk/phone"}
#: A file that waits to be taken in: only whoever may bring files sees its first rows.
QUESTIONS |= {"/births/files/<uuid:public_id>"}
#: Files of live births: the data officer answers for what comes in, and looks at a file before it does.
BIRTH_FILES = {f"birth_files.{name}" for name in ("files", "bring", "look_at", "say_columns", "take_in", "throw_away")}


@pytest.fixture
def objects(database, at):
    at(NOW)
    made = make_objects()
    at("2026-11-24T08:30")  # the day of the bookings, before the first
    return made


@pytest.fixture
def attempt(client, database):
    """Let somebody open an address and undo what that did: attempt(person, method, address)."""

    @contextmanager
    def undone():
        database.commit()
        savepoint = database.get_bind().begin_nested()
        try:
            yield
        finally:
            database.remove()
            savepoint.rollback()

    def open_it(key, method, address):
        with undone():
            become(client, key)
            return client.open(address, method=method)

    return open_it


class Key:
    """Who somebody is to a browser, however often what they did is undone."""

    def __init__(self, user):
        self.fs_uniquifier = user.fs_uniquifier


@pytest.fixture
def people(objects):
    """One person for each role; the centre worker belongs to the centre of the things."""
    return {role: Key(new_person(role, centres=[objects.here] if role == "centre_worker" else ())) for role in ROLES}


@pytest.fixture
def outsider(objects):
    """The centre worker of another centre."""
    return Key(new_person("centre_worker", email="outsider@council.gov.uk", centres=[objects.elsewhere]))


def guarded(app):
    """Give the routes that staff open: (rule, access list, method)."""
    for rule in routes(app):
        [access] = lists_of(app.view_functions[rule.endpoint])
        if access != "public":
            for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
                yield rule, access, method


def address(app, rule, objects, **instead):
    values = {name: value(rule, name, objects) for name in rule.arguments} | instead
    with app.test_request_context():
        return rule.build(values, append_unknown=False)[1]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_the_things_its_lists_name_and_no_other(app, objects, people, attempt, role):
    wrong = []
    for rule, access, method in guarded(app):
        if not rule.arguments:
            continue
        where = address(app, rule, objects)
        answer = attempt(people[role], method, where)
        allowed = role in access and (role, rule.endpoint) not in ONES_OWN
        fits = (
            answer.status_code not in {403, 404, 405} and not refused(answer)
            if allowed
            else answer.status_code in {403, 404}
        )
        if not fits or answer.status_code >= 500:
            wrong.append((method, where, answer.status_code, "allowed" if allowed else "refused"))

    assert not wrong, "\n".join(map(str, wrong))


#: A centre that closes leaves no session to be staffed otherwise.
OF_AN_ABSENCE = {"cover.staffing", "cover.find_ways"}


@pytest.mark.parametrize("role", ROLES)
def test_the_plan_of_a_centre_that_closes_is_opened_by_the_roles_of_any_cover_plan(app, objects, people, attempt, role):
    walked = {}
    for rule, access, method in guarded(app):
        if rule.endpoint.startswith("cover.") and rule.arguments == {"public_id"}:
            answer = attempt(people[role], method, address(app, rule, objects, public_id=objects.closing))
            walked[rule.endpoint, method] = answer.status_code, role in access and rule.endpoint not in OF_AN_ABSENCE
    assert len(walked) > 3
    wrong = {where: code for where, (code, may) in walked.items() if code >= 500 or (code in {403, 404, 405}) is may}
    assert wrong == {}


def test_the_worker_of_another_centre_opens_nothing_of_this_one(app, objects, outsider, attempt):
    wrong = []
    for rule, _, method in guarded(app):
        if rule.arguments & {"centre_id", "public_id"}:
            where = address(app, rule, objects)
            answer = attempt(outsider, method, where)
            if answer.status_code not in {403, 404}:
                wrong.append((method, where, answer.status_code))

    assert not wrong, "\n".join(map(str, wrong))


def test_whoever_is_kept_to_a_centre_reads_of_no_family_elsewhere(app, objects, people, attempt):
    """Every page a centre worker may open, lists and first page too, holds nothing of another centre's families."""
    secret = [*ELSEWHERE.values(), "0123", objects.away.reference, objects.away.reference.replace("-", "")]
    read = []
    for rule, access, method in guarded(app):
        if method == "GET" and "centre_worker" in access:
            answer = attempt(people["centre_worker"], method, address(app, rule, objects))
            read += [
                (rule.rule, word) for word in secret if word in answer.text.replace(" ", "") or word in answer.text
            ]

    assert read == []


def test_a_booking_is_not_found_under_another_centre(app, objects, people, attempt):
    for rule, access, method in guarded(app):
        if {"centre_id", "public_id"} <= rule.arguments:
            for role in set(access) & EVERY_CENTRE:
                where = address(app, rule, objects, public_id=objects.away.public_id)
                assert attempt(people[role], method, where).status_code == 404, (role, method, where)


def test_nothing_is_found_by_the_number_of_nothing(app, objects, people, attempt):
    """What is not there is not shown, whatever its number; who would change it is told that it is gone."""
    numbers = {"registrar_id", "absence_id", "staff_id", "draft_id", "pattern_id", "exception_id", "feed_id", "room_id"}
    numbers |= {"agreement_id", "link_id"}
    wrong = []
    for rule, _, method in guarded(app):
        for name in rule.arguments & numbers:
            where = address(app, rule, objects, **{name: 2**31 - 1})
            answer = attempt(people["administrator"], method, where)
            if answer.status_code not in ({404} if method == "GET" else {404, 409, 422}):
                wrong.append((method, where, answer.status_code))

    assert not wrong, "\n".join(map(str, wrong))


def test_the_auditor_changes_nothing_but_their_own_sign_in(app):
    may = {rule.endpoint for rule, access, method in guarded(app) if "auditor" in access and method != "GET"}

    assert may <= OWN_ACCOUNT | LOOKING


def test_looking_writes_that_somebody_looked_and_nothing_else(app, objects, people, client, database):
    def rows():
        tables = [
            row[0] for row in database.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        ]
        own = {"audit_event", "browser_session"}
        return {
            name: database.execute(text(f"SELECT coalesce(sum(hashtext(t::text)), 0) FROM {name} t")).scalar()  # noqa: S608 -- names of our own tables
            for name in tables
            if name not in own
        }

    become(client, people["auditor"])
    before = rows()
    for line in ("brien", objects.booking.reference):
        client.post("/desk/find", data={"line": line})
    client.post(f"/desk/look/{objects.booking.public_id}")
    assert "Aoife" in client.get(f"/desk/booking/{objects.booking.public_id}").text
    assert rows() == before


def test_the_evaluator_and_the_data_officer_meet_no_family(app):
    """Nor does a page of agreements: the data officer drafts and signs them, and reads of no family there."""
    for role in ("evaluator", "data_officer"):
        opened = {rule.endpoint for rule, access, _ in guarded(app) if role in access}
        agreements = {each for each in opened if each.startswith("agreements.") and role == "data_officer"}
        compared = {each for each in opened if each.startswith(TWO_RECORDS) and role == "data_officer"}
        files = BIRTH_FILES if role == "data_officer" else set()
        noticed = NOTICES if role == "data_officer" else set()
        assert opened - agreements - compared <= OWN_ACCOUNT | COUNTED | OF_NO_FAMILY | noticed | files | TOLD


def test_a_page_of_numbers_names_no_family(app, objects, people, attempt):
    for role in ("evaluator", "data_officer"):
        for address in (
            "/staff/",
            "/desk/lists/running-dry",
            "/births/tell-once",
            "/births/retention",
            "/reach/",
            f"/reach/{objects.here}",
        ):
            said = attempt(people[role], "GET", address).text
            for secret in ("Aoife", "Gwendolyn", objects.booking.reference, str(objects.booking.public_id), "900982"):
                assert secret not in said


def test_an_administrator_may_do_what_the_rota_manager_and_the_desk_may(app):
    for rule, access, _ in guarded(app):
        if {"rota_manager", "booking_desk"} & set(access):
            assert "administrator" in access, rule.rule


def test_the_auditor_reads_every_page_that_shows_records_or_rotas(app):
    """A page without the auditor asks what is to be changed; by its name or because the same address takes a POST."""
    rules = [(rule, access, method) for rule, access, method in guarded(app)]
    forms = {rule.rule for rule, _, method in rules if method == "POST"}
    closed = {
        rule.rule
        for rule, access, method in rules
        if method == "GET" and "auditor" not in access and rule.rule not in forms
    }

    assert closed - QUESTIONS == set()
