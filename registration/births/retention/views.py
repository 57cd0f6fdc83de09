"""What is due to be deleted, why, and the proof of what was."""

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue

from registration.births.retention.queries import deletions, due
from registration.births.retention.rules import TITLES
from registration.common.access import keep_private, roles
from registration.common.clock import london, now
from registration.staff import views as staff
from registration.staff.rules import RETENTION_READERS, Door

bp = Blueprint("retention", __name__, url_prefix="/births/retention")
bp.after_request(keep_private)


def init_app(app: Flask) -> None:
    """Give the application the page, and those who may open it the door."""
    app.register_blueprint(bp)
    staff.offer(app, Door("retention.show", "How long records are kept", "What is due, and proof of what is gone."))


@bp.get("")
@roles(*RETENTION_READERS)
def show() -> ResponseReturnValue:
    """Show every kind of record with its rule, how many are due tonight, and what was deleted before."""
    gone = [(london(each.at), TITLES[each.kind], each) for each in deletions()]
    return render_template("births/retention/show.html", due=due(now()), gone=gone)
