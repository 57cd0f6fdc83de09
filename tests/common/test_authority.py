"""The council's own file: what it may say, and how a mistake in it is told in one sentence before anything starts."""

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from registration.common.authority import (
    BALANCE_RANGES,
    HOURS_ELSEWHERE,
    RANGES,
    RETENTION_RANGES,
    SPECIAL,
    TEMPLATE,
    Authority,
    current_authority,
    own_file,
    read_authority,
    still_invented,
)
from registration.config import SettingRefused
from tests.applications import applications

ROOT = Path(__file__).parents[2]
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
QUIETLY = {"cwd": ROOT, "capture_output": True, "text": True}
MOST = {name: most for name, (_, most) in RANGES.items()}


@pytest.fixture
def file(tmp_path):
    """Write a council's file: file('name = "X"'); give what reading it comes to."""

    def read(text, encoding="utf-8"):
        path = tmp_path / "authority.toml"
        path.write_bytes(text.encode(encoding))
        return read_authority(path)

    return read


@pytest.fixture
def refusal(file):
    """Give the one sentence with which a file is refused."""

    def sentence(text, encoding="utf-8"):
        with pytest.raises(SettingRefused) as refused:
            file(text, encoding)
        said = str(refused.value)
        assert said.startswith("Settings: authority.toml")
        assert "\n" not in said
        return said.removeprefix("Settings: ")

    return sentence


def test_the_file_that_comes_with_the_service_is_whole_and_can_be_read():
    authority = read_authority(TEMPLATE)

    assert (authority.minutes_per_baby, authority.hold_minutes) == (30, 10)
    assert authority.certificate_fee_from == date(2024, 4, 1)
    assert authority.translations_checked == ()
    assert all(getattr(authority, field.name) is not None for field in fields(Authority))


def test_what_a_council_leaves_out_is_as_in_the_file_that_comes_with_the_service(file):
    authority = file('name = "Kirklees Council"')

    assert authority == replace(read_authority(TEMPLATE), name="Kirklees Council")


@pytest.mark.parametrize("name", ["desk_opens_extra_sessions", "chase_outcomes"])
@pytest.mark.parametrize("written", ["1", '"true"', "[]"])
def test_a_choice_is_made_by_true_or_false(file, refusal, name, written):
    assert [getattr(file(f"{name} = {value}"), name) for value in ("true", "false")] == [True, False]
    assert refusal(f"{name} = {written}").startswith(f"authority.toml: {name} must be true or false, not ")


def test_every_value_can_be_changed(file):
    authority = file(
        'district = "Kirklees"\ntelephone = "01632 960200"\ncolour = "#ABCDEF"\nminutes_per_baby = 45\n'
        'certificate_fee_from = 2027-04-01\ntranslations_checked = ["ur", "pl"]\n'
    )

    assert (authority.district, authority.telephone) == ("Kirklees", "01632 960200")
    assert (authority.colour, authority.minutes_per_baby) == ("#ABCDEF", 45)
    assert authority.certificate_fee_from == date(2027, 4, 1)
    assert authority.translations_checked == ("ur", "pl")


@pytest.mark.parametrize("name", sorted(BALANCE_RANGES))
def test_numbers_of_plans_stand_in_a_part_of_their_own(file, refusal, name):
    least, most = BALANCE_RANGES[name]
    for fits in (least, most):
        assert getattr(file(f"[balance]\n{name} = {fits}").balance, name) == fits
    said = refusal(f"[balance]\n{name} = {most + 1}")
    assert said == f"authority.toml: {name} must be a whole number from {least} to {most}, not {most + 1}."


def test_the_part_on_plans_is_a_part_and_holds_nothing_else(file, refusal):
    assert file("[balance]\noffice_keeps_sessions = false").balance.office_keeps_sessions is False
    assert file("").balance == read_authority(TEMPLATE).balance
    assert (
        refusal("balance = 7")
        == "authority.toml: balance must be a part of the file that begins with [balance], not 7."
    )
    assert refusal("[balance]\nspeed = 7") == "authority.toml: speed is not something this service knows."
    assert refusal("speed_kmh = 7") == "authority.toml: speed_kmh is not something this service knows."


@pytest.mark.parametrize("name", sorted(RETENTION_RANGES))
def test_how_long_records_are_kept_stands_in_a_part_of_its_own(file, refusal, name):
    least, most = RETENTION_RANGES[name]
    for fits in (least, most):
        assert getattr(file(f"[retention]\n{name} = {fits}").retention, name) == fits
    said = refusal(f"[retention]\n{name} = {least - 1}")
    assert said == f"authority.toml: {name} must be a whole number from {least} to {most}, not {least - 1}."
    assert refusal("retention = 7").endswith("that begins with [retention], not 7.")


