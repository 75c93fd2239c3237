"""What no file may hold."""

import re

from beastmode_tools.source.debt import debts_in

BARE_NOQA = re.compile(r"#\s*noqa(?!: ?[A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* (- |# ?)\S)")
BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[[a-z-]+(, ?[a-z-]+)*\]\s+(#|-) ?\S)")
MACHINE = re.compile(r"(?<![\w.$}*])/(?:home|Users|root|work|tmp|private)/\w")
OUTSIDE = re.compile(r"\.\./shar[e]d")
SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".yml",
    ".yaml",
    ".json",
    ".sql",
    ".ini",
    ".cfg",
    ".mako",
    ".txt",
    ".lock",
    ".html",
    "",
}


def test_a_rule_is_never_silenced_without_a_reason(root, ours):
    silenced = [*matches(root, ours, BARE_NOQA), *matches(root, ours, BARE_IGNORE)]

    assert not silenced, "\n".join(
        ["say why: `# noqa: E501 - reason`, `# type: ignore[arg-type]  # reason`", *silenced]
    )


def test_no_file_holds_a_path_of_somebodys_machine(root, tracked):
    found = matches(root, texts(tracked), MACHINE)

    assert not found, "\n".join(found)


def test_nothing_but_the_ci_script_looks_outside_of_the_repository(root, tracked):
    found = matches(root, [path for path in texts(tracked) if path.as_posix() != ".ci/run"], OUTSIDE)

    assert not found, "\n".join(found)


def test_the_lock_names_no_index_so_that_it_installs_from_any(root):
    lock = (root / "requirements.lock").read_text(encoding="utf-8")

    assert "://" not in lock
    assert "index" not in lock.replace("importlib", "")


def test_every_version_of_the_lock_is_exact_and_has_a_hash(root):
    lock = (root / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    wanted = [line for line in lock.splitlines() if line and not line.lstrip().startswith("#")]

    loose = [line for line in wanted if not re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]

    assert not loose, loose


def test_work_that_is_left_is_no_comment(root, tracked):
    """As `beast debt` reads them; DEBT, which names what pays it, is a decision."""
    sources = [path for path in tracked if path.suffix == ".py"]

    found = [
        f"{debt.path}:{debt.line}: {debt.tag} {debt.words}"
        for path in sources
        for debt in debts_in(path.as_posix(), (root / path).read_text(encoding="utf-8"))
        if debt.tag != "DEBT" or not debt.has_target
    ]

    assert not found, "\n".join(found)


def texts(tracked):
    """The files that people write; the assets of the docs page are somebody else's."""
    return [path for path in tracked if path.suffix in SUFFIXES and "assets" not in path.parts]


def matches(root, paths, pattern):
    found = []
    for path in paths:
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        found += [f"{path}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if pattern.search(line)]
    return found
