"""The background task that emails password reset links."""

from beastmode.accounts.desk import current_desk
from beastmode.core.background import Task


def _send_link(email: str) -> None:
    """Email a reset link; see `Resets.send_link`."""
    resets = current_desk().resets
    if resets is not None:
        resets.send_link(email)


SEND_LINK = Task("beastmode.accounts.send_reset_link", _send_link, queue="mail", attempts=5)
