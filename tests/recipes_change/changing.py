"""A project with a resource, and what changes it phase by phase."""

import os

from alembic.migration import MigrationContext
from alembic.operations import Operations

from beastmode_tools.recipes.change import carry_out
from beastmode_tools.recipes.new.create import create_project
from beastmode_tools.recipes.phases.options import Options
from beastmode_tools.recipes.resource.recipe import add_resource
from beastmode_tools.recipes.resource.request import ResourceRequest

FIELDS = ("title:str:120:index", "body:text", "rating:int=0", "views:int", "subtitle:str?", "note:str?")
DEPLOYED = Options(deployed=True)


def new_shop(folder):
    """A project with posts."""
    create_project(folder, "shop", "sqlite")
    shop = folder / "shop"
    request = ResourceRequest("Post", FIELDS, "add resource Post")
    carry_out(shop, lambda workspace: add_resource(workspace, request))
    return shop


def change(shop, recipe, *arguments, **given):
    """Makes the next phase of a change; the plan."""
    given = {"options": DEPLOYED} | given
    command = f"change {recipe.__name__} {' '.join(filter(None, arguments))}"
    return carry_out(shop, lambda workspace: recipe(workspace, *arguments, command, **given)).plan


def environment(url):
    """What a process of the project starts with."""
    return os.environ | {"ENVIRONMENT": "development", "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}


def tree(folder):
    """Path -> bytes of what a person keeps of the project."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".beast", ".git", "__pycache__"} & {*path.parts}
    }


def run_revisions(shop, connection, direction, *, only):
    """Runs the functions of the revisions that a change added on SQLite."""
    for path in only:
        scope = {}
        exec(compile((shop / path).read_text(), path, "exec"), scope)
        with Operations.context(MigrationContext.configure(connection)):
            scope[direction]()
