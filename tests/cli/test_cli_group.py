"""The command group itself, which the `flask` command imports in every project."""

import json
import subprocess
import sys

TABLES = "print(json.dumps(sorted(beastmode.db.Base.metadata.tables)))"
FOUND = """
group = beastmode.cli.commands
context = click.Context(group)
found = {name: group.get_command(context, name) for name in [*group.list_commands(context), "dance"]}
print(json.dumps({name: command is not None for name, command in found.items()}))
"""


def test_the_commands_add_no_tables_to_the_models_of_a_project():
    """`flask db migrate` loads the commands too, and must not write tables of features that a project does not use."""
    assert printed(TABLES) == []


def test_a_command_that_is_imported_on_first_use_is_listed_and_found():
    """`flask beastmode --help` shows all commands."""
    found = printed(FOUND)

    assert {"serve", "jobs", "worker"} <= set(found)
    assert [name for name, is_found in found.items() if not is_found] == ["dance"]


def printed(code):
    """What Python prints as JSON in a new process, which has imported nothing else."""
    command = [sys.executable, "-c", f"import json, click, beastmode.cli, beastmode.db\n{code}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
