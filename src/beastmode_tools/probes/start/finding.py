"""Where the application of a project may be, read from its files without running any."""

from __future__ import annotations

import ast
import os
import re

__all__ = ["candidates", "flaskenv"]

FILES = (
    "wsgi.py",
    "app.py",
    "application.py",
    "autoapp.py",
    "main.py",
    "run.py",
    "server.py",
    "manage.py",
    "serve.py",
    "api.py",
)
INNER = ("__init__.py", "wsgi.py", "app.py", "application.py", "factory.py", "main.py", "server.py", "run.py", "api.py")
NAMES = ("app", "application")
FACTORIES = ("create_app", "make_app")
SKIPPED = (
    "tests",
    "test",
    "migrations",
    "alembic",
    "docs",
    "venv",
    "env",
    "node_modules",
    "build",
    "dist",
    "scripts",
    "bench",
)
DEEPEST = 3
"""Folders from the repository down to the part that is an application: `services/shop/backend`."""
MOST_BYTES = 500_000
"""A module that makes an application is short; what is longer holds data."""
TEST = re.compile(r"test_|conftest\.py$|setup\.py$|noxfile\.py$|.*_test\.py$")
MADE = re.compile(r"\b(?:Flask|APIFlask|OpenAPI)\(")
SERVED = re.compile(
    r"(?:gunicorn|uwsgi|waitress-serve|granian|uvicorn)\b.*?\s[\"']?([\w.]+):(\w+(?:\([^)]*\))?)[\"']?(?=\s|$|[\"',])"
)


def flaskenv(folder: str) -> str | None:
    """FLASK_APP of the project's `.env` or `.flaskenv`, in the order in which Flask reads them."""
    lines = [line for name in (".env", ".flaskenv") for line in text_of(os.path.join(folder, name)).splitlines()]
    for line in lines:
        name, _, value = line.strip().partition("=")
        if name.replace("export ", "").strip() == "FLASK_APP" and value.strip():
            return value.strip().strip("'\"")
    return None


def candidates(folder: str) -> list[str]:
    """What could be the application, as `--app` takes it: one that stands out, or all that are as good."""
    for name in ("Procfile", "gunicorn.sh", "Dockerfile"):
        served = served_by(os.path.join(folder, name))
        if served and exists(folder, served.split(":")[0]):
            return [served]
    for base in (folder, os.path.join(folder, "src")):
        for name in FILES:
            if offers(os.path.join(base, name)):
                return [os.path.relpath(os.path.join(base, name), folder)]
    packages = [found for base in (folder, os.path.join(folder, "src")) for found in packages_in(base)]
    found = packages or [each for base in (folder, os.path.join(folder, "src")) for each in modules_in(base)]
    best = min((rank for rank, _ in found), default=0)
    return [spec for rank, spec in found if rank == best] or nested(folder)


def nested(folder: str) -> list[str]:
    """What could be the application in a folder of a larger repository; first, that beside the migrations."""
    bases = [os.path.join(folder, *parts) for parts in folders_below(folder)]
    bases.sort(key=lambda base: (not has_migrations(base), base.count(os.sep)))
    for base in bases:
        found = [os.path.join(base, name) for name in FILES if offers(os.path.join(base, name))][:1]
        for rank, spec in [] if found else sorted(packages_in(base)):
            module, _, name = spec.partition(":")
            found.append(f"{os.path.join(base, *module.split('.'))}:{name}")
            if rank == 0:
                break
        if found:
            return [os.path.relpath(each, folder) for each in found[:1]]
    return []


def folders_below(folder: str) -> list[tuple[str, ...]]:
    """Folders that are no packages and may hold a part of the project, as the names on the way there."""
    found: list[tuple[str, ...]] = []
    rest: list[tuple[str, ...]] = [()]
    while rest:
        way = rest.pop(0)
        place = os.path.join(folder, *way)
        for name in sorted(os.listdir(place)) if len(way) < DEEPEST else ():
            path = os.path.join(place, name)
            is_skipped = name in SKIPPED or name.startswith(".") or os.path.isfile(os.path.join(path, "__init__.py"))
            if not is_skipped and os.path.isdir(path) and not os.path.islink(path):
                found.append((*way, name))
                rest.append((*way, name))
    return found


