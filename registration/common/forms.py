"""The form every page builds on: the one typed seam over Flask-WTF."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field

from registration.common.sentences import Sentences
from registration.common.text import Storable
from registration.common.unsent import is_as_typed

_SENTENCES = Sentences()


def _unless_blank(sent: Any) -> Any:  # noqa: ANN401 -- text, or a file
    return "" if isinstance(sent, str) and not sent.strip() else sent


class Form(FlaskForm):
    """A form a person fills in on one page. Every field refuses text that cannot be kept, and says faults in our words."""

    class Meta(FlaskForm.Meta):
        """How each field is bound."""

        def get_translations(self, form: Any) -> Sentences:  # noqa: ANN401, ARG002 -- WTForms' own signature
            """Give what stands in for the library's sentences where a field has none of its own."""
            return _SENTENCES

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:  # noqa: ANN401 -- WTForms' own signature
            """Take what was sent; an answer of blanks only is none, for every field and every check alike."""
            sent = super().wrap_formdata(form, formdata)  # type: ignore[no-untyped-call]
            return (
                sent
                if sent is None
                else MultiDict([(name, _unless_blank(text)) for name, text in sent.items(multi=True)])
            )

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:  # noqa: ANN401 -- WTForms' own signature
            """Put the gate for text in front of the field's own checks."""
            field: Field = super().bind_field(form, unbound_field, options)  # type: ignore[no-untyped-call]
            field.validators = (Storable(), *field.validators)
            return field

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- FlaskForm's own signature
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]

    def accepted(self, extra: Mapping[str, Any] | None = None) -> bool:
        """Say whether it was sent, not only to be shown as it was typed before a sign-in ran out, and every answer is usable."""
        return not is_as_typed() and bool(self.validate_on_submit(extra_validators=extra))  # type: ignore[no-untyped-call]
