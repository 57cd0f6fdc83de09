"""Every sentence a parent can read is there in every language, with the same gaps to fill in."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
LANGUAGES = ["pl", "ur"]
GAP = re.compile(r"%\((\w+)\)[sd]|%%")


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every sentence marked in the source as it stands."""
    pot = tmp_path_factory.mktemp("words") / "messages.pot"
    options = ["-q", "extract", "-F", "babel.cfg", "-k", "_l", "-o", str(pot), "."]
    command = [sys.executable, "-m", "babel.messages.frontend", *options]
    subprocess.run(command, cwd=ROOT, check=True)
    return read_po(io.BytesIO(pot.read_bytes()))


def catalogue(language: str) -> Catalog:
    path = ROOT / "registration" / "translations" / language / "LC_MESSAGES" / "messages.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def texts(message_text: object) -> list[str]:
    return [message_text] if isinstance(message_text, str) else list(message_text)


def said(message: Message | None) -> bool:
    return message is not None and bool(message.string) and all(texts(message.string)) and not message.fuzzy


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language, sentences):
    known = catalogue(language)
    missing = [message.id for message in sentences if message.id and not said(known.get(message.id, message.context))]

    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_nobody_says(language, sentences):
    known = [message for message in catalogue(language) if message.id]

    assert [message.id for message in known if sentences.get(message.id, message.context) is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_has_the_same_gaps_and_the_same_marks(language):
    for message in catalogue(language):
        if not message.id:
            continue
        wanted = set(GAP.findall(texts(message.id)[-1]))
        for text in texts(message.string):
            assert set(GAP.findall(text)) == wanted, (message.id, text)
            assert re.findall(r"</?\w+", text) == re.findall(r"</?\w+", texts(message.id)[-1]), (message.id, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_that_no_person_has_checked_it(language, client):
    page = client.get(f"/?lang={language}").text

    assert f'lang="{language}"' in page
    assert "machine" not in page  # that sentence, too, is translated
    assert 'data-unchecked="true"' in page


def test_urdu_runs_from_right_to_left(client):
    page = client.get("/?lang=ur").text

    assert '<html lang="ur" dir="rtl"' in page
    assert "app.rtl" in page


def test_a_language_a_council_has_checked_says_nothing_of_machines(app, client, monkeypatch):
    from dataclasses import replace

    from registration.common.authority import current_authority

    monkeypatch.setitem(app.config, "AUTHORITY", replace(current_authority(), translations_checked=("pl",)))

    assert 'data-unchecked="true"' not in client.get("/?lang=pl").text
    assert 'data-unchecked="true"' in client.get("/?lang=ur").text


def test_the_hours_of_the_telephone_are_in_the_pages_language_where_the_council_has_written_them(
    app, client, monkeypatch
):
    from dataclasses import replace

    from registration.common.authority import current_authority

    assert "od poniedziałku do piątku" in client.get("/?lang=pl").text
    assert "Monday to Friday" not in client.get("/?lang=ur").text
    monkeypatch.setitem(app.config, "AUTHORITY", replace(current_authority(), telephone_hours_pl=""))
    assert '<span lang="en" dir="ltr">Monday to Friday, 9am to 5pm</span>' in client.get("/?lang=pl").text


def test_no_urdu_sentence_ends_in_an_english_full_stop():
    stop = re.compile(r"[\u0600-\u06ff]\s*\.|\)s\.(\s|$)")
    said = [text for message in catalogue("ur") if message.id for text in texts(message.string)]
    assert [text for text in said if stop.search(text)] == []
