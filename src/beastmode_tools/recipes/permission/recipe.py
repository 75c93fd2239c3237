"""`beast add permission`: a route that only callers with a role may call."""

import re

import libcst as cst

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.application import module_with_call
from beastmode_tools.recipes.code.calls import WithDecoratorKeyword, WithKeywordArgument
from beastmode_tools.recipes.code.layout import Layout, module_of, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import RoutePlace, the_route
from beastmode_tools.recipes.code.tests import add_tests, has_people, tests_beside
from beastmode_tools.recipes.code.text import quoted
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_permission"]

PERMISSION = re.compile(r"[a-z][a-z0-9_]*(:[a-z][a-z0-9_]*)?")
ROLE = re.compile(r"[a-z][a-z0-9_]*")


def add_permission(workspace: Workspace, text: str, permission: str, role: str, command: str) -> Plan:
    """Decide what `beast add permission` changes.

    Args:
        workspace: The project's files.
        text: The route, such as "DELETE /api/v1/products/<int:product_id>".
        permission: Such as "products:delete".
        role: The role that gives it.
        command: What the person typed.

    Raises:
        CouldNotRun: The route is public or has another permission, or the project has no accounts.
    """
    if not PERMISSION.fullmatch(permission):
        raise CouldNotRun(f"{permission!r} is not a permission. Write one such as products:delete.")
    if not ROLE.fullmatch(role) or role == "operator":
        raise CouldNotRun(f"{role!r} cannot name a role: use lowercase letters; `operator` has every permission.")
    layout = read_layout(workspace)
    route = the_route(workspace, text)
    written = route.options.get("permission")
    if written is not None and written != repr(permission):
        raise CouldNotRun(f"{route} has permission={written} already, in {route.module}. Change it there.")
    if route.is_public:
        raise CouldNotRun(f"{route} is public, so nobody is asked who they are. Remove public=True first.")
    if "sign_in" in route.options or "authenticators" in route.options:
        raise CouldNotRun(f"{route} has callers of its own. Add by hand: permission={permission!r}")
    if written is None:
        module = ModuleEdit(workspace, route.module, layout.own)
        module.change(WithDecoratorKeyword(route.view, route.declaration, "permission", f'"{permission}"'))
        module.save()
    place = grant(workspace, layout, permission, role)
    if workspace.edits() and has_people(workspace):
        add_test(workspace, layout, route, role, place)
    return Plan(
        command,
        workspace.edits(),
        next_steps=(f'accounts.grant_role(user_id, "{role}") makes someone {role}', "beast test"),
    )


def grant(workspace: Workspace, layout: Layout, permission: str, role: str) -> tuple[str, str]:
    """Lets a role give the permission; the module with the accounts, and their variable.

    Raises:
        CouldNotRun: The roles are written in a way that cannot be edited.
    """
    path = module_with_call(workspace, "Accounts")
    variable = re.search(r"^(\w+)(?:: \w+)? = Accounts\(", workspace.read(path), re.MULTILINE)
    if not variable:
        raise CouldNotRun(f"{path} does not say `accounts = Accounts(...)` at its top level. Add the role by hand.")
    module = ModuleEdit(workspace, path, layout.own)
    module.change(WithKeywordArgument("Accounts", "roles", lambda given: with_role(given, permission, role, path)))
    module.save()
    return module_of(path), variable[1]


def with_role(given: cst.BaseExpression | None, permission: str, role: str, path: str) -> cst.BaseExpression | None:
    """The roles with the permission; None if it is there."""
    roles = roles_in(given, path)
    held = roles.setdefault(role, [])
    if permission in held:
        return None
    held.append(permission)
    return as_code(roles)


def roles_in(given: cst.BaseExpression | None, path: str) -> dict[str, list[str]]:
    """The roles that are written there."""
    if given is None:
        return {}
    code = cst.Module([]).code_for_node(given)
    if "#" not in code and isinstance(given, cst.Dict):
        found = re.findall(r'"(\w+)":\s*\[([^\]]*)\]', code)
        if len(found) == len(given.elements):
            return {name: re.findall(r'"([^"]+)"', inside) for name, inside in found}
    raise CouldNotRun(f"the roles in {path} are not a dict of lists of strings. Add the permission there by hand.")


def as_code(roles: dict[str, list[str]]) -> cst.BaseExpression:
    """The roles as they are written in a call over several lines."""
    lines = [f"        {quoted(name)}: [{', '.join(map(quoted, given))}]," for name, given in roles.items()]
    return cst.parse_expression("\n".join(["{", *lines, "    }"]))


def add_test(workspace: Workspace, layout: Layout, route: RoutePlace, role: str, place: tuple[str, str]) -> None:
    """Adds the test, and gives the role to the caller of the tests beside it."""
    path = tests_beside(workspace, route.blueprint)
    origin, accounts = place
    line = f'        {accounts}.grant_role(ada.id, "{role}")\n'
    text = workspace.read(path) if workspace.exists(path) else ""
    fixture = ""
    if "\ndef ada(app, ada):" not in text:
        fixture = FIXTURE.format(line=line)
    elif line not in text:
        start = text.index("\ndef ada(app, ada):")
        end = text.index("    return ada\n", start)
        workspace.edit(path, text[:end] + line + text[end:])
    values = {"view": route.view, "method": route.method.lower(), "path": re.sub(r"<[^>]+>", "1", route.path)}
    test = TEST.format(**values, role=role, accounts=accounts)
    imports = [("pytest", ""), (origin, accounts)] if fixture else [(origin, accounts)]
    add_tests(workspace, layout.own, path, imports, fixture + test)


FIXTURE = '''
@pytest.fixture
def ada(app, ada):
    """Someone who may call every route that these tests call."""
    with app.app_context():
{line}    return ada

'''
TEST = """
def test_{view}_requires_a_role(app, log_in):
    eve = log_in("eve@example.com")

    refused = eve.api.{method}("{path}")
    with app.app_context():
        {accounts}.grant_role(eve.id, "{role}")
    allowed = eve.api.{method}("{path}")

    assert refused.status_code == 403
    assert allowed.status_code != 403
"""
