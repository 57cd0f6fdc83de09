"""The API against its own description, by a tool that knows neither: schemathesis makes the requests and judges the answers."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from registration.common.db import db
from tests.booking.world import NOW, TUESDAY, make_world

BOUNDED = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
READS_A_BODY_OR_QUERY = [
    ("/api/v1/deadline", "GET"),
    ("/api/v1/centres", "GET"),
    ("/api/v1/availability", "GET"),
    ("/api/v1/holds", "POST"),
    ("/api/v1/bookings", "POST"),
    ("/api/v1/bookings/{token}", "PATCH"),
]
ONLY_A_LINK = [("/api/v1/bookings/{token}", "GET"), ("/api/v1/bookings/{token}", "DELETE")]


@pytest.fixture
def description(app, database, at):
    at(NOW)
    world = make_world()
    world.session("sunshine", "ann", TUESDAY, "9:30", "16:00")
    db.session.commit()
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


def must_keep_its_word(operation, mode):
    """Send requests of one kind and hold every answer to the description: its status, headers and body.

    What fits a schema and still cannot be used, such as a made-up postcode, may be refused.
    """

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    send()


@pytest.mark.parametrize(("path", "method"), READS_A_BODY_OR_QUERY + ONLY_A_LINK)
def test_what_fits_the_description_is_answered_as_it_says(description, path, method):
    must_keep_its_word(description[path][method], GenerationMode.POSITIVE)


@pytest.mark.parametrize(("path", "method"), READS_A_BODY_OR_QUERY)
def test_what_does_not_fit_the_description_is_refused_as_it_says(description, path, method):
    must_keep_its_word(description[path][method], GenerationMode.NEGATIVE)
