"""Findings about code that does something else: one for all of it, in place of one or more for each function."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from beastmode_tools.guard.code.compare.behaviour import ChangedCode
from beastmode_tools.guard.finding import Finding, Verdict
from beastmode_tools.source.digest import digest
from beastmode_tools.source.files import kind_of

__all__ = ["changed_code", "one_for_starting", "without_changed_code"]

ABOUT_BODIES = frozenset(
    (
        "authentication-changed",
        "business-logic-changed",
        "cache-changed",
        "import-time-code-changed",
        "constant-changed",
        "notification-changed",
        "payment-changed",
        "query-changed",
        "response-changed",
        "signature-changed",
        "third-party-changed",
        "unreached-code-changed",
        "upload-changed",
        "validator-changed",
        "wiring-changed",
        "change-not-understood",
    )
)
KEPT_MESSAGES = {
    ("business-logic-changed", "core"),
    ("constant-changed", "exports"),
    ("response-changed", "keys"),
    ("signature-changed", "called"),
    ("wiring-changed", "unregistered"),
}
"""What reading alone shows to be dangerous, whether or not a request runs it."""
DECLARED = {
    ("decorator-changed", "changed"),
    ("field-changed", "other"),
    ("field-changed", "attribute"),
    ("field-changed", "bases"),
}
NOT_RUN = {"cosmetic-change", "metadata"}
"""Comments and names of versions do nothing that a start would show."""
NOT_SHOWN = {"constant-changed"}
"""Rules on what a start shows nothing of, where it is SAFE: a new constant is used by code that is told of itself."""
NOT_STARTED = "application-does-not-start"


def is_about_behavior(finding: Finding) -> bool:
    """Whether it says that code does something else, which only running it can judge."""
    if finding.verdict is Verdict.SAFE or not finding.path.endswith((".py", ".pyw")):
        return False
    key = (finding.rule, finding.message)
    if finding.rule == "constant-changed" and finding.verdict is Verdict.DANGEROUS:
        return False  # under `[guard] core`
    return (finding.rule in ABOUT_BODIES and key not in KEPT_MESSAGES) or key in DECLARED


def changed_code(findings: Iterable[Finding]) -> tuple[ChangedCode, ...]:
    """The code of which findings say that it does something else, each function once, in the order of the files."""
    together: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if is_about_behavior(finding):
            path = finding.path
            name = finding.subject.removeprefix(f"{path} ")
            together[path, path if name.startswith("import ") else name.partition(" ")[0]].append(finding)
    return tuple(
        ChangedCode(
            path,
            int(group[0].where.rpartition(":")[2]),
            name,
            tuple(dict.fromkeys(each.rule for each in group)),
            digest(*sorted(each.difference for each in group)),
        )
        for (path, name), group in sorted(together.items())
    )


def without_changed_code(findings: Iterable[Finding], code: Sequence[ChangedCode]) -> list[Finding]:
    """The findings but for those that were gathered."""
    return [each for each in findings if not is_about_behavior(each)] if code else list(findings)


def one_for_starting(findings: Sequence[Finding], code: Sequence[ChangedCode]) -> tuple[list[Finding], str]:
    """The findings without "starts on neither side", where nothing depends on it or another one says it; and why not.

    That an application starts on neither side is no doing of the change: it is told with the code that could not be
    run for it, else once if new code came, and not with a change that no start would show.
    """
    found = next((each for each in findings if each.rule == NOT_STARTED and each.message == "both"), None)
    if found is None or (not code and any(map(needs_a_start, findings))):
        return list(findings), ""
    return [each for each in findings if each is not found], "the application starts on neither side"


def needs_a_start(finding: Finding) -> bool:
    """Whether it is about code of which a start would show more."""
    path = finding.path
    if finding.rule in NOT_SHOWN and finding.verdict is Verdict.SAFE:
        return False
    return path.endswith(".py") and kind_of(path) in {"python", "settings"} and finding.message not in NOT_RUN
