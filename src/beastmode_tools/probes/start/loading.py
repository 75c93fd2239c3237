"""The project's Flask application: found as Flask finds it, and where people put it besides."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import sys
from typing import Any

from ..confine import migrating
from . import finding, settings, sources

__all__ = ["CannotLoad", "load_application", "name_application", "notes", "required_application"]

NAMES = ("app", "application", "create_app", "make_app")
ENVIRONMENTS = ("production", "development", "testing", "default", "prod", "dev", "test")
CLASSES = (
    "ProductionConfig",
    "ProdConfig",
    "Production",
    "Config",
    "DevelopmentConfig",
    "DevConfig",
    "TestingConfig",
    "TestConfig",
)
CALL = re.compile(r"^(?P<name>[A-Za-z_]\w*)(?P<call>\(.*\))?$", re.DOTALL)

NOTES: list[str] = []


class CannotLoad(Exception):  # noqa: N818 - named for what it tells
    """The application was not found, or several things could be it; the message says what to do."""


def notes() -> list[str]:
    """What was decided while loading: which factory, with what argument."""
    return list(NOTES)


def load_application(request: dict[str, Any]) -> Any:
    """The Flask application of the project; None where it has nothing that could be one.

    Args:
        request: "app" (as Flask's `--app`, or None), "folder", "migrations" ("record" or "run", for what migrates at
            boot), "create_all" (whether the models' tables may be made), "invent" (settings to make up).

    Raises:
        CannotLoad: Several could be it, or what was named is not there.
    """
    migrating.watch(request)
    specs = name_application(request)
    if not specs:
        return None
    if len(specs) > 1:
        raise CannotLoad(f"several things could be the application: {', '.join(specs)}. Name one with --app")
    try:
        application = loaded(specs[0], request["folder"])
    finally:
        migrating.ended()
    NOTES.append(f"the application is {specs[0]}")
    return application


def name_application(request: dict[str, Any]) -> list[str]:
    """What could be the application, as `--app` takes it; where that is one thing, Flask's own finder gets it too.

    A project's code may ask Flask for the application: an env.py without one, a command, a worker.
    """
    spec = request.get("app") or os.environ.get("FLASK_APP") or finding.flaskenv(request["folder"])
    specs = [spec] if spec else finding.candidates(request["folder"])
    if len(specs) == 1:
        os.environ["FLASK_APP"] = specs[0]
    return specs


def required_application(request: dict[str, Any]) -> Any:
    """The Flask application of the project.

    Args:
        request: As for `load_application`.

    Raises:
        CannotLoad: There is none, several could be it, or what was named is not there.
    """
    application = load_application(request)
    if application is None:
        raise CannotLoad("no Flask application was found here. Name it with --app MODULE or MODULE:FACTORY")
    return application


def loaded(spec: str, folder: str) -> Any:
    """The application that `module`, `module:name`, `module:factory(...)` or `path/to/file.py` names."""
    name, _, attribute = split(spec)
    module = importlib.import_module(module_name(name, folder))
    if not attribute:
        return found_in(module)
    match = CALL.match(attribute.strip())
    if match is None:
        raise CannotLoad(f"--app {spec}: {attribute!r} is no name and no call")
    try:
        target = getattr(module, match["name"])
    except AttributeError:
        raise CannotLoad(f"--app {spec}: the module {module.__name__} has no {match['name']!r}") from None
    if match["call"]:
        arguments, options = literal_arguments(attribute.strip())
        return application_of(target(*arguments, **options)) or refuse(spec, module)
    application = application_of(target)
    if application is None and callable(target):
        application = application_of(called(target, module))
    return application or refuse(spec, module)


def split(spec: str) -> tuple[str, str, str]:
    """The module and what is named in it; a drive letter or a call may hold a colon too."""
    match = re.match(r"^(.*?)(?::(?=[A-Za-z_]\w*\s*(?:\(.*\))?\s*$)(.*))?$", spec.strip(), re.DOTALL)
    name, attribute = (match.group(1), match.group(2) or "") if match else (spec, "")
    return name, ":", attribute


def refuse(spec: str, module: Any) -> Any:
    """Says that what was named is no Flask application."""
    raise CannotLoad(f"{spec} in {module.__name__} gives no Flask application. Name what does with --app")


def module_name(name: str, folder: str) -> str:
    """The dotted name of a module given as such or as a path; its outermost folder is put on `sys.path`."""
    path = os.path.realpath(os.path.join(folder, name))
    if not (name.endswith(".py") or os.sep in name or os.path.isdir(path)) or (
        not os.path.exists(path) and not name.endswith(".py")
    ):
        return name
    path = path[:-3] if path.endswith(".py") else path
    if os.path.basename(path) == "__init__":
        path = os.path.dirname(path)
    parts: list[str] = []
    while True:
        path, part = os.path.split(path)
        parts.insert(0, part)
        if not os.path.exists(os.path.join(path, "__init__.py")):
            break
    if path not in sys.path:
        sys.path.insert(0, path)
    return ".".join(parts)


def literal_arguments(call: str) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of `factory("x", debug=True)`, which have to be literals."""
    tree = ast.parse(call, mode="eval").body
    if not isinstance(tree, ast.Call):
        raise CannotLoad(f"{call} is no call")
    try:
        options = {keyword.arg: ast.literal_eval(keyword.value) for keyword in tree.keywords if keyword.arg}
        return [ast.literal_eval(argument) for argument in tree.args], options
    except ValueError:
        raise CannotLoad(f"{call}: the arguments have to be literals") from None


def found_in(module: Any) -> Any:
    """The application in a module: by the usual names, as the only one there is, or from a factory."""
    for name in NAMES[:2]:
        application = application_of(getattr(module, name, None))
        if application is not None:
            return application
    instances = {id(value): value for value in vars(module).values() if is_flask(value)}
    if len(instances) == 1:
        return next(iter(instances.values()))
    if instances:
        names = [name for name, value in vars(module).items() if is_flask(value)]
        told = f"{module.__name__} has several applications: {', '.join(names)}"
        raise CannotLoad(f"{told}. Name one with --app {module.__name__}:NAME")
    for name in NAMES:
        factory = getattr(module, name, None)
        if inspect.isfunction(factory):
            return application_of(called(factory, module)) or refuse(name, module)
    raise CannotLoad(
        f"{module.__name__} holds no Flask application and no factory named create_app or make_app. Name it with --app"
    )


def is_flask(value: Any) -> bool:
    """Whether a value is a Flask application; the project has imported Flask by then, or it is none."""
    flask = sys.modules.get("flask")
    return flask is not None and isinstance(value, flask.Flask)


def application_of(value: Any) -> Any:
    """The Flask application in what a factory gave: itself, in a tuple, or inside of a wrapper."""
    if is_flask(value):
        return value
    if isinstance(value, (tuple, list)):
        return next((one for one in value if is_flask(one)), None)
    for name in ("app", "flask_app", "application", "wsgi_app", "wrapped"):
        inner = getattr(value, name, None) if value is not None and not inspect.ismodule(value) else None
        if is_flask(inner):
            return inner
    return None


def called(factory: Any, module: Any) -> Any:
    """What a factory gives: called without arguments where it takes none, else with the first that work."""
    required = required_parameters(factory)
    if not required:
        return factory()
    if len(required) > 1:
        name = factory.__name__
        told = f"{name}() needs {' and '.join(required)}"
        raise CannotLoad(f"{told}. Say with what to call it: --app '{module.__name__}:{name}(...)'")
    return tried(factory, module)


def required_parameters(factory: Any) -> list[str]:
    """The parameters of a factory that have no default."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


def tried(factory: Any, module: Any) -> Any:
    """A factory with one required argument: an environment's name, a class of settings, an empty dict, None."""
    keyword = required_parameters(factory)[0]
    failures = []
    for argument in arguments_for(module):
        try:
            application = factory(**{keyword: argument})
        except settings.Missing:
            raise
        except Exception as error:
            if settings.missing(error):
                raise
            failures.append(f"{argument!r}: {type(error).__name__}: {error}")
            continue
        shown = getattr(argument, "__name__", repr(argument))
        NOTES.append(f"{factory.__name__}() was called with {keyword}={shown}")
        return application
    told = f"{factory.__name__}({keyword}) could not be called ({failures[-1]})"
    raise CannotLoad(f"{told}. Say with what: --app '{module.__name__}:{factory.__name__}(...)'")


def arguments_for(module: Any) -> list[Any]:
    """What a factory's configuration argument may be, the settings that go live first."""
    named = [sys.modules[name] for name in list(sys.modules) if name.split(".")[-1] in ("config", "settings")]
    own = [one for one in named if sources.is_own(os.path.realpath(getattr(one, "__file__", None) or ""))]
    places = [module, *own]
    classes = [
        getattr(source, name) for name in CLASSES for source in places if inspect.isclass(getattr(source, name, None))
    ]
    return [*ENVIRONMENTS[:4], *classes[:3], {}, None]
