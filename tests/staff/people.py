"""People who work with the service, for tests of any capability: sign one in with `sign_in_as(client, "registrar")`."""

import re
from collections import Counter

import html5lib

PASSWORD = "correct horse battery"


def new_person(role, email=None, password=PASSWORD, centres=(), also=()):
    from registration.staff import actions

    user = actions.add_account(email or f"{role}@council.gov.uk", role=role, centres=centres)
    user.roles += [actions._role(name) for name in also]
    if password:
        actions.set_password(user, password)
    actions.db.session.commit()  # or a page that refuses something would undo the person too
    return user


def sign_in(client, email, password=PASSWORD, **query):
    return client.post("/staff/sign-in", data={"email": email, "password": password}, query_string=query)


def sign_in_as(client, role, **details):
    """Make somebody with a role and sign them in with this client; give their account."""
    user = new_person(role, **details)
    answer = sign_in(client, user.email)
    assert answer.headers["Location"] == "/staff/", answer.text
    return user


def page(answer, status=200):
    """Check that an answer is a whole, valid page with one heading; give its text without tags."""
    assert answer.status_code == status, (answer.status_code, answer.headers.get("Location"), answer.text[:400])
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    assert len(tree.findall(".//h1")) == 1
    assert (tree.find(".//title").text or "").strip()
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    assert max(ids.values(), default=1) == 1, ids.most_common(3)
    for link in tree.findall(".//a[@href]"):
        target = link.get("href")
        assert not target.startswith("#") or target == "#" or target[1:] in ids, target
    body = tree.find(".//main")
    return re.sub(r"\s+", " ", " ".join(body.itertext())).strip()
