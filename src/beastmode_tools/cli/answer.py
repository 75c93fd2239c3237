"""The options that every command with a report has, and the report as they want it."""

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from beastmode_tools.guard.finding import Report, Verdict
from beastmode_tools.guard.report.summary import summary
from beastmode_tools.guard.report.view import View
from beastmode_tools.project import Project
from beastmode_tools.terminal import Progress, complain, has_colour, say, width, write_file

__all__ = ["Answer", "answers", "answers_in_full", "project_view"]

Command = Callable[..., Any]

FORMATS = {"text": "text", "json": "as_json", "sarif": "sarif", "github": "github", "html": "html"}
ENDINGS = {".html": "html", ".json": "json", ".sarif": "sarif", ".txt": "text"}
LIMITS = {"cautious": Verdict.CAUTIOUS, "dangerous": Verdict.DANGEROUS}
ANCHORS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "beastmode.toml", "README.md")


@dataclass(frozen=True, slots=True)
class Answer:
    """How the person wants to be answered.

    Args:
        style: One of FORMATS.
        limit: The lowest verdict that makes the exit status 1.
        show_all: SAFE findings too, and nothing grouped.
        output: The file to write; None for standard output.
        quiet: Nothing on standard error while it runs.
        saved: Files to write besides, each in the format that its ending names.
    """

    style: str
    limit: Verdict
    show_all: bool
    output: Path | None
    quiet: bool
    saved: tuple[Path, ...] = ()

    def progress(self) -> Progress:
        """What tells the person what is being done."""
        return Progress(quiet=self.quiet)

    def give(self, report: Report, view: View) -> int:
        """Shows or writes the report; the exit status that it stands for."""
        view = replace(view, show_all=self.show_all)
        for path in self.saved:
            write_file(path, rendered(ENDINGS[path.suffix], report, view) + "\n")
        if self.output is None:
            say(rendered(self.style, report, replace(view, width=width(), colour=has_colour())))
        else:
            write_file(self.output, rendered(self.style, report, view) + "\n")
            if not self.quiet:
                complain(f"{summary(report, show_safe=self.show_all)} Written to {self.output}.")
        return int(report.verdict >= self.limit)


def rendered(style: str, report: Report, view: View) -> str:
    """The report in one of the formats, whose modules are loaded when they are asked for."""
    renderer = importlib.import_module(f"beastmode_tools.guard.report.{FORMATS[style]}")
    text: str = renderer.render(report, view)
    return text


def known_ending(ctx: click.Context, parameter: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files, if the ending of each names a format."""
    for path in paths:
        if path.suffix not in ENDINGS:
            raise click.BadParameter(f"'{path}' must end with one of {', '.join(ENDINGS)}.", ctx, parameter)
    return paths


def answers(command: Command) -> Command:
    """Gives a command the options, and `--all`; the command gets them as `answer`."""
    return with_options(command, [*OPTIONS, ALL])


def answers_in_full(command: Command) -> Command:
    """Gives a command the options; it always shows everything, and `--all` may mean something else there."""
    return with_options(command, OPTIONS)


def with_options(command: Command, options: list[Callable[[Command], Command]]) -> Command:
    """The command, which gets an `answer` for these options."""

    @functools.wraps(command)
    def with_answer(**given: Any) -> Any:
        answer = Answer(
            style=given.pop("format"),
            limit=LIMITS[given.pop("fail_on")],
            show_all=given.pop("show_all", True),
            output=given.pop("output"),
            quiet=given.pop("quiet"),
            saved=given.pop("save"),
        )
        return command(answer=answer, **given)

    made: Command = with_answer
    for option in reversed(options):
        made = option(made)
    return made


ALL = click.option("--all", "show_all", is_flag=True, help="Include SAFE findings, and group nothing.")
OPTIONS: list[Callable[[Command], Command]] = [
    click.option(
        "--format", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="The output format."
    ),
    click.option(
        "--fail-on",
        type=click.Choice(list(LIMITS)),
        default="dangerous",
        show_default=True,
        help="The lowest verdict that makes the exit status 1.",
    ),
    click.option(
        "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the report to a file."
    ),
    click.option(
        "--save",
        type=click.Path(dir_okay=False, path_type=Path),
        multiple=True,
        metavar="FILE",
        callback=known_ending,
        help="Also write the report to a file, by extension: .html, .json, .sarif, .txt. Repeatable.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="Do not show progress."),
]


def project_view(project: Project) -> View:
    """What places in this project are relative to."""
    prefix = project.folder.relative_to(project.root).as_posix()
    named = (Path(prefix, name) for name in ANCHORS if (project.folder / name).is_file())
    return View(prefix="" if prefix == "." else prefix, anchor=next(named, Path(prefix)).as_posix())
