"""Letters to staff, written and sent after the page is answered."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from flask import current_app, render_template
from procrastinate import RetryStrategy
from procrastinate.types import JSONValue

from registration.common.authority import current_authority
from registration.common.db import db
from registration.common.mail import send_mail
from registration.common.queue import job
from registration.staff.models import StaffUser
from registration.staff.security import HELP_LETTER, SUBJECTS, reset_link

TRIES = RetryStrategy(max_attempts=6, exponential_wait=4)


@job("staff.write", retry=TRIES)
def write(template: str, subject: str, staff_id: int, details: Mapping[str, JSONValue] | None = None) -> None:
    """Write one letter to the owner of an account, or to the council when the owner asks for help, and send it.

    `details` are what the template says beside the owner's name.
    """
    user = db.session.get(StaffUser, staff_id)
    if user is None:
        return
    council = current_authority()
    letter = EmailMessage()
    letter["To"] = council.email if template == HELP_LETTER else user.email
    letter["From"] = current_app.config["MAIL_FROM"] or council.email
    letter["Subject"] = subject
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain=letter["From"].addresses[0].domain)
    link = reset_link(user) if template in SUBJECTS else ""
    letter.set_content(render_template(f"{template}.txt", user=user, link=link, council=council, **(details or {})))
    send_mail(current_app.config, letter)
