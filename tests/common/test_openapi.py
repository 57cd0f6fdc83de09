"""The description of the API: valid, whole, true to the promised names, and readable as a page."""

import re

import html5lib
import pytest
from bs4 import BeautifulSoup
from openapi_spec_validator import OpenAPIV31SpecValidator

from registration.booking.contract import BookingBody, HoldBody, MoveBody
from registration.common.handbook import calls, coded, in_words
from registration.common.problems import TYPES

PROMISED = {
    ("get", "/api/v1/deadline"): {"born", "on"},
    ("get", "/api/v1/centres"): {"postcode"},
    ("get", "/api/v1/other-services"): set(),
    ("get", "/api/v1/availability"): {"born", "postcode", "interpreter", "centre", "from", "to", "places"},
    ("post", "/api/v1/holds"): set(),
    ("post", "/api/v1/bookings"): {"Idempotency-Key"},
    ("get", "/api/v1/bookings/{token}"): {"token"},
    ("patch", "/api/v1/bookings/{token}"): {"token"},
    ("delete", "/api/v1/bookings/{token}"): {"token"},
}


@pytest.fixture
def document(client):
    answer = client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert "Set-Cookie" not in answer.headers
    return answer.json


@pytest.fixture
def page(client):
    answer = client.get("/api/docs?lang=pl")
    assert answer.status_code == 200
    html5lib.HTMLParser(strict=True).parse(answer.text)
    return BeautifulSoup(answer.text, "html.parser")


def operations(document):
    return {(method, path): each for path, methods in document["paths"].items() for method, each in methods.items()}


def test_the_description_is_valid_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_every_promised_call_is_described_with_its_names_and_no_other(document):
    found = {call: {each["name"] for each in one["parameters"]} for call, one in operations(document).items()}
    assert found == PROMISED


def test_every_address_of_the_api_is_described(app, document):
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    served = {
        (method.lower(), re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert served - {("get", "/api/v1/openapi.json")} == set(operations(document))


def test_every_call_says_what_it_does_and_every_name_what_it_means(document):
    for call, operation in operations(document).items():
        assert operation["summary"], call
        assert operation["description"].endswith("."), call
        assert all(each.get("description") for each in operation["parameters"]), call
    assert len({each["operationId"] for each in operations(document).values()}) == len(PROMISED)


def test_every_refusal_names_its_problems_and_shows_one_of_each(document):
    for call, operation in operations(document).items():
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                continue
            [(kind, content)] = answer["content"].items()
            assert kind == "application/problem+json"
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert content["examples"], call
            for name, example in content["examples"].items():
                assert name in answer["description"]
                assert TYPES[name].status == int(status) == example["value"]["status"]
                assert example["value"]["type"].endswith(f"/api/problems/{name}")


def test_what_may_be_left_out_of_a_question_is_never_null(document):
    availability = document["paths"]["/api/v1/availability"]["get"]
    shapes = {each["name"]: each for each in availability["parameters"]}
    assert [name for name, each in shapes.items() if each["required"]] == ["born"]
    assert shapes["from"]["schema"]["format"] == shapes["to"]["schema"]["format"] == "date"
    assert (shapes["born"]["style"], shapes["born"]["explode"]) == ("form", True)
    assert "null" not in str([each["schema"] for each in shapes.values()])


def test_the_key_of_a_booking_is_described_and_may_be_left_out(document):
    [key] = document["paths"]["/api/v1/bookings"]["post"]["parameters"]
    assert (key["in"], key["required"]) == ("header", False)
    assert "no second one" in key["description"]


@pytest.mark.parametrize("model", [HoldBody, BookingBody, MoveBody])
def test_the_example_of_a_body_is_one_that_is_taken(app, model):
    with app.test_request_context("/"):
        assert model.model_validate(model.model_config["json_schema_extra"]["examples"][0])


def test_the_page_lists_every_call_with_its_names_bodies_answers_and_problems(document, page):
    assert (page.html["lang"], page.html["dir"]) == ("en", "ltr")
    headings = [heading.text for heading in page.select("section h2")]
    assert sorted(headings) == sorted(f"{method.upper()} {path}" for method, path in PROMISED)
    for call, operation in operations(document).items():
        section = page.find("h2", string=f"{call[0].upper()} {call[1]}").parent
        names = {code.text for code in section.select("dt code")}
        assert PROMISED[call] <= names, call
        told = {link["href"].rpartition("/")[2] for link in section.select("ul a")}
        examples = [answer["content"].get("application/problem+json", {}) for answer in operation["responses"].values()]
        assert told == {name for each in examples for name in each.get("examples", {})}
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert set(document["components"]["schemas"][schema]["properties"]) <= names


def test_the_page_leads_to_every_problem_it_names(client, page):
    links = {link["href"] for link in page.select("main a[href^='/api/']")}
    assert "/api/v1/openapi.json" in links
    assert all(client.get(each).status_code == 200 for each in links)


def test_each_call_can_be_pointed_at(page):
    targets = {section["id"] for section in page.select("section[id]")}
    assert {link["href"].lstrip("#") for link in page.select("main a[href^='#']")} == targets
    assert len(targets) == len(PROMISED)


def test_the_page_goes_into_the_objects_inside_an_answer(document):
    [availability] = [each for each in calls(document) if each.path == "/api/v1/availability"]
    assert {line.name: line.shape for line in availability.answer} == {
        "last_lawful_day": "date, like 2026-10-11",
        "centres": "list of objects",
        "centres.id": "whole number",
        "centres.name": "text",
        "centres.cluster": "text",
        "centres.distance_km": "number or null",
        "centres.days": "list of objects",
        "centres.days.date": "date, like 2026-10-11",
        "centres.days.in_time": "true or false",
        "centres.days.starts": "list of date and time with offset, like 2026-11-24T09:30:00+00:00 or list of objects",
        "centres.days.starts.start": "date and time with offset, like 2026-11-24T09:30:00+00:00",
        "centres.days.starts.places": "whole number",
    }


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ({"enum": ["mother", "other_parent", "both"], "type": "string"}, "mother, other_parent or both"),
        ({"type": "object", "properties": {}}, "object"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or null"),
    ],
)
def test_a_shape_is_said_in_words(shape, words):
    assert in_words(shape, {}) == words


def test_a_programs_own_words_are_set_apart_and_nothing_else_is_let_through():
    assert coded("Send `<b>` & go") == "Send <code>&lt;b&gt;</code> &amp; go"
