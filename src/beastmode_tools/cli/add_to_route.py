"""What `beast add` puts on a route that exists."""

import click

from beastmode_tools.cli.recipe import change_options, command_line, make_change
from beastmode_tools.recipes.authenticator.recipe import add_authenticator
from beastmode_tools.recipes.cache.recipe import add_cache
from beastmode_tools.recipes.limit.recipe import add_limit
from beastmode_tools.recipes.permission.recipe import add_permission

__all__ = ["authenticator", "cache", "limit", "permission"]


@click.command(short_help="Cache the responses of a route.")
@click.argument("route")
@click.option("--seconds", default=300, show_default=True, help="How long a response is kept, if nothing changes.")
@click.option("--shared", is_flag=True, help="The response is the same for every caller.")
@change_options
def cache(*, route: str, seconds: int, shared: bool, pretend: bool, as_json: bool) -> None:
    r"""Keeps the responses of ROUTE until a row that they show changes. CAUTIOUS.

    \b
    beast add cache "GET /api/v1/products"
    """
    command = command_line()
    make_change(
        lambda workspace: add_cache(workspace, route, seconds, command, is_shared=shared),
        pretend=pretend,
        as_json=as_json,
    )


@click.command(short_help="Limit how often each caller may call a route.")
@click.argument("route")
@click.argument("budget", metavar="NUMBER/UNIT")
@change_options
def limit(*, route: str, budget: str, pretend: bool, as_json: bool) -> None:
    r"""Limits how often each caller may call ROUTE. CAUTIOUS. Units: second, minute, hour, day.

    \b
    beast add limit "POST /api/v1/products" 60/minute
    """
    command = command_line()
    make_change(lambda workspace: add_limit(workspace, route, budget, command), pretend=pretend, as_json=as_json)


@click.command(short_help="Require a permission on a route.")
@click.argument("route")
@click.argument("name", metavar="PERMISSION")
@click.option("--role", default="editor", show_default=True, help="The role that gives it.")
@change_options
def permission(*, route: str, name: str, role: str, pretend: bool, as_json: bool) -> None:
    r"""Lets only callers with PERMISSION call ROUTE, and a role give it. CAUTIOUS.

    \b
    beast add permission "DELETE /api/v1/products/<int:product_id>" products:delete --role manager
    """
    command = command_line()
    make_change(
        lambda workspace: add_permission(workspace, route, name, role, command), pretend=pretend, as_json=as_json
    )


@click.command(short_help="Let another program call a route.")
@click.argument("name")
@click.argument("route")
@change_options
def authenticator(*, name: str, route: str, pretend: bool, as_json: bool) -> None:
    r"""Lets the program NAME call ROUTE with a key of its own, which is a setting. DANGEROUS.

    \b
    beast add authenticator partner "GET /api/v1/products"
    """
    command = command_line()
    make_change(lambda workspace: add_authenticator(workspace, name, route, command), pretend=pretend, as_json=as_json)
