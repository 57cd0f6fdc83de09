"""A program of its own: its lines, what is said to it, and its end with whoever started it."""

import subprocess
import sys
import time

import pytest

from registration.common.apart import started

MODULE = "tests.common.beside"


def test_it_says_lines_and_is_heard_and_silence_is_told():
    with started(MODULE, ["echo"]) as program:
        program.tell("one")
        lines = program.lines(0.05)
        assert next(line for line in lines if line) == "heard one, beside the rest"
        assert "" in [next(lines), next(lines)]


def test_it_may_say_by_the_other_way_and_end_well_or_not():
    for words, well in (["fine"], True), (["ill"], False):
        with started(MODULE, words, says_by="stderr") as program:
            assert list(program.lines(5)) == [f"{words[0]} by error"]
            assert program.ended_well() is well


def test_what_is_said_to_one_that_ended_is_lost_and_nothing_breaks():
    with started(MODULE, ["fine"], says_by="stderr") as program:
        assert program.ended_well()
        program.tell("x" * 200_000)


def test_it_is_ended_where_the_block_is_left():
    with started(MODULE, ["echo"]) as program:
        program.tell("one")
    assert not program.ended_well()


@pytest.mark.parametrize("word", ["listen", "asked"])
def test_it_ends_when_whoever_started_it_is_gone(word):
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE, word], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdin.write("stop\n")
    process.stdin.flush()
    assert process.stdout.readline() == "listening\n"
    if word == "asked":
        assert process.stdout.readline() == "asked to stop\n"
    begun = time.monotonic()
    process.stdin.close()
    assert process.wait(10) == 1
    assert time.monotonic() - begun < 10
    process.stdout.close()
