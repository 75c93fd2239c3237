"""`beast add upload`: a route that receives images, and what stores, processes and sends them."""

import re
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.project import migrations_folder
from beastmode_tools.recipes.code.application import add_part
from beastmode_tools.recipes.code.layout import Layout, module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import blueprints_of
from beastmode_tools.recipes.code.tests import add_tests, has_people
from beastmode_tools.recipes.fields.parse import refuse_name
from beastmode_tools.recipes.migrations import Revision, add_revision, next_revision
from beastmode_tools.recipes.plan import Plan, Stored
from beastmode_tools.recipes.render import render
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_upload"]

FILES = Path(__file__).parent / "files"
MAX_BYTES = "10_000_000"
"""A photograph of a telephone has three to eight megabytes."""
REQUIRED = re.compile(r'"beastmode\[([a-z,]*)\]')


def add_upload(workspace: Workspace, name: str, command: str) -> Plan:
    """Decide what `beast add upload` changes.

    Args:
        workspace: The project's files.
        name: Of the route, such as "avatars".
        command: What the person typed.

    Raises:
        CouldNotRun: The name is taken, or belongs to the library.
    """
    refuse_name(name, "upload")
    layout = read_layout(workspace)
    api = layout.the_api()
    folder = f"{api.path.rpartition('/')[0]}/{name}"
    values = {"name": name, "module": module_of(folder), "path": name.replace("_", "-"), "version": api.versions[0]}
    values |= {"description": name.replace("_", " ").capitalize(), "max_bytes": MAX_BYTES}
    files = {f"{folder}/{each}.py": render(FILES, f"{each}.py.jinja", values) for each in ("service", "views")}
    if all(workspace.exists(path) and workspace.read(path) == text for path, text in files.items()):
        return Plan(command)
    if name == "uploads" or any(each.prefix == f"/{values['path']}" for each in blueprints_of(workspace)):
        raise CouldNotRun(f"/{values['path']} is served already. Choose another name, such as avatars.")
    if workspace.exists(folder) or workspace.exists(f"{folder}.py"):
        raise CouldNotRun(f"{folder} already exists. Choose another name.")
    for path, text in {f"{folder}/__init__.py": "", **files}.items():
        workspace.create(path, text)
    add_part(workspace, layout, "uploads", "Uploads()", ("beastmode.uploads", "Uploads"))
    register(workspace, layout, folder, name)
    is_required = require(workspace)
    revision = add_table(workspace)
    if has_people(workspace):
        imports = [("pytest", ""), ("io", "BytesIO"), ("PIL", "Image")]
        add_tests(workspace, layout.own, f"tests/test_{name}.py", imports, render(FILES, "test.py.jinja", values))
    install = "pip install -e .     installs the extra uploads" if is_required else "pip install 'beastmode[uploads]'"
    return Plan(
        command,
        workspace.edits(),
        revision=revision.id if revision else "",
        follows=(revision.follows or "") if revision else "",
        stores=(Stored("uploads"),) if revision else (),
        next_steps=(install, "beast dev     migrates the development database", "beast test"),
    )


def register(workspace: Workspace, layout: Layout, folder: str, name: str) -> None:
    """Registers the blueprint, and once the routes to see and download uploads."""
    api = layout.the_api()
    module = ModuleEdit(workspace, api.path, layout.own)
    module.add_import(f"{module_of(folder)}.views", name)
    module.add_argument(f"{api.name}.register", name)
    if "upload_routes(" not in module.text:
        module.add_argument(f"{api.name}.register", f'upload_routes(version="{api.versions[0]}", types=IMAGES)')
        module.add_import("beastmode.uploads", "IMAGES")
        module.add_import("beastmode.uploads", "upload_routes")
    module.save()


def require(workspace: Workspace) -> bool:
    """Adds the extra to pyproject.toml; whether beastmode is named there with its extras."""
    path = "pyproject.toml"
    text = workspace.read(path) if workspace.exists(path) else ""
    found = REQUIRED.search(text)
    if found is None:
        return False
    extras = found[1].split(",")
    if "uploads" not in extras and "all" not in extras:
        start, end = found.span(1)
        workspace.edit(path, text[:start] + ",".join([*extras, "uploads"]) + text[end:])
    return True


def add_table(workspace: Workspace) -> Revision | None:
    """Adds the migration of the table; None if the project has one that names it."""
    folder = workspace.folder / (migrations_folder(workspace.folder) or "migrations") / "versions"
    if any('"uploads"' in path.read_text(encoding="utf-8", errors="replace") for path in folder.glob("*.py")):
        return None
    message = "add uploads"
    revision = next_revision(workspace, message)
    add_revision(workspace, revision, message, UPGRADE, '    op.drop_table("uploads")\n')
    return revision


UPGRADE = """    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=127), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("thumbnails", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index("ix_uploads_owner", "uploads", ["owner"], unique=False)
    op.create_index("ix_uploads_expires_at", "uploads", ["expires_at"], unique=False)
"""
