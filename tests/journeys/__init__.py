"""Journeys of families and staff through the running service in a real browser."""

import pytest

pytest.register_assert_rewrite("tests.journeys.looks", "tests.journeys.pages")