@pytest.mark.parametrize("name", sorted(RANGES))
def test_a_number_may_be_its_least_and_its_most_and_nothing_beyond(file, refusal, name):
    least, most = RANGES[name]
    for fits in (least, most):
        assert getattr(file(f"{name} = {fits}"), name) == fits
    for wrong in (least - 1, most + 1):
        said = refusal(f"{name} = {wrong}")
        assert said == f"authority.toml: {name} must be a whole number from {least} to {most}, not {wrong}."


@pytest.mark.parametrize("name", sorted(RANGES))
@pytest.mark.parametrize("wrong", ["true", "5.0", '"5"', "[]", "2024-04-01"])
def test_what_is_no_number_is_refused_by_name(refusal, name, wrong):
    said = refusal(f"{name} = {wrong}")

    assert said.startswith(f"authority.toml: {name} must be a whole number from ")


TEXTS = sorted({field.name for field in fields(Authority)} - {*RANGES, *HOURS_ELSEWHERE, *SPECIAL})


def test_hours_in_other_languages_are_never_those_of_the_demonstration_beside_hours_of_a_councils_own(file, refusal):
    assert all(getattr(file(""), name) for name in HOURS_ELSEWHERE)
    own = file('telephone_hours = "Every day"\ntelephone_hours_pl = "codziennie"\n')
    assert (own.telephone_hours_pl, own.telephone_hours_ur) == ("codziennie", "")
    assert file('telephone_hours_ur = ""').telephone_hours_ur == ""
    assert refusal("telephone_hours_ur = 9").startswith("authority.toml: telephone_hours_ur must be a text")


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("wrong", ['""', '"  "', "7", "true", "[]"])
def test_what_is_no_text_is_refused_by_name(refusal, name, wrong):
    assert refusal(f"{name} = {wrong}").startswith(f"authority.toml: {name} must be a text, not ")


@pytest.mark.parametrize(
    "wrong", ["javascript:alert(1)", "//calder.example", "calder.example", "https://", "https://[", "https://a b", ""]
)
def test_the_councils_website_is_one_a_browser_may_be_led_to(file, refusal, wrong):
    assert refusal(f'website = "{wrong}"') == (
        f"authority.toml: website must be an address that begins with https:// or http://, not {wrong!r}."
    )
    assert refusal("website = 7").endswith("not 7.")
    assert file('website = "http://www.calder.example/births"').website == "http://www.calder.example/births"


@pytest.mark.parametrize("wrong", ["not an address", "registrars", "a@b, c@d", "a@b\\nBcc: c@d", ""])
def test_the_councils_email_is_an_address(file, refusal, wrong):
    assert refusal(f'email = "{wrong}"').startswith("authority.toml: email must be an e-mail address, not ")
    assert refusal("email = 7").endswith("not 7.")
    assert file('email = "registrars@council"').email == "registrars@council"


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ("", ['name = "Calder Valley Council"', 'telephone = "01632 960100"']),
        ('name = "Kirklees Council"', ['telephone = "01632 960100"']),
        ('telephone = "01484 414800"', ['name = "Calder Valley Council"']),
        ('name = "Kirklees Council"\ntelephone = "01484 414800"', []),
    ],
)
def test_a_council_that_is_still_the_invented_one_is_told_of(file, tmp_path, own, left):
    file(own)
    said = still_invented(tmp_path)

    assert [line for line in ('name = "Calder Valley Council"', 'telephone = "01632 960100"') if line in said] == left
    assert (str(tmp_path / "authority.toml") in said) is bool(left)


@pytest.mark.parametrize("demo", ["0", "1"])
def test_each_start_of_a_real_council_warns_of_what_is_invented(tmp_path, demo):
    """As the web server and the worker start, by the door of both; no database is met."""
    environment = os.environ | {
        "DEMO": demo,
        "SECRET_KEY": "x" * 32,
        "INSTANCE": str(tmp_path),
        "DATABASE_URL": NOWHERE,
    }
    told = [
        subprocess.run([sys.executable, "-c", "import app"], env=environment, check=True, **QUIETLY).stderr
        for _ in range(1 if demo == "1" else 2)
    ]

    if demo == "1":
        assert told == [""]
        return
    for line in told:
        said = json.loads(line)
        assert said["level"] == "WARNING"
        assert str(tmp_path / "authority.toml") in said["message"]


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("start_note", 300),
        ("start_note_pl", 300),
        ("start_note_ur", 300),
        ("address", 200),
        ("data_protection_email", 200),
    ],
)
def test_words_of_a_councils_own_may_be_left_out_and_are_of_a_length(file, refusal, name, most):
    assert getattr(file(""), name) == ""
    assert getattr(file(f'{name} = "{"x" * most}"'), name) == "x" * most
    for wrong in (f'"{"x" * (most + 1)}"', "7", "[]"):
        assert refusal(f"{name} = {wrong}").startswith(
            f"authority.toml: {name} must be a text of at most {most} signs, not "
        )


