"""A council's own mark: shown as it is where it only draws, and refused in one sentence before anything starts otherwise."""

import struct
from binascii import crc32
from dataclasses import replace

import pytest

from registration.common.logos import MOST_BYTES, read_logo
from registration.config import SettingRefused
from tests.applications import applications

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><path d="M0 0h120v40z" fill="#0b4a5c"/>{}</svg>'
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


def piece(name, data=b""):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(name + data))


def png(wide=80, high=40):
    size = struct.pack(">IIBBBBB", wide, high, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", size) + piece(b"IDAT", b"x") + piece(b"IEND")


@pytest.fixture
def logo(tmp_path):
    """Read a mark of these bytes."""

    def read(content, name="mark.svg"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_logo(path)

    return read


@pytest.fixture
def refusal(logo):
    """Give the one sentence with which a mark is refused."""

    def refusal(content, name="mark.svg"):
        with pytest.raises(SettingRefused) as refused:
            logo(content, name)
        said = str(refused.value)
        assert said.startswith(f"Settings: authority.toml: logo {name} ")
        assert "\n" not in said
        return said

    return refusal


def test_a_drawing_is_shown_as_high_as_every_mark_and_as_wide_as_it_is_then(logo):
    mark = logo(SVG.format(""))

    assert (mark.kind, mark.width, mark.height) == ("image/svg+xml", 120, 40)
    assert mark.content == SVG.format("").encode()
    assert logo(SVG.format("<title>Mark</title>")).digest != mark.digest


def test_a_picture_is_shown_too(logo):
    mark = logo(png(200, 100), "mark.png")

    assert (mark.kind, mark.width) == ("image/png", 80)


@pytest.mark.parametrize(
    "inside",
    [
        '<use xlink:href="#a" xmlns:xlink="http://www.w3.org/1999/xlink"/>',
        '<rect fill="url(#shade)"/>',
        '<metadata xmlns="http://www.inkscape.org/">made by hand</metadata>',
    ],
)
def test_what_only_draws_may_stand_in_it(logo, inside):
    assert logo(SVG.format(inside)).width == 120


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", "'script'"),
        ("<style>@import url(//evil)</style>", "'style'"),
        ("<foreignObject/>", "'foreignObject'"),
        ('<image href="https://evil.example/x.png"/>', "'image'"),
        ("<text>Hello</text>", "'text'"),
        ('<path onload="alert(1)"/>', "'onload'"),
        ('<path ONCLICK="alert(1)"/>', "'ONCLICK'"),
        ('<use href="https://evil.example/x.svg#a"/>', "'href'"),
        ('<use xlink:href="javascript:alert(1)" xmlns:xlink="http://www.w3.org/1999/xlink"/>', "'href'"),
        ('<rect style="fill: url( //evil.example )"/>', "'style'"),
        ('<rect fill="data:image/png;base64,x"/>', "'fill'"),
    ],
)
def test_what_runs_or_loads_something_may_not(refusal, inside, said):
    assert said in refusal(SVG.format(inside))


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format(""),
        '<!doctype svg SYSTEM "file:///etc/passwd">' + SVG.format(""),
        "no picture",
        b"\xff\xfe\x00",
        SVG.format("").replace("viewBox", "box"),
        SVG.format("").replace("120 40", "0 40"),
        SVG.format("").replace("2000/svg", "1999/xhtml"),
        SVG.format("").replace("120 40", "1200 40"),
        SVG.format("").replace("120 40", "4 40"),
        SVG.format("<path/>" * 3000),
    ],
)
def test_what_is_no_drawing_of_a_fit_size_is_refused(refusal, content):
    assert refusal(content).endswith(".")


@pytest.mark.parametrize(
    "content",
    [
        png()[:-1],
        png()[:-12],
        png().replace(b"x", b"y"),
        png(0, 40),
        png(40, 0),
        png()[:8],
        png()[:8] + piece(b"IEND"),
        png() + b"more",
    ],
)
def test_a_picture_that_is_damaged_is_refused(refusal, content):
    assert "PNG" in refusal(content, "mark.png")


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path, refusal):
    with pytest.raises(SettingRefused, match=r"logo none\.svg cannot be read \(No such file"):
        read_logo(tmp_path / "none.svg")
    assert str(MOST_BYTES) in refusal(b"\x89PNG\r\n\x1a\n" + b"x" * MOST_BYTES, "mark.png")


# ---- on pages


@pytest.fixture
def council(tmp_path):
    """Give a browser on the service of a council with this in its own file."""
    with applications(tmp_path) as make:

        def come(words, mark=None):
            (tmp_path / "authority.toml").write_text(words, encoding="utf-8")
            if mark is not None:
                (tmp_path / "mark.svg").write_text(mark, encoding="utf-8")
            return make(NOWHERE).test_client()

        yield come


def test_every_page_carries_the_councils_mark_and_browsers_keep_it(council):
    browser = council('logo = "mark.svg"', SVG.format(""))
    page = browser.get("/privacy").text
    address = page.partition('<img src="')[2].partition('"')[0]
    shown = browser.get(address)

    assert 'width="120" height="40" alt=""' in page
    assert "rs-header__mark" not in page
    assert (shown.text, shown.mimetype) == (SVG.format(""), "image/svg+xml")
    assert shown.headers["Cache-Control"] == "public, max-age=31536000"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in shown.headers
    assert browser.get("/logo?v=older").headers["Cache-Control"] == "public, max-age=0"
    assert 'alt=""' in browser.get("/nowhere").text


def test_without_one_our_own_stands_there(council):
    browser = council("")

    assert "rs-header__mark" in browser.get("/privacy").text
    assert browser.get("/logo").status_code == 404


def test_a_mark_that_cannot_be_shown_stops_the_start(council):
    with pytest.raises(SettingRefused, match="'script'"):
        council('logo = "mark.svg"', SVG.format("<script/>"))


def test_the_address_and_the_data_protection_officer_are_told_where_the_council_gives_them(council):
    said = council('address = "1 <High> Street"\ndata_protection_email = "dpo@example.gov.uk"').get("/privacy").text
    assert "1 &lt;High&gt; Street" in said
    assert 'href="mailto:dpo@example.gov.uk"' in said
    assert 'href="mailto:registrars@calder-valley.example"' in said

    said = council("").get("/privacy").text
    assert said.count('href="mailto:registrars@calder-valley.example"') == 2


def test_the_start_page_says_what_the_council_says_of_its_own_in_the_pages_language(app, client, monkeypatch):
    said = {"start_note": "The hub at <Elland> moves in May.", "start_note_pl": "W maju przeprowadzka."}
    monkeypatch.setitem(app.config, "AUTHORITY", replace(app.config["AUTHORITY"], **said))

    assert "The hub at &lt;Elland&gt; moves in May." in client.get("/").text
    assert "<span>W maju przeprowadzka.</span>" in client.get("/?lang=pl").text
    assert '<span lang="en" dir="ltr">The hub at &lt;Elland&gt; moves in May.</span>' in client.get("/?lang=ur").text
    assert "moves in May" not in client.get("/privacy").text
