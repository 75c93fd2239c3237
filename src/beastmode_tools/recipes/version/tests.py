"""The tests of a new version, and of the old one beside it."""

from beastmode_tools.recipes.code.layout import Layout
from beastmode_tools.recipes.code.tests import add_tests, has_people
from beastmode_tools.recipes.version.bridge import Bridge
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_version_tests"]


def add_version_tests(workspace: Workspace, layout: Layout, bridge: Bridge, nest: tuple[str, ...]) -> None:
    """Add tests that both versions answer, and that the old one says until when."""
    one = next((each for each in bridge.routes if each.method == "GET" and len(each.parameters) == 1), None)
    if not has_people(workspace) or one is None:
        return
    is_user = "AccountMixin" in bridge.model.bases
    values = {
        "name": bridge.old.name,
        "old": bridge.old.version,
        "new": bridge.version,
        "prefix": bridge.old.prefix,
        "arguments": "ada" if is_user else "ada, factory",
        "row": "ada" if is_user else f"factory({bridge.model.name})",
        "nested": "{" + ", ".join(f'"{each}"' for each in nest) + "}" if nest else "set()",
        "sunset": bridge.sunset.strftime("%a, %d %b %Y 00:00:00 GMT"),
    }
    imports = [] if is_user else [(bridge.model.module, bridge.model.name)]
    add_tests(workspace, layout.own, f"tests/test_{bridge.variable}.py", imports, TEST.format(**values))


TEST = """
def test_{name}_are_served_in_both_versions({arguments}):
    row = {row}

    old = ada.api.get(f"/api/{old}{prefix}/{{row.id}}")
    new = ada.api.get(f"/api/{new}{prefix}/{{row.id}}")

    assert (old.status_code, new.status_code) == (200, 200)
    assert old.json["data"].items() <= new.json["data"].items()
    assert set(new.json["data"]) - set(old.json["data"]) == {nested}


def test_{old}_says_until_when_it_is_served(ada):
    old = ada.api.get("/api/{old}{prefix}")
    new = ada.api.get("/api/{new}{prefix}")

    assert old.headers["Sunset"] == "{sunset}"
    assert old.headers["Link"] == '</api/{new}{prefix}>; rel="successor-version"'
    assert "Deprecation" in old.headers
    assert "Deprecation" not in new.headers
"""
