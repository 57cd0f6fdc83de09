"""The description of the JSON API as a person reads it: call by call, with every name said in words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

Shape = Mapping[str, Any]
_WORDS = {
    ("string", "date"): "date, like 2026-10-11",
    ("string", "date-time"): "date and time with offset, like 2026-11-24T09:30:00+00:00",
    ("string", None): "text",
    ("integer", None): "whole number",
    ("number", None): "number",
    ("boolean", None): "true or false",
    ("null", None): "null",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One name of a call: what stands under it, whether it must be there, and what it means."""

    name: str
    where: str
    needed: bool
    shape: str
    about: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One problem a call answers with."""

    status: int
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it takes, what it answers and how it refuses."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[Line, ...]
    body: tuple[Line, ...]
    example: str
    status: int
    listed: bool
    answer: tuple[Line, ...]
    refusals: tuple[Refusal, ...]


def calls(document: Shape) -> list[Call]:
    """Give every call of a description of ours, in the order of their addresses."""
    return [
        _call(document, method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _call(document: Shape, method: str, path: str, operation: Shape) -> Call:
    body = _schema(operation.get("requestBody", {}).get("content", {}).get("application/json", {}), document)
    [(status, done)] = [(int(code), said) for code, said in operation["responses"].items() if code.startswith("2")]
    answered = done["content"]["application/json"]["schema"]
    refusals = _refusals(operation["responses"])
    return Call(
        id=operation["operationId"].replace("_", "-"),
        method=method,
        path=path,
        summary=operation["summary"],
        about=operation["description"],
        parameters=tuple(_parameter(each, document) for each in operation["parameters"]),
        body=tuple(_lines(body, document)),
        example=json.dumps(body["examples"][0], indent=2, ensure_ascii=False) if body else "",
        status=status,
        listed=answered.get("type") == "array",
        answer=tuple(_lines(_resolved(answered.get("items", answered), document), document)),
        refusals=tuple(sorted(refusals, key=lambda each: (each.status, each.name))),
    )


def _schema(content: Shape, document: Shape) -> Shape:
    return _resolved(content["schema"], document) if content else {}


def _resolved(shape: Shape, document: Shape) -> Shape:
    if "$ref" not in shape:
        return shape
    found: Shape = document["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return found


def _parameter(each: Shape, document: Shape) -> Line:
    where = {"path": "in the address", "query": "in the query", "header": "header"}[each["in"]]
    return Line(each["name"], where, each["required"], in_words(each["schema"], document), each.get("description", ""))


def _lines(shape: Shape, document: Shape, within: str = "") -> Iterator[Line]:
    """List the names of an object, and after each those of the objects inside it."""
    for name, inner in shape.get("properties", {}).items():
        needed = name in shape.get("required", ())
        yield Line(within + name, "", needed, in_words(inner, document), inner.get("description", ""))
        for deeper in _objects(inner, document):
            yield from _lines(deeper, document, f"{within}{name}.")


def _objects(shape: Shape, document: Shape) -> Iterator[Shape]:
    resolved = _resolved(shape, document)
    if "properties" in resolved:
        yield resolved
    for inner in [*resolved.get("anyOf", ()), *([resolved["items"]] if "items" in resolved else [])]:
        yield from _objects(inner, document)


def in_words(shape: Shape, document: Shape) -> str:
    """Say what may stand somewhere: "list of date, like 2026-10-11", "mother, other_parent or both"."""
    resolved = _resolved(shape, document)
    if "anyOf" in resolved:
        return " or ".join(in_words(inner, document) for inner in resolved["anyOf"])
    if "enum" in resolved:
        *others, last = map(str, resolved["enum"])
        return f"{', '.join(others)} or {last}"
    if resolved.get("type") == "array":
        return f"list of {in_words(resolved['items'], document)}"
    if "properties" in resolved:
        return "objects" if shape is not resolved else "object"
    return _WORDS[resolved["type"], resolved.get("format")]


def _refusals(responses: Shape) -> Iterator[Refusal]:
    for code, said in responses.items():
        for name, example in said["content"].get("application/problem+json", {}).get("examples", {}).items():
            yield Refusal(int(code), name, example["summary"])


def coded(text: str) -> Markup:
    """Set what stands between backticks as a program's own words."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else piece for number, piece in enumerate(pieces)
    )
