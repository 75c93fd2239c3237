"""What an application is once it has started: the facts of `compare/application.py`, as JSON."""

from __future__ import annotations

import traceback
from typing import Any, Callable

from . import (
    boot_contract,
    boot_documents,
    boot_jobs,
    boot_models,
    boot_routes,
    boot_settings,
    chance,
    confinement,
    loading,
    migrating,
    settings,
)

__all__ = ["answer"]


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The application's facts.

    Args:
        request: As for `loading.load_application`.

    Raises:
        CannotLoad: There is no application, or several could be it.
    """
    chance.watch()
    application = loading.required_application(request)
    notes: list[str] = []
    library, documents = read(
        lambda: boot_documents.documents(application, request["folder"], notes), (None, {}), notes
    )
    facts = {
        "routes": boot_routes.routes(application),
        "settings": read(lambda: boot_settings.settings(application, request), {}, notes),
        "hooks": boot_routes.hooks(application),
        "error_handlers": boot_routes.error_handlers(application),
        "documents": documents,
        "contract": read(lambda: boot_contract.contract(application, documents, notes), None, notes),
        "library": library,
        "extensions": sorted(str(name) for name in application.extensions),
        "mapped": read(boot_models.mapped, [], notes),
        "tables": read(boot_models.tables, {}, notes),
        "jobs": read(lambda: boot_jobs.jobs(application), [], notes),
        "commands": read(lambda: boot_jobs.commands(application), [], notes),
        "packages": boot_settings.packages(),
    }
    return {
        **facts,
        "boot_migrates": migrating.boot_migrates(),
        "invented": settings.invented(),
        "draws": chance.drawn(),
        "attempts": confinement.current().attempts,
        "notes": [*loading.notes(), *notes],
    }


def read(part: Callable[[], Any], otherwise: Any, notes: list[str]) -> Any:
    """One part of the facts; what fails in the project's own code is a note, and the rest is told all the same."""
    try:
        return part()
    except Exception as error:
        traceback.print_exc()  # into the log, for who looks for the reason
        notes.append("could not be read: {}: {}".format(type(error).__name__, " ".join(str(error).split())[:300]))
        return otherwise
