"""OpenAPI documents of an application, from whichever library it uses; nothing is ever fetched."""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any, Callable

from . import living

__all__ = ["documents"]

STATIC = ("openapi", "swagger", "api", "spec")
FOLDERS = ("", "docs", "doc", "api", "spec", "static", "openapi")
ENDINGS = (".json", ".yaml", ".yml")
MOST_BYTES = 16 * 1024 * 1024
"""A contract that a project keeps as a file is a few MB at most."""


def documents(application: Any, folder: str, notes: list[str]) -> tuple[str | None, dict[str, dict[str, Any]]]:
    """The library that the application uses, and its documents by name.

    Args:
        application: The Flask application.
        folder: The project's, for a document that is a file.
        notes: Gets a sentence for each document that could not be made.
    """
    for library, read in READERS:
        try:
            with application.test_request_context("/", base_url="http://localhost"):
                found = read(application)
        except Exception as error:
            notes.append(f"the document of {library} could not be made: {type(error).__name__}: {error}")
            continue
        made = {name: as_json(document) for name, document in found.items()}
        if made:
            return (None if library in ("apispec", "beastmode") else library), made
    return None, from_file(folder, notes)


def as_json(document: Any) -> dict[str, Any]:
    """A document as plain values."""
    if isinstance(document, str):
        document = json.loads(document)
    plain: dict[str, Any] = json.loads(json.dumps(document, default=str, sort_keys=False))
    return plain


def beastmode(application: Any) -> dict[str, Any]:
    """One document a version."""
    held = application.extensions.get("beastmode.documents") or {}
    return {name: document.content() for name, document in held.items()}


def flask_smorest(application: Any) -> dict[str, Any]:
    """One document for each `Api`, by its prefix of settings."""
    held = application.extensions.get("flask-smorest") or {}
    if "apis" not in held:
        api = held.get("ext_obj") if isinstance(held, dict) else None
        return {"default": api.spec.to_dict()} if api is not None else {}
    return {
        prefix.strip("_").lower() or "default": one["ext_obj"].spec.to_dict() for prefix, one in held["apis"].items()
    }


def apiflask(application: Any) -> dict[str, Any]:
    """What `APIFlask.spec` gives, as JSON whatever the format of the settings."""
    kind = getattr(sys.modules.get("apiflask"), "APIFlask", None)
    if kind is None or not isinstance(application, kind):
        return {}
    return {"default": application._get_spec("json")}


def apifairy(application: Any) -> dict[str, Any]:
    """What APIFairy documents; one extension is enough for an application."""
    held = [one for one in living.instances_of("apifairy.core", "APIFairy") if getattr(one, "apispec", None)]
    return {"default": held[0].apispec} if held and has_views(application, "_spec") else {}


def has_views(application: Any, mark: str) -> bool:
    """Whether any view has what a library marks its views with."""
    return any(hasattr(view, mark) for view in application.view_functions.values())


def flask_restx(application: Any) -> dict[str, Any]:
    """One Swagger 2.0 document for each `Api` of this application."""
    for module in ("flask_restx", "flask_restplus"):
        apis = [one for one in living.instances_of(module + ".api", "Api") if belongs(one, application)]
        swagger = getattr(sys.modules.get(module + ".swagger"), "Swagger", None)
        if apis and swagger is not None:
            apis.sort(key=lambda one: str(one.prefix) + str(getattr(one.blueprint, "url_prefix", "")))
            return {name_of(one, len(apis)): swagger(one).as_dict() for one in apis}
    return {}


def belongs(api: Any, application: Any) -> bool:
    """Whether an `Api` of flask-restx is one of this application."""
    return api.app is application or any(
        one is api.blueprint for one in application.blueprints.values() if api.blueprint
    )


def name_of(api: Any, count: int) -> str:
    """A name for an `Api`: of its blueprint where there are several."""
    if count == 1:
        return "default"
    return str(getattr(api.blueprint, "name", None) or (api.prefix or "default").strip("/").replace("/", "-"))


def flask_openapi3(application: Any) -> dict[str, Any]:
    """What flask-openapi3 documents."""
    kind = getattr(sys.modules.get("flask_openapi3"), "OpenAPI", None)
    if kind is None or not isinstance(application, kind):
        return {}
    return {"default": application.api_doc}


def flasgger(_application: Any) -> dict[str, Any]:
    """What Flasgger documents, one for each of its specs."""
    held = living.instances_of("flasgger.base", "Swagger")
    if not held:
        return {}
    swagger = held[0]
    specs = swagger.config.get("specs", [])
    found = {}
    for spec in specs:
        name = "default" if len(specs) == 1 else spec["endpoint"]
        found[name] = swagger.get_apispecs(endpoint=spec["endpoint"])
    return found


def apispec(_application: Any) -> dict[str, Any]:
    """What the project documents with apispec itself (flask-apispec, spectree, its own code)."""
    held = [one for one in living.instances_of("apispec.core", "APISpec") if one.to_dict().get("paths")]
    return {"default" if number == 0 else f"document-{number + 1}": one.to_dict() for number, one in enumerate(held)}


READERS: tuple[tuple[str, Callable[[Any], dict[str, Any]]], ...] = (
    ("beastmode", beastmode),
    ("flask-smorest", flask_smorest),
    ("apiflask", apiflask),
    ("apifairy", apifairy),
    ("flask-openapi3", flask_openapi3),
    ("flask-restx", flask_restx),
    ("flasgger", flasgger),
    ("apispec", apispec),
)


def from_file(folder: str, notes: list[str]) -> dict[str, dict[str, Any]]:
    """A document that stands in the tree as a file, where no library makes one."""
    for inner in FOLDERS:
        for stem in STATIC:
            for ending in ENDINGS:
                path = os.path.join(folder, inner, stem + ending)
                document = read_file(path) if os.path.isfile(path) else None
                if (
                    isinstance(document, dict)
                    and ("openapi" in document or "swagger" in document)
                    and "paths" in document
                ):
                    notes.append(f"the contract is read from {os.path.relpath(path, folder)}")
                    return {"default": as_json(document)}
    return {}


def read_file(path: str) -> Any:
    """A JSON or YAML file; None where it cannot be read, or needs a library that the project does not have."""
    if os.path.getsize(path) > MOST_BYTES:
        return None
    try:
        with open(path, encoding="utf-8") as file:
            content = file.read()
        if path.endswith(".json"):
            return json.loads(content)
        return importlib.import_module("yaml").safe_load(content)  # only where the project has it
    except Exception:
        return None
