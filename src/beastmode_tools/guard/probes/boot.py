"""What an application is once it has started."""

from __future__ import annotations

from typing import Any

from . import loading, migrating, settings


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The facts of `compare/application.py`."""
    application = loading.load_application(request)
    return {"routes": [str(r) for r in application.url_map.iter_rules()], "boot_migrates": migrating.boot_migrates(), "notes": loading.notes(), "invented": settings.invented()}
