"""Files of instances and rotas: every fault named by its place, whatever is thrown at them."""

import json
import random
from contextlib import suppress

import pytest

from registration.balancing.instances import FileFaulty, read_instance, read_rota, write_rota
from registration.balancing.rules.rota import Rota
from tests.balancing.councils import OFFICE, rota

GOOD = {
    "format": "rota-instance/1",
    "name": "by hand",
    "weeks": 1,
    "presence_weeks": 2,
    "language_weeks": 2,
    "curve": [0, 0.5, 1],
    "deadline_weeks": 5,
    "office": [{"min": 1, "min_registrars": 0}] * 10,
    "clusters": [{"id": 3, "x": 1.5, "y": 2, "language": "ur", "births": [1, 2, 3, 4, 5, 6.5]}],
    "centres": [{"id": "library", "cluster": 3, "rooms": [1] * 10, "booked": [0] * 10}],
    "registrars": [
        {
            "id": 7,
            "grade": "registrar",
            "slots": 6,
            "contract": 8,
            "home": 3,
            "languages": ["ur"],
            "avail": [1] * 9 + [0],
            "reach": {"3": 12},
        }
    ],
}


def faults(given):
    with pytest.raises(FileFaulty) as refused:
        read_instance(given if isinstance(given, bytes) else json.dumps(given).encode())
    return refused.value.faults


def changed(path, value):
    """Change one value of the good instance, found by its path."""
    given = json.loads(json.dumps(GOOD))
    *way, last = path
    there = given
    for step in way:
        there = there[step]
    if value is KeyError:
        del there[last]
    else:
        there[last] = value
    return given


def test_an_instance_is_read():
    instance = read_instance(json.dumps(GOOD).encode())

    assert (instance.name, instance.weeks, instance.curve, instance.deadline_weeks) == ("by hand", 1, (0, 0.5, 1), 5)
    assert instance.office[9].least == 1
    assert instance.clusters[0].births == (1, 2, 3, 4, 5, 6.5)
    assert instance.centres[0].id == "library"
    assert instance.registrars[0].reach == {3: 12}
    assert instance.registrars[0].available == (True,) * 9 + (False,)
    assert instance.registrars[0].languages == {"ur"}


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (["format"], "rota/9", "format: rota-instance/1 expected, 'rota/9' given"),
        (["weeks"], KeyError, "weeks: missing"),
        (["weeks"], 99, "weeks: 1 to 26 expected, 99 given"),
        (["weeks"], 1.5, "weeks: a whole number expected, 1.5 given"),
        (["weeks"], True, "weeks: a number expected, true given"),
        (["weeks"], 10**400, "weeks: a number expected, 1000000000000000000000000000000000000000… given"),
        (["presence_weeks"], 0, "presence_weeks: 1 to 1e+06 expected, 0 given"),
        (["curve"], [1, 0.5], "curve: 1 to 60 shares that never fall expected"),
        (["curve"], [], "curve: 1 to 60 shares that never fall expected"),
        (["curve", 1], "half", "curve[1]: a number expected, 'half' given"),
        (["office"], [], "office: 10 values expected, 0 given"),
        (["office", 3], 5, "office[3].min: missing"),
        (["office", 3, "min"], -1, "office[3].min: 0 to 1e+06 expected, -1 given"),
        (["clusters"], {}, "clusters: a list expected, {} given"),
        (["clusters"], [1] * 1001, "clusters: at most 1000 expected, 1001 given"),
        (["clusters", 0, "births"], [1, 2], "clusters[0].births: 6 values expected, 2 given"),
        (["clusters", 0, "language"], "", "clusters[0].language: a name expected, '' given"),
        (["clusters", 0, "id"], None, "clusters[0].id: a whole number or a name expected, null given"),
        (["clusters", 0, "id"], "office", "clusters[0].id: a whole number or a name expected, 'office' given"),
        (["centres", 0, "cluster"], 4, "centres[0].cluster: there is no cluster 4"),
        (["centres", 0, "rooms"], [0] * 9, "centres[0].rooms: 10 values expected, 9 given"),
        (["registrars", 0, "avail", 2], 2, "registrars[0].avail[2]: 0 to 1 expected, 2 given"),
        (["registrars", 0, "slots"], 0, "registrars[0].slots: 1 to 1000 expected, 0 given"),
        (["registrars", 0, "reach"], [], "registrars[0].reach: minutes by cluster expected, [] given"),
        (["registrars", 0, "reach"], {"8": 1}, "registrars[0].reach: there is no cluster '8'"),
        (["registrars", 0, "languages"], ["ur", 5], "registrars[0].languages[1]: a name expected, 5 given"),
        (["registrars"], GOOD["registrars"] * 2, "registrars[1].id: 7 is another’s id too"),
    ],
)
def test_a_fault_is_named_by_its_place(path, value, fault):
    assert fault in faults(changed(path, value))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "the file is not JSON"),
        (b"\xff\xfe\x00", "the file is not JSON"),
        (b"[" * 100_000, "the file is not JSON"),
        (b"[]", "an object expected, [] given"),
        (b'{"format": "rota-instance/1", "weeks": NaN}', "weeks: a number expected"),
    ],
)
def test_what_is_no_instance_at_all_is_said(text, fault):
    assert faults(text)[0].startswith(fault)


def test_no_more_than_fifty_faults_are_listed():
    said = faults(changed(["registrars", 0, "avail"], [7] * 10) | {"centres": [{}] * 30})

    assert len(said) == 51
    assert said[-1].endswith("more faults")


@pytest.mark.parametrize("seed", range(60))
def test_nothing_that_is_thrown_at_it_ends_in_a_traceback(seed):
    chance = random.Random(seed)
    given = json.loads(json.dumps(GOOD))
    for _ in range(3):
        there = given
        while isinstance(there, dict | list) and there and chance.random() < 0.8:
            step = chance.choice(list(there)) if isinstance(there, dict) else chance.randrange(len(there))
            if chance.random() < 0.4 or not isinstance(there[step], dict | list):
                there[step] = chance.choice([None, -5, "x", [], {}, [[]], {"id": 1}, 1e308, "office", True, 2**70])
                break
            there = there[step]
    with suppress(FileFaulty):
        assert read_instance(json.dumps(given).encode()).weeks


def test_a_rota_is_read_as_it_was_written(tmp_path):
    made = rota((7, 0, "library"), (7, 3, OFFICE), ("Zoë", 4, 12))

    write_rota(made, tmp_path / "rota.json")

    assert read_rota((tmp_path / "rota.json").read_bytes()) == made
    assert [path.name for path in tmp_path.iterdir()] == ["rota.json"]


def test_an_empty_rota_is_a_rota(tmp_path):
    write_rota(Rota(()), tmp_path / "rota.json")

    assert read_rota((tmp_path / "rota.json").read_bytes()) == Rota(())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"{}", "assignments: a list expected"),
        (b'{"assignments": [{"registrar": 1, "t": 2}]}', "assignments[0].centre: missing"),
        (b'{"assignments": [{"registrar": 1, "t": -2, "centre": 3}]}', "assignments[0].t: 0 to 259 expected, -2 given"),
        (b'{"assignments": [5]}', "assignments[0].centre: missing"),
    ],
)
def test_a_faulty_rota_is_refused(text, fault):
    with pytest.raises(FileFaulty) as refused:
        read_rota(text)

    assert fault in refused.value.faults


def test_a_rota_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "rota.json").mkdir()

    with pytest.raises(OSError, match="rota"):
        write_rota(Rota(()), tmp_path / "rota.json")

    assert [path.name for path in tmp_path.iterdir()] == ["rota.json"]
