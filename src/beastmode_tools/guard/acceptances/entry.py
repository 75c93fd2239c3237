"""Writes one acceptance into `beastmode.toml`, and leaves everything else in it as it is."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.guard.finding import Acceptance
from beastmode_tools.settings_file import SETTINGS_FILE, parse_settings_file, read_settings_file
from beastmode_tools.terminal import write_file

__all__ = ["KnownFinding", "author_of", "write_acceptance"]

LONGEST_REASON = 2000
"""A reason is a paragraph in a review; what is longer was pasted by mistake, and fills every report."""

STANDS = timedelta(days=90)
"""A quarter: what nobody has mended until then is looked at once more. It is only proposed."""


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """What is remembered of a finding, so that it can be accepted by its fingerprint.

    Args:
        fingerprint: Of the finding.
        rule: Of the finding.
        verdict: Of the finding.
        subject: Of the finding.
        problem: Of the finding.
        against: The base that the change was compared with.
        is_standing: It was true of the base too, so that an acceptance covers every change from then on.
    """

    fingerprint: str
    rule: str
    verdict: str
    subject: str
    problem: str
    against: str = ""
    is_standing: bool = False


def write_acceptance(folder: Path, finding: KnownFinding, given: Acceptance) -> Path:
    """The file, in which the finding is accepted now; an earlier acceptance of the same finding is replaced.

    Args:
        folder: The project's.
        finding: What is accepted.
        given: Why, by whom, when and until when.

    Raises:
        CouldNotRun: The reason is empty, the expiry in the past or lacking where one is needed, or the file cannot be
            read or written.
    """
    given = replace(given, reason=" ".join(given.reason.split()))
    if not given.reason or len(given.reason) > LONGEST_REASON:
        raise CouldNotRun('An acceptance says in a sentence why the change may ship: --reason "..."')
    if given.until is not None and given.until < given.date:
        raise CouldNotRun(f"--until {given.until} is in the past; name a day from {given.date} on.")
    if finding.is_standing and given.until is None:
        end = date.fromisoformat(given.date) + STANDS
        raise CouldNotRun(
            f"{finding.fingerprint} is true of the base too, so an acceptance would cover every change from now on. "
            f"Say until when: --until {end.isoformat()}"
        )
    read_settings_file(folder)  # a malformed file is told with its line before anything is written
    path = folder / SETTINGS_FILE
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        text = with_entry(before, entry(finding, given), finding.fingerprint)
    except TOMLKitError as problem:
        raise CouldNotRun(f"{SETTINGS_FILE} could not be changed: {problem}.") from problem
    parse_settings_file(text)
    write_file(path, text)
    return path


def entry(finding: KnownFinding, given: Acceptance) -> Table:
    """The table to add."""
    table = tomlkit.table()
    for name in ("fingerprint", "rule", "subject", "against"):
        if value := getattr(finding, name):
            table.add(name, value)
    table.add("reason", given.reason)
    table.add("author", given.author)
    table.add("date", date.fromisoformat(given.date))
    if given.until:
        table.add("until", date.fromisoformat(given.until))
    return table


def with_entry(text: str, added: Table, fingerprint: str) -> str:
    """The text of the file with the entry, comments and order kept."""
    document = tomlkit.parse(text)
    guard = document.get("guard")
    if guard is None:
        guard = tomlkit.table(is_super_table=True)
        document.add("guard", guard)
    entries = guard.get("accepted")
    if isinstance(entries, AoT):
        for index in reversed([i for i, each in enumerate(entries) if each.get("fingerprint") == fingerprint]):
            del entries[index]
        entries.append(added)
    else:
        if entries is not None:  # an empty list, or tables in one line, which has been checked
            guard.remove("accepted")
        fresh = tomlkit.aot()
        for each in entries or ():
            if each.get("fingerprint") != fingerprint:
                table = tomlkit.table()
                table.update(each)
                fresh.append(table)
        fresh.append(added)
        guard.append("accepted", fresh)
    return tomlkit.dumps(document)


def author_of(folder: Path) -> str:
    """Who git says is working here: "Name <address>".

    Raises:
        CouldNotRun: git knows neither name nor address.
    """
    git = Git(folder)
    name, email = (git.ask_or_none("config", "--get", f"user.{what}") or "" for what in ("name", "email"))
    if not name and not email:
        raise CouldNotRun('An acceptance has an author. Tell git who you are: git config user.name "..."')
    return f"{name} <{email}>" if name and email else name or email
