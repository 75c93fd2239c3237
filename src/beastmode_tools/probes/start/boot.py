"""What an application is once it has started: the facts of `messages/application.py`."""

from __future__ import annotations

import traceback
from typing import Any, Callable

from ..call.watched import Watched
from ..confine import confinement, migrating
from ..messages.application import Application
from . import chance, configuration, contract, documents, jobs, loading, models, routes, settings, sources

__all__ = ["answer"]


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The application's facts.

    Args:
        request: As for `loading.load_application`; "watch": the changed functions, as for `watched.Watched`.

    Raises:
        CannotLoad: There is no application, or several could be it.
    """
    chance.watch()
    watched = Watched(request.get("watch") or [])
    with watched:
        application = loading.required_application(request)
    notes: list[str] = []
    library, promised = read(lambda: documents.documents(application, request["folder"], notes), (None, {}), notes)
    found = Application(
        routes=routes.routes(application),
        settings=read(lambda: configuration.settings(application, request), {}, notes),
        hooks=routes.hooks(application),
        error_handlers=routes.error_handlers(application),
        documents=promised,
        contract=read(lambda: contract.contract(application, promised, notes), None, notes),
        library=library,
        extensions=tuple(sorted(str(name) for name in application.extensions)),
        mapped=read(models.mapped, (), notes),
        tables=read(models.tables, {}, notes),
        jobs=read(lambda: jobs.jobs(application), (), notes),
        commands=read(lambda: jobs.commands(application), (), notes),
        packages=configuration.packages(),
        boot_migrates=tuple(migrating.boot_migrates()),
        invented=tuple(settings.invented()),
        draws=chance.drawn(),
        attempts=tuple(confinement.current().attempts),
        notes=(*loading.notes(), *notes),
        imported=tuple(sources.relative(path) or "" for path in configuration.own_files()),
        ran={key: tuple(sorted(parts)) for key, parts in watched.ran.items()},
        parts={each["key"]: len(each["parts"]) for each in request.get("watch") or ()},
    )
    return dict(vars(found))


def read(part: Callable[[], Any], otherwise: Any, notes: list[str]) -> Any:
    """One part of the facts; what fails in the project's own code is a note, and the rest is told all the same."""
    try:
        return part()
    except Exception as error:
        traceback.print_exc()  # into the log, for who looks for the reason
        notes.append("could not be read: {}: {}".format(type(error).__name__, " ".join(str(error).split())[:300]))
        return otherwise
