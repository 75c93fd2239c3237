"""Restores what a function changed outside the database before it is retried."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from flask import has_app_context, has_request_context
from flask.globals import app_ctx
from sqlalchemy.orm import ClassManager

from beastmode.core.exchange import current_exchange
from beastmode.core.private_flask import CACHED_JSON, current_request_context, kept_in, session_of

_PLAIN: dict[type, tuple[type, str]] = {
    dict: (dict, "update"),
    defaultdict: (dict, "update"),
    OrderedDict: (OrderedDict, "update"),
    list: (list, "extend"),
    set: (set, "update"),
    deque: (deque, "extend"),
    bytearray: (bytearray, "extend"),
}
"""Containers, and the methods that fill them. A subclass may belong to another library, such as app.config."""


class Before:
    """The state before the first try: arguments, the request's body, `g`, the session, headers and callbacks.

    The database restores rows. Objects that outlive the request are not restored, because other threads use them.

    Args:
        arguments: The arguments of the function; lists, dicts and sets are restored, with their contents.
    """

    def __init__(self, *arguments: Any) -> None:
        self._undo: list[Callable[[], None]] = []
        self._seen: dict[int, Any] = {}
        self._keep(arguments)
        if has_app_context():
            self._keep(vars(app_ctx.g))
        if has_request_context():
            self._keep_request()

    def restore(self) -> None:
        """Restore everything, so that the next try starts from the original state."""
        for undo in self._undo:
            undo()

    def _keep_request(self) -> None:
        context = current_request_context()
        exchange = current_exchange()
        self._keep(exchange.arguments, owned=True)
        self._keep_attributes(exchange, ("headers", "identity", "deprecated"))
        self._keep_attributes(context, kept_in(context))
        self._keep_session(session_of(context))
        self._keep_attributes(context.request, (CACHED_JSON,))
        known = vars(context.request)
        files = {id(file): file.stream.tell() for file in _opened(known)}
        self._undo.append(lambda: _rewind(_opened(known), files))

    def _keep_session(self, session: Any) -> None:
        if isinstance(session, dict):
            # Not with its own methods: they record every change, and send a cookie for it.
            self._keep_contents(session, dict, "update", owned=False)
            self._keep(vars(session) if hasattr(session, "__dict__") else {})

    def _keep(self, value: Any, *, owned: bool = False) -> None:
        """Save a container; if the request owns it, also the attributes of any object in it."""
        if type(value) is tuple:
            for part in value:
                self._keep(part, owned=owned)
        elif (plain := _PLAIN.get(type(value))) is not None:
            self._keep_contents(value, *plain, owned=owned)
        elif owned and (names := _attributes_of(value)) and id(value) not in self._seen:
            self._seen[id(value)] = value
            self._keep_attributes(value, names, owned=True)

    def _keep_contents(self, value: Any, kind: Any, fill: str, *, owned: bool) -> None:
        if id(value) in self._seen:
            return
        self._seen[id(value)] = value
        saved = dict(value) if isinstance(value, dict) else list(value)

        def undo() -> None:
            kind.clear(value)
            getattr(kind, fill)(value, saved)

        self._undo.append(undo)
        for part in saved.values() if isinstance(saved, dict) else saved:
            self._keep(part, owned=owned)

    def _keep_attributes(self, value: Any, names: Iterable[str], *, owned: bool = False) -> None:
        saved = {name: getattr(value, name) for name in names if hasattr(value, name)}

        def undo() -> None:
            for name in names:
                if name in saved:
                    object.__setattr__(value, name, saved[name])  # those of frozen dataclasses too
                elif name in getattr(value, "__dict__", ()):
                    object.__delattr__(value, name)

        self._undo.append(undo)
        for part in saved.values():
            self._keep(part, owned=owned)


def _attributes_of(value: Any) -> list[str]:
    """The attributes of an object that was created from a body: a dataclass, an entity, an object of the project."""
    if is_dataclass(value) and not isinstance(value, type):
        return [field.name for field in fields(value)]
    if isinstance(value, type) or callable(value):
        return []
    # What SQLAlchemy knows of an entity a rollback puts back by itself.
    return [name for name in getattr(value, "__dict__", ()) if name != ClassManager.STATE_ATTR]


def _opened(known: dict[str, Any]) -> list[Any]:
    """The uploads of a request, if they have been read."""
    uploads = known.get("files")
    return [] if uploads is None else [file for _, file in uploads.items(multi=True)]


def _rewind(files: Iterable[Any], positions: dict[int, int]) -> None:
    """Rewind uploads to where they were; one that was not opened yet to its beginning."""
    for file in files:
        file.stream.seek(positions.get(id(file), 0))
