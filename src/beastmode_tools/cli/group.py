"""The command `beast`: which commands there are, and how each of them may end.

0: fine. 1: findings. 2: it could not run; one line says why and what to do. 130 and 143: it was interrupted.
"""

import difflib
import importlib
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar, NoReturn

import click

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.extra import how_to_install, is_of_extra
from beastmode_tools.terminal import complain, plain

__all__ = ["Beast", "commands", "main", "run"]

DEBUG = "beastmode_tools.debug"
ARGUMENTS = "beastmode_tools.arguments"
LONGEST = 10
"""Characters of the longest name of a command, so that the sentences of all parts of the list are aligned."""
PATIENCE = 3
"""One Ctrl-C asks for an orderly end, which takes a moment; who presses it a third time does not want to wait for
it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: the module that holds it under its own name, and its sentence in the list of commands."""

    module: str
    sentence: str


class Interrupted(BaseException):
    """The person or the system ends the command; everything that was begun is undone on the way out.

    No KeyboardInterrupt, which click would turn into an error of its own, and lose which signal it was.

    Args:
        number: The signal.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__()


class Beast(click.Group):
    """The group, which imports a command's module only when that command is asked for."""

    parts: ClassVar[dict[str, dict[str, Entry]]] = {
        "Make a project": {
            "new": Entry("new", "Create a project."),
            "dev": Entry("dev", "Serve the project: migrated, with reload, jobs and an inbox."),
            "test": Entry("test", "Run the project's tests, then check the change."),
            "add": Entry("add", "Add a resource, a field, a route: with tests and migration."),
            "change": Entry("change", "Change a column or a route that is in use, in phases."),
            "recipes": Entry("recipes", "List what `beast add` and `beast change` can do."),
            "preview": Entry("preview", "Show what a command would change, and its verdict."),
            "undo": Entry("undo", "Take back a change that beast made."),
            "history": Entry("history", "List the changes that beast made."),
            "update": Entry("update", "Bring the project's files to what `beast new` writes today."),
            "debt": Entry("debt", "List the project's shortcuts, and what pays each of them."),
            "adopt": Entry("adopt", "Add beastmode and the guard to a Flask project that exists."),
        },
        "Check a change": {
            "check": Entry("check", "Check what a change does to clients, data and deployments."),
            "explain": Entry("explain", "Show what a rule finds, why it matters, and what to do instead."),
            "accept": Entry("accept", "Accept a finding of the last check, with a reason."),
            "contract": Entry("contract", "Compare two OpenAPI documents, or print the project's contract."),
            "prove": Entry("prove", "Run migrations up, down and up again on a scratch database."),
        },
        "Let a model make a change": {
            "do": Entry("do", "Plan a change, make it in small steps, check each step."),
            "resume": Entry("resume", "Go on with a run that was stopped."),
            "stop": Entry("stop", "Stop a run after its current effect."),
            "approve": Entry("approve", "Approve a DANGEROUS change that a run asks about."),
            "runs": Entry("runs", "List the runs, and how each ended."),
            "mcp": Entry("mcp", "Serve the tools to assistants, over MCP."),
            "init": Entry("init", "Set up assistants: their rules, tools and hooks."),
            "selftest": Entry("selftest", "Let scripted models misbehave, and show what gets past."),
            "hook": Entry("hook", "Decide what an assistant or a commit may do."),
        },
        "Tools of models and assistants": {
            "overview": Entry("tools", "Show routes, tables, versions and migrations of the project."),
            "read": Entry("tools", "Show lines of a file."),
            "search": Entry("tools", "Find lines that contain a text."),
            "edit": Entry("tools", "Replace a text in a file, if the gate allows it."),
            "docs": Entry("tools", "Show the documentation of an installed package, offline."),
            "errors": Entry("tools", "Show the last error of the development server."),
            "query": Entry("tools", "Read rows of the development database, read-only."),
            "advisories": Entry("tools", "List known vulnerabilities of the installed packages."),
            "fetch": Entry("tools", "Show the text of a web page."),
            "web-search": Entry("tools", "Search the web, if a provider is set."),
        },
    }
    entries: ClassVar[dict[str, Entry]] = {name: entry for part in parts.values() for name, entry in part.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        """The names in the order in which a person needs them."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in self.entries:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"beastmode_tools.cli.{self.entries[cmd_name].module}")
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)  # noqa: S101 - a slip of ours, not of the person
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with; for an unknown one, the nearest is named."""
        known = (*self.entries, *self.commands)
        if args and not args[0].startswith("-") and args[0] not in known:
            near = difflib.get_close_matches(args[0], known, 1)
            hint = f"Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}. {hint}".rstrip())
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click asks so
        """The list in the help, written without loading a command."""
        for title, part in self.parts.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(LONGEST), entry.sentence) for name, entry in part.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keeps what was typed, which the journal of changes names."""
        ctx.meta[ARGUMENTS] = list(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; what nobody foresaw becomes one line too, with the way to see more."""
        try:
            finish_interrupted()
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, CouldNotRun):
            raise
        except Exception as problem:
            if isinstance(problem, ModuleNotFoundError) and is_of_extra(problem):
                raise CouldNotRun(how_to_install(problem.name or "")) from problem
            if ctx.meta.get(DEBUG):
                complain(plain(without_secrets(traceback.format_exc()), keep="\n"))
            said = without_secrets(" ".join(str(problem).split()))
            raise CouldNotRun(
                f"this is a bug in beast, not in your project: {type(problem).__name__}: {said[:300]}. "
                "`beast --debug ...` shows the traceback; please report it."
            ) from problem


