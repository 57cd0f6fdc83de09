"""Read what programs send, naming everything that cannot be used."""

from typing import Any, TypeVar

from flask_babel import force_locale
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from registration.booking.faults import in_plain_words

M = TypeVar("M", bound=BaseModel)


class Fault(Exception):
    """Something in a request cannot be used: each with the field and the reason. `kind` is the problem's name."""

    def __init__(self, errors: list[dict[str, str]], kind: str = "invalid-request") -> None:
        self.kind = kind
        super().__init__("; ".join(f"{error['field']}: {error['detail']}" for error in errors))
        self.errors = errors


def from_query(model: type[M], args: MultiDict[str, str]) -> M:
    """Read a query string; Fault names everything that cannot be used, also what is given twice but may be once only."""
    given: dict[str, Any] = {}
    twice: list[dict[str, str]] = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        several = "list" in str(field.annotation)
        if key in args:
            given[key] = args.getlist(key) if several else args[key]
        if len(args.getlist(key)) > 1 and not several:
            twice.append({"field": key, "detail": "must be given once only"})
    if twice:
        raise Fault(twice)
    return from_values(model, given)


def from_values(model: type[M], given: object) -> M:
    """Read a JSON value; Fault names everything that cannot be used."""
    try:
        with force_locale("en"):  # programs are answered in one language
            return model.model_validate(given)
    except ValidationError as error:
        raise Fault([_fault(one) for one in error.errors(include_url=False, include_input=False)]) from None


def _fault(error: Any) -> dict[str, str]:  # noqa: ANN401 -- pydantic's own details
    detail = in_plain_words(error["type"], str(error["msg"]), error.get("ctx", {}))
    field = ".".join(str(part) for part in error["loc"])
    return {"field": field or "body", "detail": detail}
