from typing import Any

from flask import current_app, has_request_context, request

from beastmode.accounts.tokens.access import invalid_token
from beastmode.core.identity import current_identity
from beastmode.db.session import current_work

_KEPT = "beastmode.accounts.current_user"
"""Keeps the entity in the environment of its request, as the session refers to it only weakly."""


def current_user() -> Any:
    """The user who makes the current request, an entity of the project's model; None for any other caller.

    It is loaded once per request.

    Raises:
        Problem: 401 if the user has been deleted or deactivated since the session was checked.
    """
    caller = current_identity()
    if not caller.is_account or not has_request_context():
        return None
    model = current_app.extensions["beastmode.accounts"].user
    # The session knows entities that it has loaded, so this is a SELECT only the first time.
    user = request.environ[_KEPT] = current_work().open_session().get(model, caller.id)
    if user is None or not user.is_active:
        raise invalid_token()
    return user
