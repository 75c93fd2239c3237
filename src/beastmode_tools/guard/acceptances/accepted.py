"""Findings that somebody accepted: kept in `beastmode.toml` with reason, author, date and expiry, by fingerprint."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.acceptances.compare import AcceptanceExpired, AcceptancesOutdated, AcceptanceUnused
from beastmode_tools.guard.acceptances.rules import RULES
from beastmode_tools.guard.finding import Acceptance, Finding, Verdict
from beastmode_tools.guard.page import former_names
from beastmode_tools.guard.rule import judge
from beastmode_tools.settings_file import SettingsFile, read_settings_file

__all__ = ["Accepted", "acceptances", "apply", "apply_to", "today"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """One entry of `[[guard.accepted]]`.

    Args:
        fingerprint: Of the finding.
        rule: Of the finding; "" where the entry does not say.
        subject: Of the finding; "" where the entry does not say.
        against: The base that the change was compared with; "" where the entry does not say.
        acceptance: Reason, author, date, expiry.
        stood: The base side has it too.
    """

    fingerprint: str
    rule: str
    subject: str
    against: str
    acceptance: Acceptance
    stood: bool = False


def today() -> date:
    """The date here and now, by which acceptances run out."""
    return datetime.now().astimezone().date()


def acceptances(base: SettingsFile | None, work: SettingsFile) -> tuple[Accepted, ...]:
    """What is accepted on the work side; an entry that the base has not (or has otherwise) came with the change.

    Args:
        base: `beastmode.toml` of the base side; None where no change is looked at, so that every entry holds.
        work: `beastmode.toml` of the work side.
    """
    if base is None:
        return tuple(map(accepted, work.accepted))
    before = set(map(accepted, base.accepted))
    return tuple(
        replace(entry, stood=True)
        if entry in before
        else replace(entry, acceptance=replace(entry.acceptance, is_new=True))
        for entry in map(accepted, work.accepted)
    )


def accepted(entry: dict[str, str]) -> Accepted:
    """An entry of the file."""
    given = Acceptance(entry["reason"], entry.get("author", ""), entry.get("date", ""), entry.get("until"))
    rule, subject, against = (entry.get(name, "") for name in ("rule", "subject", "against"))
    return Accepted(entry["fingerprint"], rule, subject, against, given)


def apply_to(
    findings: Iterable[Finding], base: Path | None, work: Path
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """`apply` with what is accepted in `beastmode.toml` of both sides, today.

    Args:
        findings: All of the change.
        base: The project's folder on the base side; None where no change is looked at.
        work: The project's folder on the work side.

    Raises:
        CouldNotRun: The work side's file cannot be read. One of the base side that cannot be read accepts nothing.
    """
    before = SettingsFile() if base is not None else None
    if base is not None:
        with suppress(CouldNotRun):
            before = read_settings_file(base)
    return apply(findings, acceptances(before, read_settings_file(work)), today())


def apply(
    findings: Iterable[Finding], entries: Sequence[Accepted], day: date
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings, those that are accepted marked so, and what is to be said about the acceptances.

    Args:
        findings: All of the change; their order is kept.
        entries: What is accepted; where one finding is accepted twice, by the one that came later, then holds longer.
        day: The day that counts; an acceptance holds through the day that it names.
    """
    by_fingerprint: dict[str, Accepted] = {}
    for entry in sorted(entries, key=lambda entry: (not entry.stood, entry.acceptance.until or "9999-12-31")):
        by_fingerprint[entry.fingerprint] = entry
    found = tuple(findings)
    marked = tuple(mark(finding, entry_of(finding, by_fingerprint), day) for finding in found)
    return marked, tuple(judge(RULES, changes(found, by_fingerprint.values(), day)))


def entry_of(finding: Finding, entries: Mapping[str, Accepted]) -> Accepted | None:
    """The entry of a finding, which may be of a time when its rule had another name."""
    return next((entries[each] for each in fingerprints(finding) if each in entries), None)


def fingerprints(finding: Finding) -> Iterator[str]:
    """The finding's fingerprint, and those that it had under other names of its rule."""
    yield finding.fingerprint
    for name in former_names(finding.rule):
        yield finding.fingerprint_as(name)


def old_fingerprints(finding: Finding) -> Iterator[str]:
    """Its fingerprints of the time when these did not hold what exactly differs."""
    return (finding.old_fingerprint_as(name) for name in (finding.rule, *former_names(finding.rule)))


def mark(finding: Finding, entry: Accepted | None, day: date) -> Finding:
    """The finding, accepted if the entry still holds; a SAFE one needs no acceptance."""
    if entry is None or finding.verdict is Verdict.SAFE or not covers(entry, finding) or has_expired(entry, day):
        return finding
    return replace(finding, acceptance=entry.acceptance)


def covers(entry: Accepted, finding: Finding) -> bool:
    """Whether an entry is about this change: one that the base has was for an earlier one, unless nothing is new."""
    return not entry.stood or finding.is_of_base


def changes(findings: Sequence[Finding], entries: Iterable[Accepted], day: date) -> Iterator[Any]:
    """What is to be said about the acceptances."""
    by_fingerprint = {each: finding for finding in findings for each in fingerprints(finding)}
    by_old = {each: finding for finding in findings for each in old_fingerprints(finding)}
    by_thing = {(name, each.subject): each for each in findings for name in (each.rule, *former_names(each.rule))}
    unused: list[Accepted] = []
    outdated: dict[Literal["base", "difference", "other"], list[tuple[str, str]]]
    outdated = {"difference": [], "base": [], "other": []}
    for entry in entries:
        finding = by_fingerprint.get(entry.fingerprint)
        if finding is None and not entry.against and entry.fingerprint in by_old:
            outdated["difference"].append((entry.fingerprint, by_old[entry.fingerprint].fingerprint))
        elif finding is None and (now := by_thing.get((entry.rule, entry.subject))) is not None and counts(now):
            outdated["other"].append((entry.fingerprint, now.fingerprint))
        elif finding is None:
            unused.append(entry)
        elif not covers(entry, finding):
            outdated["base"].append((entry.fingerprint, entry.fingerprint))
        elif has_expired(entry, day):
            until = entry.acceptance.until or ""
            author = entry.acceptance.author
            yield AcceptanceExpired(entry.fingerprint, finding.rule, finding.subject, until, author)
    yield from (AcceptancesOutdated(why, tuple(each)) for why, each in outdated.items() if each)
    yield from left_over(unused)


def counts(finding: Finding) -> bool:
    """Whether somebody would have to accept it."""
    return finding.verdict is not Verdict.SAFE


def left_over(unused: Sequence[Accepted]) -> Iterator[AcceptanceUnused]:
    """Entries that match nothing; those that the base has are told as one, since each change leaves some behind."""
    stood = [entry for entry in unused if entry.stood]
    for entry in [*(entry for entry in unused if not entry.stood), *stood[:1]]:
        more = len(stood) - 1 if entry.stood else 0
        yield AcceptanceUnused(entry.fingerprint, entry.rule, entry.subject, entry.acceptance.author, more)


def has_expired(entry: Accepted, day: date) -> bool:
    """Whether its last day is over."""
    return entry.acceptance.until is not None and entry.acceptance.until < day.isoformat()
