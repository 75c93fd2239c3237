"""A small project, and runs in it."""

from beastmode_tools.agent.journal.record import nothing
from beastmode_tools.agent.plan.file import parse_plan
from beastmode_tools.agent.run.closing import close
from beastmode_tools.agent.run.planned import drive, lay_out, with_urls
from beastmode_tools.agent.run.starting import Asked, alone, begin, take_up
from beastmode_tools.agent.selftest.scene import KINDS
from beastmode_tools.agent.talk.talk import Talk
from work_tree import WorkTree

FILES, WITH_TESTS = KINDS["plain"], KINDS["tests"]
APP, TEST = WITH_TESTS["app.py"], WITH_TESTS["tests/test_app.py"]


def project(folder, files=FILES):
    """A repository with one commit."""
    tree = WorkTree(folder)
    tree.commit(files)
    return tree


def contents(folder):
    """Path -> bytes of every file of a project."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".beast", "__pycache__"} & set(path.parts)
    }


def play(folder, plan, after=nothing, **asked):
    """A run of a plan, as `beast do --plan` makes it: how it ended, the run, its receipt."""
    file = with_urls(parse_plan(plan.encode()))
    wanted = Asked(file.plan.task, depth=asked.pop("depth", "read"), after=after, **asked)
    with alone(folder):
        run = begin(folder, wanted, Talk(quiet=True))
        (run.place / "plan.toml").write_text(plan)
        lay_out(run, file)
        ended = drive(run, file.actions)
        return ended, run, close(run, ended)


def go_on(folder, plan, run="r1", **asked):
    """The same run, taken up again, as `beast resume` does it."""
    file = with_urls(parse_plan(plan.encode()))
    with alone(folder):
        again = take_up(folder, run, Asked(file.plan.task, **asked), Talk(quiet=True))
        lay_out(again, file)
        ended = drive(again, file.actions)
        return ended, again, close(again, ended)


def box(title, do, check):
    """A box of a plan file."""
    return f"[[box]]\ntitle = {title!r}\ndo = [{', '.join(do)}]\ncheck = {check!r}\n"


def plan_of(*boxes, task="Do it"):
    """A plan file."""
    return f"task = {task!r}\n" + "\n".join(boxes)


def write(path, text):
    """An action that writes a file."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{{ write = "{path}", text = "{escaped}" }}'
