"""`beast add authenticator`: another program that may call a route, by a key that it sends in a header."""

import re

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.calls import WithDecoratorKeyword
from beastmode_tools.recipes.code.layout import Layout, module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import RoutePlace, the_route
from beastmode_tools.recipes.code.tests import add_tests, has_people
from beastmode_tools.recipes.code.text import import_block
from beastmode_tools.recipes.fields.parse import refuse_name
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.setting.recipe import declare_setting, the_settings
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_authenticator"]


def add_authenticator(workspace: Workspace, name: str, text: str, command: str) -> Plan:
    """Decide what `beast add authenticator` changes.

    Args:
        workspace: The project's files.
        name: Of the program, such as "partner".
        text: The route that it may call besides users, such as "GET /api/v1/products".
        command: What the person typed.

    Raises:
        CouldNotRun: The name is taken, or the route says itself who may call it.
    """
    refuse_name(name, "program")
    layout = read_layout(workspace)
    owner, settings = the_settings(layout)
    route = the_route(workspace, text)
    written = route.options.get("authenticators")
    wanted = f"[Bearer(), {name}]"
    if written == wanted:
        return Plan(command)
    if written is not None or route.is_public or "sign_in" in route.options:
        raise CouldNotRun(f"{route} says itself who may call it, in {route.module}. Add {name} there by hand.")
    path = f"{settings.rpartition('/')[0]}/{name}.py"
    given = {"name": name, "header": f"X-{'-'.join(part.capitalize() for part in name.split('_'))}-Key"}
    given |= {"owner": owner, "key": f"{name}_key", "key_upper": f"{name}_key".upper()}
    if not workspace.exists(path):
        imports = [("hmac", ""), ("flask", "Request"), ("beastmode.api", "Problem"), (module_of(settings), owner)]
        imports += [("beastmode.core.settings", "current_settings")]
        imports += [("beastmode.core.identity", each) for each in ("Identity", "SecurityScheme")]
        workspace.create(path, MODULE.format(**given, imports=import_block(imports, layout.own)))
    sentence = f"The key with which {name} calls; without one, {name} cannot."
    declare_setting(workspace, layout, f"{name}_key".upper(), "secret=", sentence)
    module = ModuleEdit(workspace, route.module, layout.own)
    module.change(WithDecoratorKeyword(route.view, route.declaration, "authenticators", wanted))
    module.add_import("beastmode.accounts", "Bearer")
    module.add_import(module_of(path), name)
    module.save()
    if has_people(workspace):
        add_test(workspace, layout, route, given)
    return Plan(
        command,
        workspace.edits(),
        verdict="DANGEROUS",  # whoever has the key gets in where nobody got in with one: a person accepts that
        next_steps=(
            f"{name.upper()}_KEY=...   python -c 'import secrets; print(secrets.token_urlsafe(32))'",
            "beast test",
        ),
    )


def add_test(workspace: Workspace, layout: Layout, route: RoutePlace, given: dict[str, str]) -> None:
    """Adds the test: nobody, a wrong key, the right one."""
    path = re.sub(r"<[^>]+>", "1", route.path)
    test = TEST.format(**given, view=route.view, method=route.method.lower(), path=path)
    add_tests(workspace, layout.own, f"tests/test_{given['name']}.py", [("pytest", "")], test)


MODULE = '''{imports}
HEADER = "{header}"


def by_{name}(request: Request) -> Identity | None:
    """The program with this key; None if the request has none."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    wanted = current_settings({owner}).{key}
    if not wanted or not hmac.compare_digest(key.encode(), wanted.encode()):
        raise Problem(401, "Wrong key", headers={{"WWW-Authenticate": "ApiKey"}})
    return Identity("service", "{name}")


{name} = SecurityScheme("{name}", by_{name}, {{"type": "apiKey", "in": "header", "name": HEADER}})
'''
TEST = """
@pytest.fixture
def app_config():
    return {{"{key_upper}": "only for tests"}}


def test_{name}_calls_{view}_with_its_key(client):
    url = "{path}"

    nobody = client.{method}(url)
    wrong = client.{method}(url, headers={{"{header}": "another"}})
    right = client.{method}(url, headers={{"{header}": "only for tests"}})

    assert (nobody.status_code, wrong.status_code) == (401, 401)
    assert right.status_code != 401
"""
