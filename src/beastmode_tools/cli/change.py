"""`beast change`: what is in use becomes something else, in phases that can be deployed one by one."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from beastmode_tools.cli.completion import columns
from beastmode_tools.cli.recipe import change_options, command_line, make_change
from beastmode_tools.recipes.phases.drop import change_drop
from beastmode_tools.recipes.phases.move import change_rename, change_type
from beastmode_tools.recipes.phases.options import Options
from beastmode_tools.recipes.phases.required import change_required
from beastmode_tools.recipes.retire.recipe import change_retire
from beastmode_tools.recipes.retire.request import Retirement

__all__ = ["change"]

Command = Callable[..., Any]


@click.group(short_help="Change a column or a route that is in use, in phases.")
def change() -> None:
    """Changes a column or a route that is in use, in phases: each is deployed before the next one is made.

    Run the same command again for the next phase; it says what is missing. `beast undo` takes a phase back. The phases
    under way are in migrations/phases.json, which belongs in git.
    """


def phase_options(command: Command) -> Command:
    """Gives a command what a person may say about the phase before."""
    deployed = click.option(
        "--deployed", is_flag=True, help="The phase before is deployed, although git has no commit."
    )
    yes = click.option("--yes", is_flag=True, help="Make the last phase although something seems to need what goes.")
    return deployed(yes(change_options(command)))


@change.command("type", short_help="Give a column another type.")
@click.argument("column", metavar="TABLE.COLUMN", shell_complete=columns)
@click.argument("wanted", metavar="TYPE")
@click.option("--into", metavar="NAME", default="", help="The name of the new column.  [default: COLUMN_TYPE]")
@phase_options
def change_type_command(  # noqa: PLR0913 - click hands over each option
    *, column: str, wanted: str, into: str, deployed: bool, yes: bool, pretend: bool, as_json: bool
) -> None:
    r"""Gives a column another type while old and new code read and write it. TYPE is written as for `beast add field`.

    If PostgreSQL can change the type without a copy, that is done at once. Otherwise a new column takes over: 1. it is
    added, filled and kept in step by a trigger; 2. the code uses it; 3. the old column is dropped.

    \b
    beast change type orders.amount bigint
    """
    said, options = command_line(), Options(deployed=deployed, yes=yes)
    make_change(
        lambda workspace: change_type(workspace, column, wanted, said, into=into, options=options),
        pretend=pretend,
        as_json=as_json,
    )


@change.command(short_help="Give a column another name.")
@click.argument("column", metavar="TABLE.COLUMN", shell_complete=columns)
@click.argument("name")
@click.option("--api", is_flag=True, help="In phase 2, the API shows the new name beside the old one.")
@phase_options
def rename(  # noqa: PLR0913 - click hands over each option
    *, column: str, name: str, api: bool, deployed: bool, yes: bool, pretend: bool, as_json: bool
) -> None:
    r"""Renames a column while old and new code read and write it; the phases are those of `beast change type`.

    The API keeps the old name, and so does code that uses it: the model has both. With --api responses have both, too.

    \b
    beast change rename posts.title headline
    """
    said, options = command_line(), Options(deployed=deployed, yes=yes, api=api)
    make_change(
        lambda workspace: change_rename(workspace, column, name, said, options=options),
        pretend=pretend,
        as_json=as_json,
    )


@change.command(short_help="Drop a column that nothing uses any longer.")
@click.argument("column", metavar="TABLE.COLUMN", shell_complete=columns)
@phase_options
def drop(*, column: str, deployed: bool, yes: bool, pretend: bool, as_json: bool) -> None:
    r"""Drops a column: 1. from the model, so that no code reads or writes it; 2. from the database, with its values.

    Refused with the places, while the code or the API still uses it.

    \b
    beast change drop posts.subtitle
    """
    said, options = command_line(), Options(deployed=deployed, yes=yes)
    make_change(
        lambda workspace: change_drop(workspace, column, said, options=options), pretend=pretend, as_json=as_json
    )


@change.command(short_help="Let a column be null no longer.")
@click.argument("column", metavar="TABLE.COLUMN", shell_complete=columns)
@click.option("--fill", metavar="VALUE", help="What rows without a value get.  [default: the column's own default]")
@phase_options
def required(  # noqa: PLR0913 - click hands over each option
    *, column: str, fill: str | None, deployed: bool, yes: bool, pretend: bool, as_json: bool
) -> None:
    r"""Lets a column be null no longer, in three phases; the last one is refused while code can store nothing.

    1. VALUE takes the place of null, in new rows and in those that exist; 2. the code relies on it, and the API fills
    in what clients leave out; 3. the database refuses null.

    \b
    beast change required posts.subtitle --fill ""
    """
    said, options = command_line(), Options(deployed=deployed, yes=yes)
    make_change(
        lambda workspace: change_required(workspace, column, fill, said, options=options),
        pretend=pretend,
        as_json=as_json,
    )


@change.command(short_help="Take a route out of the API, after its clients were told.")
@click.argument("route")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day of the route.  [default: in 180 days]")
@click.option("--successor", metavar="PATH", default="", help="What clients call instead.")
@click.option("--metrics", metavar="FILE", default="", help="What /metrics returned, to show who still calls it.")
@click.option("--yes", is_flag=True, help="Remove it although this project calls it.")
@change_options
def retire(  # noqa: PLR0913 - click hands over each option
    *, route: str, until: datetime | None, successor: str, metrics: str, yes: bool, pretend: bool, as_json: bool
) -> None:
    r"""Retires a route in two phases, with the notice that was announced between them.

    1. Responses and documents say until when it goes on; 2. from that day on it can be removed. Refused while another
    version, or this project itself, needs it.

    \b
    beast change retire "GET /api/v1/users" --until 2030-01-31 --successor /api/v2/users
    """
    said, today = command_line(), datetime.now(UTC).date()
    request = Retirement(route, today, until.date() if until else None, successor, metrics, yes)
    make_change(lambda workspace: change_retire(workspace, request, said), pretend=pretend, as_json=as_json)
