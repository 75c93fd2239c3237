"""What a task touches, found out before the first edit: read from the project, not asked of anybody."""

from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import read_layout
from beastmode_tools.recipes.names import words
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.source.files import kind_of
from beastmode_tools.source.walk import files_below

__all__ = ["impact_of"]

FEW = 8
"""Names in one line of the record."""
INTEGRATIONS = ("celery", "redis", "boto", "smtp", "stripe", "obstore", "requests", "httpx")


def impact_of(folder: Path, task: str) -> dict[str, str]:
    """One sentence for each thing that a change of a backend can touch.

    Args:
        folder: The project's folder.
        task: What the person asked for.
    """
    paths = [path for path, _ in files_below(folder)]
    named = task.lower()
    models: dict[str, str] = {}
    versions: tuple[str, ...] = ()
    try:
        layout = read_layout(Workspace(folder))
        models = {each.name: each.table for each in layout.models.values()}
        versions = layout.api.versions if layout.api else ()
    except CouldNotRun:
        pass
    touched = [name for name, table in models.items() if table in named or words(name) in named]
    revisions = sum(1 for path in paths if kind_of(path) == "migration" and "/versions/" in path)
    manifest = [path for path in paths if kind_of(path) == "dependencies"]
    used = sorted({each for each in INTEGRATIONS for path in manifest if each in read(folder / path)})
    return {
        "api": f"versions {few(versions)}; published versions keep every route and field",
        "data flow": f"models {few(touched or models)}" + (" are named in the task" if touched else ""),
        "security": "each edit is judged; a route that opens up or a check that goes is DANGEROUS",
        "performance": "queries are counted by the last verdict where it proves",
        "dependencies": f"declared in {few(manifest)}; installed by a person alone",
        "migrations": f"{revisions} revisions; applied ones stay as they are",
        "integrations": few(used),
    }


def few(names: object) -> str:
    """The first few names, or that there are none."""
    listed = [str(each) for each in names] if isinstance(names, list | tuple | dict) else []
    return ", ".join(listed[:FEW]) + (f" and {len(listed) - FEW} more" if len(listed) > FEW else "") or "none found"


def read(place: Path) -> str:
    """A file's text."""
    return place.read_text(encoding="utf-8", errors="replace").lower()
