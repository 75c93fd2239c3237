"""Routes, hooks and error handlers of an application that has started."""

from __future__ import annotations

import inspect
import json
from typing import Any

from ..messages.application import ErrorHandler, Hook, Route
from . import sources

__all__ = ["error_handlers", "handlers_of", "hooks", "own_rules", "routes"]

HOOKS = (
    "url_value_preprocessors",
    "before_first_request_funcs",
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "teardown_appcontext_funcs",
)
BACKWARDS = ("after_request_funcs", "teardown_request_funcs", "teardown_appcontext_funcs")
WITHOUT = ("HEAD", "OPTIONS")
ARGUMENTS = {
    "UnicodeConverter": ("regex",),
    "NumberConverter": ("fixed_digits", "min", "max", "signed"),
    "AnyConverter": ("items",),
}


def own_rules(application: Any) -> list[Any]:
    """The rules of the URL map besides those for static files, in the map's order."""
    return [
        rule
        for rule in application.url_map.iter_rules()
        if rule.endpoint.rsplit(".", 1)[-1] != "static"
        and not rule.build_only
        and rule.endpoint in application.view_functions
    ]


def routes(application: Any) -> tuple[Route, ...]:
    """Every rule but those for static files."""
    return tuple(route(application, rule) for rule in own_rules(application))


def route(application: Any, rule: Any) -> Route:
    """One rule."""
    view = application.view_functions[rule.endpoint]
    blueprint = rule.endpoint.rsplit(".", 1)[0] if "." in rule.endpoint else None
    methods = sorted(method for method in rule.methods or () if method not in WITHOUT)
    handlers = handlers_of(view, methods)
    return Route(
        path=rule.rule,
        methods=tuple(methods),
        endpoint=rule.endpoint,
        blueprint=blueprint if blueprint in application.blueprints else None,
        view=sources.fact(view),
        handlers={method: sources.fact(function, extra) for method, (function, extra) in handlers.items()},
        converters=converters(rule),
        defaults={name: plain(value) for name, value in (rule.defaults or {}).items()},
        host=rule.host or rule.subdomain or "",
    )


def plain(value: Any) -> Any:
    """A value that JSON can hold."""
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return repr(value)
    return value


def view_class(view: Any) -> Any:
    """The class of a class-based view, through its wrappers; None for a function."""
    for _ in range(50):
        found = getattr(view, "view_class", None)
        if found is not None:
            return found
        view = sources.inner_of(view)
        if view is None:
            return None
    return None


def handlers_of(view: Any, methods: list[str]) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """Method -> the function that answers it, and the decorators that its class puts on it; {} for a function."""
    kind = view_class(view)
    if kind is None:
        return {}
    extra: list[str] = []
    for name in ("decorators", "method_decorators"):
        held = getattr(kind, name, ())
        listed = [one for values in held.values() for one in values] if isinstance(held, dict) else list(held or ())
        extra.extend(str(getattr(one, "__qualname__", type(one).__name__)).split(".<locals>")[0] for one in listed)
    found = {}
    for method in methods:
        function = getattr(kind, method.lower(), None) or getattr(kind, "dispatch_request", None)
        if function is not None:
            found[method] = (function, tuple(extra))
    return found


def converters(rule: Any) -> dict[str, str]:
    """Each argument's converter as text."""
    return {name: converter(one) for name, one in sorted(rule._converters.items())}


def converter(one: Any) -> str:
    """A converter as it is written in a rule: `int`, `string(length=2)`."""
    known = {
        name: kind for kind, name in ((kind, name) for name, kind in one.map.converters.items() if name != "default")
    }
    name = next((name for name, kind in known.items() if type(one) is kind), type(one).__name__)
    told = []
    for kind in type(one).__mro__:
        for attribute in ARGUMENTS.get(kind.__name__, ()):
            value = getattr(one, attribute, None)
            if value not in (None, False, 0) or (attribute in ("min", "max") and value == 0):
                told.append((attribute, value))
    if name == "any":
        return "any({})".format(",".join(items_of(one)))
    if name in ("string", "default"):
        length = one.regex.rsplit("{", 1)[-1].rstrip("}") if "{" in one.regex else "1,"
        return "string" if length == "1," else f"string({length})"
    words = [f"{attribute}={value}" for attribute, value in told if attribute != "regex"]
    return "{}({})".format(name, ",".join(words)) if words else name


def items_of(one: Any) -> list[str]:
    """What an `any` converter takes."""
    items = getattr(one, "items", None)
    return sorted(items) if items else sorted(one.regex.strip("(?:)").split("|"))


def hooks(application: Any) -> tuple[Hook, ...]:
    """What Flask calls around requests, in the order in which it does."""
    found = []
    for kind in HOOKS:
        held = getattr(application, kind, {})
        groups = held if isinstance(held, dict) else {None: held}
        for blueprint, functions in groups.items():
            for function in reversed(functions) if kind in BACKWARDS else functions:
                name = kind[:-6] if kind.endswith("_funcs") else kind[:-1]
                found.append(Hook(name, blueprint, sources.fact(function)))
    return tuple(found)


def error_handlers(application: Any) -> tuple[ErrorHandler, ...]:
    """What the project answers errors with."""
    found = []
    for blueprint, by_code in application.error_handler_spec.items():
        for code, by_class in by_code.items():
            for kind, function in by_class.items():
                fact = sources.fact(function)
                if fact.path is not None and inspect.isclass(kind):
                    error = str(code) if code is not None else f"{kind.__module__}.{kind.__qualname__}"
                    found.append(ErrorHandler(blueprint, error, fact))
    return tuple(found)
