"""People who work with the service, for tests of any capability: sign one in with `sign_in_as(client, "registrar")`."""

from flask import current_app

from tests.strict import words

PASSWORD = "correct horse battery"
#: The passwords of tests guard nothing: as strong a hash as the service's takes longer than the page that is tried.
QUICK = {"argon2__memory_cost": 8, "argon2__time_cost": 1}


def new_person(role, email=None, password=PASSWORD, centres=(), also=()):
    """Keep an account with a role, which can sign in with its password."""
    from registration.staff import actions

    user = actions.add_account(email or f"{role}@council.gov.uk", role=role, centres=centres)
    user.roles += [actions._role(name) for name in also]
    if password:
        passwords = current_app.extensions["security"].pwd_context
        if passwords.handler("argon2").memory_cost != QUICK["argon2__memory_cost"]:
            passwords.update(**QUICK)
        actions.set_password(user, password)
    actions.db.session.commit()  # or a page that refuses something would undo the person too
    return user


def sign_in(client, email, password=PASSWORD, **query):
    """Send the form of signing in."""
    return client.post("/staff/sign-in", data={"email": email, "password": password}, query_string=query)


def sign_in_as(client, role, **details):
    """Make somebody with a role and sign them in with this client; give their account."""
    user = new_person(role, **details)
    answer = sign_in(client, user.email)
    assert answer.headers["Location"] == "/staff/", answer.text
    return user


def sent(answer, to):
    """Check that an answer sends the browser on to this path."""
    assert (answer.status_code, answer.headers.get("Location")) == (303, to), answer.text[:2000]


def page(answer, status=200):
    """Check that an answer is a whole, valid page; give the words of its main part."""
    assert answer.status_code == status, (answer.status_code, answer.headers.get("Location"), answer.text[:400])
    return words(answer.text)
