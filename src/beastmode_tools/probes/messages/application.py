"""What is known of an application that was started: the answer of `probes/start/boot.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["UNSTEADY", "Application", "ErrorHandler", "Function", "Hook", "MappedClass", "Route"]

UNSTEADY = "<another value at each start>"
"""Stands for what two starts of one side tell differently, once they were compared; no probe writes it."""


@dataclass(frozen=True)
class Function:
    """A function of the project: where it was defined.

    Args:
        module: Its dotted module.
        name: Its qualified name (`UserView.get`), decorators unwrapped.
        path: Its file relative to the project's folder; None for code of other packages.
        line: Of its `def`.
        decorators: What stands on it, outermost first, as source without the `@`: "login_required",
            "limiter.limit('5/minute')"; then wrappers that were put around it elsewhere, by name.
    """

    module: str
    name: str
    path: str | None
    line: int
    decorators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """One rule of the URL map.

    Args:
        path: As Flask writes it: `/users/<int:id>`.
        methods: Without HEAD and OPTIONS, sorted.
        endpoint: Flask's name for it.
        blueprint: The blueprint's name; None on the application itself.
        view: The function that answers; for a class-based view, one route a method would be too much: `handlers`.
        handlers: For class-based views: method -> function.
        converters: Name of each argument -> the converter as text (`int`, `string(length=2)`, `any(a,b)`).
        defaults: Of the rule.
        host: Subdomain or host; "" for any.
    """

    path: str
    methods: tuple[str, ...]
    endpoint: str
    blueprint: str | None
    view: Function
    handlers: dict[str, Function] = field(default_factory=dict)
    converters: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    host: str = ""


@dataclass(frozen=True)
class Hook:
    """A function that Flask calls around requests: before_request, after_request...

    Args:
        kind: Flask's name for it.
        blueprint: None where it holds for the whole application.
        function: What is called.
    """

    kind: str
    blueprint: str | None
    function: Function


@dataclass(frozen=True)
class ErrorHandler:
    """A function that answers an error: for a status code ("404") or an exception's qualified name."""

    blueprint: str | None
    error: str
    function: Function


@dataclass(frozen=True)
class MappedClass:
    """A class that SQLAlchemy maps, and the columns that it reads and writes."""

    name: str
    module: str
    path: str | None
    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Application:
    """One side of the project, started once in a scratch environment.

    Args:
        routes: Every rule of the URL map but the one for static files.
        settings: The effective `app.config`; values that look secret are `{"secret": "<sha256 prefix>", "length": n,
            "literal": bool}` (literal: it stands in the project's own sources; where it does not, another hash may only
            mean that it is random), everything else JSON, else its repr.
        hooks: In the order in which Flask calls them.
        error_handlers: Those of the project.
        documents: OpenAPI documents of whichever library the project uses: name ("v1", "default") -> document.
        contract: A document made from routes, converters, schemas and decorators, for the project's own routes that no
            other document holds; None where there are none. It is marked `x-from: routes`.
        library: "flask-smorest", "apiflask", "apifairy", "flask-restx", "flask-openapi3", or None.
        extensions: Names in `app.extensions`, sorted.
        mapped: The mapped classes.
        tables: The models' tables: name -> {"columns": {name: {"type", "nullable", "default", "server_default",
            "primary_key"}}, "constraints": [...], "indexes": [...]}.
        jobs: Functions that run outside of requests: Celery tasks, RQ and APScheduler jobs, CLI commands.
        commands: Names of the application's own CLI commands.
        boot_migrates: Calls that would change the schema while the application starts ("flask_migrate.upgrade").
        invented: Names of settings that the environment lacked, for which a made-up value was given.
        invent: The same as a probe asks for them; of what kind they are stands behind some.
        attempts: What the code tried and was refused: network, writes outside of its tree, exit.
        packages: Versions of what is installed: "flask" -> "3.1.3".
        draws: Whether its own code drew random numbers while it started; those of a generator of its own
            (`random.Random()`, NumPy's) are not seen.
        notes: What the probe decided or could not read, a sentence each.
        imported: The project's own files that the start has imported.
        ran: The watched functions that ran while it started -> the numbers of the parts that did.
        parts: The watched functions -> how many parts each has.
    """

    routes: tuple[Route, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    hooks: tuple[Hook, ...] = ()
    error_handlers: tuple[ErrorHandler, ...] = ()
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    contract: dict[str, Any] | None = None
    library: str | None = None
    extensions: tuple[str, ...] = ()
    mapped: tuple[MappedClass, ...] = ()
    tables: dict[str, Any] = field(default_factory=dict)
    jobs: tuple[Function, ...] = ()
    commands: tuple[str, ...] = ()
    boot_migrates: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()
    invent: tuple[str, ...] = ()
    attempts: tuple[str, ...] = ()
    packages: dict[str, str] = field(default_factory=dict)
    draws: bool = False
    notes: tuple[str, ...] = ()
    imported: tuple[str, ...] = ()
    ran: dict[str, tuple[int, ...]] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
