"""The MCP server: the tools of one project, each call in a fresh process, approvals by asking the person."""

import inspect
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal

import anyio.to_thread
from mcp.server.mcpserver import Context, Elicit, ElicitationResult, MCPServer, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

from beastmode_tools.agent.mcp.calls import Answered, Calls
from beastmode_tools.agent.tools.registry import find_tool, offered
from beastmode_tools.agent.tools.tool import Tool

__all__ = ["Approval", "make_server", "schema_tokens"]

INSTRUCTIONS = (
    "Tools for a Flask project. Begin with `overview`. Prefer `recipe` to writing code by hand. After each change run "
    "`test` and `guard`; work is done when tests pass and nothing is DANGEROUS. Only a person approves."
)
CHARACTERS = 4
"""Of JSON that make a token, as a rule of thumb of the providers."""

Result = dict[str, Any]


class Approval(BaseModel):
    """What a person answers."""

    approve: bool = Field(description="Make this change although it is DANGEROUS.")


Asked = ElicitationResult[Approval]


def make_server(calls: Calls) -> MCPServer:
    """The server of a project.

    Args:
        calls: Calls its tools.
    """
    server: MCPServer = MCPServer("beast", instructions=INSTRUCTIONS, log_level="WARNING")
    writing = Writing(calls)
    functions: dict[str, Callable[..., Any]] = {"edit": writing.edit_function(), "recipe": writing.recipe_function()}
    for tool in offered(os.environ):
        if tool.is_read_only or calls.may_write:
            function = functions.get(tool.name) or reading(calls, tool)
            server.add_tool(function, tool.name, description=tool.description, annotations=hints(tool))
    return server


def hints(tool: Tool) -> ToolAnnotations:
    """What an assistant may assume of a tool."""
    return ToolAnnotations(
        read_only_hint=tool.is_read_only,
        destructive_hint=tool.is_destructive,
        idempotent_hint=tool.is_read_only,
        open_world_hint=tool.is_open_world,
    )


def schema_tokens() -> int:
    """About how many tokens the list of tools costs each conversation."""
    listed = [
        {"name": each.name, "description": each.description, "inputSchema": each.schema} for each in offered(os.environ)
    ]
    return len(json.dumps(listed)) // CHARACTERS


def reading(calls: Calls, tool: Tool) -> Callable[..., Awaitable[Result]]:
    """The function of a tool that changes nothing, with the arguments that its schema names."""

    async def call(**arguments: Any) -> Result:
        given = {name: value for name, value in arguments.items() if value is not None}
        return told(await apart(calls, tool.name, given))

    call.__name__ = tool.name
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # Python reads it, and has no type for it
        [parameter(name, field) for name, field in tool.arguments.model_fields.items()], return_annotation=Result
    )
    return call


def parameter(name: str, field: Any) -> inspect.Parameter:
    """An argument as the library reads it of a function."""
    default = inspect.Parameter.empty if field.is_required() else field.default
    annotation = Annotated[field.annotation, *field.metadata, Field(description=field.description)]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


async def apart(calls: Calls, name: str, arguments: Mapping[str, Any], **options: Any) -> Answered:
    """A call in a thread, so that the server goes on answering."""
    return await anyio.to_thread.run_sync(lambda: calls.call(name, arguments, **options))


def told(answered: Answered) -> Result:
    """The answer.

    Raises:
        ToolError: There is none.
    """
    if answered.answer is None:
        raise ToolError(answered.refused)
    return answered.answer


class Writing:
    """The tools that change files: a DANGEROUS change is put to the person before it is made.

    Args:
        calls: Calls the tools.
    """

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.questions: dict[str, Mapping[str, str]] = {}  # a call -> ID and hash of the diff that was shown

    def edit_function(self) -> Callable[..., Any]:
        """The function of `edit`. Its approval is filled by asking; it is no argument that a model can give."""
        path, old, new = (find_tool("edit").arguments.model_fields[name] for name in ("path", "old", "new"))

        async def ask(path: str, old: str, new: str, ctx: Context[Any, Any]) -> Approval | Elicit[Approval]:
            return await self.ask("edit", {"path": path, "old": old, "new": new}, ctx)

        async def edit(
            path: Annotated[str, Field(description=path.description)],
            approval: Annotated[Asked, Resolve(ask)],
            old: Annotated[str, Field(description=old.description)] = "",
            new: Annotated[str, Field(description=new.description)] = "",
        ) -> Result:
            return await self.make("edit", {"path": path, "old": old, "new": new}, approval)

        return edit

    def recipe_function(self) -> Callable[..., Any]:
        """The function of `recipe`."""
        action, command = (find_tool("recipe").arguments.model_fields[name] for name in ("action", "command"))

        async def ask(action: str, command: str, ctx: Context[Any, Any]) -> Approval | Elicit[Approval]:
            if action != "apply":
                return Approval(approve=False)
            return await self.ask("recipe", {"action": action, "command": command}, ctx)

        async def recipe(
            action: Annotated[Literal["list", "preview", "apply"], Field(description=action.description)],
            approval: Annotated[Asked, Resolve(ask)],
            command: Annotated[str, Field(description=command.description)] = "",
        ) -> Result:
            return await self.make("recipe", {"action": action, "command": command}, approval)

        return recipe

    async def ask(self, name: str, arguments: dict[str, Any], ctx: Context[Any, Any]) -> Approval | Elicit[Approval]:
        """The question to the person, if the gate has one and the client can ask."""
        tried = await apart(self.calls, name, arguments, is_trial=True)
        self.questions[key_of(name, arguments)] = tried.approval
        capabilities = ctx.client_capabilities
        if not tried.approval or capabilities is None or capabilities.elicitation is None:
            return Approval(approve=False)
        return Elicit(tried.refused, Approval)

    async def make(self, name: str, arguments: dict[str, Any], approval: Asked) -> Result:
        """Makes the change; what the person approved is the diff that was shown, and no other."""
        asked = self.questions.pop(key_of(name, arguments), {})
        is_approved = approval.action == "accept" and approval.data.approve
        return told(await apart(self.calls, name, arguments, approved=asked if is_approved else {}))


def key_of(name: str, arguments: Mapping[str, Any]) -> str:
    """What tells two calls apart."""
    return json.dumps([name, dict(arguments)], sort_keys=True)
