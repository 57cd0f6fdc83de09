"""Every page of every test is read strictly: valid HTML, a title, one h1, no id twice, links that lead somewhere."""

from __future__ import annotations

from collections import Counter

import html5lib
from flask.testing import FlaskClient

SEEN: set[int] = set()


def faults_of_page(text: str) -> list[str]:
    """List what is wrong with a page; html5lib raises where it is not valid HTML."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    faults = []
    if not (tree.findtext(".//title") or "").strip():
        faults.append("no title")
    if len(tree.findall(".//h1")) != 1:
        faults.append(f"{len(tree.findall('.//h1'))} h1")
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    faults += [f"id {name} {count} times" for name, count in ids.items() if count > 1]
    targets = [link.get("href", "") for link in tree.findall(".//a")]
    faults += [f"link to {target}" for target in targets if target.startswith("#") and target[1:] not in ids]
    return faults


class StrictClient(FlaskClient):
    """A browser that does not forgive."""

    def open(self, *args: object, **kwargs: object):
        answer = super().open(*args, **kwargs)
        if answer.mimetype == "text/html" and answer.data and answer.status_code not in {301, 302, 303, 307, 308}:
            known = hash(answer.text)
            if known not in SEEN:
                assert faults_of_page(answer.text) == [], answer.request.path
                SEEN.add(known)
        return answer
