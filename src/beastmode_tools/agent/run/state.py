"""What a run knows, folded from its journal: the same after a kill as before it."""

from beastmode_tools.agent.journal.record import RunJournal
from beastmode_tools.agent.plan.condition import parse_condition
from beastmode_tools.agent.plan.plan import Plan
from beastmode_tools.agent.verify.suite import SuiteRun

__all__ = ["approved_in", "baseline_of", "plan_of", "read_in", "tree_of"]


def plan_of(journal: RunJournal) -> Plan:
    """The todo list."""
    plan = Plan("")
    for record in journal.records:
        match record["what"]:
            case "begin":
                plan = Plan(record["task"])
            case "box":
                plan = plan.add(record["title"], tuple(map(parse_condition, record["conditions"])))
            case "ticked":
                plan = plan.tick(record["box"], record["reason"])
            case "dropped":
                plan = plan.drop(record["box"], record["reason"])
    return plan


def tree_of(journal: RunJournal) -> str:
    """The tree of the files as the run left them."""
    return next(str(each["tree"]) for each in reversed(journal.records) if "tree" in each)


def baseline_of(journal: RunJournal) -> SuiteRun:
    """The tests when the run began."""
    record = journal.last_of("baseline")
    return SuiteRun(record["results"], record["problem"]) if record else SuiteRun()


def approved_in(journal: RunJournal) -> list[str]:
    """Fingerprints of what a person approved in this run."""
    record = journal.last_of("end")
    return list(record["approved"]) if record else []


def read_in(journal: RunJournal) -> frozenset[str]:
    """The pages that were fetched."""
    begun = {each["effect"]: each["kind"] for each in journal.of("start")}
    done = (begun[each["effect"]] for each in journal.of("end") if each["succeeded"])
    return frozenset(str(each["url"]) for each in done if each["kind"] == "OpenUrl")
