"""The description of the JSON API (OpenAPI 3.1), made from the views that answer it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from registration.common.problems import TYPES

V = TypeVar("V", bound=Callable[..., Any])
HERE = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True)
class Operation:
    """What one call takes and gives: models of its query, body and answers, and the problems it refuses with."""

    summary: str
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answers: Mapping[int, type[BaseModel] | None] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    lists: bool = False  # the answer is a list of the model


def describes(operation: Operation) -> Callable[[V], V]:
    """Attach its description to a view."""

    def decorate(view: V) -> V:
        vars(view)["operation"] = operation
        return view

    return decorate


def document(app: Flask, title: str, problem_model: type[BaseModel]) -> dict[str, Any]:
    """Build the whole description from the application's described views."""
    described = [
        (rule, view.operation)
        for rule in app.url_map.iter_rules()
        if hasattr(view := cast("Any", app.view_functions[rule.endpoint]), "operation")
    ]
    models = _models([operation for _, operation in described]) | {problem_model}
    _, schemas = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda m: m.__name__)], ref_template=HERE
    )
    paths: dict[str, dict[str, Any]] = {}
    for rule, operation in sorted(described, key=lambda pair: pair[0].rule):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _operation(
                operation, rule.arguments, problem_model, name=rule.endpoint.replace(".", "_")
            )
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }


def _models(operations: list[Operation]) -> set[type[BaseModel]]:
    found = {model for each in operations for model in (each.query, each.body, *each.answers.values())}
    return {model for model in found if model is not None}


def _operation(
    operation: Operation, arguments: set[str], problem_model: type[BaseModel], *, name: str
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": name,
        "summary": operation.summary,
        "parameters": _parameters(operation, arguments),
    }
    if operation.body:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(operation.body)}}}
    made["responses"] = _answers(operation) | _refusals(operation, problem_model)
    return made


def _parameters(operation: Operation, arguments: set[str]) -> list[dict[str, Any]]:
    path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in sorted(arguments)]
    headers = [
        {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in operation.headers.items()
    ]
    return [*path, *headers, *_query(operation.query)]


def _query(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = model.model_json_schema(ref_template=HERE)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": shape,
            **({"style": "form", "explode": True} if shape.get("type") == "array" else {}),
        }
        for name, shape in schema["properties"].items()
    ]


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": HERE.format(model=model.__name__)}


def _answers(operation: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for status, model in operation.answers.items():
        shape = _ref(model) if model else {"type": "object"}
        schema = {"type": "array", "items": shape} if operation.lists else shape
        made[str(status)] = {"description": "Done", "content": {"application/json": {"schema": schema}}}
    return made


def _refusals(operation: Operation, problem_model: type[BaseModel]) -> dict[str, Any]:
    titles: dict[int, list[str]] = {}
    for name in operation.problems:
        status, title = TYPES[name]
        titles.setdefault(status, []).append(f"{name}: {title}")
    content = {"application/problem+json": {"schema": _ref(problem_model)}}
    return {str(status): {"description": "; ".join(texts), "content": content} for status, texts in titles.items()}
