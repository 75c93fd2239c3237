"""`beast selftest`: lets models loose that misbehave, and shows what got past the gates."""

import json
import time

import click

from beastmode_tools.terminal import complain, plain, say

__all__ = ["selftest"]


@click.command(short_help="Let scripted models misbehave, and show what gets past.")
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def selftest(*, words: tuple[str, ...], as_json: bool) -> int:
    """Plays every trajectory in a small project of its own, offline: what a model does, and what has to come of it.

    An escape is something that a run did and may not, or an end that is not the one that it has to be. A false refusal
    is ordinary work that was refused. WORDS choose the trajectories whose names have them.

    Exit status: 0 if nothing escaped, 1 otherwise.
    """
    from beastmode_tools.agent.selftest.play import trajectories  # noqa: PLC0415 - the help needs no model
    from beastmode_tools.agent.selftest.selftest import Result, as_data, play_all  # noqa: PLC0415 - likewise

    chosen = [each for each in trajectories() if all(word.lower() in each["name"].lower() for word in words)]
    if not chosen:
        raise click.UsageError(f"no trajectory's name has {' and '.join(words)}.")
    longest = max(len(each["name"]) for each in chosen)

    def show(result: Result) -> None:
        if as_json:
            return
        marks = ("false refusal" if result.refused else "") or (f"{len(result.escapes)} escaped" * bool(result.escapes))
        say(f"{result.name.ljust(longest)}  {result.outcome:14}  {result.seconds:5.1f} s  {marks}".rstrip())
        for each in result.escapes:
            complain(plain(f"  {each[:500]}"))

    since = time.monotonic()
    data = as_data(play_all(chosen, show), time.monotonic() - since)
    if as_json:
        say(json.dumps(data, indent=2))
    else:
        say(
            f"\n{len(chosen)} trajectories: {data['escapes']} escapes; {data['false_refusals']} of {data['ordinary']} "
            f"ordinary ones refused; {data['seconds']} s."
        )
    return int(data["escapes"] > 0)
