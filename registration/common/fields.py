"""What templates ask of form fields: the choices to draw, and what is wrong, each sentence a link to its own input."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wtforms import Field, Form
from wtforms.fields import FieldList, FormField
from wtforms.fields.choices import SelectFieldBase

from registration.common.dates import CivilDateField


def problems(form: Form | None) -> list[dict[str, str]]:
    """List each field's first sentence as {text, href}, in the order of the page; empty when all is well."""
    return [] if form is None else list(_of_form(form))


def _of_form(form: Any) -> Iterator[dict[str, str]]:  # noqa: ANN401 -- WTForms is untyped
    for sentence in form.form_errors:
        yield {"text": str(sentence)}
    for field in form:
        yield from _of_field(field)


def _of_field(field: Field) -> Iterator[dict[str, str]]:
    if isinstance(field, FormField):
        yield from _of_form(field.form)
    elif isinstance(field, FieldList):
        inside = [problem for entry in field for problem in _of_field(entry)]
        yield from inside or _own(field, field.entries[0] if field.entries else field)
    else:
        yield from _own(field, field)


def _own(field: Field, target: Field) -> Iterator[dict[str, str]]:
    if field.errors:
        yield {"text": str(field.errors[0]), "href": f"#{input_id(target)}"}


def input_id(field: Field) -> str:
    """Give the id of the input that takes the focus: the first wrong one of a date, the first of a choice."""
    if isinstance(field, FormField):
        return input_id(next(iter(field.form)))
    if isinstance(field, CivilDateField):
        return f"{field.id}-{field.wrong[0] if field.wrong else 'day'}"
    return str(field.id)


Item = dict[str, Any]


def choice_items(
    field: SelectFieldBase, hints: Mapping[str, str], divider: str | None = None, items: Sequence[Item] | None = None
) -> list[Item]:
    """List the choices of a radio or checkbox field for the GOV.UK components, the first with the field's own id.

    `items` replaces the field's choices: {value, text or html, hint} and, between groups, {divider: heading}. `divider`
    stands before the last choice.
    """
    chosen = {str(value) for value in (field.data if isinstance(field.data, list | tuple | set) else [field.data])}
    given = [{"value": choice[0], "text": choice[1]} for choice in field.iter_choices()] if items is None else items
    made: list[Item] = []
    number = 0
    for item in given:
        if "divider" in item:
            made.append(dict(item))
            continue
        number += 1
        value = str(item["value"])
        hint = item.get("hint") or hints.get(value)
        own = {"value": value, "id": field.id if number == 1 else f"{field.id}-{number}", "checked": value in chosen}
        made.append({**item, **own, "hint": {"text": hint} if hint else None})
    if divider:
        made.insert(-1, {"divider": divider})
    return made
