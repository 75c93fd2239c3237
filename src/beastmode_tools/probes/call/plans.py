"""Which requests to send: one for each route and method, with arguments that name existing rows."""

from __future__ import annotations

import re
from typing import Any

from .arguments import kind_of, value_for

__all__ = ["AS_FORM", "Planned", "planned"]

AS_FORM = "$form"

ORDER = ("GET", "POST", "PUT", "PATCH", "DELETE")
SIGNS_OUT = re.compile(r"log-?_?out|sign-?_?out", re.IGNORECASE)
TEXT = "beast"
NOBODY = 2_000_000_011
"""Fits into four bytes, as the keys of most tables have, and is far from the first rows."""


class Planned:
    """One request to send.

    Args:
        route: The rule as the project wrote it; the path itself for one of `[guard] replays`.
        method: Of HTTP.
        path: With arguments filled in.
        body: JSON; None for none.
        absent: The same path for things that do not exist; None where no argument is a number.
    """

    def __init__(self, route: str, method: str, path: str, body: Any = None, absent: str | None = None) -> None:
        self.route = route
        self.method = method
        self.path = path
        self.body = body
        self.absent = absent


def planned(app: Any, rows: Any, request: dict[str, Any]) -> tuple[list[Planned], list[str]]:
    """The requests in order, those that read first; and for each route that is left out why.

    Args:
        app: The application.
        rows: Looks up values for arguments.
        request: "replays": more paths; "bodies": "POST /users/<int:id>" -> JSON, or {"$form": JSON};
            "methods": those to send.
    """
    methods = request.get("methods") or ORDER
    bodies = request.get("bodies") or {}
    found = [Planned(path.split("?")[0], "GET", path) for path in request.get("replays") or ()]
    left_out = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        if rule.endpoint.split(".")[-1] == "static" or rule.websocket or rule.redirect_to or rule.build_only:
            continue
        path = path_for(rule, rows)
        if path is None:
            left_out.append("{}: no path could be made".format(rule.rule))
            continue
        for method in methods:
            if method in (rule.methods or ()):
                body = (
                    None if method in ("GET", "DELETE") else fill(bodies.get("{} {}".format(method, rule.rule)), rows)
                )
                found.append(Planned(rule.rule, method, path, body, path_for(rule, rows, absent=True)))
    unique = {(each.method, each.path): each for each in reversed(found)}
    first_come = [each for each in found if unique.get((each.method, each.path)) is each]
    return sorted(first_come, key=lambda each: (ORDER.index(each.method), bool(SIGNS_OUT.search(each.path)))), left_out


def path_for(rule: Any, rows: Any, *, absent: bool = False) -> str | None:
    """The path of a route with its arguments filled in; `absent`: with numbers that no row has, if it takes some."""
    values = dict(rule.defaults or {})
    converters = rule._converters
    kinds = {name: kind_of(converters.get(name)) for name in rule.arguments - set(values)}
    if absent and "int" not in kinds.values():
        return None
    for name, kind in sorted(kinds.items()):
        converter = converters.get(name)
        if absent and kind == "int":
            values[name] = NOBODY
            continue
        value = rows.argument(name, kind, rule.rule)
        if value is None:
            value = value_for(converter, TEXT)
        values[name] = value
    try:
        built = rule.build(values, append_unknown=False)
    except Exception:
        return None
    return None if built is None else str(built[1])


def fill(body: Any, rows: Any) -> Any:
    """A body whose references name existing rows."""
    if not isinstance(body, dict):
        return body
    if set(body) == {AS_FORM}:
        return {AS_FORM: fill(body[AS_FORM], rows)}
    filled = {}
    for name, value in body.items():
        found = rows.body(name) if name.endswith("_id") and isinstance(value, (int, str)) else None
        filled[name] = value if found is None else (found if isinstance(found, (int, str)) else str(found))
    return filled
