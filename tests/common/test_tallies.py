"""Requests are counted together by processes that share their memory, and each once."""

import os
import threading
import time

import pytest

from registration.common import tallies


@pytest.fixture
def fresh(monkeypatch):
    """Count from nought, in memory of the test's own."""
    monkeypatch.setattr(tallies, "_tallies", tallies._Tallies())
    tallies.name_rows({"a.page", "b.page"})


def told():
    return {each.endpoint: each for each in tallies.told()}


def test_nothing_is_told_of_what_nobody_asked_for(fresh):
    assert told() == {}


def test_a_request_counts_by_how_it_ended_and_how_long_it_took(fresh):
    for status, seconds in ((200, 0.001), (204, 0.025), (302, 0.026), (429, 1.0), (404, 5.0), (503, 5.1), (500, 60)):
        tallies.count("a.page", status, seconds)

    tally = told()["a.page"]
    assert dict(zip(tallies.STATUSES, tally.statuses, strict=True)) == {
        "2xx": 2, "3xx": 1, "4xx": 1, "429": 1, "5xx": 1, "503": 1,
    }  # fmt: skip
    assert dict(zip((*tallies.BOUNDS, None), tally.within, strict=True)) == {
        0.025: 2, 0.05: 3, 0.1: 3, 0.25: 3, 0.5: 3, 1.0: 4, 2.5: 4, 5.0: 5, None: 7,
    }  # fmt: skip
    assert tally.seconds == pytest.approx(71.152)


def test_what_has_no_endpoint_or_no_status_we_know_is_counted_all_the_same(fresh):
    tallies.count("", 404, 0.01)
    tallies.count("nobody.knows", 404, 0.01)
    tallies.count("b.page", 101, 0.01)
    tallies.count("b.page", 700, 0.01)

    assert told()[""].statuses[tallies.STATUSES.index("4xx")] == 2
    assert told()["b.page"].statuses[tallies.STATUSES.index("2xx")] == 1
    assert told()["b.page"].statuses[tallies.STATUSES.index("5xx")] == 1


def test_processes_of_one_parent_count_together_and_what_a_dead_one_counted_stays(fresh):
    tallies.share()
    tallies.share()
    tallies.count("a.page", 200, 0.01)
    for part in (1, 2, 1):  # the third takes the place of the first, which has ended
        child = os.fork()
        if not child:
            tallies.take_part(part)
            tallies.count("a.page", 200, 0.01)
            tallies.connection_taken(1)
            os._exit(0)
        os.waitpid(child, 0)

    assert told()["a.page"].statuses[0] == 4
    assert tallies.connections() == 2, "one that a dead process held is not held"


def test_threads_of_a_process_lose_no_count(fresh):
    def many():
        for _ in range(2000):
            tallies.count("b.page", 200, 0.01)

    threads = [threading.Thread(target=many) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert told()["b.page"].within[-1] == 8000


def test_to_tell_them_all_takes_a_part_of_a_second(fresh):
    tallies.share()
    tallies.name_rows({f"page-{number}" for number in range(300)})
    for part in range(4):
        tallies.take_part(part)
        for number in range(300):
            tallies.count(f"page-{number}", 200, 0.01)
    took = []
    for _ in range(3):  # a busy machine interrupts now and then
        began = time.thread_time()
        assert len(list(tallies.told())) == 300
        took.append(time.thread_time() - began)

    assert min(took) < 0.3


def test_more_endpoints_than_there_is_room_for_are_counted_together(fresh):
    tallies.name_rows({f"page-{number:04}" for number in range(tallies.MOST_ENDPOINTS + 5)})
    tallies.count(f"page-{tallies.MOST_ENDPOINTS + 4:04}", 200, 0.01)

    assert told()[""].within[-1] == 1
