"""`beast mcp`: the tools of a project for other people's assistants."""

import os
import secrets
from pathlib import Path

import click

from beastmode_tools.recipes.change import project_folder
from beastmode_tools.terminal import complain, say

__all__ = ["mcp"]

TOKEN = "BEAST_MCP_TOKEN"  # noqa: S105 - the name of the variable


@click.command(short_help="Serve the tools to assistants, over MCP.")
@click.option(
    "--project",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The project's directory.  [default: the current one]",
)
@click.option("--http", "is_http", is_flag=True, help="Serve HTTP on this machine instead of stdio.")
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="The port for --http.")
@click.option("--allow-host", "hosts", multiple=True, metavar="HOST", help="A host that `fetch` may ask. Repeatable.")
@click.option("--read-only", is_flag=True, help="Offer no tool that changes a file.")
@click.option("--cost", is_flag=True, help="Print how many tokens the list of tools takes, and end.")
def mcp(  # noqa: PLR0913 - click hands over each option
    *, folder: Path, is_http: bool, port: int, hosts: tuple[str, ...], read_only: bool, cost: bool
) -> None:
    """Serves the tools of this project by the Model Context Protocol. `beast init` configures assistants to start it.

    A DANGEROUS change is put to the person, by the assistant if it can ask, else by `beast approve ID`.

    With --http, requests need `Authorization: Bearer` with the token of the variable BEAST_MCP_TOKEN; without it, a
    new token is printed.
    """
    from beastmode_tools.agent.mcp.calls import Calls  # noqa: PLC0415 - the help needs no MCP
    from beastmode_tools.agent.mcp.server import make_server, schema_tokens  # noqa: PLC0415 - as above

    if cost:
        say(f"The list of tools takes about {schema_tokens()} tokens.")
        return
    allowed = frozenset(host.lower() for host in hosts)
    server = make_server(Calls(project_folder(folder.resolve()), allowed, may_write=not read_only))
    if not is_http:
        server.run("stdio")
        return
    from beastmode_tools.agent.mcp.http import HOST, serve_http  # noqa: PLC0415 - as above

    token = os.environ.get(TOKEN) or secrets.token_urlsafe(32)
    complain(f"beast: http://{HOST}:{port}/mcp" + ("" if os.environ.get(TOKEN) else f"  Authorization: Bearer {token}"))
    serve_http(server, port, token)
