"""The description of the JSON API (OpenAPI 3.1), made from the views that answer it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from registration.common.problems import TYPES, address_of

V = TypeVar("V", bound=Callable[..., Any])
HERE = "#/components/schemas/{model}"
#: Refused before a view reads a body: by the framework, and whenever the database is out.
OF_BODIES = ("unreadable-body", "unsupported-media-type", "too-large")
OF_ALL = ("unavailable",)


@dataclass(frozen=True, slots=True)
class Operation:
    """What one call takes and gives: models of its query, body and answers, and the problems it refuses with.

    `path` and `headers` say what their values mean; of the problems only its own are named, not those any call may meet.
    """

    summary: str
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answers: Mapping[int, type[BaseModel]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    path: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    lists: bool = False  # the answer is a list of the model


def describes(operation: Operation) -> Callable[[V], V]:
    """Attach its description to a view."""

    def decorate(view: V) -> V:
        """Keep the description on the view, and give the view back."""
        vars(view)["operation"] = operation
        return view

    return decorate


def document(app: Flask, title: str, about: str, problem_model: type[BaseModel]) -> dict[str, Any]:
    """Build the whole description from the application's described views."""
    found = [(rule, app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()]
    described = [(rule, view) for rule, view in found if hasattr(view, "operation")]
    paths: dict[str, dict[str, Any]] = {}
    for rule, view in sorted(described, key=lambda each: each[0].rule):
        calls = paths.setdefault(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            name = rule.endpoint.rpartition(".")[2]
            calls[method.lower()] = _operation(view.operation, problem_model, name, view.__doc__ or "")
    schemas = _schemas([view.operation for _, view in described], problem_model)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": about},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _schemas(operations: list[Operation], problem_model: type[BaseModel]) -> dict[str, Any]:
    bodies = {each.body for each in operations if each.body}
    models = bodies | {answer for each in operations for answer in each.answers.values()} | {problem_model}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in ordered], ref_template=HERE)
    return dict(schemas["$defs"])


def _operation(operation: Operation, problem_model: type[BaseModel], name: str, about: str) -> dict[str, Any]:
    made: dict[str, Any] = {"operationId": name, "summary": operation.summary, "description": about.strip()}
    made["parameters"] = _parameters(operation)
    if operation.body:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(operation.body)}}}
    own = operation.problems + (OF_BODIES if operation.body else ()) + OF_ALL
    made["responses"] = _answers(operation) | _refusals(own, problem_model)
    return made


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    said = {"path": operation.path, "header": operation.headers}
    plain = [
        {"name": name, "in": place, "required": place == "path", "description": text, "schema": {"type": "string"}}
        for place, texts in said.items()
        for name, text in texts.items()
    ]
    return plain + _query(operation.query)


def _query(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = model.model_json_schema(ref_template=HERE)
    return [_asked(name, dict(shape), schema.get("required", ())) for name, shape in schema["properties"].items()]


def _asked(name: str, shape: dict[str, Any], required: Iterable[str]) -> dict[str, Any]:
    """Describe one name of a query string: what may be left out there cannot be null."""
    several = {"style": "form", "explode": True} if shape.get("type") == "array" else {}
    about = {"description": shape.pop("description")} if "description" in shape else {}
    if shape.get("default", ...) is None:
        [given] = [one for one in shape.pop("anyOf") if one != {"type": "null"}]
        del shape["default"]
        shape |= given
    return {"name": name, "in": "query", "required": name in required, **about, "schema": shape, **several}


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": HERE.format(model=model.__name__)}


def _answers(operation: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for status, model in operation.answers.items():
        schema = {"type": "array", "items": _ref(model)} if operation.lists else _ref(model)
        made[str(status)] = {"description": "Done", "content": {"application/json": {"schema": schema}}}
    return made


def _refusals(names: Iterable[str], problem_model: type[BaseModel]) -> dict[str, Any]:
    """Describe each status with the problems that carry it, one example for each."""
    made: dict[str, Any] = {}
    for name in names:
        status, title, _ = TYPES[name]
        body = {"type": address_of(name), "title": title, "status": status, "detail": title}
        content = {"schema": _ref(problem_model), "examples": {}}
        answer = made.setdefault(str(status), {"description": "", "content": {"application/problem+json": content}})
        answer["description"] = "; ".join(filter(None, (answer["description"], f"{name}: {title}")))
        answer["content"]["application/problem+json"]["examples"][name] = {"summary": title, "value": body}
    return made
