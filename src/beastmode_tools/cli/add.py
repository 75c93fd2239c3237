"""`beast add`: one part more, with its tests and its migration."""

import click

from beastmode_tools.cli import add_beside, add_to_route
from beastmode_tools.cli.completion import attributes, columns, models, resources
from beastmode_tools.cli.recipe import Declared, change_options, command_line, make_change
from beastmode_tools.recipes.endpoint.recipe import EndpointRequest, add_endpoint
from beastmode_tools.recipes.field.recipe import add_field
from beastmode_tools.recipes.index.recipe import add_index
from beastmode_tools.recipes.relation.recipe import add_relation
from beastmode_tools.recipes.resource.recipe import add_resource
from beastmode_tools.recipes.resource.request import ResourceRequest
from beastmode_tools.recipes.setting.recipe import add_setting
from beastmode_tools.recipes.version.recipe import add_version

__all__ = ["add"]


@click.group(cls=Declared, short_help="Add a resource, a field, an index, a setting.")
def add() -> None:
    """Adds a part to the project: code, tests and migration. `beast undo` takes it back."""


@add.command(short_help="Add a resource: model, schema, service, routes.")
@click.argument("name")
@click.argument("fields", nargs=-1, metavar="FIELD...")
@click.option("--version", metavar="NAME", default="", help="The version of the API.  [default: the first]")
@click.option("--plural", metavar="NAME", default="", help="The plural, if it is not the English one.")
@click.option("--owned", is_flag=True, help="Rows belong to the user who creates them, and only they may change them.")
@click.option("--public-read", is_flag=True, help="Anyone may read, without a login.")
@change_options
def resource(  # noqa: PLR0913 - click hands over each option
    *,
    name: str,
    fields: tuple[str, ...],
    version: str,
    plural: str,
    owned: bool,
    public_read: bool,
    pretend: bool,
    as_json: bool,
) -> None:
    r"""Adds the resource NAME with its FIELDs: list, get, create, update and delete, with tests and a migration.

    A field is NAME:TYPE[:OPTION...][?][=DEFAULT]. Types: str, text, int, bigint, decimal, float, bool, date, datetime,
    uuid, json, enum, email, url, or a model. `[]` makes a list, `?` allows null. Options: a length (str:80), digits
    (decimal:10,2), bounds (int:0..100), values (enum:draft,published), unique, index.

    \b
    beast add resource Product name:str:120 price:decimal stock:int=0 owner:User? tags:str[]
    """
    request = ResourceRequest(
        name=name,
        fields=fields,
        command=command_line(),
        version=version,
        plural=plural,
        is_owned=owned,
        is_public=public_read,
    )
    make_change(lambda workspace: add_resource(workspace, request), pretend=pretend, as_json=as_json)


@add.command(short_help="Add fields to a model that exists.")
@click.argument("model", shell_complete=models)
@click.argument("fields", nargs=-1, required=True, metavar="FIELD...")
@change_options
def field(*, model: str, fields: tuple[str, ...], pretend: bool, as_json: bool) -> None:
    r"""Adds FIELDs to MODEL and its schema, with a migration and a test. A field is written as for `add resource`.

    It needs a default or may be null, because the rows that exist have no value for it.

    \b
    beast add field User nickname:str:40?
    """
    command = command_line()
    make_change(lambda workspace: add_field(workspace, model, fields, command), pretend=pretend, as_json=as_json)


@add.command(short_help="Add an index to a column.")
@click.argument("column", metavar="TABLE.COLUMN", shell_complete=columns)
@change_options
def index(*, column: str, pretend: bool, as_json: bool) -> None:
    r"""Adds an index; PostgreSQL builds it while others read and write.

    \b
    beast add index posts.created_at
    """
    command = command_line()
    make_change(lambda workspace: add_index(workspace, column, command), pretend=pretend, as_json=as_json)


@add.command(short_help="Add a setting.")
@click.argument("name")
@click.argument("declared", metavar="TYPE=DEFAULT")
@click.argument("sentence")
@change_options
def setting(*, name: str, declared: str, sentence: str, pretend: bool, as_json: bool) -> None:
    r"""Adds the setting NAME, an environment variable, to the project's settings, with a test.

    Types: str, int, float, bool, choice:ONE,OTHER and secret. SENTENCE says what it is for.

    \b
    beast add setting SHOP_CURRENCY choice:EUR,USD=EUR "The currency of every price."
    """
    command = command_line()
    make_change(
        lambda workspace: add_setting(workspace, name, declared, sentence, command), pretend=pretend, as_json=as_json
    )


@add.command(short_help="Add a route of your own, with its schemas.")
@click.argument("rule")
@click.option("--method", metavar="NAME", default="", help="The method.  [default: GET, or POST with --accepts]")
@click.option("--returns", multiple=True, metavar="FIELD", help="A field of the response; once for each.")
@click.option("--accepts", multiple=True, metavar="FIELD", help="A field of the body; once for each.")
@click.option("--version", metavar="NAME", default="", help="The version of the API.  [default: the first]")
@click.option("--public", is_flag=True, help="Anyone may call it, without a login.")
@change_options
def endpoint(  # noqa: PLR0913 - click hands over each option
    *,
    rule: str,
    method: str,
    returns: tuple[str, ...],
    accepts: tuple[str, ...],
    version: str,
    public: bool,
    pretend: bool,
    as_json: bool,
) -> None:
    r"""Adds a route at RULE, with schemas, a function in the service, a view and tests.

    \b
    beast add endpoint "users/<int:id>/stats" --returns posts:int --returns latest:datetime?
    """
    request = EndpointRequest(rule, command_line(), method, returns, accepts, version, public)
    make_change(lambda workspace: add_endpoint(workspace, request), pretend=pretend, as_json=as_json)


@add.command(short_help="Add a relation between two models.")
@click.argument("place", metavar="MODEL.NAME", shell_complete=attributes)
@click.argument("target", metavar="MODEL", shell_complete=models)
@change_options
def relation(*, place: str, target: str, pretend: bool, as_json: bool) -> None:
    r"""Adds a relation: a plural NAME is a list of rows, a singular one a foreign key that may be null.

    A list gets a table between the models, and routes that add and remove rows.

    \b
    beast add relation Post.tags Tag
    beast add relation Post.author User
    """
    command = command_line()
    make_change(lambda workspace: add_relation(workspace, place, target, command), pretend=pretend, as_json=as_json)


@add.command(short_help="Add a version of a resource beside the old one.")
@click.argument("resource", shell_complete=resources)
@click.argument("name", metavar="VERSION")
@click.option("--nest", multiple=True, metavar="RELATION", help="A relation that the new version shows; once for each.")
@change_options
def version(*, resource: str, name: str, nest: tuple[str, ...], pretend: bool, as_json: bool) -> None:
    r"""Adds VERSION of RESOURCE. The old version goes on, calls the same service, and is marked deprecated with dates.

    \b
    beast add version users v2 --nest profile
    """
    command = command_line()
    make_change(
        lambda workspace: add_version(workspace, resource, name, nest, command), pretend=pretend, as_json=as_json
    )


for command in (
    add_beside.job,
    add_beside.mail,
    add_beside.upload,
    add_beside.webhook,
    add_to_route.cache,
    add_to_route.limit,
    add_to_route.permission,
    add_to_route.authenticator,
):
    add.add_command(command)