@pytest.mark.parametrize(
    "wrong", ["../mark.svg", "/etc/mark.svg", "mark.gif", "mark", ".svg", "a b.svg", "mark.svg\\n"]
)
def test_a_mark_is_a_file_beside_the_councils_own(refusal, wrong):
    assert refusal(f'logo = "{wrong}"').startswith(
        "authority.toml: logo must be the name of an .svg or .png file beside it, not "
    )


@pytest.mark.parametrize("wrong", ["red", "#12345", "#1234567", "#12345g", "123456", "#fff;}body{display:none"])
def test_a_colour_is_six_digits_and_cannot_carry_anything_else_into_a_page(refusal, wrong):
    assert refusal(f'colour = "{wrong}"') == f"authority.toml: colour must be like #0b4a5c, not {wrong!r}."


@pytest.mark.parametrize("wrong", ['"2024-04-01"', "2024", "2024-04-01T09:00:00", "true"])
def test_the_day_of_a_fee_is_a_day(refusal, wrong):
    said = refusal(f"certificate_fee_from = {wrong}")

    assert said.startswith("authority.toml: certificate_fee_from must be a date like 2024-04-01, not ")


@pytest.mark.parametrize("wrong", ['"pl"', '["fr"]', '["pl", "xx"]', "[1]", "[[]]", "true"])
def test_only_translations_there_are_can_have_been_checked(refusal, wrong):
    said = refusal(f"translations_checked = {wrong}")

    assert said.startswith('authority.toml: translations_checked must be a list of "pl" and "ur", not ')


def test_words_the_service_does_not_know_are_named(refusal):
    assert refusal('nmae = "X"') == "authority.toml: nmae is not something this service knows."
    assert refusal("b = 1\na = 1") == "authority.toml: a, b is not something this service knows."
    assert refusal("[council]\nname = 1") == "authority.toml: council is not something this service knows."


@pytest.mark.parametrize("text", ["name = ", "name Kirklees", 'name = "X"\nname = "Y"', "\x00", "colour = '#fff"])
def test_a_file_that_is_no_toml_is_refused_in_one_sentence(refusal, text):
    assert refusal(text).startswith("authority.toml cannot be read: ")


def test_a_file_of_another_encoding_is_refused_in_one_sentence(refusal):
    assert refusal('certificate_fee = "£12.50"', "cp1252").startswith("authority.toml cannot be read: ")


def test_a_file_saved_by_windows_notepad_is_read(file):
    assert file('\ufeffname = "Kirklees Council"\r\n').name == "Kirklees Council"


def test_a_council_without_a_file_gets_one_to_change(tmp_path):
    folder = tmp_path / "not" / "there"

    path = own_file(folder)

    assert path == folder / "authority.toml"
    assert path.read_text(encoding="utf-8") == TEMPLATE.read_text(encoding="utf-8")
    assert read_authority(path) == read_authority(TEMPLATE)


def test_a_councils_own_file_is_never_written_over(tmp_path):
    (tmp_path / "authority.toml").write_text('name = "Kirklees Council"')

    assert read_authority(own_file(tmp_path)).name == "Kirklees Council"


def test_what_the_file_says_shows_on_every_page(tmp_path):
    (tmp_path / "authority.toml").write_text('name = "Kirklees & District"\ncolour = "#123456"\ntelephone = "01484 1"')
    with applications(tmp_path) as make:
        app = make("postgresql+psycopg://nobody@/nothing")
        page = app.test_client().get("/cookies").text
        with app.app_context():
            assert current_authority().name == "Kirklees & District"

    assert "Kirklees &amp; District" in page
    assert "#123456" in page
    assert "tel:014841" in page


def test_a_file_that_is_wrong_stops_the_service_at_its_start(tmp_path):
    (tmp_path / "authority.toml").write_text("hold_minutes = 0")

    with applications(tmp_path) as make, pytest.raises(SettingRefused, match=r"hold_minutes must be .* not 0\."):
        make("postgresql+psycopg://nobody@/nothing")


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingRefused, match=r"INSTANCE: .*authority\.toml cannot be made \(File exists\)\."):
        own_file(tmp_path / "file")
