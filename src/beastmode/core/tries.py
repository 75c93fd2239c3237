"""What a function that may be run again changes outside of the database, and how that is put back before a new try."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from flask import has_app_context, has_request_context
from flask.globals import app_ctx, request_ctx

from beastmode.core.exchange import current_exchange

__all__ = ["Before"]

PLAIN: dict[type, tuple[type, str]] = {
    dict: (dict, "update"),
    defaultdict: (dict, "update"),
    OrderedDict: (OrderedDict, "update"),
    list: (list, "extend"),
    set: (set, "update"),
    deque: (deque, "extend"),
    bytearray: (bytearray, "extend"),
}
"""What holds values, and by which methods it is filled. Subclasses may belong to somebody else, such as app.config."""
STATE_OF_ENTITY = "_sa_instance_state"
"""Where SQLAlchemy keeps what it knows of an entity; a rollback puts that back by itself."""
OF_CONTEXT = ("_after_request_functions", "flashes", "_session", "session")
"""What a request context has; Flask before 3.1.3 calls the session `session`."""


class Before:
    """How things stood before the first try: arguments, the request's body, `g`, the session, headers and callbacks.

    Rows are the database's to put back. Objects that outlive the request are left alone, since other threads use them.

    Args:
        arguments: What the function is called with; lists, dicts and sets are put back, and what they hold.
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
        """Put everything back, so that the next try finds what the first one found."""
        for undo in self._undo:
            undo()

    def _keep_request(self) -> None:
        context: Any = request_ctx._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - past the proxy
        exchange = current_exchange()
        self._keep(exchange.arguments, owned=True)
        self._keep_attributes(exchange, ("headers", "identity", "deprecated"))
        # By its dict: the property marks the session as used, which marks the answer as one that depends on cookies.
        self._keep_attributes(context, [name for name in OF_CONTEXT if name in vars(context)])
        self._keep_session(vars(context).get("_session", vars(context).get("session")))
        self._keep_attributes(context.request, ("_cached_json",))
        known = vars(context.request)
        files = {id(file): file.stream.tell() for file in opened(known)}
        self._undo.append(lambda: rewind(opened(known), files))

    def _keep_session(self, session: Any) -> None:
        if isinstance(session, dict):
            # Not by its own methods: they note every change, and send a cookie for it.
            self._keep_contents(session, dict, "update", owned=False)
            self._keep(vars(session) if hasattr(session, "__dict__") else {})

    def _keep(self, value: Any, *, owned: bool = False) -> None:
        """Keep a value that holds others; of one that the request owns, any object's attributes too."""
        if type(value) is tuple:
            for part in value:
                self._keep(part, owned=owned)
        elif (plain := PLAIN.get(type(value))) is not None:
            self._keep_contents(value, *plain, owned=owned)
        elif owned and (names := attributes_of(value)) and id(value) not in self._seen:
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


def attributes_of(value: Any) -> list[str]:
    """The attributes of an object that somebody made of a body: a dataclass, an entity, an object of their own."""
    if is_dataclass(value) and not isinstance(value, type):
        return [field.name for field in fields(value)]
    if isinstance(value, type) or callable(value):
        return []
    return [name for name in getattr(value, "__dict__", ()) if name != STATE_OF_ENTITY]


def opened(known: dict[str, Any]) -> list[Any]:
    """The uploads of a request, as far as somebody has asked for them."""
    uploads = known.get("files")
    return [] if uploads is None else [file for _, file in uploads.items(multi=True)]


def rewind(files: Iterable[Any], positions: dict[int, int]) -> None:
    """Have uploads read from where they stood again; one that was not open yet from its beginning."""
    for file in files:
        file.stream.seek(positions.get(id(file), 0))
