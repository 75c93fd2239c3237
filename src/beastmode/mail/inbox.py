"""`/dev/inbox`: the emails that were sent, as an HTML page or as JSON. Development only."""

from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy import select

from beastmode.db.session import current_work
from beastmode.mail.models import Mail

_SHOWN = 100
"""The number of emails shown; older ones are still in the table."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self' data:; base-uri 'none'"


def inbox_blueprint() -> Blueprint:
    """The routes of the inbox, for an application in development."""
    blueprint = Blueprint("beastmode_inbox", __name__, url_prefix="/dev/inbox", template_folder="templates")
    blueprint.add_url_rule("", "inbox", _inbox)
    return blueprint


def _inbox() -> Response | list[dict[str, Any]]:
    """The newest emails, as HTML for browsers and as JSON for other clients."""
    mails = _newest()
    if "text/html" not in request.headers.get("Accept", ""):
        return mails
    page = Response(render_template("beastmode_inbox.html", mails=mails))
    page.headers["Content-Security-Policy"] = _POLICY
    return page


def _newest() -> list[dict[str, Any]]:
    """The newest emails, as `/dev/inbox` shows them."""
    statement = select(Mail).order_by(Mail.id.desc()).limit(_SHOWN)
    columns = (Mail.recipients, Mail.subject, Mail.text, Mail.html, Mail.sent_at)
    rows = current_work().execute(statement.with_only_columns(*columns))
    return [
        {
            "to": row.recipients.split("\n"),
            "subject": row.subject,
            "text": row.text,
            "html": row.html,
            "sent_at": None if row.sent_at is None else row.sent_at.isoformat(),
        }
        for row in rows
    ]
