"""What a file is, by its name: no module of Python is taken for documentation, a page or a picture."""

import pytest

from beastmode_tools.source.files import kind_of

MODULES = (
    "shop/security.py",
    "shop/history.py",
    "shop/changes.py",
    "notices.py",
    "authors/views.py",
    "shop/media/views.py",
    "public/routes.py",
    "shop/lang/__init__.py",
    "shop/templates/filters.py",
    "docs/conf.py",
)


@pytest.mark.parametrize("path", MODULES)
def test_a_module_is_python_whatever_its_name(path):
    assert kind_of(path) == "python"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("SECURITY.md", "documentation"),
        ("HISTORY", "documentation"),
        ("LICENSE.MIT", "documentation"),
        ("LICENCE", "documentation"),
        ("docs/picture.png", "documentation"),
        ("shop/history.html", "template"),
        ("shop/docs/templates/page.html", "template"),
        ("security.yaml", "data"),
        ("config/security.yml", "settings"),
        ("gunicorn.conf.py", "deployment"),
        ("noxfile.py", "gate"),
        ("setup.py", "dependencies"),
        ("instance/config.py", "settings"),
        ("shop/specs/openapi.yaml", "specification"),
        ("shop/specs/orders.yml", "data"),
        ("spec/orders_spec.py", "test"),
        ("shop/testing/factories.py", "test"),
        ("e2e/orders.yml", "test"),
        ("orders_tests.py", "test"),
        ("templates/test_results.html", "template"),
        (".claude/settings.json", "gate"),
        (".cursor/hooks.json", "gate"),
        (".github/hooks/beast.json", "gate"),
        (".cursor/rules/beast.mdc", "documentation"),
        (".mcp.json", "documentation"),
        (".vscode/settings.json", "documentation"),
    ],
)
def test_other_files_are_what_their_name_says(path, kind):
    assert kind_of(path) == kind