def has_migrations(base: str) -> bool:
    """Whether a folder has Alembic's files beside what may be an application."""
    places = ("alembic.ini", os.path.join("migrations", "env.py"), os.path.join("alembic", "env.py"))
    return any(os.path.isfile(os.path.join(base, place)) for place in places)


def served_by(path: str) -> str | None:
    """The application that a command line for a server names."""
    match = SERVED.search(text_of(path))
    return f"{match.group(1)}:{match.group(2)}" if match else None


def exists(folder: str, module: str) -> bool:
    """Whether a dotted module is a file of the project."""
    path = os.path.join(*module.split("."))
    places = [os.path.join(base, path) for base in (folder, os.path.join(folder, "src"))]
    return any(os.path.isfile(place + ".py") or os.path.isdir(place) for place in places)


def packages_in(base: str) -> list[tuple[int, str]]:
    """Modules of the packages in a folder that offer an application, with their rank: a factory comes first."""
    found = []
    for package in sorted(os.listdir(base)) if os.path.isdir(base) else []:
        folder = os.path.join(base, package)
        if package in SKIPPED or package.startswith(".") or not os.path.isfile(os.path.join(folder, "__init__.py")):
            continue
        for name in INNER:
            offered = offers(os.path.join(folder, name))
            if offered:
                module = package if name == "__init__.py" else f"{package}.{name[:-3]}"
                found.append((0 if offered in FACTORIES else 1, f"{module}:{offered}"))
                break
    return found


def modules_in(base: str) -> list[tuple[int, str]]:
    """Other modules in a folder that offer an application, with their rank: the one that makes it comes first."""
    found = []
    for name in sorted(os.listdir(base)) if os.path.isdir(base) else []:
        if name.endswith(".py") and not TEST.match(name):
            path = os.path.join(base, name)
            offered = offers(path)
            if offered:
                found.append((0 if MADE.search(text_of(path)) else 1, f"{name[:-3]}:{offered}"))
    return found


def offers(path: str) -> str | None:
    """The name of the application or factory that a file has at its top level."""
    text = text_of(path)
    if not any(name in text for name in (*NAMES, *FACTORIES, "Flask(", "OpenAPI(")):
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return "app" if "Flask(" in text or "create_app" in text else None  # importing it tells the error
    names = top_names(tree.body, imports_count=os.path.basename(path) != "__init__.py")
    made = {name for name, is_made in names.items() if is_made}
    return next((name for name in (*NAMES, *FACTORIES) if name in made), None) or (
        next(iter(made)) if len(made) == 1 else None
    )


def top_names(body: list[ast.stmt], *, imports_count: bool) -> dict[str, bool]:
    """Names at the top level of a module -> whether each could be an application or a factory."""
    names: dict[str, bool] = {}
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names[node.name] = node.name in FACTORIES
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, (ast.Call, ast.Tuple)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                    if isinstance(one, ast.Name):
                        names[one.id] = one.id in NAMES or makes_flask(node.value)
        elif isinstance(node, ast.ImportFrom) and imports_count:
            for alias in node.names:
                bound = alias.asname or alias.name
                names.setdefault(bound, bound in (*NAMES, *FACTORIES))
        elif isinstance(node, (ast.If, ast.Try, ast.With)) and not is_main(node):
            names.update(top_names(node.body, imports_count=imports_count))
    return names


def is_main(node: ast.stmt) -> bool:
    """Whether a statement is `if __name__ == "__main__"`."""
    return isinstance(node, ast.If) and any(
        isinstance(one, ast.Name) and one.id == "__name__" for one in ast.walk(node.test)
    )


def makes_flask(value: ast.expr) -> bool:
    """Whether an expression calls something named Flask."""
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("Flask", "APIFlask", "OpenAPI")


def text_of(path: str) -> str:
    """A file's text; "" where there is none that can be read."""
    try:
        if os.path.getsize(path) > MOST_BYTES:
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""