def finish_interrupted() -> None:
    """Completes a change that a killed command had begun, before anything else is done."""
    here = Path.cwd()
    if any((folder / ".beast" / "pending").exists() for folder in (here, *here.parents)):
        from beastmode_tools.recipes.change import finish_interrupted as finish  # noqa: PLC0415 - hardly ever needed

        if told := finish(here):
            complain(f"beast: {told}")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and ends the process with the status that the table above gives.

    Args:
        arguments: Of the command line; None for this process's own.
    """
    run(commands, arguments)


def run(group: click.Group, arguments: Sequence[str] | None) -> NoReturn:
    """Runs one of the group's commands, whose return value is the exit status."""
    with signals():
        status = ended(lambda: group.main(arguments, "beast", standalone_mode=False))
    sys.exit(status)


def ended(run: Callable[[], Any]) -> int:
    """Runs it, and the exit status that it ends with; each failure is told in one line."""
    try:
        result = run()
    except click.UsageError as problem:
        # By its name: click 8.1 prints the help itself, and has no such class.
        if type(problem).__name__ == "NoArgsIsHelpError" and problem.ctx is not None:
            complain(problem.ctx.get_help())
            return 2
        command = problem.ctx.command_path if problem.ctx else "beast"
        complain(f"beast: {plain(problem.format_message())} `{command} --help` shows the usage.")
        return 2
    except click.ClickException as problem:
        complain(f"beast: {plain(problem.format_message())}")
        return 2
    except CouldNotRun as problem:
        complain(f"beast: {plain(without_secrets(' '.join(str(problem).split())))}")
        return 2
    except Interrupted as problem:
        complain("beast: interrupted; everything it created has been removed, and your files are unchanged.")
        return 128 + problem.number
    return result if isinstance(result, int) else 0


def without_secrets(text: str) -> str:
    """The text without what looks like a secret: an error may cite the project."""
    from beastmode_tools.guard.report.hidden_secrets import hidden  # noqa: PLC0415 - most commands do not fail

    return hidden(text)


@contextmanager
def signals() -> Iterator[None]:
    """Ctrl-C, and what a system sends to end a process, unwind everything; then they wait until that is done.

    Whoever insists (three times) is obeyed at once.
    """
    count = 0

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - Python calls it so
        nonlocal count
        count += 1
        if count == 1:
            raise Interrupted(number)
        if count >= PATIENCE:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        complain("beast: still cleaning up")

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def remember_debug(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:  # noqa: ARG001, FBT001 - click calls it so
    """Keeps the flag where `invoke` finds it."""
    ctx.meta[DEBUG] = value


@click.group(cls=Beast, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--debug", is_flag=True, expose_value=False, callback=remember_debug, help="Show the traceback of a bug in beast."
)
@click.version_option(package_name="beastmode", prog_name="beast")
def commands() -> None:
    """Create a Flask project, change it, and check changes before they ship."""
