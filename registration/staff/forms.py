"""The forms of signing in, Flask-Security's own checks with our fields, our words and our gate for text; and of accounts."""

from typing import Any

from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    MfRecoveryForm,
    ResetPasswordForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security import Form as SecurityForm
from flask_security.forms import EmailValidation, email_required, password_required, valid_user_email
from flask_security.utils import validate_redirect_url
from wtforms import (
    DateField,
    EmailField,
    Field,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from registration.common.forms import Form
from registration.staff.rules import PASSWORD_MAX, PASSWORD_MIN, ROLE_TITLES

EMAIL_MAX = 254
CODE_MAX = 40
NAME_MAX = 120
NAME_LONG = f"The name must have at most {NAME_MAX} characters"
_WAYS = [SelectChoice("authenticator", "An authenticator app"), SelectChoice("disable", "No codes")]
_LONGEST = Length(max=PASSWORD_MAX, message=f"The password must have at most {PASSWORD_MAX} characters")


def _without_gaps(code: str | None) -> str | None:
    """Take a code as apps show it, '123 456', or as a person types it."""
    return "".join(code.split()) if code else code


def _stripped(address: str | None) -> str | None:
    return address.strip() if address else address


def _digits(_form: Form, field: Field) -> None:
    """Refuse anything but figures with a sentence; ValidationError is raised."""
    if not (field.data and field.data.isascii() and field.data.isdigit()):
        raise ValidationError("Enter the 6 figures your authenticator app shows now")


class SignInForm(Form, LoginForm):
    """Who you are and your password. There is no 'remember me': a sign-in ends with its time limits."""

    email = EmailField(
        "Email address",
        validators=[email_required, Length(max=EMAIL_MAX), EmailValidation(verify=False)],
        filters=[_stripped],
    )
    password = PasswordField("Password", validators=[password_required, _LONGEST])
    remember = None  # type: ignore[assignment]  # WTForms' own way to leave a field out

    def validate_next(self, field: Field) -> None:
        """Forget where to go afterwards when that is not a page of ours; the sign-in itself is not refused for it."""
        if field.data and not validate_redirect_url(field.data):
            field.data = ""

    def validate(self, extra_validators: Any = None) -> bool:  # type: ignore[override]  # noqa: ANN401 -- WTForms' own
        """Say whether this is somebody; one fault is enough, as all are told in the same sentence."""
        known = bool(super().validate(extra_validators=extra_validators))
        if self.email.errors:
            self.password.errors = ()
        return known


class ConfirmPasswordForm(Form, VerifyForm):
    """Your password once more, before something that protects the account is changed."""

    password = PasswordField("Your password", validators=[password_required, _LONGEST])


class ForgotForm(Form, ForgotPasswordForm):
    """The address of the account whose password is forgotten."""

    email = EmailField(
        "Email address",
        validators=[email_required, Length(max=EMAIL_MAX), EmailValidation(verify=True), valid_user_email],
        filters=[_stripped],
    )


class NewPasswordForm(Form, ResetPasswordForm):
    """A new password, twice."""

    password = PasswordField(
        "New password",
        validators=[password_required, _LONGEST],
        description=f"At least {PASSWORD_MIN} characters: three words that do not belong together, for one.",
    )
    password_confirm = PasswordField(
        "New password again",
        validators=[EqualTo("password", message="Type the same new password twice")],
    )


class OwnPasswordForm(Form, ChangePasswordForm):
    """The password you have now and a new one, twice."""

    password = PasswordField("Your password now", validators=[_LONGEST])
    new_password = PasswordField(
        "New password",
        validators=[password_required, _LONGEST],
        description=f"At least {PASSWORD_MIN} characters.",
    )
    new_password_confirm = PasswordField(
        "New password again",
        validators=[EqualTo("new_password", message="Type the same new password twice")],
    )


class CodeForm(Form, TwoFactorVerifyCodeForm):
    """The code an authenticator app shows."""

    code = StringField(
        "Code from your authenticator app",
        validators=[Length(max=CODE_MAX), _digits],
        filters=[_without_gaps],
    )


class RecoveryCodeForm(Form, MfRecoveryForm):
    """One of the codes kept for the day the authenticator app is not at hand."""

    code = StringField(
        "Recovery code",
        validators=[InputRequired("Enter one of your recovery codes"), Length(max=CODE_MAX)],
        filters=[_without_gaps],
        description="It looks like 1a2b-3c4d-5e6f.",
    )


class TwoFactorForm(Form, TwoFactorSetupForm):
    """Set up an authenticator app or, where the installation leaves it open, stop being asked for codes."""

    setup = RadioField(choices=_WAYS, validate_choice=False)


class HelpForm(Form, TwoFactorRescueForm):
    """What to do when the authenticator app is not at hand. Flask-Security adds recovery codes where there are any."""

    help_setup = RadioField(choices=[SelectChoice("help", "Ask the council for help")])


def _number(value: object) -> int | None:
    """Read the number of a choice; none for the choice that is nobody. ValueError is raised for anything else."""
    return int(str(value)) if value else None


class AccountForm(Form):
    """Who a person is to the service: their name, roles, centres, and the registrar whose account this is."""

    name = StringField(
        "Name", validators=[InputRequired("Enter a name"), Length(max=NAME_MAX, message=NAME_LONG)], filters=[_stripped]
    )
    roles = SelectMultipleField("Roles", choices=[SelectChoice(*role) for role in ROLE_TITLES.items()])
    centres = SelectMultipleField(
        "Centres", coerce=int, description="Centre workers see the families of these centres and no others."
    )
    registrar = SelectField(
        "Registrar", coerce=_number, description="Whose appointments and calendar this person sees as their own."
    )

    def validate_roles(self, field: Field) -> None:
        """Refuse an account that may do nothing; ValidationError is raised."""
        if not field.data:
            raise ValidationError("Choose at least one role")

    def validate_centres(self, field: Field) -> None:
        """Refuse a centre worker without a centre; ValidationError is raised."""
        if "centre_worker" in (self.roles.data or ()) and not field.data:
            raise ValidationError("Choose the centres this centre worker belongs to")

    def own_centres(self) -> list[int]:
        """Give the centres chosen; nobody but a centre worker is kept to any."""
        return list(self.centres.data or ()) if "centre_worker" in self.roles.data else []


class NewAccountForm(AccountForm):
    """The same of somebody new, and the address they sign in with."""

    email = EmailField(
        "Email address",
        validators=[InputRequired("Enter an email address"), Length(max=EMAIL_MAX), EmailValidation(verify=True)],
        filters=[_stripped],
    )


class DayField(DateField):
    """A day as browsers give it, 2027-01-04; for staff pages, where a calendar beside the box is quicker."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the day; a fault becomes the field's own sentence, ValueError is raised."""
        if not any(valuelist):
            return
        try:
            super().process_formdata(valuelist)  # type: ignore[no-untyped-call]
        except ValueError as error:
            raise ValueError("Enter a real date, like 2027-01-04") from error


class HistoryForm(Form):
    """Which lines of the history to show: who acted, what they did, about what, and from when until when."""

    who = SelectField("Who", default="")
    event = SelectField("What", default="")
    about = StringField(
        "About",
        validators=[Length(max=80, message="Enter at most 80 characters")],
        filters=[_stripped],
        description="A booking’s reference, or a name such as staff:12.",
    )
    first = DayField("From")  # type: ignore[no-untyped-call]
    last = DayField("Until")  # type: ignore[no-untyped-call]

    def usable(self) -> bool:
        """Say whether every answer is usable; it is asked in the address, so nothing is sent."""
        return bool(self.validate())  # type: ignore[no-untyped-call]

    def validate_last(self, field: Field) -> None:
        """Refuse a span that ends before it begins; ValidationError is raised."""
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError("The last day must not be before the first")


#: By the name Flask-Security asks for a form.
FORMS: dict[str, type[SecurityForm]] = {
    "login_form": SignInForm,
    "verify_form": ConfirmPasswordForm,
    "forgot_password_form": ForgotForm,
    "reset_password_form": NewPasswordForm,
    "change_password_form": OwnPasswordForm,
    "two_factor_setup_form": TwoFactorForm,
    "two_factor_rescue_form": HelpForm,
    "two_factor_verify_code_form": CodeForm,
    "mf_recovery_form": RecoveryCodeForm,
}
