"""The test of a field that is added to a resource."""

from pathlib import PurePosixPath

from beastmode_tools.recipes.code.layout import Layout, Model
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.writing import example
from beastmode_tools.recipes.names import words
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_tests"]


def add_tests(workspace: Workspace, layout: Layout, model: Model, fields: tuple[Field, ...]) -> bool:
    """Add a test for the fields to the resource's own tests; whether they are of the form that is known."""
    path = f"tests/test_{model.table}.py"
    wanted = [field for field in fields if field.kind != "relation"]
    if not wanted or not workspace.exists(path) or not workspace.exists("tests/conftest.py"):
        return False
    text = workspace.read(path)
    if "def ada(" not in workspace.read("tests/conftest.py"):
        return False
    folder = PurePosixPath(model.path).parent
    place = next((each for each in layout.blueprints if PurePosixPath(each.path).parent == folder), None)
    if "def new(" in text and "\nURL = " in text:
        arguments, url = "ada, new", """f"{URL}/{ada.api.post(URL, new).json['data']['id']}\""""
    elif "AccountMixin" in model.bases and place is not None:
        arguments, url = "ada", f'f"/api/{place.version}{place.prefix}/{{ada.id}}"'
    else:
        return False
    one = words(model.name).replace(" ", "_")
    given = {"one": one, "arguments": arguments, "url": url}
    tests = [TEST.format(**given, name=each.column, value=example(each, 0), equals=equality(each)) for each in wanted]
    workspace.edit(path, text.rstrip("\n") + "\n\n\n" + "\n\n".join(tests))
    return True


def equality(field: Field) -> str:
    """The operator that compares its value."""
    return "is" if field.kind == "bool" and not field.is_list else "=="


TEST = """def test_the_{name}_of_a_{one}_is_stored({arguments}):
    url = {url}

    changed = ada.api.patch(url, {{"{name}": {value}}})

    assert changed.status_code == 200
    assert ada.api.get(url).json["data"]["{name}"] {equals} {value}
"""
