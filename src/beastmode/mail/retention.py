"""Deletes old emails: by a job that is enqueued every hour."""

from datetime import timedelta

from flask import current_app

from beastmode.core.background import Task
from beastmode.core.clock import now
from beastmode.db.purging import delete_some
from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.mail.models import Mail
from beastmode.mail.post import EXTENSION, Post


def _delete_old() -> int:
    """Delete the emails that are older than MAIL_RETENTION_DAYS, sent or not; returns how many."""
    post: Post = current_app.extensions[EXTENSION]
    before = now() - timedelta(days=post.settings.mail_retention_days)
    count = 0
    while True:
        with transaction():  # a thousand at a time, so that none of them holds its locks for long
            deleted = int(current_work().execute(delete_some(Mail.id, Mail.created_at < before)).rowcount)
        if not deleted:
            return count
        count += deleted


DELETE_OLD = Task("beastmode.mail.delete_old", _delete_old, queue="mail", attempts=3, cron="23 * * * *")
