import gzip
import json

import pytest

from registration.common import assets


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("app.css", 12_500),
        ("app.rtl.css", 14_000),
        ("staff.css", 4_000),
        ("staff.js", 2_000),
        ("app.js", 8_000),
        ("favicon.svg", 400),
    ],
)
def test_a_built_file_is_light_on_the_wire(name, most):
    built = assets.BUILT / assets.asset_url(name).rpartition("/")[2]

    assert len(gzip.compress(built.read_bytes(), 9)) <= most


def test_nothing_of_the_government_s_own_identity_is_shipped():
    names = {path.suffix for path in assets.BUILT.iterdir() if not path.name.startswith(".")}
    text = "".join((assets.BUILT / assets.asset_url(n).rpartition("/")[2]).read_text() for n in ("app.css", "app.js"))

    assert names == {".css", ".js", ".svg", ".png", ".gz", ".br", ".json"}
    assert "GDS Transport" not in text
    assert "url(" not in text.replace("url(data:", "")
    assert "@font-face" not in text


def test_the_style_sheet_for_urdu_is_mirrored():
    left, right = (
        (assets.BUILT / assets.asset_url(name).rpartition("/")[2]).read_text() for name in ("app.css", "app.rtl.css")
    )

    assert ".govuk-back-link{" in left
    assert left != right
    assert left.count("margin-left:") == right.count("margin-right:")


def test_browsers_get_compressed_files_they_may_keep_for_ever(client):
    address = assets.asset_url("app.css")

    with client.get(address, headers={"Accept-Encoding": "br, gzip"}) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Encoding"] == "br"
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert answer.mimetype == "text/css"


def test_before_the_first_build_a_sentence_says_what_to_run(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "BUILT", tmp_path)
    assets._manifest.cache_clear()
    try:
        with pytest.raises(assets.NotBuilt, match="make run"):
            assets.asset_url("app.css")
    finally:
        assets._manifest.cache_clear()


def test_the_list_of_built_files_names_only_files_that_are_there():
    listed = json.loads((assets.BUILT / "manifest.json").read_text())

    assert sorted(listed) == ["app.css", "app.js", "app.rtl.css", "favicon.png", "favicon.svg", "staff.css", "staff.js"]
    assert all((assets.BUILT / name).exists() for name in listed.values())


@pytest.mark.parametrize(
    ("colour", "ink"), [("#0b4a5c", "#ffffff"), ("#ffdd00", "#0b0c0c"), ("#000000", "#ffffff"), ("#FFFFFF", "#0b0c0c")]
)
def test_the_council_s_name_can_be_read_on_the_council_s_colour(colour, ink):
    assert assets.readable_ink(colour) == ink
